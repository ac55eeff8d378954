"""The week's figures: this cut-off, the one before, and what lies between. Pure; the queries are in `gathering`."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from households.enums import REMOVAL_KINDS, SAFE_STAGES, ChangeKind, EventKind, Stage
from households.models import HouseholdClass
from households.summary import Summary
from reports.annex2.columns import COLUMN, RATE, Figures
from reports.counts import Counts
from reports.weekly.problems import Rectified
from reports.weekly.weeks import Week

#: Numbers of Annex 2's columns that the report speaks of.
ALL, EXEMPT, TO_CHECK, CHECKED, CHECK_RATE, UNCHECKED = 1, 2, 3, 4, RATE.number, 6
SUSPECTED, APPRAISED, TO_APPRAISE, TO_RULE = 8, 9, 10, 15
GRADES = (11, 12, 13, 14)
TO_RENOVATE, TO_START, RENOVATING, TO_ACCEPT, ACCEPTED, SECURED = 16, 17, 18, 19, 20, 21
SAFE, NOT_CLEARED = 22, 23

#: Households by kind of change in the register, or kind of event that takes safety or a grade away.
Causes = Mapping[str, int]
CAUSE_LABELS: dict[str, str] = {
    **{str(kind): str(kind.label) for kind in ChangeKind},
    EventKind.WARNED: "发现新险情",
    EventKind.INSPECTED: "复查为疑似不安全",
    EventKind.APPRAISED: "鉴定为C、D级",
    EventKind.RULED_BACK: "审定退回重新鉴定",
}
MOVES = frozenset({*REMOVAL_KINDS, ChangeKind.CORRECTED})
ARRIVALS = frozenset({ChangeKind.ADDED, ChangeKind.SPLIT, ChangeKind.REINSTATED})
SETBACKS = frozenset({EventKind.WARNED, EventKind.INSPECTED})
#: What can have made a column fall (domain rules §7: 4, 9, 20, 22), or the number of households change.
CAUSES_OF: dict[int, frozenset[str]] = {
    ALL: ARRIVALS | {ChangeKind.CORRECTED},
    CHECKED: MOVES,
    CHECK_RATE: MOVES | ARRIVALS,
    # An ordinary household found 基本安全 has no grade, whatever it had while it was of another class.
    APPRAISED: MOVES | SETBACKS | {EventKind.RULED_BACK, ChangeKind.CLASS_CHANGED},
    ACCEPTED: MOVES | SETBACKS,
    SAFE: MOVES | SETBACKS | {EventKind.APPRAISED},
}


def difference(this: int | Decimal | None, last: int | Decimal | None) -> int | Decimal | None:
    """This week's figure less last week's; None where one of them is missing."""
    return None if this is None or last is None else this - last


@dataclass(frozen=True)
class Compared:
    """A place, or a class of households, at this cut-off and at the one before (`last`; None: there is none).

    A change of class moves the figures of a class (`is_class`); of a place's only 已鉴定. `code` is the region's.
    """

    name: str
    this: Figures
    last: Figures | None
    causes: Causes
    is_class: bool = False
    code: str = ""

    def value(self, number: int) -> int | Decimal | None:
        return COLUMN[number].value(self.this)

    def previous(self, number: int) -> int | Decimal | None:
        return COLUMN[number].value(self.last) if self.last is not None else None

    def difference(self, number: int) -> int | Decimal | None:
        """This week's figure less last week's; None where one of them is missing."""
        return difference(self.value(number), self.previous(number))

    def causes_of(self, number: int) -> Causes:
        """The logged causes that can have moved the column, the most frequent first."""
        relevant = CAUSES_OF.get(number, frozenset())
        if self.is_class:
            relevant |= {ChangeKind.CLASS_CHANGED}
        found = {kind: times for kind, times in self.causes.items() if kind in relevant and times}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


@dataclass(frozen=True)
class ClassGroup:
    """A class group, and its classes where there are several."""

    total: Compared
    classes: tuple[Compared, ...] = ()


@dataclass(frozen=True)
class Overdue:
    """Households of the classes due on `due` that were not 清零 by then, in all and by place (its name)."""

    due: dt.date
    class_names: tuple[str, ...]
    households: int
    by_place: Mapping[str, int]


@dataclass(frozen=True)
class WeeklyFigures:
    """All that a weekly report says of a region, without a query.

    `whole` names the region in a sentence (全区), `place_noun` what its parts are called (街办).
    """

    whole: str
    place_noun: str
    week: Week
    total: Compared
    places: tuple[Compared, ...]
    groups: tuple[ClassGroup, ...]
    overdue: tuple[Overdue, ...]
    inspections_due: dt.date
    rectified: Rectified

    @property
    def ranked(self) -> list[Compared]:
        """The places by 排查率, highest first, the larger first among equals; without those that have none."""
        rated = [place for place in self.places if place.value(CHECK_RATE) is not None]
        return sorted(rated, key=lambda place: (-place.value(CHECK_RATE), -place.this[TO_CHECK]))

    @property
    def unrated(self) -> list[Compared]:
        """Places without a household to check: missing, not zero."""
        return [place for place in self.places if place.value(CHECK_RATE) is None]

    @property
    def changes(self) -> Causes:
        """The households by kind of change logged this week."""
        return {kind: times for kind, times in self.total.causes.items() if times}

    def parts(self, number: int) -> dict[str, int]:
        """The places that count anyone in the column, by name, the most first."""
        found = {place.name: place.this[number] for place in self.places if place.this[number]}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def is_not_cleared(summary: Summary) -> bool:
    return summary.stage not in SAFE_STAGES | {Stage.EXEMPT}


def overdue(
    counts: Counts, classes: Iterable[HouseholdClass], places: Mapping[str, str], day: dt.date
) -> tuple[Overdue, ...]:
    """What was overdue on `day`, by deadline of the class (domain rules §2); `places` are names by code."""
    deadlines: dict[dt.date, list[HouseholdClass]] = {}
    for each in sorted(classes, key=lambda each: each.precedence):
        if each.cleared_by < day:
            deadlines.setdefault(each.cleared_by, []).append(each)
    found = []
    for due, members in sorted(deadlines.items()):
        late = counts.of_classes(frozenset(each.pk for each in members))
        by_place = {
            name: households
            for code, name in places.items()
            if (households := late.within(code).total(is_not_cleared))
        }
        if households := late.total(is_not_cleared):
            ordered = dict(sorted(by_place.items(), key=lambda item: -item[1]))
            names = tuple(each.name for each in members)
            found.append(Overdue(due, names, households, ordered))
    return tuple(found)


def causes_in(
    logged: Sequence[tuple[str, str, int, int]],
    code: str,
    class_ids: frozenset[int] | None = None,
) -> Causes:
    """Of `logged` (kind, village code, class, households) what befell the region `code`, or some classes in it.

    The class is the present one: a household that left the classes counts there, so every change of class does.
    """
    causes: Counter[str] = Counter()
    for kind, village, class_id, households in logged:
        concerns = class_ids is None or class_id in class_ids or kind == ChangeKind.CLASS_CHANGED
        if village.startswith(code) and concerns:
            causes[kind] += households
    return dict(causes)
