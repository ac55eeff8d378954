"""What the problem ledger is narrowed to: one reading of the query string for list, sums and exports."""

import datetime as dt
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import QueryDict

from households.filters import Chip, Place, grouped_by_office
from households.models import Region
from rectification.enums import Direction, Light, ProblemSource, ProblemState
from rectification.models import ProblemKind
from rectification.models.problems import ProblemQuerySet
from yanliang.periods import thursday_of, today
from yanliang.ui.forms import DateInput, Select, TextInput

#: Without a word about the state, what is not struck off yet.
STATES = [
    ("", "未销号"),
    ("all", "全部（不含作废）"),
    ("at_work", "街办办理中"),
    *ProblemState.choices,
]
#: As `responsible`: nobody is named yet.
UNASSIGNED = "未交办"
#: Of which households (domain rules §1); problems of a whole place belong to none of them.
HOUSEHOLDS = {
    "priority": ("四类重点对象", Q(household__household_class__appraise_all=True)),
    "ordinary": ("一般农户", Q(household__household_class__appraise_all=False)),
    "none": ("不涉及农户", Q(household__isnull=True)),
}


#: How the filters stand on the page.
BAR = ("q", "region", "state", "light", "source", "kind")
FOLDED = (
    "direction",
    "households",
    "responsible",
    "found_from",
    "found_to",
    "due_from",
    "due_to",
)
TICKS = ("mine", "week", "recurrent")


def this_week() -> tuple[dt.date, dt.date]:
    """The first and the last day of the reporting week, Friday to Thursday."""
    thursday = thursday_of(today())
    return thursday - dt.timedelta(days=6), thursday


class Tick(forms.CheckboxInput):
    def __init__(self) -> None:
        super().__init__(attrs={"class": "form-check-input"})


def all_or(choices) -> list[tuple[str, str]]:
    return [("", "全部"), *choices]


