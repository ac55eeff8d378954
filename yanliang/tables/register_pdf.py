"""Long registers on paper: the rows of a Table over as many pages as they need, in tenths of a second.

WeasyPrint, which draws the designed documents of this program, takes 10 ms for a row. A register is
set directly instead, with pydyf for the file and HarfBuzz for the fonts. Measured on 600 rows of 20
columns, fonts included: this 0.4 s; ReportLab, which embeds no CFF fonts, 5 s for a copy of Noto
with TrueType outlines and then 1.1 s without wrapping, 3 s with it; fpdf2 28 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

import segno

from yanliang.tables.pdf import PAPER_WIDTHS
from yanliang.tables.pdf_pages import MM, Document, Lettering, Side, packed
from yanliang.tables.register_grid import BLACK, RED, Grid, Strip
from yanliang.tables.table import DocumentProperties, Paper, Row, Table

# Millimetres.
PAPERS: Final[dict[Paper, tuple[int, int]]] = {
    "A3 landscape": (420, 297),
    "A4 landscape": (297, 210),
    "A4 portrait": (210, 297),
}
TOP_MARGIN, BOTTOM_MARGIN, CODED_BOTTOM_MARGIN = 15 * MM, 17 * MM, 25 * MM
FOOT_TOP, QR_SIDE, QR_BOTTOM = 12 * MM, 16 * MM, 6 * MM
GAP = 3 * MM
SIGNATURE_WIDTH, SIGNATURE_ROOM = 48 * MM, 13 * MM
DATE_LINE = "年　　月　　日"
# A row up to this share of a page stays whole; of a taller one a page has at least so many lines.
WHOLE_SHARE, FEWEST_LINES = 1 / 3, 3


def register_pdf(
    tables: Sequence[Table], *, properties: DocumentProperties, code: str = "", address: str = ""
) -> bytes:
    """Return the tables as a PDF, each from a new page of its paper on and with its own page numbers.

    With a `code` every page carries it in its foot, with a QR that holds `address`, or without one
    the code itself. Raises ValueError without tables, FontMissing without a Chinese font.
    """
    if not tables:
        raise ValueError("A PDF needs at least one table")
    document = Document()
    foot = Foot(document, code, address)
    for table in tables:
        Register(document, table, foot).print()
    return document.finished(replace(properties, title=properties.title or tables[0].title))


class Foot:
    """What stands under every page: its number, and the code that vouches for the document."""

    def __init__(self, document: Document, code: str, address: str) -> None:
        self._number = document.lettering("song", 9)
        self._code = document.lettering("song", 10.5, 1.5)
        self._address = document.lettering("song", 7)
        self._texts = (
            (f"校验码 {code}", f"扫码核对：{address}" if address else "") if code else None
        )
        self.height = CODED_BOTTOM_MARGIN if code else BOTTOM_MARGIN
        if code:
            self._modules = _add_qr(document, address or code)

    def operators(self, left: float, right: float, page: int, pages: int) -> str:
        """Return the operators that print the foot of one page between two margins."""
        number = f"第 {page} 页 共 {pages} 页"
        parts = [self._number.block([number], left, right, FOOT_TOP, "center")]
        if self._texts:
            code, address = self._texts
            corner = right - QR_SIDE
            scale = f"{QR_SIDE / self._modules:.4f}"
            parts.append(f"q {scale} 0 0 {scale} {corner:.2f} {QR_BOTTOM:.2f} cm /QR Do Q")
            since = (left + right + self._number.measure(number)) / 2 + GAP
            until, top = corner - GAP, QR_BOTTOM + QR_SIDE - GAP
            parts.append(self._code.block([code], since, until, top, "right"))
            lines = self._address.lines(address, until - since)
            top -= self._code.leading
            parts.append(self._address.block(lines, since, until, top, "right"))
        return "\n".join(parts)


@dataclass(slots=True)
class Page:
    """A page while it fills: `y` is the lower end of what stands on it, `top` that of its head."""

    top: float
    y: float
    head: list[str]
    strips: list[Strip] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


class Register:
    """One table on its way to paper."""

    def __init__(self, document: Document, table: Table, foot: Foot) -> None:
        self._document, self._table, self._foot = document, table, foot
        width, height = PAPERS[table.paper]
        self._width, self._height = width * MM, height * MM
        self._left = (width - PAPER_WIDTHS[table.paper]) / 2 * MM
        self._right = self._width - self._left
        self._small = document.lettering("song", 9, 1.4)
        self._plain = document.lettering("song", 10.5, 1.4)
        self._grid = Grid(document, table, self._left, self._right)
        body = self._height - TOP_MARGIN - self._grid.header_height - foot.height
        self._whole = max(FEWEST_LINES, self._grid.lines(body * WHOLE_SHARE))
        self._packed: list[bytes] = []
        self._page = self._first_page()

    def print(self) -> None:
        """Add the pages of the table to the document."""
        for row in self._table.rows:
            self._place(self._grid.strip(row))
        if not self._packed and not self._page.strips:
            # A register without rows says so by a line of dashes.
            self._place(self._grid.strip(Row({})))
        if self._table.signatures:
            self._sign()
        self._add_notes()
        self._close()
        for number, content in enumerate(self._packed, start=1):
            foot = self._foot.operators(self._left, self._right, number, len(self._packed))
            self._document.add_page(self._width, self._height, [content, packed(foot)])

    def _first_page(self) -> Page:
        table, head, y = self._table, [], self._height - TOP_MARGIN
        for text, lettering, side in (
            (table.annex_label, self._document.lettering("hei", 14, 1.5), "left"),
            (table.title, self._document.lettering("song bold", 20, 1.5), "center"),
            (table.subtitle, self._document.lettering("song", 12, 1.5), "center"),
        ):
            if text:
                y = self._write(head, y, text, lettering, side)
        facts = [str(fact) for fact in table.head_facts]
        slack = self._right - self._left - sum(map(self._plain.measure, facts))
        if len(facts) > 1 and slack > self._plain.size * len(facts):
            x = self._left
            for fact in facts:
                until = x + self._plain.measure(fact)
                head.append(self._plain.block([fact], x, until, y))
                x = until + slack / (len(facts) - 1)
            y -= self._plain.leading
        elif facts:
            y = self._write(head, y, "　　".join(facts), self._plain)
        return Page(y - GAP / 2, y - GAP / 2, head)

    def _later_page(self) -> Page:
        subtitle = f"（{self._table.subtitle}）" if self._table.subtitle else ""
        parts = [f"{self._table.title}{subtitle}", *map(str, self._table.head_facts)]
        head: list[str] = []
        y = self._write(head, self._height - TOP_MARGIN, "　　".join(parts), self._small)
        return Page(y - GAP / 2, y - GAP / 2, head)

    def _write(
        self, operators: list[str], y: float, text: str, lettering: Lettering, side: Side = "left"
    ) -> float:
        """Append what prints `text` under `y` from margin to margin; return where it ends."""
        room = self._right - self._left
        lines = (
            lettering.even_lines(text, room) if side == "center" else lettering.lines(text, room)
        )
        operators.append(lettering.block(lines, self._left, self._right, y, side))
        return y - lettering.leading * len(lines)

    def _place(self, strip: Strip) -> None:
        """Put a row on the page, or on the next ones where it does not fit."""
        while strip.lines > (room := self._room()):
            if self._is_fresh() or (strip.lines > self._whole and room >= FEWEST_LINES):
                upper, strip = strip.cut(min(room, max(1, strip.lines - FEWEST_LINES)))
                self._add(upper)
            self._turn()
        self._add(strip)

    def _is_fresh(self) -> bool:
        return bool(self._packed) and not self._page.strips

    def _room(self) -> int:
        """Return how many lines of a row the page still takes: one at least after a turn."""
        header = 0 if self._page.strips else self._grid.header_height
        lines = self._grid.lines(self._page.y - header - self._foot.height)
        return max(1, lines) if self._is_fresh() else lines

    def _add(self, strip: Strip) -> None:
        if not self._page.strips:
            self._page.y -= self._grid.header_height
        self._page.strips.append(strip)
        self._page.y -= self._grid.height(strip)

    def _turn(self) -> None:
        self._close()
        self._page = self._later_page()

    def _close(self) -> None:
        page = self._page
        grid = [self._grid.drawn(page.strips, page.top)] if page.strips else []
        self._packed.append(packed("\n".join([*page.head, *grid, *page.foot])))

    def _sign(self) -> None:
        """Draw a box for each signature, all of them on one page and never without a row above."""
        labels, width = self._table.signatures, self._right - self._left
        # Boxes of one width: six in two lines of three rather than five and one.
        lines = ceil(len(labels) / max(1, int(width / SIGNATURE_WIDTH)))
        across = ceil(len(labels) / lines)
        box = width / across
        lettered = [self._plain.lines(str(label), box - 2 * GAP) for label in labels]
        label_lines = max(map(len, lettered))
        height = (label_lines + 1) * self._plain.leading + SIGNATURE_ROOM + GAP
        if self._page.y - GAP - lines * height < self._foot.height:
            taken = self._taken_back()
            self._turn()
            for strip in taken:
                self._add(strip)
        self._page.y -= GAP
        for number, label in enumerate(lettered):
            left = self._left + number % across * box
            top = self._page.y - number // across * height
            dated = top - height + GAP / 2 + self._plain.leading
            since, until = left + GAP, left + box - GAP
            self._page.foot += [
                f"{left:.2f} {top - height:.2f} {box:.2f} {height:.2f} re S",
                self._plain.block(label, since, until, top - GAP / 2),
                self._plain.block([DATE_LINE], since, until, dated, "right"),
            ]
        self._page.y -= lines * height

    def _taken_back(self) -> list[Strip]:
        """Take the last row off the page, to stand above the signatures; where it is alone it stays."""
        strips = self._page.strips
        if strips[-1].lines > self._whole:
            strips[-1], lower = strips[-1].cut(strips[-1].lines - FEWEST_LINES)
            return [lower]
        return [strips.pop()] if len(strips) > 1 else []

    def _add_notes(self) -> None:
        """Print the remarks, the check line and the notes under the table, from page to page if need be."""
        table = self._table
        ink = RED if table.checks else BLACK
        checks = [table.check_sentence, *(f"· {sentence}" for sentence in table.checks or ())]
        notes = [f"{number}. {note}" for number, note in enumerate(table.notes, start=1)]
        self._page.y -= GAP / 2
        for text, colour in [
            *((remark, BLACK) for remark in table.remarks),
            *((sentence, ink) for sentence in checks if sentence),
            *((note, BLACK) for note in (["填表说明：", *notes] if notes else [])),
        ]:
            for line in self._small.lines(text, self._right - self._left):
                if self._page.y - self._small.leading < self._foot.height:
                    self._turn()
                self._page.foot.append(colour)
                self._page.y = self._write(self._page.foot, self._page.y, line, self._small)


def _add_qr(document: Document, content: str) -> int:
    """Add the QR of `content` as the form “QR” and return its modules to a side."""
    qr = segno.make(content, micro=False, error="m")
    rows = list(qr.matrix)
    # One rectangle for each run of dark modules; a PDF counts from below.
    squares = [
        f"{x} {len(rows) - 1 - y} 1 1 re"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    ]
    document.add_form("QR", "\n".join([*squares, "f"]), len(rows))
    return len(rows)
