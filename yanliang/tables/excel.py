"""The table as an Excel sheet, set up to be printed as it stands."""

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date
from functools import cache, lru_cache
from io import BytesIO
from typing import Final
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from yanliang.tables.table import EMPTY, Cell, Column, DocumentProperties, Kind, Row, Table, Value

NUMBER_FORMATS: Final[dict[Kind, str]] = {
    "text": "General",
    "int": "#,##0",
    "decimal": "#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "code": "@",
}
PAPER_SIZES: Final = {"A3": 8, "A4": 9}
SHEET_NAME_LIMIT: Final = 31
#: What a text must not begin with, or Excel takes it for a formula when somebody edits the cell.
FORMULA_MARKS: Final = ("=", "+", "-", "@")
#: What XML cannot hold: control characters, halves of a surrogate pair, two that are no characters.
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HEADER_HEIGHT: Final = 26
WARNING_COLOUR: Final = "FFB3261E"

# The usual names on the bureau's machines (GB/T 9704); Excel itself replaces a missing one.
TITLE_FONT = Font(name="方正小标宋简体", size=22)
ANNEX_FONT = Font(name="黑体", size=16)
HEAD_FONT = Font(name="黑体", size=11)
NUMBER_LINE_FONT = Font(name="仿宋_GB2312", size=9)
BODY_FONT = Font(name="仿宋_GB2312", size=11)

THIN = Side(style="thin", color="FF000000")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")
ALIGNMENTS = {"left": LEFT, "center": CENTRE, "right": RIGHT}


@dataclass(frozen=True, eq=False)
class Look:
    """How a cell of the grid is drawn. Each is made once and known by its identity."""

    font: Font
    alignment: Alignment
    number_format: str = "General"


#: The looks that a sheet has met, as openpyxl keeps them: it compares all parts of every style that is set.
Styles = dict[Look, StyleArray]

HEAD = Look(HEAD_FONT, CENTRE)
NUMBER_LINE = Look(NUMBER_LINE_FONT, CENTRE)


def workbook_bytes(tables: Sequence[Table], *, properties: DocumentProperties) -> bytes:
    """Return an .xlsx file with one sheet for each table.

    Raises ValueError without tables: a workbook cannot be empty.
    """
    if not tables:
        raise ValueError("A workbook needs at least one table")
    workbook = Workbook()
    workbook.remove(workbook.active)
    for table in tables:
        write_sheet(workbook, table)
    describe(workbook, replace(properties, title=properties.title or tables[0].title))
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def describe(workbook: Workbook, properties: DocumentProperties) -> None:
    """Let the file say what it is, who made it, when and why."""
    described = workbook.properties
    described.title = printable(properties.title)
    described.creator = printable(properties.author)
    described.lastModifiedBy = described.creator
    described.description = printable(properties.subject)
    described.keywords = printable(properties.keywords)
    if properties.created:
        # The file format keeps naive times and reads them as UTC.
        described.created = properties.created.astimezone(UTC).replace(tzinfo=None)


def write_sheet(workbook: Workbook, table: Table) -> Worksheet:
    """Append the table to `workbook` as a sheet ready to print, and return the sheet."""
    sheet, line = open_sheet(workbook, table)
    styles: Styles = {}
    for row in table.rows:
        _write_row(sheet, line, row, table.leaves, styles)
        line += 1
    close_sheet(sheet, table, line)
    return sheet


def open_sheet(workbook: Workbook, table: Table) -> tuple[Worksheet, int]:
    """Append a sheet with all that stands above the rows; return it and the line of the first row."""
    name = sheet_name(table.sheet_name or table.title, taken=workbook.sheetnames)
    sheet = workbook.create_sheet(name)
    for position, column in enumerate(table.leaves, start=1):
        # One character more than the text takes: Excel keeps that much for the cell's own margin.
        sheet.column_dimensions[get_column_letter(position)].width = column.characters + 1
    header_from = _write_title_block(sheet, table)
    body_from = _write_header(sheet, table, header_from)
    sheet.freeze_panes = f"B{body_from}"
    _set_up_print(sheet, table)
    sheet.print_title_rows = f"{header_from}:{body_from - 1}"
    return sheet, body_from


def close_sheet(sheet: Worksheet, table: Table, line: int) -> None:
    """Write what stands under the rows from `line` on, and let the printer stop there."""
    last = _write_foot(sheet, table, line)
    sheet.print_area = f"A1:{get_column_letter(len(table.leaves))}{last}"


def write_text(cell: SheetCell, text: str) -> None:
    """Put `text` into `cell` as text for ever, also when it looks like a formula or an error.

    openpyxl makes a formula of “=…”; the quote prefix keeps Excel from doing so itself when
    somebody edits the cell.
    """
    cell.value = printable(text)
    cell.data_type = "s"
    if text.startswith(FORMULA_MARKS):
        cell.quotePrefix = True


