"""Workbooks that go back to the clerk: the roster with its faults marked, and the refused rows alone."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.child import INVALID_TITLE_REGEX

from .cleaning import as_text
from .fields import MESSAGE_HEADING
from .filling import Filled, filled_columns
from .headers import Mapping, SheetMapping
from .judging import Problem
from .reader import CellValue, Roster, Sheet

MAX_ROWS_IN_PLACE = 12_000
"""Stored rows up to which the user's own .xlsx is marked; beyond, a fresh workbook is written row by row.

50,000 rows cost openpyxl 800 MB, and it walks every formatted empty row.
"""

REFUSED_FILL = PatternFill("solid", fgColor="FFFF9C9C")
WARNING_FILL = PatternFill("solid", fgColor="FFFFE699")

_TEXT_FORMAT = "@"
_TEXT_FIELDS = ("id_number", "code", "external_reference", "phone", "certificate")
_MESSAGE_WIDTH = 60
_ID_WIDTH = 21
_HEADER_FONT = Font(bold=True)
_HEADER_ALIGNMENT = Alignment(horizontal="center", vertical="center", wrap_text=True)


class MarkedRow(Protocol):
    """What marking has to know of a judged row, whatever the table."""

    sheet: str
    row: int
    outcome: str
    problems: list[Problem]

    @property
    def sentence(self) -> str: ...


def write_marked(
    roster: Roster, mapping: Mapping, judged: Iterable[MarkedRow], target: Path | BinaryIO
) -> None:
    """Write the whole roster as .xlsx: offending cells coloured, sentences in a filterable column 错误信息.

    Cells of refused rows are red, cells imported with a warning are yellow.
    """
    faults = {(row.sheet, row.row): row for row in judged if row.problems}
    if roster.kind == "xlsx" and sum(s.xml_rows for s in roster.sheets) <= MAX_ROWS_IN_PLACE:
        original = _load_original(roster)
        if original is not None:
            _mark_in_place(original, roster, mapping, faults)
            original.save(target)
            return
    workbook = Workbook(write_only=True)
    for sheet in roster.sheets:
        worksheet = workbook.create_sheet(_title(sheet.name))
        if sheet.hidden:
            worksheet.sheet_state = "hidden"
        sheet_mapping = next((m for m in mapping.sheets if m.sheet == sheet.name), None)
        if sheet_mapping is None:
            _set_widths(worksheet, sheet, None)
            for row in sheet.rows:
                worksheet.append([_cell(worksheet, value) for value in row])
        else:
            numbers = range(1, len(sheet.rows) + 1)
            _write_rows(worksheet, sheet, sheet_mapping, numbers, faults, filled={})
    workbook.save(target)


def write_refused(
    roster: Roster,
    mapping: Mapping,
    judged: Iterable[MarkedRow],
    target: Path | BinaryIO,
    fill: Callable[[Sheet, SheetMapping], Filled] = filled_columns,
) -> int:
    """Write the refused rows alone as .xlsx, under their own header, to be corrected and uploaded again.

    Returns their number. What stood in merged cells is written out in every row, as `fill` finds it.
    """
    faults = {(row.sheet, row.row): row for row in judged if row.outcome == "error"}
    workbook = Workbook(write_only=True)
    for sheet_mapping in mapping.sheets:
        sheet = roster.sheet(sheet_mapping.sheet)
        refused = [number for name, number in faults if name == sheet.name]
        if refused or sheet_mapping is mapping.sheets[-1] and not workbook.worksheets:
            # A title may name the village of the whole sheet.
            first = 1 if sheet_mapping.default_village else sheet_mapping.header_rows[0]
            head = range(first, sheet_mapping.first_data_row)
            _write_rows(
                workbook.create_sheet(_title(sheet.name)),
                sheet,
                sheet_mapping,
                [*head, *refused],
                faults,
                filled=fill(sheet, sheet_mapping),
            )
    workbook.save(target)
    return len(faults)


def _load_original(roster: Roster) -> Workbook | None:
    """The user's workbook as openpyxl sees it; None when it is stricter than the reader of the values was."""
    try:
        return load_workbook(roster.path)
    except Exception:
        return None


def _title(name: str) -> str:
    """A sheet name that .xlsx allows."""
    return INVALID_TITLE_REGEX.sub("_", name)[:31]


def _mark_in_place(
    workbook: Workbook,
    roster: Roster,
    mapping: Mapping,
    faults: dict[tuple[str, int], MarkedRow],
) -> None:
    for sheet_mapping in mapping.sheets:
        sheet = roster.sheet(sheet_mapping.sheet)
        worksheet = workbook[sheet.name]
        message = _message_column(sheet, sheet_mapping)
        heading = worksheet.cell(sheet_mapping.header_rows[0], message + 1)
        if "message" not in sheet_mapping.fields:
            beside = worksheet.cell(sheet_mapping.header_rows[0], max(message, 1))
            _set_text(heading, MESSAGE_HEADING)
            heading._style = beside._style
            if len(sheet_mapping.header_rows) > 1:
                worksheet.merge_cells(
                    start_row=sheet_mapping.header_rows[0],
                    end_row=sheet_mapping.header_rows[-1],
                    start_column=message + 1,
                    end_column=message + 1,
                )
        worksheet.column_dimensions[get_column_letter(message + 1)].width = _MESSAGE_WIDTH
        texts = _text_columns(sheet_mapping)
        for number in range(sheet_mapping.first_data_row, len(sheet.rows) + 1):
            row = faults.get((sheet.name, number))
            if row is None:
                if "message" in sheet_mapping.fields:
                    worksheet.cell(number, message + 1).value = None
                continue
            _set_text(worksheet.cell(number, message + 1), row.sentence)
            for column, fill in _fills(row, message).items():
                cell = worksheet.cell(number, column + 1)
                cell.fill = fill
                if column in texts:
                    cell.number_format = _TEXT_FORMAT
        if not worksheet.tables:
            worksheet.auto_filter.ref = _filter_range(
                sheet_mapping.header_rows[-1], message, len(sheet.rows)
            )


