"""Places written once for a block of rows: merged or left-blank village, group and office cells."""

from .cleaning import is_blank
from .headers import SheetMapping
from .reader import CellValue, Sheet

_PLACES = ("office", "village", "group")


def filled_columns(sheet: Sheet, mapping: SheetMapping) -> dict[int, dict[int, CellValue]]:
    """Excel row number → {column: value to read instead of the empty cell}.

    A cell is filled from above inside a merged range, and in a column that as a whole is written once a block.
    An occasional blank in a column that repeats its values stays blank: it may be a mistake.
    """
    filled: dict[int, dict[int, CellValue]] = {}
    columns = mapping.fields
    village = columns.get("village")
    for key in _PLACES:
        column = columns.get(key)
        if column is None:
            continue
        values = _merged(sheet, column)
        values |= _written_once(sheet, mapping, column, village if key == "group" else None)
        for row, value in values.items():
            filled.setdefault(row, {})[column] = value
    return filled


def _merged(sheet: Sheet, column: int) -> dict[int, CellValue]:
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
    sheet: Sheet, mapping: SheetMapping, column: int, village: int | None
) -> dict[int, CellValue]:
    """Values for the blanks of a column in which no value stands again right below itself.

    A new village ends the group of the one before.
    """
    id_column, name_column = mapping.fields.get("id_number"), mapping.fields.get("head_name")
    values: dict[int, CellValue] = {}
    written = 0
    above: CellValue = ""
    previous: CellValue = ""
    current_village: CellValue = ""
    for number in range(mapping.first_data_row, len(sheet.rows) + 1):
        row = sheet.rows[number - 1]
        if not any(
            c is not None and c < len(row) and row[c] != "" for c in (id_column, name_column)
        ):
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
