"""Long registers as Excel workbooks: two million cells in seconds, whatever their number in little memory.

openpyxl draws all that stands around the rows (title, merged header, styles, signatures, print set-up,
properties) and saves the workbook; the rows themselves go into the file as XML of our own, chunk by
chunk, column by column. Measured on 110,000 rows of 20 columns: openpyxl 44 s, XlsxWriter 22 s; the quick
writers on the index (rapidxlsx, jetxl, rustpy-xlsxwriter: 1 to 2.5 s) know no merged header, no borders or
no dates, and most hold all cells in memory. This takes 1.5 s with all of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from itertools import groupby, islice
from math import isfinite
from types import NoneType
from typing import IO, Final, Literal, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.relationship import RelationshipList
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from yanliang.tables.excel import (
    FORMULA_MARKS,
    NUMBER_FORMATS,
    body_look,
    close_sheet,
    describe,
    dress,
    line_count,
    open_sheet,
    printable,
    row_height,
)
from yanliang.tables.table import (
    EMPTY,
    Cell,
    Column,
    DocumentProperties,
    Kind,
    Row,
    Table,
    Value,
)

#: Told how many rows are written so far.
Progress = Callable[[int], None]
#: A row, or its values alone in the order of the columns, which is a fifth quicker.
Line = Row | Sequence[Cell | Value]
Sort = Literal["text", "quoted", "number", "date", "blank"]

# Beyond some hundred rows the pieces of a chunk no longer fit into the processor's cache.
CHUNK: Final = 200
PROGRESS_STEP: Final = 1000
CELL_LIMIT: Final = 32_767
#: One value of each sort: a cell looks like its sort in a column of its kind.
SAMPLES: Final[dict[Sort, Value]] = {
    "text": "字",
    "quoted": "=",
    "number": 0,
    "date": date(2020, 1, 1),
    "blank": None,
}
# Texts of a chunk are joined and looked at as one. The separator is a character that XML forbids in a text anyway.
SEPARATOR: Final = "<"
AWKWARD: Final = ("< ", " <", *(f"<{mark}" for mark in FORMULA_MARKS))


def write_register(
    stream: IO[bytes],
    sheets: Iterable[Table],
    *,
    properties: DocumentProperties,
    progress: Progress | None = None,
) -> int:
    """Write an .xlsx file with one sheet for each table to `stream`; return the number of its rows.

    It looks like the workbook of `excel.workbook_bytes`, but for the notes of cells, which are left out.
    The rows of a table may come from an iterator and are taken one chunk after the other; a row may
    also be a plain tuple in the order of the columns. `progress` is called every 1,000 rows or so,
    and at the end. Raises ValueError without tables, for a cell without a column and for a row that
    is too short or too long; what then stands in `stream` is no workbook.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    bodies = [TableSheet(workbook, table) for table in sheets]
    if not bodies:
        raise ValueError("A workbook needs at least one table")
    describe(workbook, replace(properties, title=properties.title or bodies[0].table.title))
    return save_with_rows(stream, workbook, bodies, progress=progress)


def save_with_rows(
    stream: IO[bytes],
    workbook: Workbook,
    bodies: Iterable["LongSheet"],
    *,
    progress: Progress | None = None,
) -> int:
    """Save `workbook` to `stream`, with the rows of `bodies` in their sheets; return their number."""
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        writer = StreamingWriter(workbook, archive, bodies, progress)
        writer.write_data()
    return writer.written