def _write_rows(
    worksheet: Any,
    sheet: Sheet,
    mapping: SheetMapping,
    numbers: Iterable[int],
    faults: dict[tuple[str, int], MarkedRow],
    filled: dict[int, dict[int, CellValue]],
) -> None:
    """Append the rows of these Excel numbers to a write-only sheet, with the message column."""
    numbers = list(numbers)
    message = _message_column(sheet, mapping)
    texts = _text_columns(mapping)
    position = {number: index for index, number in enumerate(numbers, start=1)}
    _set_widths(worksheet, sheet, mapping)
    header_end = position[mapping.header_rows[-1]]
    worksheet.freeze_panes = f"A{header_end + 1}"
    worksheet.auto_filter.ref = _filter_range(header_end, message, len(numbers))
    _merge(worksheet, sheet, mapping, position)
    for number in numbers:
        source = sheet.rows[number - 1]
        values = [*source, *[""] * (message + 1 - len(source))]
        for column, value in filled.get(number, {}).items():
            values[column] = value
        fills: dict[int, PatternFill] = {}
        is_data = number >= mapping.first_data_row
        if is_data:
            row = faults.get((sheet.name, number))
            values[message] = row.sentence if row is not None else ""
            fills = _fills(row, message) if row is not None else {}
        elif number == mapping.header_rows[0]:
            values[message] = MESSAGE_HEADING
        cells = []
        for column, value in enumerate(values):
            is_text = is_data and column in texts
            cell = _cell(worksheet, value, as_text_cell=is_text)
            if column in fills:
                cell.fill = fills[column]
            if number in mapping.header_rows:
                cell.font = _HEADER_FONT
                cell.alignment = _HEADER_ALIGNMENT
            cells.append(cell)
        worksheet.append(cells)


def _merge(worksheet: Any, sheet: Sheet, mapping: SheetMapping, position: dict[int, int]) -> None:
    """Keep the merged ranges of the header, and of the data when all of it is written."""
    whole = len(position) == len(sheet.rows)
    for top, left, bottom, right in sheet.merges:
        first, last = position.get(top + 1), position.get(bottom + 1)
        if first and last and (whole or bottom + 1 < mapping.first_data_row):
            worksheet.merged_cells.add(
                f"{get_column_letter(left + 1)}{first}:{get_column_letter(right + 1)}{last}"
            )


def _fills(row: MarkedRow, message: int) -> dict[int, PatternFill]:
    """Column → colour. A fault of a column that the sheet does not have colours the message."""
    fills: dict[int, PatternFill] = {}
    for problem in row.problems:
        column = message if problem.column is None else problem.column
        if not problem.is_warning:
            fills[column] = REFUSED_FILL
        else:
            fills.setdefault(column, WARNING_FILL)
    return fills


def _message_column(sheet: Sheet, mapping: SheetMapping) -> int:
    """Column (from 0) of 错误信息: the one that is there from an earlier download, or the next free one."""
    spanned = (
        right + 1 for _, _, bottom, right in sheet.merges if bottom + 1 >= mapping.header_rows[0]
    )
    return mapping.fields.get("message", max(sheet.width, *spanned, 0))


def _text_columns(mapping: SheetMapping) -> set[int]:
    return {mapping.fields[key] for key in _TEXT_FIELDS if key in mapping.fields}


def _filter_range(header_row: int, last_column: int, last_row: int) -> str:
    return f"A{header_row}:{get_column_letter(last_column + 1)}{max(last_row, header_row)}"


def _set_widths(worksheet: Any, sheet: Sheet, mapping: SheetMapping | None) -> None:
    for column, width in sheet.widths.items():
        worksheet.column_dimensions[get_column_letter(column + 1)].width = width
    if mapping is None:
        return
    if not sheet.widths:
        for column in mapping.columns:
            longest = max(map(_display_width, (column.heading, *column.samples)))
            width = min(max(longest + 2, 6), 40) if column.field != "id_number" else _ID_WIDTH
            worksheet.column_dimensions[get_column_letter(column.index + 1)].width = width
    message = get_column_letter(_message_column(sheet, mapping) + 1)
    worksheet.column_dimensions[message].width = _MESSAGE_WIDTH


def _display_width(text: str) -> int:
    """Width in digits: a Han character is two wide."""
    return sum(1 if character.isascii() else 2 for character in text)


def _cell(worksheet: Any, value: CellValue, *, as_text_cell: bool = False) -> Cell:
    cell = WriteOnlyCell(worksheet)
    if as_text_cell:
        cell.number_format = _TEXT_FORMAT
        value = as_text(value)
    if isinstance(value, str):
        if value:
            _set_text(cell, value)
    else:
        cell.value = value
    return cell


def _set_text(cell: Cell, text: str) -> None:
    """Write a text that stays a text, even when it begins with “=” or looks like an error value."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