class ProblemFilters(forms.Form):
    """The filters of the ledger, read from `data` for what `staff` may see.

    Parameters: q (number, description, householder, responsible person), region (code), state (see STATES; empty:
    未销号), light, source, kind (code), direction, households (see HOUSEHOLDS), responsible (whole name, or
    未交办), mine, week and recurrent (1), found_from, found_to, due_from, due_to, and, only from links, place:
    the code of the one region, without what lies in it. Wrong ones empty the list and say why.
    """

    q = forms.CharField(
        label="搜索",
        required=False,
        max_length=40,
        widget=TextInput({"type": "search", "placeholder": "编号、描述、户主、责任人"}),
    )
    region = forms.ChoiceField(label="街办、村", required=False, widget=Select)
    state = forms.ChoiceField(label="状态", required=False, widget=Select, choices=STATES)
    light = forms.ChoiceField(
        label="时限", required=False, widget=Select, choices=all_or(Light.choices)
    )
    source = forms.ChoiceField(
        label="来源", required=False, widget=Select, choices=all_or(ProblemSource.choices)
    )
    kind = forms.ChoiceField(label="类别", required=False, widget=Select)
    direction = forms.ChoiceField(
        label="所属排查", required=False, widget=Select, choices=all_or(Direction.choices)
    )
    households = forms.ChoiceField(
        label="农户",
        required=False,
        widget=Select,
        choices=all_or((key, label) for key, (label, _) in HOUSEHOLDS.items()),
    )
    responsible = forms.CharField(
        label="责任人",
        required=False,
        max_length=20,
        widget=TextInput({"placeholder": f"姓名，或“{UNASSIGNED}”"}),
    )
    found_from = forms.DateField(label="发现日期从", required=False, widget=DateInput)
    found_to = forms.DateField(label="发现日期到", required=False, widget=DateInput)
    due_from = forms.DateField(label="整改时限从", required=False, widget=DateInput)
    due_to = forms.DateField(label="整改时限到", required=False, widget=DateInput)
    mine = forms.BooleanField(label="我的问题", required=False, widget=Tick)
    week = forms.BooleanField(label="本周到期", required=False, widget=Tick)
    recurrent = forms.BooleanField(label="屡改屡犯", required=False, widget=Tick)
    place = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, staff) -> None:
        super().__init__(data)
        self.staff = staff
        visible = Region.objects.visible_to(staff).values_list(*Place._fields)
        self.regions = {place.code: place for place in map(Place._make, visible)}
        self.kinds = {kind.code: kind for kind in ProblemKind.objects.all()}
        self.fields["region"].choices = grouped_by_office(self.regions.values())
        self.fields["kind"].choices = all_or((code, str(each)) for code, each in self.kinds.items())

    def clean_place(self) -> str:
        code = self.cleaned_data["place"]
        if code and code not in self.regions:
            raise forms.ValidationError("所选区划不在您的管辖范围内。")
        return code

    def apply(self, problems: ProblemQuerySet) -> ProblemQuerySet:
        """`problems` (already narrowed to what the person sees) with every filter on."""
        return self.in_state(self.apply_but_state(problems))

    @property
    def state_meant(self) -> str:
        """The state asked for; who asks for what is done, and says no more, does not mean what is open."""
        chosen = self.cleaned_data["state"]
        is_done = self.cleaned_data["light"] == Light.GREY
        return chosen or (ProblemState.CLOSED if is_done else "")

    def in_state(self, problems: ProblemQuerySet) -> ProblemQuerySet:
        if not self.is_valid():
            return problems.none()
        match self.state_meant:
            case "":
                return problems.unsettled()
            case "all":
                return problems.standing()
            case "at_work":
                return problems.at_work()
        return problems.filter(state=self.state_meant)

    def apply_but_state(self, problems: ProblemQuerySet) -> ProblemQuerySet:
        """The same without the filter `state`: what the sums are taken from."""
        if not self.is_valid():
            return problems.none()
        chosen = self.cleaned_data
        for name in ("source", "direction"):
            if chosen[name]:
                problems = problems.filter(**{name: chosen[name]})
        if chosen["region"]:
            problems = problems.within(chosen["region"])
        if chosen["place"]:
            problems = problems.filter(region=chosen["place"])
        if chosen["kind"]:
            problems = problems.filter(kind=self.kinds[chosen["kind"]])
        if chosen["light"]:
            problems = problems.with_light(chosen["light"], today())
        if chosen["households"]:
            problems = problems.filter(HOUSEHOLDS[chosen["households"]][1])
        if name := chosen["responsible"]:
            problems = problems.filter(responsible="" if name == UNASSIGNED else name)
        if chosen["mine"]:
            problems = problems.of(self.staff)
        if chosen["week"]:
            problems = problems.due_between(*this_week())
        if chosen["recurrent"]:
            problems = problems.recurrent()
        for name in ("found", "due"):
            if day := chosen[f"{name}_from"]:
                problems = problems.filter(**{f"{name}_on__gte": day})
            if day := chosen[f"{name}_to"]:
                problems = problems.filter(**{f"{name}_on__lte": day})
        if text := chosen["q"]:
            problems = problems.filter(
                Q(number__icontains=text)
                | Q(description__icontains=text)
                | Q(responsible__icontains=text)
                | Q(household__head_name__icontains=text)
            )
        return problems

    @property
    def bar(self) -> list[forms.BoundField]:
        """What is always in sight."""
        return [self[name] for name in BAR if name != "region" or len(self.regions) > 1]

    @property
    def folded(self) -> list[forms.BoundField]:
        """What folds away below the bar."""
        return [self[name] for name in FOLDED]

    @property
    def is_unfolded(self) -> bool:
        return any(self[name].value() for name in FOLDED)

    @property
    def ticks(self) -> list[forms.BoundField]:
        return [self[name] for name in TICKS]

    @property
    def in_words(self) -> str:
        """The active filters, for the file that carries the list away; the state is always said."""
        if not self.is_valid():
            return "无"
        words = [words for name, words in self.words() if name != "state"]
        return "；".join([*words, f"状态：{dict(STATES)[self.state_meant]}"])

    @property
    def in_words_but_state(self) -> str:
        """The same for sums, which tell the states apart."""
        return "；".join(words for name, words in self.words() if name != "state") or "全部问题"

    def words(self) -> Iterator[tuple[str, str]]:
        """(parameter, Chinese words) of every active filter."""
        if not self.is_valid():
            return
        for name, field in self.fields.items():
            chosen = self.cleaned_data[name]
            if not chosen:
                continue
            if name in ("region", "place"):
                only = "（本级）" if name == "place" else ""
                yield name, f"区划：{self.regions[chosen]}{only}"
            elif isinstance(field, forms.BooleanField):
                yield name, field.label
            elif isinstance(field, forms.ChoiceField):
                yield name, f"{field.label}：{dict(field.choices)[chosen]}"
            else:
                yield name, f"{field.label}：{chosen}"

    @property
    def chips(self) -> list[Chip]:
        """The active filters, each removable."""
        return [Chip(label, self.query_without(name)) for name, label in self.words()]

    def query_without(self, *names: str) -> str:
        return self.query_with(**dict.fromkeys(names))

    def query_with(self, **changes: str | None) -> str:
        """The query string of the same list with `changes` made, from its first page; None takes a name out."""
        query = self.data.copy()
        for name, value in {**changes, "page": None}.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"?{query.urlencode()}" if query else "?"

    def query_within(self, group: Mapping[str, str]) -> str:
        """The query string of those problems of this list that `group` narrows it to, whatever their state."""
        own = {
            name: value
            for name, value in self.data.items()
            if value and name in self.fields and name != "state"
        }
        # Where both name a parameter, the list's own is as narrow as the group's, or narrower.
        return f"?{urlencode({**group, **own})}"
