"""Forms of one problem: what each act asks for, and what is entered of a new one."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError

from households.filters import Place, grouped_by_office
from households.forms import past_date, reason_field
from households.models import Household, Region
from inspections.papers import check_paper
from rectification.enums import PICTURED, Direction, EvidenceKind, ProblemSource, Verification
from rectification.forms import PicturesField, PicturesInput
from rectification.models import Problem, ProblemKind
from rectification.problems.acting import Assignment, Fixed, one_person_obstacles
from rectification.problems.editing import editable_by
from rectification.problems.proving import Picture
from rectification.problems.raising import DAYS_AFTER_CAMPAIGN, Draft
from rectification.problems.recurrence import principal_leader
from rectification.problems.rights import workers, workers_on
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import campaign, today
from yanliang.ui.forms import DateInput

#: Proposed where a problem gets a new date.
DAYS_AHEAD = 30


class AccountField(forms.ModelChoiceField):
    """An account with its office, so that two people of one name are told apart."""

    def label_from_instance(self, staff) -> str:
        return f"{staff}（{staff.region} {staff.get_role_display()}）"


def long_text(label: str, **options) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), **options
    )


def due_date(label: str, **options) -> forms.DateField:
    return forms.DateField(
        label=label, widget=DateInput(attrs={"class": "form-control"}), **options
    )


def photo_field(label: str, **options) -> forms.FileField:
    return forms.FileField(
        label=label, widget=forms.FileInput(attrs={"accept": "image/*,.heic"}), **options
    )


def taken_at_field(label: str = "拍摄时间") -> forms.DateTimeField:
    """Asked for where the camera noted no time."""
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="照片自带拍摄时间的不必填写",
    )


def papers_field(**options) -> PicturesField:
    return PicturesField(
        label="佐证材料",
        widget=PicturesInput(attrs={"accept": "application/pdf,image/*"}),
        help_text="PDF 或照片，可一次选择多份",
        **options,
    )


class ResponsibleFields(forms.Form):
    """责任唯一: one person, the account that works on it, who leads."""

    responsible = forms.CharField(
        label="责任人", max_length=20, help_text="只填一个人的姓名（责任唯一）"
    )
    assignee = AccountField(
        label="经办账号", queryset=None, required=False, empty_label="（没有账号，由街办代为登记）"
    )
    leading_official = forms.CharField(
        label="牵头领导", max_length=20, required=False, help_text="留空为街办主要领导"
    )

    def clean_responsible(self) -> str:
        name = self.cleaned_data["responsible"].strip()
        if name and (faults := one_person_obstacles(name)):
            raise ValidationError(faults)
        return name

    @property
    def assignment(self) -> Assignment:
        return Assignment(
            self.cleaned_data["responsible"],
            self.cleaned_data["assignee"],
            self.cleaned_data["leading_official"],
            self.cleaned_data["measure"],
        )


class ActForm(forms.Form):
    """An act on a problem; `seen` is the version that the person looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, problem: Problem, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = problem.version

    def see(self, version: int) -> None:
        """Let the person, who was told of a newer version, press the button again."""
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = version


class AssignForm(ResponsibleFields, ActForm):
    measure = long_text("整改措施", required=False)

    def __init__(self, *args, problem: Problem, staff, **kwargs):
        super().__init__(*args, problem=problem, staff=staff, **kwargs)
        self.fields["assignee"].queryset = workers_on(problem.region_id)
        leader = principal_leader(problem.region_id)
        for name in ("responsible", "assignee", "measure"):
            self.fields[name].initial = getattr(problem, name)
        leads = self.fields["leading_official"]
        leads.initial = problem.leading_official or leader
        if problem.is_recurrent:
            leads.initial, leads.disabled = leader, True
            leads.help_text = "屡改屡犯问题由街办主要领导牵头"


