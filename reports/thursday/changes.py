"""What changed between two moments: household by household, and cell by cell of Annex 2."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reports.annex2.columns import COUNT_COLUMNS, numbers_of
from reports.annex2.sections import Section
from reports.thursday.groups import Group, Groups, group_of_each


class Move(NamedTuple):
    """A household that counts otherwise than before; None where it stood in no group."""

    household: int
    before: Group | None
    after: Group | None


class Cell(NamedTuple):
    """One figure: the key of its section, the code of its place, the number of its measure."""

    section: str
    place: str
    number: int


@dataclass(frozen=True)
class CellChange:
    """The households that a figure gained and lost; their numbers are its whole change."""

    gained: tuple[int, ...]
    lost: tuple[int, ...]

    @property
    def difference(self) -> int:
        return len(self.gained) - len(self.lost)


def moves(before: Groups, after: Groups) -> list[Move]:
    """Every household whose group differs, by primary key."""
    was, now_is = group_of_each(before), group_of_each(after)
    return [
        Move(household, was.get(household), now_is.get(household))
        for household in sorted(was.keys() | now_is.keys())
        if was.get(household) != now_is.get(household)
    ]


def cells_of(
    group: Group | None, sections: Iterable[Section], places: Iterable[str]
) -> Iterator[Cell]:
    """The cells that a household of `group` counts in."""
    if group is None:
        return
    homes = [place for place in places if group.region.startswith(place)]
    numbers = numbers_of(group.verdict, group.stage, group.grade)
    for section in sections:
        if section.class_ids is None or group.class_id in section.class_ids:
            for home in homes:
                for number in numbers:
                    yield Cell(section.key, home, number)


def cell_changes(
    moved: Iterable[Move], sections: Iterable[Section], places: Iterable[str]
) -> Mapping[Cell, CellChange]:
    """For each cell that a move touches, who came and who went: households that only passed through are in neither.

    `places` are region codes; one may hold another (a total and its parts).
    """
    sections, places = tuple(sections), tuple(places)
    gained: dict[Cell, list[int]] = {}
    lost: dict[Cell, list[int]] = {}
    for household, before, after in moved:
        left, reached = (set(cells_of(group, sections, places)) for group in (before, after))
        for cell in reached - left:
            gained.setdefault(cell, []).append(household)
        for cell in left - reached:
            lost.setdefault(cell, []).append(household)
    order = {column.number: place for place, column in enumerate(COUNT_COLUMNS)}
    keys = [section.key for section in sections]
    touched = sorted(
        gained.keys() | lost.keys(),
        key=lambda cell: (keys.index(cell.section), places.index(cell.place), order[cell.number]),
    )
    return {
        cell: CellChange(tuple(gained.get(cell, ())), tuple(lost.get(cell, ()))) for cell in touched
    }
