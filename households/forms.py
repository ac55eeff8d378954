"""Forms of the register; every rule that the roster import has for a cell holds here too."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from households.editing import EDITABLE
from households.enums import REMOVAL_KINDS, ChangeKind, ChangeState
from households.identities import is_residual
from households.models import Household, HouseholdClass, Identity, Region
from households.roster import cleaning
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import today
from yanliang.ui.forms import DateInput, Select

#: WGS-84 frame of the mainland: outside it, longitude and latitude were mixed up or mistyped.
LONGITUDES = (73, 136)
LATITUDES = (3, 54)
EARLIEST_YEAR = cleaning.EARLIEST_YEAR
REFERENCE_TAKEN = "这个国家系统编号刚刚登记在另一户，请核对。"


def clean_cell(answer):
    """The value that a cleaning rule gave; raises ValidationError with its sentence where it found a fault."""
    if isinstance(answer, cleaning.CellFault):
        raise ValidationError(answer.sentence, code=answer.code)
    return answer


def taken_message(holder: Household, staff) -> str:
    """Where an ID number is registered, as far as `staff` may know."""
    if Household.objects.visible_to(staff).filter(pk=holder.pk).exists():
        place = f"{holder.region} {holder.group}".strip()
        return (
            f"该身份证号已登记：{place} {holder.head_name}（户编号 {holder.code}），不能重复登记。"
        )
    return "该身份证号已在其他街办登记，请与区局核对后再处理。"


def not_in_national_system(household_class: HouseholdClass) -> str:
    return f"{household_class}不录入国家系统，不能登记编号。"


def past_date(label: str, **options) -> forms.DateField:
    """A date that is not in the future."""

    def not_future(day):
        if day > today():
            raise ValidationError(f"{label}不能晚于今天。")

    return forms.DateField(
        label=label,
        widget=DateInput(attrs={"class": "form-control"}),
        validators=[not_future],
        initial=today,
        **options,
    )


def reason_field(label: str = "变更理由", **options) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        error_messages={"required": f"请填写{label}。"},
        **options,
    )


class PersonChecks(forms.ModelForm):
    """Name, ID number, phone and group by the rules of the roster; the ID number is unique in the register."""

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean_head_name(self):
        return clean_cell(cleaning.head_name(self.cleaned_data["head_name"]))

    def clean_id_number(self):
        number = clean_cell(cleaning.id_number(self.cleaned_data["id_number"], today()))
        holders = Household.objects.filter(id_number=number).exclude(pk=self.instance.pk)
        if holder := holders.select_related("region").first():
            raise ValidationError(taken_message(holder, self.staff), code="unique")
        return number

    def validate_unique(self):
        """`clean_id_number` has asked, and says where the number is registered."""

    def clean_phone(self):
        return clean_cell(cleaning.phone(self.cleaned_data["phone"]))

    def clean_group(self):
        return cleaning.group(self.cleaned_data["group"])


class HouseholdForm(PersonChecks):
    """All facts of a household and its dwelling.

    `version` and the hidden initial values say what the page was opened with, so that a second writer is
    told what the first one changed.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = reason_field("更改说明", required=False)

    class Meta:
        model = Household
        fields = EDITABLE
        labels = {"region": "村（社区）"}
        help_texts = {
            "group": "如 8组",
            "external_reference": "建档立卡户在国家住房安全系统中的编号",
            "longitude": "WGS-84，如 109.226000",
            "latitude": "WGS-84，如 34.662000",
        }

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, staff=staff, **kwargs)
        villages = Region.objects.visible_to(staff).filter(level=RegionLevel.VILLAGE)
        if self.instance.pk:
            villages = villages.within(self.instance.region.office_code)
            self.fields["version"].initial = self.instance.version
            for name in EDITABLE:
                self.fields[name].show_hidden_initial = True
        else:
            del self.fields["version"]
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "未填写"), *field.choices[1:]]
        self.fields["region"].queryset = villages
        self.fields["region"].empty_label = "请选择"
        self.fields["reason"].help_text = "调整所在村时必填"

    @property
    def opened_with(self) -> SafeString:
        """Hidden inputs with the values that the page was opened with."""
        return format_html_join(
            "\n",
            "{}",
            ((self[name].as_hidden(only_initial=True),) for name in EDITABLE if self.instance.pk),
        )

    def clean_helper(self):
        return clean_cell(cleaning.helper_name(self.cleaned_data["helper"]))

    def clean_external_reference(self):
        return clean_cell(cleaning.reference(self.cleaned_data["external_reference"]))

    def clean(self):
        chosen = super().clean()
        household_class = chosen.get("household_class") or self.standing_class
        if (
            "external_reference" in self.changed_data
            and chosen.get("external_reference")
            and household_class is not None
            and not household_class.in_national_system
        ):
            self.add_error("external_reference", not_in_national_system(household_class))
        for name in ("built_year", "renovated_year"):
            year = chosen.get(name)
            if year is not None and not EARLIEST_YEAR <= year <= today().year:
                self.add_error(name, f"年份应在 {EARLIEST_YEAR}–{today().year} 之间。")
        for name, (low, high) in (("longitude", LONGITUDES), ("latitude", LATITUDES)):
            degrees = chosen.get(name)
            if degrees is not None and not low <= degrees <= high:
                self.add_error(name, f"应在 {low}–{high} 之间，请核对经度与纬度是否填反。")
        half = (chosen.get("longitude") is None) != (chosen.get("latitude") is None)
        if half and not {"longitude", "latitude"} & self.errors.keys():
            self.add_error("latitude", "经度和纬度要么都填，要么都不填。")
        return chosen

    @property
    def standing_class(self) -> HouseholdClass | None:
        """The class that the household has; None while it is new."""
        return self.instance.household_class if self.instance.pk else None

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in EDITABLE}


