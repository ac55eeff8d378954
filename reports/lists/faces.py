"""A list as a table: the one object that screen, Excel and PDF draw."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from households.models import Region
from reports.enums import ListKind, SignLevel
from reports.lists.columns import COLUMNS, ListColumn, column_tree, hidden
from reports.lists.freezing import FrozenRows
from reports.lists.membership import levels_of
from reports.lists.rows import ListRow
from reports.lists.standing import RowStanding
from reports.models import FrozenList, RowSignature
from yanliang.periods import SHANGHAI
from yanliang.tables.table import Cell, Column, Fact, Row, Table, Value

SERIAL = Column("serial", "序号", kind="int", width=5)
PLACES = (Column("office", "街办", width=10), Column("village", "村（社区）", width=11))
#: What a signature block asks for, by level.
SIGNERS = {
    SignLevel.VILLAGE: "村负责人（签字、盖章）",
    SignLevel.OFFICE: "街办负责人（签字、盖章）",
    SignLevel.DEPARTMENT: "认定部门（签字、盖章）",
    SignLevel.BUREAU: "区住建局（签字、盖章）",
}


def row_key(row: ListRow) -> str:
    """What names the row in a page's form; `keys_of` reads it back."""
    return f"{row.household_id}-{row.ordinal}"


def keys_of(texts: Iterable[str]) -> list[tuple[int, int]]:
    """The rows that a form names; what is no row's name is left out."""
    found = []
    for text in texts:
        household, _, ordinal = text.partition("-")
        if household.isdecimal() and ordinal.isdecimal():
            found.append((int(household), int(ordinal)))
    return found


def title_of(place: str, group: str, kind: ListKind) -> str:
    return f"{place}{group}{kind.label}清单"


def typed(column: ListColumn, value: Any) -> Any:
    """The value that a table cell has: dates and decimals stand as text in a row that is hashed."""
    if value is None or value == "":
        return None
    if column.kind == "date":
        return dt.date.fromisoformat(value)
    if column.kind == "decimal":
        return Decimal(value)
    return value


def sign_columns(levels: Iterable[SignLevel]) -> tuple[Column, ...]:
    leaves = tuple(Column(f"signed-{level}", level.label, width=15) for level in levels)
    return (Column("signed", "签字背书", children=leaves),)


def signed_in_words(signature: RowSignature | None) -> str | None:
    """“王根社 5月20日”; None where nobody has signed."""
    if signature is None:
        return None
    day = signature.signing.signed_at.astimezone(SHANGHAI)
    return f"{signature.name} {day.month}月{day.day}日"


@dataclass(frozen=True)
class ListFace:
    """How a list is drawn: its kind and group, whose it is, who signs it, and what is shown.

    `places` adds the columns of office and village to a list of several villages.
    """

    kind: ListKind
    group: str
    place: Region
    levels: Sequence[SignLevel]
    places: Mapping[str, Region] | None = None
    full_numbers: bool = False

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return (
            SERIAL,
            *(PLACES if self.places is not None else ()),
            *column_tree(COLUMNS[self.kind]),
            *sign_columns(self.levels),
        )

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(leaf.key for column in self.columns for leaf in column.leaves)

    def line(self, serial: int, each: RowStanding) -> tuple[Cell | Value, ...]:
        """The values of a row in the order of the columns."""
        values = zip(COLUMNS[self.kind], each.row.values, strict=True)
        needed = levels_of(each.kind, each.row.department)
        return (
            serial,
            *self.where(each.row),
            *(typed(column, self.shown(column, value)) for column, value in values),
            *(signed_cell(each, level, needed) for level in self.levels),
        )

    def where(self, row: ListRow) -> tuple[str, ...]:
        if self.places is None:
            return ()
        village = self.places[row.region_id]
        return self.places[village.office_code].short_name, village.short_name

    def shown(self, column: ListColumn, value: Any) -> Any:
        return value if self.full_numbers else hidden(column, value)

    def table(self, rows: Iterable, facts: tuple[Fact, ...] = ()) -> Table:
        return Table(
            title=title_of(self.place.short_name, self.group, self.kind),
            columns=self.columns,
            rows=rows,
            head_facts=facts,
            signatures=tuple(SIGNERS[level] for level in self.levels),
            paper="A3 landscape",
            sheet_name=f"{self.group}-{self.kind.label}",
        )


def list_table(
    face: ListFace,
    standing: Iterable[RowStanding],
    *,
    first: int = 1,
    links: Callable[[ListRow], str] | None = None,
    facts: tuple[Fact, ...] = (),
) -> Table:
    """The list as it stands now, with the signatures that hold.

    `first` is the serial of the first row, `links` the address behind the household's number.
    """
    rows = []
    for serial, each in enumerate(standing, start=first):
        cells = dict(zip(face.keys, face.line(serial, each), strict=True))
        if links is not None:
            cells["code"] = Cell(cells["code"], href=links(each.row))
        rows.append(Row(cells, key=row_key(each.row)))
    return face.table(rows, facts)


def signed_cell(each: RowStanding, level: SignLevel, needed: Sequence[SignLevel]) -> Cell | Value:
    if level not in needed:
        return "不需要"
    words = signed_in_words(each.signed.get(level))
    if words is None and any(old.level == level for old in each.overtaken):
        return Cell("签字后有变动", flag="warning")
    return words


def frozen_table(frozen: FrozenList, place: Region, *, full_numbers: bool = False) -> Table:
    """The list as it was frozen, for paper: nothing but the stored copy goes into it."""
    content, kind = FrozenRows.of(frozen), ListKind(frozen.kind)
    at = frozen.frozen_at.astimezone(SHANGHAI)
    levels = [
        level
        for level in SignLevel
        if any(level in levels_of(kind, row.department) for row in content.rows.values())
    ] or list(levels_of(kind, ""))
    rows = []
    for serial, row in enumerate(content.rows.values(), start=1):
        cells = {"serial": serial}
        for column, value in zip(content.columns, row.values, strict=True):
            cells[column.key] = typed(column, value if full_numbers else hidden(column, value))
        rows.append(Row(cells))
    return Table(
        title=title_of(place.short_name, frozen.group, kind),
        columns=(SERIAL, *column_tree(content.columns)),
        rows=rows,
        head_facts=(
            Fact("填报单位", place.short_name),
            Fact("版本", f"第 {frozen.number} 版"),
            Fact("生成时间", f"{at:%Y年%-m月%-d日 %H:%M}"),
            Fact("共", f"{frozen.row_count} 行"),
        ),
        signatures=tuple(SIGNERS[level] for level in levels),
        notes=("签字前请逐行核对；签字后内容有变动的，签字自动失效，须重新签字。",),
        paper="A3 landscape",
        sheet_name=f"{frozen.group}-{kind.label}",
    )
