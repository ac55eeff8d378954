"""The three counters: what each counts, what is left in a place, by when, and the list behind every number.

Domain rules §5 (reading): a household that nobody has checked stands in the third counter, not in the first.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from households.enums import SAFE_STAGES, Stage
from households.models import HouseholdClass
from rectification.enums import FROM_ABOVE, UNSETTLED, Direction, Light
from reports.annex2.columns import COLUMN, CountColumn
from reports.annex2.drill_down import address
from reports.annex2.sections import Section
from reports.counts import Counts
from reports.weekly.series import LEVEL_BELOW
from reports.weekly.weeks import Week
from reports.zeros.ledger import Ledger
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import campaign

HOUSEHOLDS, PROBLEMS = "户", "件"


@dataclass(frozen=True)
class Part:
    """What a counter adds up: households of a column, of the 四类重点对象 or of all; or problems of a direction."""

    key: str
    label: str
    unit: str
    column: CountColumn | None = None
    is_priority: bool = False
    direction: str = ""


@dataclass(frozen=True)
class Zero:
    """One of the three: `unit` is what it is counted in, 项 where households and problems are added."""

    key: str
    name: str
    hint: str
    unit: str
    parts: tuple[Part, ...]


def of_direction(direction: Direction) -> Part:
    return Part(direction.value, direction.label, PROBLEMS, direction=direction.value)


UNSAFE = Part(
    "unsafe",
    "已排查未清零",
    HOUSEHOLDS,
    CountColumn(
        "unsafe",
        0,
        "已排查未清零",
        "清零",
        "四类重点对象中已核查、住房安全尚未落实的农户",
        lambda summary: summary.stage not in SAFE_STAGES | {Stage.EXEMPT, Stage.UNCHECKED},
    ),
    is_priority=True,
)
#: Annex 2's own column 未排查.
TO_CHECK = Part("unchecked", COLUMN[6].label, HOUSEHOLDS, COLUMN[6])
ZEROS = (
    Zero(
        "poverty",
        "脱贫任务清零",
        "四类重点对象中已核查、住房安全尚未落实的农户；未核查的计入漏点短板清零",
        HOUSEHOLDS,
        (UNSAFE,),
    ),
    Zero(
        "rectification",
        "整改任务清零",
        "问题台账中“存在问题”方向未销号的问题",
        PROBLEMS,
        (of_direction(Direction.PROBLEM),),
    ),
    Zero(
        "gaps",
        "漏点短板清零",
        "全部类别未排查的农户，加上“政策落实”“长效机制”方向未销号的问题",
        "项",
        (TO_CHECK, of_direction(Direction.POLICY), of_direction(Direction.MECHANISM)),
    ),
)
PARTS = {part.key: part for zero in ZEROS for part in zero.parts}
ZERO_OF = {part.key: zero for zero in ZEROS for part in zero.parts}
#: Of a place whose own problems lie in none of its parts.
OWN = "本级"


class Cell(NamedTuple):
    """Where something is left, what it is a part of, and the day by which it was to be gone."""

    place: str
    part: str
    due: dt.date


@dataclass(frozen=True)
class Left:
    """What is left in `scope` at a moment, by the places right below it; the scope's own stands under its code."""

    scope: str
    cells: Mapping[Cell, int]

    @cached_property
    def totals(self) -> Mapping[tuple[str, str], int]:
        """What is left by place, "" for the whole, and by key of the counter or the part."""
        totals: Counter[tuple[str, str]] = Counter()
        for (place, part, _), number in self.cells.items():
            for where in {place, ""}:
                totals[where, part] += number
                totals[where, ZERO_OF[part].key] += number
        return totals

    def of(self, zero: Zero | Part, place: str = "") -> int:
        """What is left of a counter, or of a part of it, in a place or in all."""
        return self.totals.get((place, zero.key), 0)

    def by_due(self, zero: Zero) -> dict[dt.date, int]:
        """What is left of the counter by the day when it was due, the earliest first."""
        found: Counter[dt.date] = Counter()
        for cell, number in self.cells.items():
            if ZERO_OF[cell.part] == zero:
                found[cell.due] += number
        return dict(sorted(found.items()))


