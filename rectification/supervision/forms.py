"""Forms of supervision visits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django import forms

from households.models import Region
from rectification.enums import Seen
from rectification.models import ProblemKind, SupervisionVisit, VisitHousehold
from rectification.models.supervision import SAMPLE_LARGEST
from rectification.supervision.recording import Finding, Outcome, Typed
from yanliang.periods import today
from yanliang.ui.forms import DateInput, Select

#: How many households a visit calls at unless somebody says otherwise.
USUAL_SIZE = 20
LARGEST_SEED = 2**31 - 1
NOTE_LENGTH = VisitHousehold._meta.get_field("note").max_length


def visit_date() -> forms.DateField:
    return forms.DateField(
        label="检查日期", initial=today, widget=DateInput(attrs={"class": "form-control"})
    )


def visitors_field() -> forms.CharField:
    return forms.CharField(
        label="检查人员",
        max_length=SupervisionVisit._meta.get_field("visitors").max_length,
        help_text="写全名，用顿号隔开",
        error_messages={"required": "请填写检查人员。"},
    )


class OfficeFilter(forms.Form):
    """One street office of those that `staff` sees."""

    region = forms.ModelChoiceField(
        label="街办", required=False, widget=Select, queryset=None, empty_label="全部"
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(staff).offices()

    @property
    def office(self) -> Region | None:
        return self.cleaned_data["region"] if self.is_valid() else None


class PlanForm(forms.Form):
    """Which office is visited when, by whom, and how many households are drawn."""

    region = forms.ModelChoiceField(
        label="街办",
        queryset=None,
        empty_label="请选择",
        error_messages={"required": "请选择街办。"},
    )
    visited_on = visit_date()
    visitors = visitors_field()
    size = forms.IntegerField(
        label="抽取户数",
        min_value=1,
        max_value=SAMPLE_LARGEST,
        initial=USUAL_SIZE,
        help_text="按农户类别和村的户数比例随机抽取，每类至少一户",
    )
    seed = forms.IntegerField(
        label="抽样种子",
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
        help_text="留空由系统随机产生；同一种子、同一户数在同一台账上抽出的农户相同",
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(staff).offices()


class VersionedForm(forms.Form):
    """`seen` is the version of the visit that the person looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, visit: SupervisionVisit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = visit.version


class EditForm(VersionedForm):
    visited_on = visit_date()
    visitors = visitors_field()

    def __init__(self, *args, visit: SupervisionVisit, **kwargs):
        super().__init__(*args, visit=visit, **kwargs)
        for name in ("visited_on", "visitors"):
            self.fields[name].initial = getattr(visit, name)


class DoneForm(VersionedForm):
    summary = forms.CharField(
        label="检查情况",
        max_length=SupervisionVisit._meta.get_field("summary").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="看了哪些村、哪些户和资料，总体情况怎样，提出了什么要求",
        error_messages={"required": "请填写检查情况。"},
    )


class Line(NamedTuple):
    """A household of the sample with its fields; `shown` is what the page says was stored when it was opened."""

    row: VisitHousehold
    seen: forms.BoundField
    note: forms.BoundField
    shown: Outcome


class OutcomesForm(forms.Form):
    """What was seen at each household: `seen-<row>` and `note-<row>`, with `was_seen-` and `was_note-` as shown."""

    def __init__(self, *args, rows: Sequence[VisitHousehold], **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.found: Mapping[int, Outcome] = {}
        for row in rows:
            self.fields[f"seen-{row.pk}"] = seen_field(row.seen)
            self.fields[f"note-{row.pk}"] = note_field(row.note)
            self.fields[f"was_seen-{row.pk}"] = seen_field(row.seen)
            self.fields[f"was_note-{row.pk}"] = note_field(row.note)

    @property
    def typed(self) -> dict[int, Typed]:
        given = self.cleaned_data
        return {
            row.pk: Typed(
                Outcome(Seen(given[f"seen-{row.pk}"]), given[f"note-{row.pk}"]),
                Outcome(Seen(given[f"was_seen-{row.pk}"]), given[f"was_note-{row.pk}"]),
            )
            for row in self.rows
        }

    def tell_conflict(self, found: Mapping[int, Outcome]) -> None:
        """Say at each row what somebody else has recorded, and let the person decide and save again."""
        self.found = found
        for key, (seen, note) in found.items():
            words = "，".join(filter(None, (seen.label, note)))
            self.add_error(f"seen-{key}", f"他人刚刚登记为“{words}”，请核对后再保存。")

    @property
    def lines(self) -> Iterator[Line]:
        for row in self.rows:
            was = Outcome(self[f"was_seen-{row.pk}"].value(), self[f"was_note-{row.pk}"].value())
            yield Line(
                row,
                self[f"seen-{row.pk}"],
                self[f"note-{row.pk}"],
                self.found.get(row.pk, was),
            )


def seen_field(stored: str) -> forms.ChoiceField:
    return forms.ChoiceField(choices=Seen.choices, initial=stored)


def note_field(stored: str) -> forms.CharField:
    return forms.CharField(required=False, max_length=NOTE_LENGTH, initial=stored)


class FindingForm(forms.Form):
    """A problem that the visitors found, at the office, in one of its villages, or at a household of the sample."""

    place = forms.ChoiceField(label="在哪里发现", error_messages={"required": "请选择在哪里发现。"})
    kind = forms.ModelChoiceField(
        label="问题类别",
        queryset=ProblemKind.objects.filter(is_active=True),
        empty_label="请选择",
        error_messages={"required": "请选择问题类别。"},
    )
    description = forms.CharField(
        label="问题描述",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="在哪里、是什么、到什么程度",
        error_messages={"required": "请写明问题：在哪里、是什么、到什么程度。"},
    )
    measure = forms.CharField(
        label="整改要求",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="留空时用该类别的常用整改措施",
    )

    def __init__(self, *args, visit: SupervisionVisit, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = {
            f"household-{row.pk}": row
            for row in visit.households.select_related("household__region")
        }
        self.villages = {
            place.pk: place for place in Region.objects.within(visit.region_id).villages()
        }
        self.fields["place"].choices = [
            (visit.region_id, f"{visit.region}（不涉及具体村、户）"),
            (
                "走访的农户",
                [(key, sampled(row)) for key, row in self.rows.items()],
            ),
            ("村（社区）", [(code, str(place)) for code, place in self.villages.items()]),
        ]

    @property
    def finding(self) -> Finding:
        given = self.cleaned_data
        return Finding(
            given["kind"],
            given["description"],
            self.rows.get(given["place"]),
            self.villages.get(given["place"]),
            given["measure"].strip(),
        )


def sampled(row: VisitHousehold) -> str:
    return (
        f"{row.position} {row.household.head_name}（{row.household.region} {row.household.group}）"
    )