class LongSheet:
    """Rows for a sheet of an openpyxl workbook that never become its cells.

    What stands above line `first` is drawn in `sheet` beforehand, what follows the rows in `finish`.
    Here the rows are bare; TableSheet dresses them. No text becomes a formula or a number.
    """

    #: What a cell without a value shows.
    blank: str = ""
    #: Whether long texts are broken over several lines, for which the row must be high enough.
    wraps: bool = False

    def __init__(
        self, sheet: Worksheet, first: int, columns: Sequence[Column], rows: Iterable[Line]
    ) -> None:
        self.sheet, self.first, self.columns, self.rows = sheet, first, columns, rows
        self._keys = [column.key for column in columns]
        self._known = frozenset(self._keys)
        self._faces: dict[tuple[bool, int], list[Face]] = {}

    def dress(
        self, target: SheetCell, sample: Cell, kind: Kind, *, level: int, strong: bool
    ) -> None:
        """Give `target` the look of cells like `sample` in a column of that kind."""
        if isinstance(sample.value, date):
            target.number_format = NUMBER_FORMATS["date"]

    def finish(self, line: int) -> None:
        """Draw what follows the rows, from `line` on."""

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number of rows and their XML, chunk by chunk."""
        line = self.first
        for manner, rows in groupby(self.rows, _manner):
            faces = self._faces_in(*manner)
            while chunk := [self._values(row) for row in islice(rows, CHUNK)]:
                yield len(chunk), self._xml(chunk, faces, line)
                line += len(chunk)

    def _values(self, row: Line) -> Sequence[Cell | Value]:
        if not isinstance(row, Row):
            return row
        if unknown := row.cells.keys() - self._known:
            raise ValueError(f"No column for {sorted(unknown)}")
        return tuple(map(row.cells.get, self._keys))

    def _faces_in(self, strong: bool, level: int) -> list["Face"]:
        if (strong, level) not in self._faces:
            self._faces[strong, level] = [
                Face(self, position, column, level if position == 1 else 0, strong)
                for position, column in enumerate(self.columns, start=1)
            ]
        return self._faces[strong, level]

    def _xml(
        self, chunk: Sequence[Sequence[Cell | Value]], faces: Sequence["Face"], line: int
    ) -> bytes:
        columns = zip(*chunk, strict=True)
        found = [face.cells(values) for face, values in zip(faces, columns, strict=True)]
        contents: list[Sequence] = [cells.contents for cells in found]
        opening = b'<row r="#">'
        if self.wraps:
            opening = b'<row r="#" ht="%d" customHeight="1">'
            several = [cells.lines for cells in found if cells.lines]
            lines = [max(each) for each in zip(*several, strict=True)]
            contents.insert(0, [row_height(each) for each in lines or [1] * len(chunk)])
        pattern = opening + b"".join(cells.pattern for cells in found) + b"</row>"
        return b"".join(
            [
                pattern.replace(b"#", b"%d" % number) % row
                for number, row in enumerate(zip(*contents, strict=True), start=line)
            ]
        )


class TableSheet(LongSheet):
    """A table as `excel.write_sheet` would draw it, its rows streamed."""

    blank = EMPTY
    wraps = True

    def __init__(self, workbook: Workbook, table: Table) -> None:
        sheet, first = open_sheet(workbook, table)
        super().__init__(sheet, first, table.leaves, table.rows)
        self.table = table

    def dress(
        self, target: SheetCell, sample: Cell, kind: Kind, *, level: int, strong: bool
    ) -> None:
        dress(target, body_look(sample, kind, level, strong), {})

    def finish(self, line: int) -> None:
        close_sheet(self.sheet, self.table, line)


class Cells(NamedTuple):
    """A column of a chunk: the XML of a cell with “#” for the line, what fills it in each row, and its lines.

    `lines` is empty where every text stands on one.
    """

    pattern: bytes
    contents: Sequence[bytes]
    lines: Sequence[int] = ()


class Face:
    """How the values of one column become XML, in rows of one manner (a sum or not, a level)."""

    def __init__(
        self, sheet: LongSheet, position: int, column: Column, level: int, strong: bool
    ) -> None:
        self._sheet, self._kind, self._level, self._strong = sheet, column.kind, level, strong
        self._opening = b'<c r="%b#"' % get_column_letter(position).encode()
        self._room = column.characters
        self._shells: dict[tuple[Sort, bool], tuple[bytes, bytes]] = {}

    def cells(self, values: Sequence[Cell | Value]) -> Cells:
        """Return the cells of `values`: all at once where they are of one type and need no care."""
        types = set(map(type, values))
        gaps = NoneType in types
        types.discard(NoneType)
        if types <= {str} or (types <= {str, int} and self._kind == "code"):
            if gaps or int in types:
                values = ["" if each is None else str(each) for each in values]
            return self._texts(values)
        if types == {date} and self._kind != "code":
            return self._joined("date", SEPARATOR.join(map(_day, values)))
        if types <= {int, Decimal} and self._kind != "code":
            numbers = ["" if each is None else str(each) for each in values]
            joined = SEPARATOR.join(numbers)
            # NaN and Infinity are no numbers to Excel.
            if "N" not in joined and "I" not in joined:
                return self._joined("number", joined)
        return self._one_by_one(values)

    def _texts(self, texts: Sequence[str]) -> Cells:
        longest, joined = max(map(len, texts)), SEPARATOR.join(texts)
        if longest > CELL_LIMIT or not _is_plain(joined, len(texts)):
            return self._one_by_one(texts)
        cells = self._joined("text", joined.replace("&", "&amp;").replace(">", "&gt;"))
        if self._sheet.wraps and longest * (1 if joined.isascii() else 2) > self._room:
            return cells._replace(lines=[self._lines(each) for each in texts])
        return cells

    def _joined(self, sort: Sort, joined: str) -> Cells:
        contents = joined.encode().split(SEPARATOR.encode())
        before, after = self._around(sort)
        if b"" not in contents:
            return Cells(self._opening + before + b"%b" + after, contents)
        blank = self._blank()
        filled = [before + each + after if each else blank for each in contents]
        return Cells(self._opening + b"%b", filled)

    def _one_by_one(self, values: Sequence[Cell | Value]) -> Cells:
        cells = [each if isinstance(each, Cell) else Cell(each) for each in values]
        lines = [self._lines(each.value) if isinstance(each.value, str) else 1 for each in cells]
        return Cells(self._opening + b"%b", [self._cell(each) for each in cells], lines)

    def _lines(self, text: str) -> int:
        # A Chinese character takes three bytes and the room of two digits; so most texts need no closer look.
        if len(text) + len(text.encode(errors="replace")) <= 2 * self._room and "\n" not in text:
            return 1
        return line_count(text, self._room)

    def _cell(self, cell: Cell) -> bytes:
        value, warning = cell.value, cell.flag == "warning"
        if isinstance(value, str) or (self._kind == "code" and value is not None):
            return self._text(printable(str(value)), warning)
        if isinstance(value, date):
            sort, number = "date", to_excel(value)
        elif value is not None and isfinite(value):
            # The plus makes 1 of True.
            sort, number = "number", +value
        else:
            return self._blank(warning)
        before, after = self._around(sort, warning)
        return before + str(number).encode() + after

    def _text(self, text: str, warning: bool) -> bytes:
        if not text:
            return self._blank(warning)
        sort = "quoted" if text.startswith(FORMULA_MARKS) else "text"
        before, after = self._around(sort, warning)
        # A workbook knows one sign for the end of a line.
        text = text.replace("\r\n", "\n").replace("\r", "\n")[:CELL_LIMIT]
        if "\n" in text or text != text.strip():
            before = before.replace(b"<t>", b'<t xml:space="preserve">')
        return before + escape(text).encode() + after

    def _blank(self, warning: bool = False) -> bytes:
        return b"".join(self._around("blank", warning))

    def _around(self, sort: Sort, warning: bool = False) -> tuple[bytes, bytes]:
        """Return what stands before and after a value of that sort: its style, its type, the tags."""
        if (sort, warning) not in self._shells:
            sample = Cell(SAMPLES[sort], flag="warning" if warning else "")
            target = SheetCell(self._sheet.sheet)
            self._sheet.dress(target, sample, self._kind, level=self._level, strong=self._strong)
            target.quotePrefix = sort == "quoted"
            style = b' s="%d"' % target.style_id
            if sort in ("number", "date"):
                shell = style + b"><v>", b"</v></c>"
            elif sort == "blank" and not self._sheet.blank:
                shell = style, b"/>"
            else:
                shown = self._sheet.blank.encode() if sort == "blank" else b""
                shell = style + b' t="inlineStr"><is><t>' + shown, b"</t></is></c>"
            self._shells[sort, warning] = shell
        return self._shells[sort, warning]


class StreamingWriter(ExcelWriter):
    """openpyxl's own writer, which leaves the rows of some sheets to a LongSheet."""

    def __init__(
        self,
        workbook: Workbook,
        archive: ZipFile,
        bodies: Iterable[LongSheet],
        progress: Progress | None,
    ) -> None:
        super().__init__(workbook, archive)
        self._bodies = {body.sheet: body for body in bodies}
        self._progress = progress
        self._told = 0
        #: The number of rows in the file so far.
        self.written = 0

    def write_data(self) -> None:
        super().write_data()
        if self._progress and (self.written > self._told or not self.written):
            self._progress(self.written)

    def write_worksheet(self, ws: Worksheet) -> None:
        body = self._bodies.get(ws)
        if body is None:
            super().write_worksheet(ws)
            return
        with self._archive.open(ws.path[1:], "w") as entry:
            entry.write(_frame(ws).partition(b"</sheetData>")[0])
            line = body.first
            for number, xml in body.chunks():
                entry.write(xml)
                line += number
                self._tell(number)
            body.finish(line)
            entry.write(_frame(ws, line).partition(b"<sheetData>")[2])
        # What openpyxl asks every sheet for when it goes on.
        ws._drawing, ws._rels = SpreadsheetDrawing(), RelationshipList()
        self.manifest.append(ws)

    def _tell(self, number: int) -> None:
        self.written += number
        if self._progress and self.written - self._told >= PROGRESS_STEP:
            self._told = self.written
            self._progress(self.written)


