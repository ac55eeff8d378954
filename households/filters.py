"""What a list of households is narrowed to: one reading of the query string for pages, reports and exports."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django import forms
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.http import QueryDict

from households.enums import SAFE_STAGES, Grade, Stage, Structure, Verdict
from households.models import HouseholdClass, Region
from households.search import search
from households.summary import Summary
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import today

Narrowing = Callable[[QuerySet], QuerySet]

#: Groups of stages that the statistics count, with their name (domain rules §7).
STATUSES: dict[str, tuple[str, Narrowing]] = {
    "to_check": ("应排查", lambda households: households.to_check()),
    "not_cleared": ("未清零", lambda households: households.not_cleared()),
    "unsafe": ("脱贫任务未清零", lambda households: households.task_left()),
    "overdue": ("超期未清零", lambda households: households.overdue(today())),
    "suspected": ("疑似不安全", lambda households: households.filter(verdict=Verdict.SUSPECTED)),
    "awaiting_appraisal": ("待鉴定", lambda households: households.awaiting_appraisal()),
    "safe": ("住房安全", lambda households: households.filter(stage__in=SAFE_STAGES)),
}

#: Stages in the order of the way to 清零, not of their names.
STAGE_ORDER = Case(
    *(When(stage=stage, then=Value(place)) for place, stage in enumerate(Stage)),
    output_field=IntegerField(),
)
#: What a list can be sorted by; every order ends with the code, so that pages never overlap.
#: Codes begin with their village's, so the village in front changes little and lets an index give the order.
SORTS = {
    "code": ("region_id", "code"),
    "name": ("pinyin", "head_name", "code"),
    "place": ("region_id", Length("group"), "group", "code"),
    "stage": (STAGE_ORDER, "code"),
    "area": ("floor_area", "code"),
    "year": ("built_year", "code"),
}


class Place(NamedTuple):
    """A region as a list names it: a tuple, because every page of the district reads 113 of them."""

    code: str
    short_name: str
    level: int

    office_code = Region.office_code
    __str__ = Region.__str__


def grouped_by_office(places: Iterable[Place]) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Villages under their office, as a grouped choice of all or one."""
    grouped: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for code, name, level in places:
        if level == RegionLevel.OFFICE:
            grouped[code] = (name, [(code, f"{name}（全部）")])
        elif level == RegionLevel.VILLAGE:
            office = code[: RegionLevel.OFFICE]
            grouped.setdefault(office, ("村", []))[1].append((code, name))
    return [("", "全部"), *grouped.values()]


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the query string of the same list without it."""

    label: str
    without: str


def summary_key(summary: Summary) -> str:
    """A summary as it stands in an address: verdict-stage-grade."""
    return "-".join(summary)


def as_summary(text: str) -> Summary:
    """The summary that `text` names; raises forms.ValidationError where it names none."""
    try:
        verdict, stage, grade = text.split("-")
        return Summary(Verdict(verdict), Stage(stage), Grade(grade))
    except ValueError as unknown:
        raise forms.ValidationError("链接中的统计口径无法识别，请回到报表重新点击。") from unknown


class SummariesField(forms.MultipleChoiceField):
    """Repeated `summary=verdict-stage-grade`, as the figures of a report link here."""

    def clean(self, value: list[str] | None) -> list[Summary]:
        return [as_summary(text) for text in value or []]


class HouseholdFilters(forms.Form):
    """The filters of a list of households, read from `data` for what `staff` may see.

    Parameters: q, region (code), class (code), group (class group), stage (repeatable), status (see STATUSES),
    structure, summary (repeatable). Wrong ones empty the list and say why: a list that silently ignored
    half of a report's link would show the wrong households.
    """

    q = forms.CharField(label="搜索", required=False, max_length=40)
    region = forms.CharField(label="街办、村", required=False)
    group = forms.ChoiceField(label="类别组", required=False)
    stage = forms.MultipleChoiceField(label="进度", required=False, choices=Stage.choices)
    status = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部")] + [(code, label) for code, (label, _) in STATUSES.items()],
    )
    structure = forms.ChoiceField(
        label="结构", required=False, choices=[("", "全部结构"), *Structure.choices]
    )
    summary = SummariesField(label="统计口径", required=False)

    def __init__(self, data: QueryDict, staff) -> None:
        super().__init__(data)
        visible = Region.objects.visible_to(staff).values_list(*Place._fields)
        self.regions = {place.code: place for place in map(Place._make, visible)}
        self.classes = {each.code: each for each in HouseholdClass.objects.all()}
        self.class_names = {each.pk: each.name for each in self.classes.values()}
        # `class` is no name for an attribute in Python.
        self.fields["class"] = forms.ChoiceField(
            label="类别",
            required=False,
            choices=[("", "全部类别"), *((code, each.name) for code, each in self.classes.items())],
        )
        groups = dict.fromkeys(each.group for each in self.classes.values())
        self.fields["group"].choices = [("", "全部"), *((name, name) for name in groups)]

    def clean_region(self) -> str:
        code = self.cleaned_data["region"]
        if code and code not in self.regions:
            raise forms.ValidationError("所选区划不在您的管辖范围内。")
        return code

    def apply(self, households: QuerySet) -> QuerySet:
        """`households` (already narrowed to what the person sees) with every filter on."""
        households = self.apply_but_stage(households)
        if self.is_valid() and (stages := self.cleaned_data["stage"]):
            households = households.filter(stage__in=stages)
        return households

    def apply_but_stage(self, households: QuerySet) -> QuerySet:
        """The same without the filter `stage`: what the counts beside its choices are taken from."""
        if not self.is_valid():
            return households.none()
        chosen = self.cleaned_data
        if chosen["region"]:
            households = households.within(chosen["region"])
        if chosen["class"]:
            households = households.filter(household_class=self.classes[chosen["class"]])
        if chosen["group"]:
            members = [each for each in self.classes.values() if each.group == chosen["group"]]
            households = households.filter(household_class__in=members)
        if chosen["status"]:
            households = STATUSES[chosen["status"]][1](households)
        if chosen["structure"]:
            households = households.filter(structure=chosen["structure"])
        if chosen["summary"]:
            wanted = Q()
            for verdict, stage, grade in chosen["summary"]:
                wanted |= Q(verdict=verdict, stage=stage, grade=grade)
            households = households.filter(wanted)
        return search(households, chosen["q"])

    @property
    def is_by_region_alone(self) -> bool:
        """Whether nothing but region and stage narrows the list."""
        return self.is_valid() and not any(
            chosen for name, chosen in self.cleaned_data.items() if name not in ("region", "stage")
        )

    def order(self, households: QuerySet) -> QuerySet:
        """`households` in the order that the parameter `sort` asks for, by code where it asks for none."""
        ordered = households.order_by(*SORTS[self.sort.removeprefix("-")])
        return ordered.reverse() if self.sort.startswith("-") else ordered

    @property
    def sort(self) -> str:
        wanted = self.data.get("sort", "")
        return wanted if wanted.removeprefix("-") in SORTS else "code"

    @property
    def region_choices(self) -> list[tuple[str, str | list[tuple[str, str]]]]:
        return grouped_by_office(self.regions.values())

    def place(self, region_id: str) -> str:
        """The name of a village, with its office for those who see several."""
        village = self.regions[region_id]
        office = self.regions.get(village.office_code)
        return f"{office} {village}" if office and self.has_district else str(village)

    @cached_property
    def has_district(self) -> bool:
        return any(place.level == RegionLevel.DISTRICT for place in self.regions.values())

    @property
    def chips(self) -> list[Chip]:
        """The active filters, each removable."""
        return [Chip(label, self.query_without(name)) for name, label in self.in_words()]

    def query_without(self, *names: str) -> str:
        query = self.data.copy()
        for name in (*names, "page"):
            query.pop(name, None)
        return f"?{query.urlencode()}" if query else "?"

    def in_words(self) -> Iterator[tuple[str, str]]:
        """(parameter, Chinese words) of every active filter."""
        if not self.is_valid():
            return
        chosen = self.cleaned_data
        if chosen["q"]:
            yield "q", f"搜索：{chosen['q']}"
        if chosen["region"]:
            yield "region", f"区划：{self.regions[chosen['region']]}"
        if chosen["class"]:
            yield "class", f"类别：{self.classes[chosen['class']]}"
        if chosen["group"]:
            yield "group", f"类别组：{chosen['group']}"
        if chosen["status"]:
            yield "status", f"状态：{STATUSES[chosen['status']][0]}"
        if chosen["stage"]:
            yield "stage", "进度：" + "、".join(Stage(stage).label for stage in chosen["stage"])
        if chosen["structure"]:
            yield "structure", f"结构：{Structure(chosen['structure']).label}"
        if chosen["summary"]:
            stages = dict.fromkeys(summary.stage.label for summary in chosen["summary"])
            yield "summary", "统计口径：" + "、".join(stages)
