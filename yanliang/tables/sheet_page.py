"""A workbook as it looks, on a page: a plain table for each sheet, merged cells joined, numbers in their format."""

import datetime as dt
from decimal import Decimal
from html import escape
from typing import Final, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.worksheet.worksheet import Worksheet

from yanliang.tables.filling import PLACEHOLDER
from yanliang.tables.table import display

#: What a page shows of a sheet; a form is far smaller.
MAX_ROWS: Final = 200
MAX_COLUMNS: Final = 60


class SheetPage(NamedTuple):
    """One sheet: its name, the rows of its table as markup, and whether the file hides it or goes on beyond."""

    name: str
    rows: SafeString
    is_hidden: bool
    is_cut: bool


def sheet_pages(workbook: Workbook) -> list[SheetPage]:
    return [_page_of(sheet) for sheet in workbook.worksheets]


def _page_of(sheet: Worksheet) -> SheetPage:
    filled = [place for place, cell in sheet._cells.items() if cell.value is not None]
    bottom = max((row for row, _ in filled), default=0)
    right = max((column for _, column in filled), default=0)
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= bottom:
            right = max(right, merged.max_col)
    rows, columns = min(bottom, MAX_ROWS), min(right, MAX_COLUMNS)
    return SheetPage(
        sheet.title,
        _markup(sheet, rows, columns),
        sheet.sheet_state != "visible",
        rows < bottom or columns < right,
    )


def _markup(sheet: Worksheet, rows: int, columns: int) -> SafeString:
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for merged in sheet.merged_cells.ranges:
        last_row, last_column = min(merged.max_row, rows), min(merged.max_col, columns)
        corner = merged.min_row, merged.min_col
        spans[corner] = last_row - corner[0] + 1, last_column - corner[1] + 1
        covered.update(
            (row, column)
            for row in range(corner[0], last_row + 1)
            for column in range(corner[1], last_column + 1)
            if (row, column) != corner
        )
    lines = []
    for row in range(1, rows + 1):
        cells = [
            _cell_markup(sheet._cells.get((row, column)), spans.get((row, column), (1, 1)))
            for column in range(1, columns + 1)
            if (row, column) not in covered
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return mark_safe("".join(lines))


def _cell_markup(cell: SheetCell | None, span: tuple[int, int]) -> str:
    down, across = span
    attributes = (f' rowspan="{down}"' if down > 1 else "") + (
        f' colspan="{across}"' if across > 1 else ""
    )
    if cell is None or cell.value is None:
        return f"<td{attributes}></td>"
    text = shown(cell)
    if PLACEHOLDER.search(text):
        attributes += ' class="sheet-unfilled"'
    elif cell.data_type == "n":
        attributes += ' class="num"'
    elif across > 1:
        attributes += ' class="sheet-across"'
    return f"<td{attributes}>{escape(text)}</td>"


def shown(cell: SheetCell) -> str:
    """What the cell reads, near enough: percent, thousands and dates by its format; a formula says that it is one."""
    value = cell.value
    if cell.data_type == "f":
        return "（公式）"
    if isinstance(value, dt.date | dt.datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    if cell.data_type == "n" and isinstance(value, int | float | Decimal):
        if "%" in cell.number_format:
            return display(value, "percent")
        return display(value, "int") if "#,##" in cell.number_format else str(value)
    return str(value)