class SubmitForm(ActForm):
    result = long_text(
        "整改结果",
        help_text="写明采取了什么措施、结果怎样",
        error_messages={"required": "请填写整改结果。"},
    )

    def __init__(self, *args, problem: Problem, staff, **kwargs):
        super().__init__(*args, problem=problem, staff=staff, **kwargs)
        self.fields["result"].initial = problem.result


class VerifyForm(ActForm):
    manner = forms.ChoiceField(
        label="核实方式",
        choices=[("", "请选择"), *Verification.choices],
        error_messages={"required": "请选择核实方式。"},
    )
    comment = forms.CharField(
        label="核实意见", max_length=300, required=False, help_text="留空记为“已整改到位”"
    )


class ReturnForm(ActForm):
    reason = reason_field("退回理由")


class ReopenForm(ActForm):
    reason = reason_field("重新整改的理由")
    due_on = due_date("新的整改时限")

    def __init__(self, *args, problem: Problem, staff, **kwargs):
        super().__init__(*args, problem=problem, staff=staff, **kwargs)
        self.fields["due_on"].initial = today() + dt.timedelta(days=DAYS_AHEAD)


class ExtendForm(ActForm):
    due_on = due_date("延期至")
    reason = reason_field("延期理由")

    def __init__(self, *args, problem: Problem, staff, **kwargs):
        super().__init__(*args, problem=problem, staff=staff, **kwargs)
        self.fields["due_on"].help_text = f"原时限 {problem.due_on}"


class ProblemVoidForm(ActForm):
    reason = reason_field("作废理由")


class EditForm(ActForm):
    """What of the entry this person may put right."""

    def __init__(self, *args, problem: Problem, staff, **kwargs):
        super().__init__(*args, problem=problem, staff=staff, **kwargs)
        self.names = editable_by(problem, staff)
        for name in self.names:
            field = self.fields[name] = Problem._meta.get_field(name).formfield()
            field.initial = getattr(problem, name)
        if "found_on" in self.fields:
            self.fields["found_on"] = past_date("发现日期")
            self.fields["found_on"].initial = problem.found_on
            kinds = ProblemKind.objects.filter(is_active=True)
            self.fields["kind"].queryset = kinds | ProblemKind.objects.filter(pk=problem.kind_id)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.names}


class ProgressForm(forms.Form):
    text = long_text("进展", error_messages={"required": "请填写进展。"})


class PhotoForm(forms.Form):
    """One photo from before or after."""

    kind = forms.ChoiceField(
        label="类型", choices=[each for each in EvidenceKind.choices if each[0] in PICTURED]
    )
    photo = photo_field("照片", error_messages={"required": "请选择照片。"})
    taken_at = taken_at_field()

    @property
    def picture(self) -> Picture:
        return Picture(self.cleaned_data["photo"], self.cleaned_data["taken_at"])


class PapersForm(forms.Form):
    papers = papers_field(error_messages={"required": "请选择文件。"})


