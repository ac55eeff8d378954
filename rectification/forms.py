"""Forms of renovation, acceptance and other safe housing."""

from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from households.enums import RenovationMode
from households.forms import past_date, reason_field
from inspections.papers import check_paper
from rectification.accepting import Findings
from rectification.correcting import correctable, has_settled_money, label
from rectification.enums import (
    AcceptanceItem,
    AcceptanceResult,
    DocumentKind,
    FundingSource,
    HousingWay,
    Mark,
    Moment,
    Opinion,
    RenovationState,
)
from rectification.models import Acceptance, Renovation
from rectification.renovating import PLAN_FIELDS
from rectification.securing import Proof
from yanliang.periods import today
from yanliang.ui.forms import DateInput

FILES_AT_ONCE = 20


def yuan(label: str, **options) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **options
    )


class FundingMixin:
    """A field for what each source gives, in yuan."""

    def add_funding(self, given: Mapping[str, Decimal]) -> None:
        for source in FundingSource:
            self.fields[f"funding_{source}"] = yuan(
                f"{source.label}（元）", required=False, initial=given.get(source)
            )

    @property
    def funding_fields(self):
        return [self[f"funding_{source}"] for source in FundingSource]

    @property
    def funding(self) -> dict[str, Decimal]:
        """Yuan by source, for the sources that give any."""
        amounts = {source: self.cleaned_data[f"funding_{source}"] for source in FundingSource}
        return {source: amount for source, amount in amounts.items() if amount}


def given_by_source(renovation: Renovation) -> dict[str, Decimal]:
    return {line.source: line.amount for line in renovation.funding.all()}