class FirstIdentity(forms.Form):
    """The identity that a new household starts with."""

    household_class = forms.ModelChoiceField(label="农户类别", queryset=None, empty_label="请选择")
    certificate = forms.CharField(label="证件编号", max_length=40, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["household_class"].queryset = classes_in_force()


class NewHouseholdForm(FirstIdentity, HouseholdForm):
    """A household that was not in the register: its facts, and the identity that gives it its class."""

    happened_on = past_date("登记依据日期")
    reason = reason_field("新增理由", help_text="如 漏登补录、迁入")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["household_class"].queryset = classes_in_force()
        self.fields["reason"].help_text = "如：花名册漏登、整户迁入"


def classes_in_force():
    return HouseholdClass.objects.filter(valid_to__isnull=True, scheme__valid_to__isnull=True)


class VersionedForm(forms.Form):
    """A form over a household that says which version of it the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, household: Household, **kwargs):
        super().__init__(*args, **kwargs)
        self.household = household
        self.fields["version"].initial = household.version


class IdentitiesForm(VersionedForm):
    """End standing identities, add new ones; one reason and one date for the whole change."""

    end = forms.ModelMultipleChoiceField(
        label="终止现有身份",
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    household_class = forms.ModelChoiceField(
        label="新增身份", queryset=None, required=False, empty_label="不新增"
    )
    department = forms.CharField(
        label="认定部门", max_length=20, required=False, help_text="留空即按类别填写"
    )
    certificate = forms.CharField(label="证件编号", max_length=40, required=False)
    happened_on = past_date("变更日期")
    reason = reason_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        standing = self.household.identities.current().select_related("household_class")
        self.fields["end"].queryset = standing
        self.fields["end"].label_from_instance = identity_label
        self.fields["household_class"].queryset = classes_in_force()
        self.fields["household_class"].label_from_instance = class_label


def identity_label(identity: Identity) -> str:
    parts = [str(identity.household_class)]
    if identity.certificate:
        parts.append(f"证件 {identity.certificate}")
    if identity.valid_from:
        parts.append(f"自 {identity.valid_from:%Y-%m-%d}")
    return "，".join(parts)


def class_label(household_class: HouseholdClass) -> str:
    if is_residual(household_class):
        return household_class.name
    return f"{household_class.name}（{household_class.department}认定）"


class RemovalForm(forms.Form):
    """迁出, 消亡, 合户, 重复: what the office asks the bureau to confirm."""

    kind = forms.ChoiceField(
        label="变更",
        choices=[
            ("", "请选择"),
            *((kind.value, kind.label) for kind in ChangeKind if kind in REMOVAL_KINDS),
        ],
        error_messages={"required": "请选择变更种类。"},
    )
    happened_on = past_date("发生日期")
    related_code = forms.CharField(
        label="保留的那一户的户编号",
        max_length=20,
        required=False,
        help_text="合户、与他户重复时填写",
    )
    reason = reason_field()
    evidence = forms.CharField(
        label="依据材料",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如：户籍注销证明（派出所 2026-11-02）、村委会证明",
        error_messages={"required": "请写明依据材料。"},
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean(self):
        chosen = super().clean()
        chosen["related"] = None
        if code := chosen.get("related_code", "").strip():
            related = Household.objects.visible_to(self.staff).filter(code=code).first()
            if related is None:
                self.add_error("related_code", "您的管辖范围内没有这个户编号，请核对。")
            chosen["related"] = related
        return chosen


class SplitForm(FirstIdentity, VersionedForm, PersonChecks):
    """The household that splits off: its own head, ID number and part of the people."""

    happened_on = past_date("分户日期")
    reason = reason_field("分户理由")

    class Meta:
        model = Household
        fields = ("head_name", "id_number", "phone", "group", "population")
        labels = {"population": "分出人数"}


class NoteForm(forms.Form):
    """The bureau's word on a request."""

    note = forms.CharField(
        label="意见",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不同意时必须写明理由",
    )


class ReinstateForm(forms.Form):
    happened_on = past_date("恢复日期")
    reason = reason_field("恢复理由")


class ChangeFilters(forms.Form):
    """What the ledger of changes is narrowed to."""

    kind = forms.ChoiceField(
        label="变更", required=False, widget=Select, choices=[("", "全部"), *ChangeKind.choices]
    )
    state = forms.ChoiceField(
        label="状态", required=False, widget=Select, choices=[("", "全部"), *ChangeState.choices]
    )
    region = forms.ModelChoiceField(
        label="街办、村", required=False, widget=Select, queryset=None, empty_label="全部"
    )
    since = forms.DateField(label="自", required=False, widget=DateInput)
    until = forms.DateField(label="至", required=False, widget=DateInput)

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        places = Region.objects.visible_to(staff)
        offices = places.offices()
        self.fields["region"].queryset = offices if len(staff.scope_code) < 9 else places.villages()

    def apply(self, changes):
        """`changes` with the filters on, none of them where a filter is wrong."""
        if not self.is_valid():
            return changes.none()
        chosen = self.cleaned_data
        if chosen["kind"]:
            changes = changes.filter(kind=chosen["kind"])
        if chosen["state"]:
            changes = changes.filter(state=chosen["state"])
        if chosen["region"]:
            changes = changes.within(chosen["region"].code)
        if chosen["since"]:
            changes = changes.filter(happened_on__gte=chosen["since"])
        if chosen["until"]:
            changes = changes.filter(happened_on__lte=chosen["until"])
        return changes