class RaiseForm(ResponsibleFields):
    """A problem as it is found, within what `staff` sees; where a responsible person is named, it is assigned too."""

    source = forms.ChoiceField(label="问题来源", choices=ProblemSource.choices)
    kind = forms.ModelChoiceField(
        label="问题类别",
        queryset=None,
        empty_label="请选择",
        error_messages={"required": "请选择问题类别。"},
    )
    direction = forms.ChoiceField(
        label="所属排查", required=False, choices=[("", "按问题类别"), *Direction.choices]
    )
    region = forms.ChoiceField(label="街办、村", required=False)
    household_code = forms.CharField(
        label="户编号", max_length=20, required=False, help_text="不涉及具体农户的留空"
    )
    description = long_text(
        "问题描述",
        help_text="在哪里、是什么、到什么程度",
        error_messages={"required": "请写明问题：在哪里、是什么、到什么程度。"},
    )
    found_on = past_date("发现日期")
    measure = long_text("整改措施", required=False, help_text="留空为该类别的常用措施")
    due_on = due_date("整改时限", required=False)

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.staff = staff
        regions = Region.objects.visible_to(staff)
        self.regions = {place.code: place for place in places_of(regions)}
        whole = [
            (code, f"{place.short_name}（全区）")
            for code, place in self.regions.items()
            if place.level == RegionLevel.DISTRICT
        ]
        _, *grouped = grouped_by_office(self.regions.values())
        self.fields["region"].choices = [("", "请选择"), *whole, *grouped]
        self.fields["kind"].queryset = ProblemKind.objects.filter(is_active=True)
        self.fields["assignee"].queryset = workers().visible_to(staff)
        self.fields["due_on"].help_text = (
            f"留空：中省反馈 {campaign().feedback_due:%-m 月 %-d 日}，其他 {campaign().problems_due:%-m 月 %-d 日}；"
            f"已过的，发现后 {DAYS_AFTER_CAMPAIGN} 天"
        )
        self.fields["responsible"].required = False
        self.fields["responsible"].help_text = "填写的同时交办；只填一个人的姓名"

    def name_household(self, household: Household) -> None:
        """Say beside the number whose it is."""
        place = f"{household.region}{household.group}"
        self.fields["household_code"].help_text = f"{household.head_name}，{place}"

    def leave_unassigned(self) -> None:
        """For those who raise problems and leave it to others to say who answers for them."""
        for name in ("responsible", "assignee"):
            del self.fields[name]

    def clean_household_code(self) -> Household | None:
        code = self.cleaned_data["household_code"].strip()
        if not code:
            return None
        household = Household.objects.visible_to(self.staff).filter(code=code).first()
        if household is None:
            raise ValidationError("没有找到这个户编号，请核对。")
        return household

    def clean(self) -> dict:
        given = super().clean()
        household = given.get("household_code")
        if household is not None:
            given["region"] = given.get("region") or household.region_id
        elif not given.get("region") and not {"region", "household_code"} & self.errors.keys():
            self.add_error("region", "请选择街办或村，或填写户编号。")
        if given.get("assignee") and not given.get("responsible"):
            self.add_error("responsible", "选择了经办账号的，请填写责任人。")
        return given

    @property
    def assignment_if_named(self) -> Assignment | None:
        return self.assignment if self.cleaned_data.get("responsible") else None

    @property
    def draft(self) -> Draft:
        given = self.cleaned_data
        return Draft(
            region_id=given["region"],
            source=ProblemSource(given["source"]),
            kind=given["kind"],
            description=given["description"],
            found_on=given["found_on"],
            household=given["household_code"],
            direction=Direction(given["direction"]) if given["direction"] else None,
            measure=given["measure"],
            leading_official=given["leading_official"],
            due_on=given["due_on"],
        )


class FixForm(RaiseForm):
    """立行立改: the same with what came of it, and the proof."""

    result = long_text("整改结果", error_messages={"required": "请填写整改结果。"})
    before = photo_field("整改前照片", required=False)
    before_taken_at = taken_at_field("整改前照片拍摄时间")
    after = photo_field("整改后照片", required=False)
    after_taken_at = taken_at_field("整改后照片拍摄时间")
    papers = papers_field(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible"].required = True
        self.fields["responsible"].error_messages["required"] = "请填写责任人。"
        self.fields["responsible"].help_text = "只填一个人的姓名（责任唯一）"

    def clean_papers(self) -> list:
        papers = [paper for paper in self.cleaned_data["papers"] if paper]
        for paper in papers:
            check_paper(paper)
        return papers

    def picture(self, name: str) -> Picture | None:
        photo = self.cleaned_data[name]
        return Picture(photo, self.cleaned_data[f"{name}_taken_at"]) if photo else None

    @property
    def fixed(self) -> Fixed:
        return Fixed(
            self.assignment,
            self.cleaned_data["result"],
            self.picture("before"),
            self.picture("after"),
            tuple(self.cleaned_data["papers"]),
        )


def places_of(regions) -> list[Place]:
    return [Place._make(row) for row in regions.values_list(*Place._fields)]