class PlanForm(FundingMixin, forms.ModelForm):
    """The plan, with what each source gives; `version` is that of the plan as it was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Renovation
        fields = PLAN_FIELDS
        widgets = {
            name: DateInput(attrs={"class": "form-control"})
            for name in ("contracted_on", "planned_finish")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [("", "请选择"), *RenovationMode.choices]
        given = {}
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version
            given = given_by_source(self.instance)
        self.add_funding(given)

    def clean_contracted_on(self):
        day = self.cleaned_data["contracted_on"]
        if day and day > today():
            raise ValidationError("合同日期不能晚于今天。")
        return day

    @property
    def plan_fields(self):
        return [self[name] for name in PLAN_FIELDS]

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in PLAN_FIELDS}


class StartForm(forms.Form):
    on = past_date("开工日期")


class FinishForm(forms.Form):
    on = past_date("竣工日期")


class DemolitionForm(forms.Form):
    on = past_date("旧房拆除日期")


class PaymentForm(forms.Form):
    """One instalment of the subsidy; `seen` is the renovation's version as the form was opened."""

    amount = yuan("补助金额（元）", error_messages={"required": "请填写补助金额。"})
    on = past_date("发放日期")
    is_final = forms.BooleanField(
        label="这是最后一笔，补助已发清",
        required=False,
        help_text="开工后可分期发放；最后一笔在验收合格后发放",
    )
    account_tail = forms.RegexField(
        r"^[0-9]{4}$",
        label="账户后四位",
        required=False,
        help_text="一卡通账户只填后四位",
        error_messages={"invalid": "账户只填后四位数字。"},
    )
    voucher = forms.CharField(label="凭证号", required=False, max_length=60)
    paper = forms.FileField(
        label="凭证扫描件",
        required=False,
        validators=[check_paper],
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
        help_text="PDF 或照片，不超过 20 MB",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, renovation: Renovation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = renovation.version
        self.fields["is_final"].initial = renovation.state == RenovationState.ACCEPTED


class VoidForm(forms.Form):
    reason = reason_field("作废理由")


class WithdrawForm(forms.Form):
    reason = reason_field("撤回理由")


class CorrectionForm(FundingMixin, forms.Form):
    """The dates that are entered and, once the plan is closed, its money; the reason is for the trail."""

    def __init__(self, *args, renovation: Renovation, **kwargs):
        super().__init__(*args, **kwargs)
        self.date_names = correctable(renovation)
        for name in self.date_names:
            field = self.fields[name] = past_date(label(name))
            field.initial = getattr(renovation, name)
            if name == "old_house_demolished_on" and renovation.state != RenovationState.ACCEPTED:
                field.required = False
                field.help_text = "登记错了、旧房还在的，清空日期"
        self.has_money = has_settled_money(renovation)
        if self.has_money:
            self.add_funding(given_by_source(renovation))
        self.fields["reason"] = reason_field("更正理由")
        self.fields["seen"] = forms.IntegerField(
            widget=forms.HiddenInput, initial=renovation.version
        )

    @property
    def date_fields(self):
        return [self[name] for name in self.date_names]

    @property
    def dates(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.date_names}


class CancelForm(forms.Form):
    reason = reason_field("取消理由")


class PicturesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files at once; each is checked when it is kept."""

    widget = PicturesInput

    def clean(self, data, initial=None):
        files = data or []
        if len(files) > FILES_AT_ONCE:
            raise ValidationError(f"一次最多上传 {FILES_AT_ONCE} 张。")
        return [super(PicturesField, self).clean(file, initial) for file in files or [None]]


class PhotosForm(forms.Form):
    moment = forms.ChoiceField(label="阶段", choices=Moment.choices)
    photos = PicturesField(
        label="照片",
        widget=PicturesInput(attrs={"accept": "image/*,.heic"}),
        error_messages={"required": "请选择照片。"},
    )


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label="材料", choices=DocumentKind.choices)
    file = forms.FileField(
        label="文件",
        validators=[check_paper],
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
        error_messages={"required": "请选择文件。"},
    )


class AcceptanceForm(forms.Form):
    """What the acceptors found: a mark for each item, grade, result, and the householder's word."""

    accepted_on = past_date("验收日期")
    acceptor = forms.CharField(
        label="验收人一", max_length=20, error_messages={"required": "请填写验收人。"}
    )
    acceptor_2 = forms.CharField(
        label="验收人二", max_length=20, error_messages={"required": "验收人不少于两名。"}
    )
    acceptor_3 = forms.CharField(label="验收人三", max_length=20, required=False)
    grade_after = forms.ChoiceField(
        label="改造后等级",
        choices=[("", "请选择"), *Acceptance._meta.get_field("grade_after").choices],
        error_messages={"required": "请选择改造后等级。"},
    )
    opinion = forms.ChoiceField(
        label="户主意见",
        choices=[("", "请选择"), *Opinion.choices],
        error_messages={"required": "请选择户主意见。"},
    )
    result = forms.ChoiceField(
        label="验收结果",
        choices=[("", "请选择"), *AcceptanceResult.choices],
        error_messages={"required": "请选择验收结果。"},
    )
    remark = forms.CharField(
        label="说明",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不合格的，写明问题和返工要求",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for item in AcceptanceItem:
            self.fields[f"mark_{item}"] = forms.ChoiceField(
                label=item.label,
                choices=Mark.choices,
                error_messages={"required": "请评定这一项。"},
            )

    @staticmethod
    def typed_before(acceptance: Acceptance) -> dict:
        """What the form starts with in the place of a withdrawn acceptance."""
        names = ("acceptor", "acceptor_2", "acceptor_3")
        return {
            **dict(zip(names, acceptance.acceptors, strict=False)),
            **{f"mark_{item}": mark for item, mark in acceptance.marks.items()},
            **{
                name: getattr(acceptance, name)
                for name in ("accepted_on", "grade_after", "opinion", "result", "remark")
            },
        }

    @property
    def items(self):
        """(code, bound field) of every item, in the order of the form on paper."""
        return [(item.value, self[f"mark_{item}"]) for item in AcceptanceItem]

    @property
    def facts(self):
        names = ("accepted_on", "acceptor", "acceptor_2", "acceptor_3")
        return [self[name] for name in names]

    @property
    def conclusion(self):
        return [self[name] for name in ("grade_after", "opinion", "result", "remark")]

    @property
    def findings(self) -> Findings:
        given = self.cleaned_data
        people = (given["acceptor"], given["acceptor_2"], given["acceptor_3"])
        return Findings(
            accepted_on=given["accepted_on"],
            acceptors=[name.strip() for name in people if name.strip()],
            marks={item.value: given[f"mark_{item}"] for item in AcceptanceItem},
            grade_after=given["grade_after"],
            result=AcceptanceResult(given["result"]),
            opinion=given["opinion"],
            remark=given["remark"],
        )


class SecureForm(forms.Form):
    """Where the household lives safely instead, and what proves it."""

    way = forms.ChoiceField(
        label="保障方式",
        choices=[("", "请选择"), *HousingWay.choices],
        error_messages={"required": "请选择保障方式。"},
    )
    address = forms.CharField(
        label="现住地址", max_length=120, error_messages={"required": "请填写现住地址。"}
    )
    secured_on = past_date("落实日期")
    evidence = forms.CharField(
        label="依据材料",
        max_length=200,
        help_text="如：租赁合同、子女住房产权证、入住证明",
        error_messages={"required": "请写明依据材料。"},
    )
    file = forms.FileField(
        label="证明文件",
        validators=[check_paper],
        help_text="PDF 或照片，不超过 20 MB",
        error_messages={"required": "请上传证明文件。"},
    )

    @property
    def proof(self) -> Proof:
        return Proof(**{name: self.cleaned_data[name] for name in Proof._fields})


class ReplaceProofForm(SecureForm):
    """The right proof in the place of a wrong one."""

    reason = reason_field("更换理由")
