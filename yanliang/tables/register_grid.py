"""The grid of a register on paper: its columns, header and rows, as operators of a PDF page.

Columns have fixed widths, so a row needs nothing but its own texts, and nothing but the rows of one
page is ever held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

from yanliang.tables.pdf_pages import MM, Document, Lettering, Side
from yanliang.tables.table import (
    NUMERIC,
    Column,
    HeaderCell,
    Kind,
    Row,
    RowKind,
    Table,
    Value,
    display,
)

CELL_GAP, ROW_GAP = 0.8 * MM, 1.1 * MM
INDENT, DEEPEST = 4 * MM, 3
SMALLEST, LARGEST = 7.0, 9.5
RED, BLACK = "0.702 0.149 0.118 rg", "0 g"
SHADE, HAIRLINE = "0.93 g", "0.5 w"
# How far a text is squeezed to stand on one line: a number or date rather than be broken, others slightly.
SQUEEZED: Final[frozenset[Kind]] = NUMERIC | {"date", "code"}
NARROWEST, NARROWER = 0.6, 0.88


@dataclass(slots=True)
class Strip:
    """A row, or the part of a tall row that stands on one page: for each column its lines.

    A line is the place where it begins and the operators that print it.
    """

    kind: RowKind
    cells: list[list[tuple[float, str]]]
    lines: int

    def cut(self, lines: int) -> tuple["Strip", "Strip"]:
        """Return the first `lines` lines and the rest."""
        upper = [cell[:lines] for cell in self.cells]
        lower = [cell[lines:] for cell in self.cells]
        return Strip(self.kind, upper, lines), Strip(self.kind, lower, self.lines - lines)


class Grid:
    """The columns of a table between two margins of the paper, in points."""

    def __init__(self, document: Document, table: Table, left: float, right: float) -> None:
        self._table = table
        size = _type_size(table, right - left)
        self._body = document.lettering("song", size)
        self._bold = document.lettering("song bold", size)
        self._head = document.lettering("hei", round(size * 0.95, 1), 1.2)
        self._edges = _edges(table, left, right, size)
        self._header, self.header_height = self._drawn_header()

    def height(self, strip: Strip) -> float:
        """Return the height that `strip` takes."""
        return strip.lines * self._body.leading + 2 * ROW_GAP

    def lines(self, room: float) -> int:
        """Return how many lines a strip in `room` may have."""
        return int((room - 2 * ROW_GAP) / self._body.leading)

    def strip(self, row: Row) -> Strip:
        """Return the row with every text broken to the width of its column."""
        cells = [
            self._cell(row, column, left + CELL_GAP, right - CELL_GAP)
            for column, left, right in zip(
                self._table.leaves, self._edges, self._edges[1:], strict=False
            )
        ]
        return Strip(row.kind, cells, max(map(len, cells)))

    def drawn(self, strips: Sequence[Strip], top: float) -> str:
        """Return the operators that draw header and strips under `top`."""
        shades, rules = [], []
        texts = [f"BT {self._body.choice}"]
        y = top - self.header_height
        left, width = self._edges[0], self._edges[-1] - self._edges[0]
        for strip in strips:
            height = self.height(strip)
            texts.extend(self._shown(strip, y, height))
            y -= height
            if strip.kind == "total":
                shades.append(f"{left:.2f} {y:.2f} {width:.2f} {height:.2f} re")
            rules.append(f"{left:.2f} {y:.2f} m {left + width:.2f} {y:.2f} l")
        rules += [
            f"{edge:.2f} {top - self.header_height:.2f} m {edge:.2f} {y:.2f} l"
            for edge in self._edges
        ]
        shaded = [SHADE, *shades, "f", BLACK] if shades else []
        header = f"q 1 0 0 1 0 {top:.2f} cm {self._header} Q"
        return "\n".join([*shaded, HAIRLINE, header, *rules, "S", *texts, "ET"])

    def _shown(self, strip: Strip, top: float, height: float) -> Iterator[str]:
        lettering = self._lettering(strip.kind)
        if lettering is not self._body:
            yield lettering.choice
        for cell in strip.cells:
            y = lettering.first_base(top, height, len(cell))
            for x, operators in cell:
                yield f"1 0 0 1 {x:.2f} {y:.2f} Tm {operators}"
                y -= lettering.leading
        if lettering is not self._body:
            yield self._body.choice

    def _lettering(self, kind: RowKind) -> Lettering:
        return self._body if kind == "detail" else self._bold

    def _cell(self, row: Row, column: Column, left: float, right: float) -> list[tuple[float, str]]:
        cell, lettering = row.cell(column.key), self._lettering(row.kind)
        side = _side(cell.value, column.kind)
        if row.level and column is self._table.leaves[0]:
            left, side = left + INDENT * min(row.level, DEEPEST), "left"
        text, warns = display(cell.value, column.kind), cell.flag == "warning"
        if warns:
            # As on the other faces: colour alone would be lost in a black and white print.
            text += "!"
        narrowest = NARROWEST if column.kind in SQUEEZED else NARROWER
        pieces = _pieces(text, lettering, left, right, side, narrowest)
        return [(x, f" {RED} {shown} {BLACK}") for x, shown in pieces] if warns else pieces

    def _drawn_header(self) -> tuple[str, float]:
        """Return the operators that draw the header downwards from 0, and its height."""
        tops = self._header_tops()
        parts = []
        for line in self._table.header_lines:
            for cell in line:
                left, right = self._edges[cell.position], self._edges[cell.position + cell.colspan]
                top, bottom = tops[cell.line], tops[cell.line + cell.rowspan]
                labels = self._labels(cell)
                slack = (top - bottom - len(labels) * self._head.leading) / 2
                parts += [
                    f"{left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re S",
                    self._head.block(labels, left, right, top - slack, "center"),
                ]
        height = -tops[-1]
        if self._table.numbered:
            numbers = self._head.leading + ROW_GAP / 2
            for leaf, left, right in zip(
                self._table.leaves, self._edges, self._edges[1:], strict=False
            ):
                parts.append(
                    f"{left:.2f} {-height - numbers:.2f} {right - left:.2f} {numbers:.2f} re S"
                )
                if leaf.number is not None:
                    top = -height - ROW_GAP / 4
                    parts.append(self._head.block([str(leaf.number)], left, right, top, "center"))
            height += numbers
        return "\n".join(parts), height

    def _header_tops(self) -> list[float]:
        """Return where each line of the header begins, and where the last one ends."""
        heights = [0.0] * self._table.depth
        cells = [cell for line in self._table.header_lines for cell in line]
        # A cell over several lines makes the last of them higher where it needs more than they have.
        for cell in sorted(cells, key=lambda cell: cell.rowspan):
            needed = len(self._labels(cell)) * self._head.leading + 2 * ROW_GAP
            spanned = slice(cell.line, cell.line + cell.rowspan)
            heights[spanned.stop - 1] += max(0, needed - sum(heights[spanned]))
        return list(accumulate(heights, lambda top, height: top - height, initial=0.0))

    def _labels(self, cell: HeaderCell) -> list[str]:
        width = self._edges[cell.position + cell.colspan] - self._edges[cell.position]
        return self._head.even_lines(cell.column.label, width - 2 * CELL_GAP)


def _type_size(table: Table, width: float) -> float:
    """Return the size of type at which the columns hold their characters, within limits."""
    # A Chinese character is as wide as it is high and counts for two.
    ems = sum(leaf.characters for leaf in table.leaves) / 2
    room = width - 2 * CELL_GAP * len(table.leaves)
    return round(max(SMALLEST, min(LARGEST, room / ems)), 1)


def _edges(table: Table, left: float, right: float, size: float) -> list[float]:
    """Return where the columns begin, and where the last one ends."""
    widths = [leaf.characters / 2 * size + 2 * CELL_GAP for leaf in table.leaves]
    scale = (right - left) / sum(widths)
    return list(accumulate(widths, lambda x, width: x + width * scale, initial=left))


def _pieces(
    text: str, lettering: Lettering, left: float, right: float, side: Side, narrowest: float
) -> list[tuple[float, str]]:
    """Return the lines of `text` in a cell; one squeezed down to `narrowest` of its width counts as one."""
    lines = lettering.lines(text, right - left)
    if len(lines) > 1 and lettering.measure(text) * narrowest <= right - left:
        # Lines of the text's own stay.
        lines = text.splitlines()
    return [lettering.piece(line, left, right, side) for line in lines]


def _side(value: Value, kind: Kind) -> Side:
    if isinstance(value, str) and value and kind == "text":
        return "left"
    if value is None or isinstance(value, str | date) or kind == "code":
        return "center"
    return "right"