def sheet_name(wanted: str, *, taken: Sequence[str] = ()) -> str:
    """Return `wanted` without the characters Excel forbids, at most 31 long, and not yet taken."""
    cleaned = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "", wanted).strip(" '") or "表"
    used = {name.casefold() for name in taken}
    name, serial = _cut(cleaned, SHEET_NAME_LIMIT), 2
    while name.casefold() in used:
        ending = f"({serial})"
        name = _cut(cleaned, SHEET_NAME_LIMIT - len(ending)) + ending
        serial += 1
    return name


def _cut(text: str, units: int) -> str:
    # Excel counts UTF-16 units: a rare character beyond the basic plane takes two.
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore").rstrip(" '")


def printable(text: str) -> str:
    """Return `text` without the characters that a workbook cannot hold."""
    return UNPRINTABLE.sub("", text)


def _write_title_block(sheet: Worksheet, table: Table) -> int:
    """Write annex label, title, subtitle and facts; return the first line of the header."""
    line, width = 1, len(table.leaves)
    if table.annex_label:
        _write_across(sheet, line, 1, width, table.annex_label, ANNEX_FONT, LEFT, height=24)
        line += 1
    _write_across(sheet, line, 1, width, table.title, TITLE_FONT, CENTRE, height=40)
    line += 1
    if table.subtitle:
        _write_across(sheet, line, 1, width, table.subtitle, BODY_FONT, CENTRE, height=20)
        line += 1
    if table.head_facts:
        _write_spread(sheet, line, table, [str(fact) for fact in table.head_facts])
        line += 1
    return line


def _write_header(sheet: Worksheet, table: Table, first: int) -> int:
    """Write the merged header and the column numbers; return the first line of the body."""
    styles: Styles = {}
    for line in table.header_lines:
        for cell in line:
            top, left = first + cell.line, 1 + cell.position
            bottom, right = top + cell.rowspan - 1, left + cell.colspan - 1
            for covered in sheet.iter_rows(top, bottom, left, right):
                for each in covered:
                    dress(each, HEAD, styles)
            write_text(sheet.cell(top, left), cell.column.label)
            _merge(sheet, top, left, bottom, right)
    for offset in range(table.depth):
        sheet.row_dimensions[first + offset].height = HEADER_HEIGHT
    # The lowest line takes what its longest label still needs when broken over the column width.
    needed = max(
        16 * line_count(leaf.label, leaf.characters) + 8 - HEADER_HEIGHT * (table.depth - 1 - line)
        for line, leaf in _leaf_lines(table)
    )
    sheet.row_dimensions[first + table.depth - 1].height = max(HEADER_HEIGHT, needed)
    body_from = first + table.depth
    if table.numbered:
        for position, leaf in enumerate(table.leaves, start=1):
            cell = sheet.cell(body_from, position)
            cell.value = leaf.number
            dress(cell, NUMBER_LINE, styles)
        sheet.row_dimensions[body_from].height = 16
        body_from += 1
    return body_from


def _leaf_lines(table: Table) -> list[tuple[int, Column]]:
    return [
        (cell.line, cell.column)
        for line in table.header_lines
        for cell in line
        if not cell.column.children
    ]


def _write_row(
    sheet: Worksheet, number: int, row: Row, leaves: Sequence[Column], styles: Styles
) -> None:
    lines, strong = 1, row.kind != "detail"
    for position, column in enumerate(leaves, start=1):
        target, cell = sheet.cell(number, position), row.cell(column.key)
        level = row.level if position == 1 else 0
        dress(target, body_look(cell, column.kind, level, strong), styles)
        _write_value(target, cell.value, column.kind)
        if cell.note:
            target.comment = Comment(printable(cell.note), "填表说明")
        if isinstance(cell.value, str):
            lines = max(lines, line_count(cell.value, column.characters))
    sheet.row_dimensions[number].height = row_height(lines)


def dress(cell: SheetCell, look: Look, styles: Styles) -> None:
    """Draw `cell` like `look`, with the grid around it; `styles` remembers the looks met before."""
    style = styles.get(look)
    if style is None:
        cell.font, cell.alignment, cell.border = look.font, look.alignment, GRID
        cell.number_format = look.number_format
        styles[look] = copy(cell._style)
    else:
        cell._style = copy(style)


def _write_value(target: SheetCell, value: Value, kind: Kind) -> None:
    if value is None or value == "":
        write_text(target, EMPTY)
    elif isinstance(value, str) or kind == "code":
        write_text(target, str(value))
    else:
        target.value = value


def _side(value: Value, kind: Kind) -> str:
    if isinstance(value, str) and value and kind == "text":
        return "left"
    if value is None or isinstance(value, str | date) or kind == "code":
        return "center"
    return "right"


def _number_format(value: Value, kind: Kind) -> str:
    # A date in a column of texts keeps the look of its own kind.
    return NUMBER_FORMATS["date" if kind == "text" and isinstance(value, date) else kind]


def body_look(cell: Cell, kind: Kind, level: int = 0, strong: bool = False) -> Look:
    """How `cell` looks in a column of that kind; `strong` in a line of sums, `level` as in Row."""
    side, number_format = _side(cell.value, kind), _number_format(cell.value, kind)
    return _body_look(side, level, strong, cell.flag == "warning", number_format)


