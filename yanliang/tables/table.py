"""One table definition: a tree of columns, rows, a title block and a signature block.

HTML, Excel and PDF are renderers of this one object; none of them computes a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Literal

Kind = Literal["text", "int", "decimal", "percent", "date", "code"]
RowKind = Literal["detail", "subtotal", "total"]
Flag = Literal["", "warning", "muted"]
Paper = Literal["A3 landscape", "A4 landscape", "A4 portrait"]
Value = str | int | float | Decimal | date | None

EMPTY = "—"
NUMERIC: frozenset[Kind] = frozenset({"int", "decimal", "percent"})
# Characters of a column that says nothing of its width; a Chinese character takes two.
WIDTHS: Mapping[Kind, int] = {
    "text": 16,
    "int": 8,
    "decimal": 12,
    "percent": 10,
    "date": 12,
    "code": 20,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or a group of columns when it has children.

    `number` is the column number printed under the header, `hint` the 口径 in words, `width` the
    width in characters (0: what is usual for the kind). A percent is given as a fraction of 1.
    A `code` (ID number, region code) is text on every face, however much it looks like a number.
    """

    key: str
    label: str
    kind: Kind = "text"
    number: int | None = None
    hint: str = ""
    width: int = 0
    children: tuple[Column, ...] = ()

    @property
    def leaves(self) -> tuple[Column, ...]:
        """The columns at the bottom of this branch, from left to right."""
        if not self.children:
            return (self,)
        return tuple(leaf for child in self.children for leaf in child.leaves)

    @property
    def depth(self) -> int:
        """The number of header lines that this branch needs."""
        return 1 + max((child.depth for child in self.children), default=0)

    @property
    def characters(self) -> int:
        return self.width or WIDTHS[self.kind]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure or text; None prints “—”.

    `href` opens what stands behind the figure, `note` explains this one cell, `flag` marks it:
    warning (needs attention) or muted (a stand-in such as 未报). Raises ValueError for an `href`
    that leaves the program.
    """

    value: Value = None
    href: str = ""
    note: str = ""
    flag: Flag = ""

    def __post_init__(self) -> None:
        if self.href and (self.href[0] not in "/?#" or self.href.startswith("//")):
            raise ValueError(f"A cell links only inside the program, not to {self.href!r}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: cells, or bare values, by column key; a key left out prints “—”.

    `level` indents the first column (0 the outermost). `key` names the row for its reader, for
    example the region code.
    """

    cells: Mapping[str, Cell | Value]
    kind: RowKind = "detail"
    level: int = 0
    key: str = ""

    def cell(self, key: str) -> Cell:
        found = self.cells.get(key)
        return found if isinstance(found, Cell) else Cell(found)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the line above a table, such as 填报日期: 2020年6月24日."""

    label: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.label}：{self.value}"


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell of the header and the part of the grid (counted from 0) that it covers."""

    column: Column
    line: int
    position: int
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class DocumentProperties:
    """What a file says about itself: exports carry who made them, when and why.

    `keywords` holds what the file is found by, such as the full hash of a sealed document.
    """

    title: str = ""
    author: str = ""
    subject: str = ""
    created: datetime | None = None
    keywords: str = ""


@dataclass(frozen=True)
class Table:
    """A report table, ready to be rendered.

    `checks` holds one sentence for each identity that fails; empty means that all hold, None that
    the table has none to check. `signatures` are the labels to be signed beside (填报人 …), a Fact
    where the name is known. `remarks` must be read with the figures, so every face prints them.
    `rows` may be an iterator that makes the rows of a long register one by one; a sequence is
    checked at once, an iterator while `write_register` takes its rows.
    Raises ValueError when two columns share a key or a row has a cell for no column.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    annex_label: str = ""
    subtitle: str = ""
    head_facts: tuple[Fact, ...] = ()
    signatures: tuple[str | Fact, ...] = ()
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checks: tuple[str, ...] | None = None
    paper: Paper = "A3 landscape"
    sheet_name: str = field(default="")

    def __post_init__(self) -> None:
        keys = [leaf.key for leaf in self.leaves]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError(f"Columns need keys of their own: {keys}")
        for row in self.rows if isinstance(self.rows, Sequence) else ():
            if unknown := row.cells.keys() - set(keys):
                raise ValueError(f"No column for {sorted(unknown)}")

    @cached_property
    def leaves(self) -> tuple[Column, ...]:
        """The columns that hold figures, from left to right."""
        return tuple(leaf for column in self.columns for leaf in column.leaves)

    @cached_property
    def depth(self) -> int:
        """The number of header lines, without the line of column numbers."""
        return max(column.depth for column in self.columns)

    @property
    def numbered(self) -> bool:
        """Whether a line of column numbers stands under the header."""
        return any(leaf.number is not None for leaf in self.leaves)

    @cached_property
    def header_lines(self) -> tuple[tuple[HeaderCell, ...], ...]:
        """The header cells line by line; together they cover the grid once, without a gap."""
        lines: list[list[HeaderCell]] = [[] for _ in range(self.depth)]
        for cell in self._header_cells(self.columns, line=0, position=0):
            lines[cell.line].append(cell)
        return tuple(tuple(line) for line in lines)

    def _header_cells(
        self, columns: Sequence[Column], line: int, position: int
    ) -> Iterator[HeaderCell]:
        for column in columns:
            colspan = len(column.leaves)
            # A column without children reaches down to the figures.
            rowspan = 1 if column.children else self.depth - line
            yield HeaderCell(column, line, position, rowspan, colspan)
            yield from self._header_cells(column.children, line + 1, position)
            position += colspan

    @property
    def signature_facts(self) -> tuple[Fact, ...]:
        """What is signed beside, each with the name where it is known."""
        return tuple(each if isinstance(each, Fact) else Fact(each) for each in self.signatures)

    @property
    def check_sentence(self) -> str:
        """The line under the table that says whether its figures agree with each other."""
        if self.checks is None:
            return ""
        if not self.checks:
            return "勾稽关系核对无误"
        return f"有 {len(self.checks)} 条勾稽关系不成立："


def display(value: Value, kind: Kind) -> str:
    """Return what people read: thousands separated, percent with two decimals, “—” for None."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return value or EMPTY
    if isinstance(value, date):
        return value.isoformat()
    if kind == "percent":
        return f"{_two_places(_exact(value) * 100):,}%"
    if kind == "decimal":
        return f"{_two_places(_exact(value)):,}"
    if kind == "code":
        return str(value)
    return f"{value:,}"


def _exact(value: int | float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _two_places(value: Decimal) -> Decimal:
    # Halves go up, as in Excel and on paper; Python's own format would send them to the even digit.
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
