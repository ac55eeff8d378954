"""Freezing a list: the copy that is signed, its hash, and reading it again."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from django.db import transaction

from households.models import Region
from reports.enums import ListKind
from reports.lists.columns import COLUMNS, ListColumn, as_plain, from_plain
from reports.lists.rows import ListRow, digest, rows_of_region
from reports.models import FrozenList
from reports.sealing import digest_of, sealed
from yanliang.periods import now


class ListKey(NamedTuple):
    """Names a list of a village: who keeps it, which list, which class group."""

    region: Region
    kind: ListKind
    group: str

    def rows(self) -> list[ListRow]:
        """The rows as they stand in the register now."""
        return rows_of_region(self.kind, self.group, self.region.code)

    @property
    def title(self) -> str:
        return f"{self.region.short_name}{self.group}{self.kind.label}清单"


class FrozenRows(NamedTuple):
    """What a frozen list says: its columns then, and its rows with the hash of each."""

    columns: tuple[ListColumn, ...]
    rows: Mapping[tuple[int, int], ListRow]
    digests: Mapping[tuple[int, int], str]

    @classmethod
    def of(cls, frozen: FrozenList) -> Self:
        data = frozen.data
        rows, digests = {}, {}
        for household, ordinal, department, sha256, values in data["rows"]:
            row = ListRow(household, ordinal, data["region"], department, tuple(values))
            rows[row.key], digests[row.key] = row, sha256
        return cls(from_plain(data["columns"]), rows, digests)


def content_of(key: ListKey, rows: Sequence[ListRow], number: int) -> dict[str, Any]:
    lines = [
        [row.household_id, row.ordinal, row.department, digest(key.kind, row), row.values]
        for row in rows
    ]
    return {
        "region": key.region.code,
        "region_name": key.region.short_name,
        "kind": key.kind.value,
        "group": key.group,
        "number": number,
        "columns": as_plain(COLUMNS[key.kind]),
        "rows": lines,
    }


def digest_of_list(key: ListKey, rows: Sequence[ListRow]) -> str:
    """A hash over the list as it stands now; a form carries it, to notice what changed since it was opened."""
    return digest_of(content_of(key, rows, 0))


def freeze(key: ListKey, rows: Sequence[ListRow], by) -> FrozenList:
    """The frozen copy of the list with these rows: the newest version if it says the same, else a new one."""
    with transaction.atomic():
        newest = FrozenList.objects.of(*names_of(key)).first()
        if newest is not None:
            same = content_of(key, rows, newest.number)
            if digest_of(same) == newest.sha256:
                return newest
        number = newest.number + 1 if newest is not None else 1
        content = content_of(key, rows, number)
        return FrozenList.objects.create(
            region=key.region,
            kind=key.kind,
            group=key.group,
            number=number,
            row_count=len(rows),
            **sealed(content),
            frozen_by=by,
            frozen_at=now(),
        )


def names_of(key: ListKey) -> tuple[str, str, str]:
    return key.region.code, key.kind, key.group