@cache
def _body_look(side: str, level: int, strong: bool, warning: bool, number_format: str) -> Look:
    alignment = _indented(level) if level else ALIGNMENTS[side]
    return Look(_body_font(strong, warning), alignment, number_format)


@cache
def _body_font(strong: bool, warning: bool) -> Font:
    return Font(
        name=BODY_FONT.name, size=11, bold=strong, color=WARNING_COLOUR if warning else None
    )


@cache
def _indented(level: int) -> Alignment:
    return Alignment(horizontal="left", vertical="center", wrap_text=True, indent=level)


def _write_foot(sheet: Worksheet, table: Table, line: int) -> int:
    """Write remarks, signatures, check line and notes under the body; return the last line used."""
    width = len(table.leaves)
    total = sum(leaf.characters for leaf in table.leaves)
    for remark in table.remarks:
        height = 16 * line_count(remark, total) + 4
        _write_across(sheet, line, 1, width, remark, BODY_FONT, LEFT, height)
        line += 1
    if table.signatures:
        facts = [str(fact) for fact in table.signature_facts]
        _write_spread(sheet, line, table, facts, height=32, to_edges=False)
        line += 1
    sentences = []
    if table.check_sentence:
        sentences = [table.check_sentence, *(f"· {sentence}" for sentence in table.checks or ())]
    failing = bool(table.checks)
    notes = [f"{number}. {note}" for number, note in enumerate(table.notes, start=1)]
    for text, warning in [
        *((sentence, failing) for sentence in sentences),
        *((note, False) for note in (["填表说明：", *notes] if notes else [])),
    ]:
        height = 16 * line_count(text, total) + 4
        _write_across(sheet, line, 1, width, text, _body_font(False, warning), LEFT, height)
        line += 1
    return line - 1


def _write_spread(
    sheet: Worksheet,
    line: int,
    table: Table,
    texts: Sequence[str],
    *,
    height: float = 22,
    to_edges: bool = True,
) -> None:
    """Write `texts` side by side over the width of the table.

    `to_edges` sets the last one against the right edge and those between in the middle of their
    parts; without it every text keeps room to write behind it.
    """
    spans = _spans([leaf.characters for leaf in table.leaves], len(texts))
    if not spans:
        spans, texts = [(1, len(table.leaves))], ["　　".join(texts)]
    for index, ((left, right), text) in enumerate(zip(spans, texts, strict=True)):
        horizontal = "left"
        if to_edges and index:
            horizontal = "right" if index == len(texts) - 1 else "center"
        alignment = Alignment(horizontal=horizontal, vertical="center")
        _write_across(sheet, line, left, right, text, BODY_FONT, alignment, height)


def _spans(widths: Sequence[int], parts: int) -> list[tuple[int, int]]:
    """Divide the columns (counted from 1) into about equally wide parts; none if too few."""
    if parts > len(widths):
        return []
    spans, left, share = [], 1, sum(widths) / parts
    for part in range(1, parts):
        # Every later part still needs a column of its own.
        right, most = left, len(widths) - (parts - part)
        while right < most and sum(widths[:right]) + widths[right] / 2 < share * part:
            right += 1
        spans.append((left, right))
        left = right + 1
    return [*spans, (left, len(widths))]


def _write_across(
    sheet: Worksheet,
    line: int,
    left: int,
    right: int,
    text: str,
    font: Font,
    alignment: Alignment,
    height: float,
) -> None:
    cell = sheet.cell(line, left)
    write_text(cell, text)
    cell.font, cell.alignment = font, alignment
    _merge(sheet, line, left, line, right)
    sheet.row_dimensions[line].height = height


def _merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    """Make one cell of the area. Unlike openpyxl's `merge_cells` it leaves every border as it is: that takes long."""
    if (top, left) != (bottom, right):
        area = CellRange(min_row=top, min_col=left, max_row=bottom, max_col=right)
        sheet.merged_cells.add(area)


@cache
def row_height(lines: int) -> int:
    """The height in points of a row whose tallest cell has that many lines."""
    return max(26, 15 * lines + 8)


class Doubled(dict[int, str]):
    """What `str.translate` makes of a character: a wide one stands twice."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_wide = east_asian_width(character) in "WF"
        self[code] = shown = character * 2 if is_wide else character
        return shown


DOUBLED: Final = Doubled()


@lru_cache(maxsize=8192)
def line_count(text: str, characters: int) -> int:
    """The lines that `text` needs in a column of that many characters, Chinese counting double."""
    parts = text.translate(DOUBLED).split("\n")
    return sum(-(-len(part) // characters) or 1 for part in parts)


def _set_up_print(sheet: Worksheet, table: Table) -> None:
    size, orientation = table.paper.split()
    sheet.page_setup.paperSize = PAPER_SIZES[size]
    sheet.page_setup.orientation = orientation
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.6
    sheet.page_margins.top = sheet.page_margins.bottom = 0.75
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
