"""How far the rows of a list are signed, and what changed since they were (domain rules §4)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from reports.enums import ListKind, SignLevel
from reports.lists.columns import ListColumn, hidden
from reports.lists.freezing import FrozenRows, ListKey
from reports.lists.membership import levels_of
from reports.lists.rows import ListRow, digest
from reports.models import FrozenList, RowSignature
from yanliang.tables.table import display


class Change(NamedTuple):
    """One value of a row that is not what was signed."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}：{self.before} → {self.after}"


@dataclass
class RowStanding:
    """A row with its signatures: those that hold, and those that a later change has overtaken.

    `digest` is the row's hash now; `overtaken` are standing signatures over another hash.
    """

    kind: ListKind
    row: ListRow
    digest: str
    signed: dict[SignLevel, RowSignature] = field(default_factory=dict)
    overtaken: list[RowSignature] = field(default_factory=list)

    @cached_property
    def levels(self) -> tuple[SignLevel, ...]:
        return levels_of(self.kind, self.row.department)

    @property
    def next_level(self) -> SignLevel | None:
        """The level whose turn it is; None when the row is signed to the end."""
        return next((level for level in self.levels if level not in self.signed), None)

    @property
    def is_answered_for(self) -> bool:
        """Whether the row names its responsible person, the last value of every list."""
        return bool(self.row.values[-1])

    def waits_for(self, level: SignLevel) -> bool:
        return self.next_level == level and self.is_answered_for


def standing_of(
    kind: ListKind, rows: Iterable[ListRow], signatures: Iterable[RowSignature]
) -> tuple[list[RowStanding], list[RowSignature]]:
    """Each row with its signatures, and the signatures whose row is on the list no longer.

    `signatures` are the standing ones of the list. A row that nobody signed costs no hash here.
    """
    by_row = defaultdict(list)
    for signature in signatures:
        by_row[signature.household_id, signature.ordinal].append(signature)
    found = []
    for row in rows:
        standing = RowStanding(kind, row, "")
        if own := by_row.pop(row.key, None):
            standing.digest = digest(kind, row)
            for signature in own:
                if signature.sha256 == standing.digest:
                    standing.signed[SignLevel(signature.level)] = signature
                else:
                    standing.overtaken.append(signature)
        found.append(standing)
    return found, [signature for orphans in by_row.values() for signature in orphans]


def signatures_of(key: ListKey, rows: Sequence[ListRow]):
    """The standing signatures of a village's list, with who signed and when.

    Those of its households on another list of the kind, from before they moved or changed class, are with them.
    """
    own = Q(region_id=key.region.code, signing__frozen__group=key.group)
    here = Q(household_id__in={row.household_id for row in rows})
    return (
        RowSignature.objects.standing()
        .filter(own | here, kind=key.kind)
        .select_related("signing__frozen")
        .defer("signing__frozen__content")
    )


def list_standing(key: ListKey, rows: Sequence[ListRow]) -> list[RowStanding]:
    """Each of `rows`, all that the list has now, with its signatures."""
    return standing_of(key.kind, rows, signatures_of(key, rows))[0]


def changes_between(
    columns: Sequence[ListColumn],
    before: Sequence,
    now_columns: Sequence[ListColumn],
    after: Sequence,
) -> list[Change]:
    """The values that differ, by the columns of both; a column that only one of them has counts as empty."""
    was = {column.key: value for column, value in zip(columns, before, strict=True)}
    return [
        Change(column.label, in_words(column, was.get(column.key)), in_words(column, value))
        for column, value in zip(now_columns, after, strict=True)
        if was.get(column.key) != value
    ]


def in_words(column: ListColumn, value) -> str:
    """A value as a sentence shows it: numbers of persons are hidden (domain rules §9)."""
    return display(hidden(column, value), "text")


class SinceSigned:
    """What a level of a list has not seen yet: rows new to it, and rows changed since it last signed them."""

    def __init__(self, key: ListKey, level: SignLevel, columns: Sequence[ListColumn]) -> None:
        self.columns = columns
        self._latest: dict[tuple[int, int], RowSignature] = {
            (each.household_id, each.ordinal): each
            for each in RowSignature.objects.filter(
                region_id=key.region.code,
                kind=key.kind,
                level=level,
                signing__frozen__group=key.group,
            )
            .select_related("signing")
            .order_by("pk")
        }
        self._frozen: Mapping[int, FrozenRows] = {
            frozen.pk: FrozenRows.of(frozen)
            for frozen in FrozenList.objects.filter(
                pk__in={each.signing.frozen_id for each in self._latest.values()}
            )
        }

    def is_new(self, row: ListRow) -> bool:
        """Whether this level has never signed the row."""
        return row.key not in self._latest

    def changes(self, row: ListRow) -> list[Change]:
        """What differs from the row as this level last signed it."""
        last = self._latest.get(row.key)
        if last is None:
            return []
        frozen = self._frozen[last.signing.frozen_id]
        before = frozen.rows[row.key]
        return changes_between(frozen.columns, before.values, self.columns, row.values)
