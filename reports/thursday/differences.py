"""What changed in the register since an office submitted: figure by figure and household by household."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from households.models import Household
from reports.annex2.layouts import LayoutColumn
from reports.annex2.sections import Section
from reports.annex2.sheet import Sheet
from reports.models import Submission
from reports.thursday.changes import Cell, CellChange, Move, cell_changes, moves
from reports.thursday.content import Content
from reports.thursday.groups import Group, counts_of_groups, groups_at
from reports.thursday.tracing import (
    NOWHERE_BEFORE,
    NOWHERE_NOW,
    Names,
    logged_since,
    present_names,
    sealed_names,
    visible_among,
)

#: Stands for a household whose import was undone since.
GONE = "（已从台账撤销）"
#: So many households are named beside a changed figure; its list has them all.
NAMED = 5


class ChangedCell(NamedTuple):
    """A figure that a household came to or left: as it was submitted, and as it is now."""

    cell: Cell
    place_name: str
    section: Section
    column: LayoutColumn
    sealed: int
    now: int
    change: CellChange


class Called(NamedTuple):
    """A household by name; `pk` only where the reader may open its page."""

    pk: int | None
    name: str


class NamedCell(NamedTuple):
    """A changed figure with the first few households that came and went."""

    changed: ChangedCell
    came: list[Called]
    went: list[Called]


class MoveRow(NamedTuple):
    """A household that counts otherwise than when it was submitted; `why` as the register logged it."""

    pk: int | None
    code: str
    head_name: str
    then: str
    now: str
    why: str


@dataclass(frozen=True)
class Differences:
    """The register at `moment` beside the sealed `content` of an office."""

    content: Content
    moment: dt.datetime
    moved: Sequence[Move]
    present: Sheet

    @cached_property
    def cells(self) -> list[ChangedCell]:
        """Every figure that a household came to or left, in the order of the table."""
        content = self.content
        places = [content.region, *content.places]
        names = {place.code: place.short_name for place in places}
        sections = {section.key: section for section in content.sections}
        changes = cell_changes(self.moved, content.sections, list(names), content.layout)
        found = []
        for cell, change in changes.items():
            column = content.layout.column(cell.number)
            key = (cell.place, cell.section)
            found.append(
                ChangedCell(
                    cell,
                    names[cell.place],
                    sections[cell.section],
                    column,
                    column.value(content.sheet.figures[key]),
                    column.value(self.present.figures[key]),
                    change,
                )
            )
        return found

    def moved_in(self, cell: Cell) -> list[Move]:
        """The households behind the change of one figure."""
        change = next((each.change for each in self.cells if each.cell == cell), None)
        behind = {*change.gained, *change.lost} if change else set()
        return [move for move in self.moved if move.household in behind]


def differences_of(submission: Submission, content: Content, moment: dt.datetime) -> Differences:
    """One query, however much has changed."""
    groups = groups_at(submission.region_id, moment)
    present = Sheet(
        content.region, content.places, content.sections, counts_of_groups(groups), content.layout
    )
    return Differences(content, moment, moves(content.groups, groups), present)


def named_cells(cells: Sequence[ChangedCell], staff) -> list[NamedCell]:
    """A page of changed figures with the names of the first households behind each. Two queries."""
    shown = {
        household
        for each in cells
        for side in (each.change.gained, each.change.lost)
        for household in side[:NAMED]
    }
    heads = dict(Household.objects.filter(pk__in=shown).values_list("pk", "head_name"))
    visible = visible_among(shown, staff)

    def called(households: Iterable[int]) -> list[Called]:
        return [
            Called(pk if pk in visible else None, heads.get(pk, GONE))
            for pk in list(households)[:NAMED]
        ]

    return [NamedCell(each, called(each.change.gained), called(each.change.lost)) for each in cells]


def move_rows(
    moved: Sequence[Move], then: Names, now: Names, logged: Mapping[int, str], staff
) -> list[MoveRow]:
    """A page of moved households, with the names of then and of now, and why each moved. Two queries."""
    pks = [move.household for move in moved]
    known = Household.objects.in_bulk(pks)
    visible = visible_among(pks, staff)
    rows = []
    for move in moved:
        household = known.get(move.household)
        rows.append(
            MoveRow(
                move.household if move.household in visible else None,
                household.code if household else GONE,
                household.head_name if household else "—",
                in_words(move.before, then, NOWHERE_BEFORE),
                in_words(move.after, now, NOWHERE_NOW),
                logged.get(move.household, ""),
            )
        )
    return rows


def rows_since(moved: Sequence[Move], content: Content, staff) -> list[MoveRow]:
    """A page of households that moved since `content` was sealed. Six queries."""
    logged = logged_since([move.household for move in moved], content.as_at)
    now = present_names(content.region.code)
    return move_rows(moved, sealed_names(content), now, logged, staff)


def in_words(group: Group | None, names: Names, nowhere: str) -> str:
    return names.in_words(group) if group else nowhere