class FrameWriter(WorksheetWriter):
    """Writes a sheet with its rows from line `first` on, and without its size, which is not known yet."""

    def __init__(self, sheet: Worksheet, out: BytesIO, first: int) -> None:
        super().__init__(sheet, out)
        self._first = first

    def write_dimensions(self) -> None:
        pass

    def rows(self) -> list[tuple[int, list[SheetCell]]]:
        return [(line, cells) for line, cells in super().rows() if line >= self._first]


def _frame(sheet: Worksheet, first: int = 1) -> bytes:
    writer = FrameWriter(sheet, BytesIO(), first)
    writer.write()
    return writer.read()


def _manner(row: Line) -> tuple[bool, int]:
    """Whether the row stands out and how far it is indented: rows alike in this are drawn together."""
    return (row.kind != "detail", row.level) if isinstance(row, Row) else (False, 0)


@lru_cache(maxsize=4096)
def _day(day: date | None) -> str:
    return "" if day is None else str(int(to_excel(day)))


def _is_plain(joined: str, number: int) -> bool:
    """Whether none of the joined texts needs an escape, a quote prefix or its spaces kept."""
    framed = f"{SEPARATOR}{joined}{SEPARATOR}"
    return (
        framed.isprintable()
        and framed.count(SEPARATOR) == number + 1
        and not any(part in framed for part in AWKWARD)
    )
