"""Counts of households by region, class and safety summary: the one stock that every figure is drawn from."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from households.enums import Grade, Stage, Verdict
from households.summary import Summary

#: Households by class (primary key) and summary.
Tally = Mapping[tuple[int, Summary], int]


@cache
def summary_of(verdict: str, stage: str, grade: str) -> Summary:
    """The summary that the database's three plain values stand for; one object for each."""
    return Summary(Verdict(verdict), Stage(stage), Grade(grade))


@dataclass(frozen=True)
class Counts:
    """Households (户) by region code, class and summary, as one query found them."""

    cells: Mapping[tuple[str, int, Summary], int]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, int, str, str, str, int]]) -> "Counts":
        """Add up rows of region code, class, verdict, stage, grade and number of households."""
        cells: Counter[tuple[str, int, Summary]] = Counter()
        for region, class_id, verdict, stage, grade, households in rows:
            cells[region, class_id, summary_of(verdict, stage, grade)] += households
        return cls(cells)

    @property
    def class_ids(self) -> frozenset[int]:
        """The classes that at least one household counts under."""
        return frozenset(
            class_id for (_, class_id, _), households in self.cells.items() if households
        )

    def within(self, code: str) -> "Counts":
        """The part that lies in the region `code`."""
        return Counts(
            {
                cell: households
                for cell, households in self.cells.items()
                if cell[0].startswith(code)
            }
        )

    def of_classes(self, class_ids: frozenset[int]) -> "Counts":
        return Counts(
            {cell: households for cell, households in self.cells.items() if cell[1] in class_ids}
        )

    def total(self, belongs: Callable[[Summary], bool] = lambda summary: True) -> int:
        """Households whose summary `belongs`; all of them without it."""
        return sum(
            households for (_, _, summary), households in self.cells.items() if belongs(summary)
        )

    def tally(self) -> Tally:
        """Households by class and summary, regions added up."""
        tally: Counter[tuple[int, Summary]] = Counter()
        for (_, class_id, summary), households in self.cells.items():
            tally[class_id, summary] += households
        return tally

    def tallies(self, places: Iterable[str]) -> dict[str, Tally]:
        """One tally for each of `places` (region codes, none inside another), in one pass.

        Households that lie in none of them are left out.
        """
        tallies: dict[str, Counter[tuple[int, Summary]]] = {place: Counter() for place in places}
        homes: dict[str, Counter[tuple[int, Summary]] | None] = {}
        for (region, class_id, summary), households in self.cells.items():
            if region not in homes:
                homes[region] = next(
                    (tally for place, tally in tallies.items() if region.startswith(place)), None
                )
            home = homes[region]
            if home is not None:
                home[class_id, summary] += households
        return dict(tallies)