def priority_deadlines(classes: Iterable[HouseholdClass]) -> dict[int, dt.date]:
    """The 四类重点对象, by primary key, with their deadline: the classes whose houses are all appraised."""
    return {each.pk: each.cleared_by for each in classes if each.appraise_all}


def left_in(scope: str, counts: Counts, ledger: Ledger, priority: Mapping[int, dt.date]) -> Left:
    """What is left in the region `scope`; `priority` is what `priority_deadlines` gives."""
    level, dates = LEVEL_BELOW[len(scope)], campaign()
    done = SAFE_STAGES | {Stage.EXEMPT}
    cells: Counter[tuple[str, str, dt.date]] = Counter()
    for region, class_id, _, stage, _, number in counts.rows:
        if stage in done:
            continue
        if stage == Stage.UNCHECKED:
            cells[region[:level], TO_CHECK.key, dates.inspections_due] += number
        elif class_id in priority:
            cells[region[:level], UNSAFE.key, priority[class_id]] += number
    for region, direction, source, state, number in ledger.rows:
        if state in UNSETTLED:
            due = dates.feedback_due if source in FROM_ABOVE else dates.problems_due
            cells[region[:level], direction, due] += number
    return Left(scope, {Cell(*cell): number for cell, number in cells.items()})


def deadline_of(zero: Zero, priority: Mapping[int, dt.date]) -> dt.date:
    """The day by which the counter stands at zero: the last of those by which its parts are due."""
    if any(part.unit == PROBLEMS for part in zero.parts):
        return campaign().problems_due
    return max(priority.values(), default=campaign().problems_due)


def list_url(part: Part, region: str, week: Week | None = None, *, only_own: bool = False) -> str:
    """The list of what is left: in the register or the ledger now, on a page of its own at a past cut-off.

    `only_own` leaves out what lies in the region's parts: "" for households, which all lie in villages.
    """
    if only_own and part.unit == HOUSEHOLDS and len(region) < RegionLevel.VILLAGE:
        return ""
    if week is not None and not week.is_open:
        return address(
            "reports:zero_list",
            region=region,
            part=part.key,
            week=week.thursday,
            own=1 if only_own else None,
        )
    if part is TO_CHECK:
        return address("households:household_list", region=region, stage=Stage.UNCHECKED.value)
    if part is UNSAFE:
        return address("households:household_list", region=region, status="unsafe")
    return problems_url(region, only_own=only_own, direction=part.direction)


def problems_url(region: str, *, only_own: bool = False, **filters: str) -> str:
    """The ledger narrowed to `region`; its filter of regions offers what lies below the district."""
    place: dict[str, str | None] = {}
    if only_own:
        place = {"place": region}
    elif len(region) >= RegionLevel.OFFICE:
        place = {"region": region}
    return address("rectification:problem_list", **place, **filters)


def overdue_url(region: str) -> str:
    return problems_url(region, light=Light.RED.value)


def section_of(part: Part, classes: Iterable[HouseholdClass]) -> Section:
    """The classes that the part counts, as a section by which `households_at` finds its households."""
    classes = tuple(classes)
    if not part.is_priority:
        return Section("all", "全部农户", classes)
    priority = tuple(each for each in classes if each.appraise_all)
    return Section("priority", "四类重点对象", priority, parent="all")


def own_or_below(left: Left, places: Iterable[str]) -> Iterator[str]:
    """The codes of `places`, and last that of the scope where something is left that lies in none of them."""
    places = list(places)
    yield from places
    if left.scope not in places and any(
        cell.place == left.scope and number for cell, number in left.cells.items()
    ):
        yield left.scope
