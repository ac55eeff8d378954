"""What changed between two moments: household by household, and cell by cell of Annex 2."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from households.summary import Summary
from reports.annex2.columns import COUNT_COLUMNS, numbers_of
from reports.annex2.layouts import Layout
from reports.annex2.sections import Section
from reports.thursday.groups import Group, Groups, group_of_each


class Move(NamedTuple):
    """A household that counts otherwise than before; None where it stood in no group."""

    household: int
    before: Group | None
    after: Group | None


class Cell(NamedTuple):
    """One figure: the key of its section, the code of its place, the number of its measure or column."""

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


#: From verdict, stage and grade, the numbers of the columns that count a household so.
Numbering = Callable[[str, str, str], tuple[int, ...]]


def numbers_in(layout: Layout) -> Numbering:
    """By the columns of `layout` that count households, where no layout is named by the measures."""

    @cache
    def numbers(verdict: str, stage: str, grade: str) -> tuple[int, ...]:
        summary = Summary(verdict, stage, grade)
        return tuple(
            column.number
            for column in layout.columns
            if not column.is_rate and column.terms.weight(summary)
        )

    return numbers


def cells_of(
    group: Group | None,
    sections: Iterable[Section],
    places: Iterable[str],
    numbering: Numbering = numbers_of,
) -> Iterator[Cell]:
    """The cells that a household of `group` counts in."""
    if group is None:
        return
    homes = [place for place in places if group.region.startswith(place)]
    numbers = numbering(group.verdict, group.stage, group.grade)
    for section in sections:
        if section.class_ids is None or group.class_id in section.class_ids:
            for home in homes:
                for number in numbers:
                    yield Cell(section.key, home, number)


def cell_changes(
    moved: Iterable[Move],
    sections: Iterable[Section],
    places: Iterable[str],
    layout: Layout | None = None,
) -> Mapping[Cell, CellChange]:
    """For each cell that a move touches, who came and who went: households that only passed through are in neither.

    `places` are region codes; one may hold another (a total and its parts). Cells are numbered by the columns of
    `layout`, without one by the measures; they come in the order of sections, places and columns.
    """
    sections, places = tuple(sections), tuple(places)
    numbering = numbers_in(layout) if layout else numbers_of
    columns = layout.columns if layout else COUNT_COLUMNS
    # What a household touches depends on its two groups alone, and whole villages move between the same two.
    alike: dict[tuple[Group | None, Group | None], list[int]] = {}
    for household, before, after in moved:
        alike.setdefault((before, after), []).append(household)
    gained: dict[Cell, list[int]] = {}
    lost: dict[Cell, list[int]] = {}
    for groups, households in alike.items():
        left, reached = (set(cells_of(group, sections, places, numbering)) for group in groups)
        for cell in reached - left:
            gained.setdefault(cell, []).extend(households)
        for cell in left - reached:
            lost.setdefault(cell, []).extend(households)
    in_order = (
        {section.key: position for position, section in enumerate(sections)},
        {place: position for position, place in enumerate(places)},
        {column.number: position for position, column in enumerate(columns)},
    )
    touched = sorted(
        gained.keys() | lost.keys(),
        key=lambda cell: [order[part] for order, part in zip(in_order, cell, strict=True)],
    )
    return {
        cell: CellChange(tuple(sorted(gained.get(cell, ()))), tuple(sorted(lost.get(cell, ()))))
        for cell in touched
    }
