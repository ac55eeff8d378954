"""The ledger by office, village, source, kind, person or light: one table, each figure leading to its problems."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.db.models.expressions import Combinable
from django.db.models.functions import Left
from django.urls import reverse

from rectification.enums import Direction, Light, ProblemSource, ProblemState
from rectification.models.problems import ProblemQuerySet
from rectification.problems.filters import UNASSIGNED, ProblemFilters
from rectification.problems.summing import Sums, light_on, sums_by
from yanliang.accounts.enums import RegionLevel
from yanliang.tables.table import Cell, Column, Row, Table

#: The states of the table's columns, in the order of the way to 销号.
COUNTED = (
    ProblemState.OPEN,
    ProblemState.IN_PROGRESS,
    ProblemState.RETURNED,
    ProblemState.REOPENED,
    ProblemState.SUBMITTED,
    ProblemState.CLOSED,
)
PRESSING = (Light.RED, Light.YELLOW)

#: What names a group: one value for each expression of its grouping.
Key = tuple[str, ...]


@dataclass
class Group:
    """A row of the table: its name, what narrows the list to it, and its sums."""

    name: str
    query: Mapping[str, str]
    sums: Sums = field(default_factory=Sums)


@dataclass(frozen=True)
class Grouping:
    """A way to group the ledger.

    `keys` are expressions of a problem; `group` makes a group of their values; `order` sorts these.
    """

    label: str
    keys: Callable[[dt.date], Mapping[str, Combinable]]
    group: Callable[[ProblemFilters, Key], Group]
    order: Callable[[ProblemFilters, Key], Any] = lambda filters, key: key


OFFICE_OF = Left("region_id", int(RegionLevel.OFFICE))


def of_unit(filters: ProblemFilters, key: Key) -> Group:
    (code,) = key
    if len(code) < RegionLevel.OFFICE:
        return Group("区住建局", {"place": code})
    if code in filters.regions:
        return Group(str(filters.regions[code]), {"region": code})
    # Who sees no more than a village sees nothing of its office's others.
    return Group(str(filters.staff.region), {})


def of_place(filters: ProblemFilters, key: Key) -> Group:
    (code,) = key
    place = filters.regions[code]
    office = filters.regions.get(place.office_code)
    if place.level != RegionLevel.VILLAGE:
        return Group(f"{place}（本级）", {"place": code})
    return Group(f"{office} {place}" if office else str(place), {"place": code})


def of_person(filters: ProblemFilters, key: Key) -> Group:
    code, name = key
    unit = of_unit(filters, (code,))
    return Group(
        f"{unit.name} {name or UNASSIGNED}", {**unit.query, "responsible": name or UNASSIGNED}
    )


def by_choice(label: str, name: str, choices: Any, keys: Callable) -> Grouping:
    """A grouping by the values of `choices`, which the filter `name` takes."""
    order = list(choices.values)
    return Grouping(
        label,
        keys,
        lambda filters, key: Group(choices(key[0]).label, {name: key[0]}),
        lambda filters, key: order.index(key[0]),
    )


GROUPINGS = {
    "unit": Grouping("街办", lambda day: {"unit": OFFICE_OF}, of_unit),
    "place": Grouping("村（社区）", lambda day: {"place": F("region_id")}, of_place),
    "source": by_choice("来源", "source", ProblemSource, lambda day: {"of": F("source")}),
    "direction": by_choice("所属排查", "direction", Direction, lambda day: {"of": F("direction")}),
    "kind": Grouping(
        "类别",
        lambda day: {"of": F("kind__code")},
        lambda filters, key: Group(str(filters.kinds[key[0]]), {"kind": key[0]}),
        lambda filters, key: list(filters.kinds).index(key[0]),
    ),
    "responsible": Grouping(
        "责任人", lambda day: {"unit": OFFICE_OF, "name": F("responsible")}, of_person
    ),
    "light": by_choice("时限", "light", Light, lambda day: {"of": light_on(day)}),
}


def grouped(
    problems: ProblemQuerySet, grouping: Grouping, filters: ProblemFilters, day: dt.date
) -> list[Group]:
    """`problems` by `grouping`, in its order. One query."""
    sums = sums_by(problems, day, grouping.keys(day))
    groups = []
    for key in sorted(sums, key=lambda key: grouping.order(filters, key)):
        group = grouping.group(filters, key)
        group.sums = sums[key]
        groups.append(group)
    return groups


def summary_table(groups: list[Group], grouping: Grouping, filters: ProblemFilters) -> Table:
    """One row for each group and one for all; the figures link to the list narrowed to their problems."""
    total = Sums()
    for group in groups:
        total.add(group.sums)
    rows = [row_of(group, filters) for group in groups]
    if groups:
        rows.append(row_of(Group("合计", {}, total), filters, kind="total"))
    return Table(
        title=f"问题台账按{grouping.label}汇总",
        subtitle=f"单位：个；{filters.in_words_but_state}",
        columns=(
            Column("name", grouping.label, width=24),
            Column("total", "总数", "int"),
            *(Column(state, state.label, "int") for state in COUNTED),
            *(Column(light, light.label, "int") for light in PRESSING),
            Column("recurrent", "屡改屡犯", "int"),
            Column("rate", "销号率", "percent", hint="已销号 ÷ 总数"),
        ),
        rows=rows,
        paper="A4 landscape",
    )


def row_of(group: Group, filters: ProblemFilters, **kind) -> Row:
    address = reverse("rectification:problem_list")

    def figure(number: int, **query: str) -> Cell:
        if not number:
            return Cell(0)
        return Cell(number, href=address + filters.query_within({**group.query, **query}))

    sums = group.sums
    closed = sums.states[ProblemState.CLOSED]
    return Row(
        {
            "name": group.name,
            "total": figure(sums.total, state="all"),
            **{each: figure(sums.states[each], state=each) for each in COUNTED},
            **{each: figure(sums.lights[each], light=each, state="all") for each in PRESSING},
            "recurrent": figure(sums.recurrent, recurrent="1", state="all"),
            "rate": Decimal(closed) / sums.total if sums.total else None,
        },
        **kind,
    )
