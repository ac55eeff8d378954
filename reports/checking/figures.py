"""The figures of a workbook that somebody holds, compared cell by cell with what is sealed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isclose
from typing import Final

from openpyxl.utils import get_column_letter

from households.roster.reader import CellValue, Sheet
from reports.thursday import annex_workbook, summary_workbook
from reports.thursday.paper import Paper
from yanliang.tables.excel import sheet_name
from yanliang.tables.table import EMPTY, Column, Table, Value, display

#: So many differences are listed; all are counted.
LISTED: Final = 50
WHOLE_ROW: Final = "整行"
#: Numbers from here on cannot be a figure of ours, and are shown with their power of ten.
DISPLAYED: Final = 1e12


@dataclass(frozen=True)
class Difference:
    """A cell that is not what was sealed: where it is, what the file says, what the store says."""

    sheet: str
    row: str
    column: str
    found: str
    stored: str


@dataclass(frozen=True)
class Comparison:
    """`differences` are the first LISTED of `total`; `missing` names the sheets that the file should have."""

    compared: int
    total: int
    differences: tuple[Difference, ...]
    missing: tuple[str, ...]


def compare(sheets: Sequence[Sheet], paper: Paper) -> Comparison:
    """Compare those sheets that bear the names of the paper's tables."""
    by_name = {sheet.name: sheet for sheet in sheets}
    tables = tables_meant(by_name.keys(), paper)
    compared, differences = 0, []
    for name, table in tables.items():
        if name in by_name:
            compared += len(list(table.rows)) * (len(table.leaves) - 1)
            differences += sheet_differences(name, by_name[name], table)
    missing = tuple(name for name in tables if name not in by_name)
    return Comparison(compared, len(differences), tuple(differences[:LISTED]), missing)


def tables_meant(names: Sequence[str] | set[str], paper: Paper) -> dict[str, Table]:
    """By sheet, the tables of that one of our workbooks that the file shares most sheets with."""
    workbooks = [
        {
            sheet_name(table.sheet_name or table.title): table
            for table in module.figure_tables(paper)
        }
        for module in (annex_workbook, summary_workbook)
    ]
    return max(workbooks, key=lambda tables: len(tables.keys() & set(names)))


def sheet_differences(name: str, sheet: Sheet, table: Table) -> Iterator[Difference]:
    """Rows are found by their names, columns by their numbers: a row that was pushed down is no difference."""
    first, *leaves = table.leaves
    top, shift = header_of(sheet, table)
    places = rows_by_label(sheet, top, shift)
    for row in table.rows:
        label = display(row.cell(first.key).value, first.kind)
        held = places.get(label)
        if not held:
            yield Difference(name, label, WHOLE_ROW, "没有这一行", "有")
            continue
        number = held.pop(0)
        for position, leaf in enumerate(leaves, start=1 + shift):
            cells = sheet.rows[number]
            found = cells[position] if position < len(cells) else ""
            stored = row.cell(leaf.key).value
            if not is_same(found, stored, leaf):
                yield Difference(
                    name,
                    f"{label}（第 {number + 1} 行）",
                    f"{column_name(leaf)}（{get_column_letter(position + 1)} 列）",
                    shown(found, leaf),
                    display(stored, leaf.kind),
                )
    # Rows with figures that the sealed table does not have.
    for label, left in places.items():
        for number in left:
            if any(is_number(cell) for cell in sheet.rows[number][shift + 1 :]):
                yield Difference(
                    name, f"{label}（第 {number + 1} 行）", WHOLE_ROW, "有", "没有这一行"
                )


def header_of(sheet: Sheet, table: Table) -> tuple[int, int]:
    """The first row of figures, from 0, and by how many columns the table stands further right."""
    numbers = {place: leaf.number for place, leaf in enumerate(table.leaves) if leaf.number}
    for index, row in enumerate(sheet.rows):
        held = {cell: place for place, cell in enumerate(row) if is_number(cell)}
        if numbers and numbers.keys() and set(numbers.values()) <= held.keys():
            place, number = next(iter(numbers.items()))
            return index + 1, max(held[number] - place, 0)
    labels = {leaf.label for leaf in table.leaves[1:]}
    for index, row in enumerate(sheet.rows):
        if labels <= {cell for cell in row if isinstance(cell, str)}:
            return index + 1, 0
    return 0, 0


def rows_by_label(sheet: Sheet, top: int, shift: int) -> dict[str, list[int]]:
    """The rows from `top` on by what stands in their first column, each name's from above."""
    places: dict[str, list[int]] = {}
    for number, row in enumerate(sheet.rows[top:], start=top):
        label = row[shift] if shift < len(row) else ""
        if label != "":
            places.setdefault(text_of(label), []).append(number)
    return places


def is_same(found: CellValue, stored: Value, leaf: Column) -> bool:
    if stored is None or stored == "":
        return found == "" or found == EMPTY
    if isinstance(stored, int | float | Decimal):
        if is_number(found):
            return isclose(found, float(stored), rel_tol=1e-9, abs_tol=1e-9)
        return text_of(found) == display(stored, leaf.kind)
    return text_of(found) == display(stored, leaf.kind)


def is_number(cell: CellValue) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def text_of(cell: CellValue) -> str:
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    return cell.strip() if isinstance(cell, str) else display_date(cell)


def display_date(cell: CellValue) -> str:
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def shown(found: CellValue, leaf: Column) -> str:
    """What the file says, as people read it."""
    if found == "":
        return "（空）"
    if is_number(found):
        if not abs(found) < DISPLAYED:
            return f"{found:g}"
        return display(int(found) if float(found).is_integer() else found, leaf.kind)
    return text_of(found)[:40]


def column_name(leaf: Column) -> str:
    return f"{leaf.number} {leaf.label}" if leaf.number else leaf.label
