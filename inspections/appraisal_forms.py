"""Forms of appraisal, ruling and warning; the acts keep the rules that need the register."""

import datetime as dt
import re

from django import forms
from django.core.exceptions import ValidationError

from households.enums import Grade
from households.models import Region
from inspections.appraisal import RESULT_FIELDS
from inspections.enums import Component, WarningSource
from inspections.forms import INSPECTOR_NAME
from inspections.models import Appraisal, AppraisalOrganisation, RulingMeeting
from inspections.models.appraisals import APPRAISER_COUNT
from yanliang.periods import today
from yanliang.ui.forms import DateInput, Select

SEPARATORS = re.compile(r"[、,，;；\s]+")
#: Days that an organisation usually has.
USUAL_DAYS = 14
OPEN, OVERDUE = "assigned", "overdue"


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = AppraisalOrganisation
        fields = ["region", "name", "certificate", "contact", "phone", "is_active"]
        widgets = {"region": forms.HiddenInput}
        help_texts = {"is_active": "不再合作的机构取消勾选，以往的鉴定不受影响。"}

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        # The district is whose organisation it is, not something to fill in; kept as a field so that
        # the constraint on its name is checked with it.
        self.fields["region"].disabled = True
        self.initial["region"] = self.instance.region_id or staff.region_id


class AssignForm(forms.Form):
    """Which organisation until when; the households stand beside it on the page."""

    organisation = forms.ModelChoiceField(
        label="鉴定机构",
        queryset=AppraisalOrganisation.objects.none(),
        widget=Select,
        empty_label="请选择",
        error_messages={
            "required": "请选择鉴定机构。",
            "invalid_choice": "请选择可委托的鉴定机构。",
        },
    )
    due_on = forms.DateField(
        label="应完成日期",
        widget=DateInput,
        error_messages={"required": "请填写应完成日期。", "invalid": "应完成日期无法识别。"},
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        organisations = AppraisalOrganisation.objects.visible_to(staff)
        self.fields["organisation"].queryset = organisations.filter(is_active=True)
        self.fields["due_on"].initial = today() + dt.timedelta(days=USUAL_DAYS)


class AppraisalFilters(forms.Form):
    """Narrows the assignments; wrong values empty the list and say why."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        widget=Select,
        choices=[
            ("", "待录入结果"),
            (OVERDUE, "已逾期"),
            ("recorded", "已录入"),
            ("cancelled", "已撤销"),
            ("all", "全部"),
        ],
    )
    organisation = forms.ModelChoiceField(
        label="鉴定机构",
        required=False,
        queryset=AppraisalOrganisation.objects.none(),
        widget=Select,
        empty_label="全部机构",
    )
    office = forms.ChoiceField(label="街办", required=False, widget=Select)

    def __init__(self, data, staff):
        super().__init__(data)
        self.fields["organisation"].queryset = AppraisalOrganisation.objects.visible_to(staff)
        offices = Region.objects.visible_to(staff).offices()
        self.fields["office"].choices = [
            ("", "全部"),
            *((each.code, str(each)) for each in offices),
        ]

    def apply(self, appraisals):
        if not self.is_valid():
            return appraisals.none()
        chosen = self.cleaned_data
        if chosen["organisation"]:
            appraisals = appraisals.filter(organisation=chosen["organisation"])
        if chosen["office"]:
            appraisals = appraisals.within(chosen["office"])
        match chosen["state"]:
            case "all":
                return appraisals
            case "":
                return appraisals.open().order_by("due_on", "household__code")
            case "overdue":
                late = appraisals.open().filter(due_on__lt=today())
                return late.order_by("due_on", "household__code")
            case state:
                return appraisals.filter(state=state)


class ResultForm(forms.ModelForm):
    """The result as it stands in the report; an empty grade takes the computed one."""

    appraisers = forms.CharField(
        label="鉴定人员",
        help_text="至少两人，用顿号或空格隔开。",
        error_messages={"required": "请填写鉴定人员。"},
    )
    grade = forms.ChoiceField(
        label="鉴定等级",
        required=False,
        choices=[
            ("", "按构件计算"),
            *(choice for choice in Grade.choices if choice[0] != Grade.NONE),
        ],
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Appraisal
        fields = RESULT_FIELDS
        widgets = {
            "appraised_on": DateInput(attrs={"class": "form-control"}),
            "confirmed_on": DateInput(attrs={"class": "form-control"}),
        }
        help_texts = {
            "report": "PDF 或图片，不超过 20 MB。",
            "override_reason": "等级与构件计算不一致时必填。",
            "confirmed_on": "户主在鉴定报告上签字的日期。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {
            "version": self.instance.version,
            "appraisers": "、".join(self.instance.appraisers),
            "grade": "",
        }
        self.fields["appraised_on"].required = True
        for name in ("report_number", "disaster_measures", "advice"):
            self.fields[name].required = True
        for name in ("disaster_measures", "advice"):
            field = self.fields[name]
            field.choices = [("", "请选择"), *(choice for choice in field.choices if choice[0])]
        for name in Component.values:
            field = self.fields[name]
            kept = [choice for choice in field.choices if choice[0]]
            nothing = "请选择" if name == Component.SITE else "无此构件"
            field.choices = [("", nothing), *kept]

    @property
    def component_fields(self):
        return [self[name] for name in Component.values]

    @property
    def other_fields(self):
        shown = {*Component.values, "dangerous_site", "grade", "override_reason", "version"}
        return [field for field in self if field.name not in shown]

    def clean_appraisers(self) -> list[str]:
        names = list(dict.fromkeys(filter(None, SEPARATORS.split(self.cleaned_data["appraisers"]))))
        if wrong := [name for name in names if not INSPECTOR_NAME.fullmatch(name)]:
            raise ValidationError(f"“{wrong[0]}”不像姓名，应为 2–20 个汉字。")
        if len(names) < APPRAISER_COUNT:
            raise ValidationError("鉴定人员不得少于两人。")
        return names

    def _post_clean(self) -> None:
        """The record takes the values in the act, on its locked copy."""

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in RESULT_FIELDS}


class GradeForm(forms.ModelForm):
    """Just what the grade is computed from, for the live answer beside the form."""

    class Meta:
        model = Appraisal
        fields = [*Component.values, "dangerous_site"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[Component.SITE].required = False

    def _post_clean(self) -> None:
        """Nothing is saved from here."""

    @property
    def components(self) -> dict:
        cleaned = self.cleaned_data
        return {part: cleaned[part] for part in Component if cleaned.get(part)}


class MeetingForm(forms.ModelForm):
    class Meta:
        model = RulingMeeting
        fields = ["held_on", "document_number", "document"]
        widgets = {"held_on": DateInput(attrs={"class": "form-control"})}
        help_texts = {"document": "PDF 或图片，不超过 20 MB。"}


class WarningForm(forms.Form):
    source = forms.ChoiceField(label="来源", choices=WarningSource.choices)
    description = forms.CharField(
        label="险情",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        help_text="写明部位、程度和发现经过。",
        error_messages={"required": "请写明险情：部位、程度、发现经过。"},
    )
    found_on = forms.DateField(label="发现日期", widget=DateInput, initial=today)
