"""Counts of households by region, class and safety summary: the one stock that every figure is drawn from."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from households.enums import Grade, Stage, Verdict
from households.summary import Summary

#: Region code, class (primary key), verdict, stage, grade, and the number of households (户) that share them.
CountRow = tuple[str, int, str, str, str, int]
#: Households by place, class, verdict, stage and grade.
Tally = dict[tuple[str, int, str, str, str], int]


@cache
def summary_of(verdict: str, stage: str, grade: str) -> Summary:
    """The summary that the database's three plain values stand for."""
    return Summary(Verdict(verdict), Stage(stage), Grade(grade))


@dataclass(frozen=True)
class Counts:
    """Households (户) by region, class and summary, as a query grouped them; rows may share a group."""

    rows: Sequence[CountRow]

    @property
    def class_ids(self) -> frozenset[int]:
        """The classes that at least one household counts under."""
        return frozenset(row[1] for row in self.rows)

    def within(self, code: str) -> "Counts":
        """The part that lies in the region `code`."""
        return Counts([row for row in self.rows if row[0].startswith(code)])

    def without(self, codes: Iterable[str]) -> "Counts":
        """The part that lies in none of the regions `codes`."""
        left_out = tuple(codes)
        return Counts([row for row in self.rows if not row[0].startswith(left_out)])

    def of_classes(self, class_ids: frozenset[int]) -> "Counts":
        return Counts([row for row in self.rows if row[1] in class_ids])

    def total(self, belongs: Callable[[Summary], bool] = lambda summary: True) -> int:
        """Households whose summary `belongs`; all of them without it."""
        return sum(row[5] for row in self.rows if belongs(summary_of(*row[2:5])))

    def tally(self, places: Iterable[str] = ()) -> Tally:
        """Households added up by those of `places` (region codes, none inside another) that they lie in.

        The place of a household that lies in none of them is "".
        """
        places = tuple(places)
        homes: dict[str, str] = {}
        tally: Tally = Counter()
        for region, class_id, verdict, stage, grade, households in self.rows:
            home = homes.get(region)
            if home is None:
                home = next((place for place in places if region.startswith(place)), "")
                homes[region] = home
            tally[home, class_id, verdict, stage, grade] += households
        return tally
