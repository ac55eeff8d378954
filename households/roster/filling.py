"""Places written once for a block of rows: merged or left-blank village, group and office cells."""

from .cleaning import is_blank
from .headers import SheetMapping
from .reader import CellValue, Sheet

_PLACES = ("office", "village", "group")
_HOUSEHOLD = ("id_number", "head_name")
#: Excel row number → {column: value to read instead of the empty cell}.
Filled = dict[int, dict[int, CellValue]]


def filled_columns(
    sheet: Sheet, mapping: SheetMapping, subjects: tuple[str, ...] = _HOUSEHOLD
) -> Filled:
    """What to read in the empty cells of places; a row counts where one of the `subjects` is filled in.

    A cell is filled from above inside a merged range, and in a column that as a whole is written once a block.
    An occasional blank in a column that repeats its values stays blank: it may be a mistake.
    """
    filled: Filled = {}
    columns = mapping.fields
    village = columns.get("village")
    marks = [columns[key] for key in subjects if key in columns]
    for key in _PLACES:
        column = columns.get(key)
        if column is None:
            continue
        values = merged_values(sheet, column)
        block = village if key == "group" else None
        values |= _written_once(sheet, mapping, column, block, marks)
        for row, value in values.items():
            filled.setdefault(row, {})[column] = value
    return filled


def merged_values(sheet: Sheet, column: int) -> dict[int, CellValue]:
    """Excel row number → the value of the merged cell of this column that the row lies in."""
    values = {}
    for top, left, bottom, right in sheet.merges:
        # A range across columns is a title or a total, not a place.
        if left == column == right and bottom > top and top < len(sheet.rows):
            value = sheet.rows[top][column]
            if not is_blank(value):
                last = min(bottom, len(sheet.rows) - 1)
                values.update(dict.fromkeys(range(top + 2, last + 2), value))
    return values


def _written_once(
    sheet: Sheet, mapping: SheetMapping, column: int, village: int | None, marks: list[int]
) -> dict[int, CellValue]:
    """Values for the blanks of a column in which no value stands again right below itself.

    A new village ends the group of the one before.
    """
    values: dict[int, CellValue] = {}
    written = 0
    above: CellValue = ""
    previous: CellValue = ""
    current_village: CellValue = ""
    for number in range(mapping.first_data_row, len(sheet.rows) + 1):
        row = sheet.rows[number - 1]
        if not any(mark < len(row) and row[mark] != "" for mark in marks):
            continue
        cell = row[column] if column < len(row) else ""
        here = row[village] if village is not None and village < len(row) else ""
        if not is_blank(here) and here != current_village:
            current_village = here
            above = cell
        if not is_blank(cell):
            if cell == previous:
                return {}
            written += 1
            above = cell
        elif above != "":
            values[number] = above
        previous = cell
    return values if len(values) >= written else {}
