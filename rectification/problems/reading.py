"""Reading a ledger or feedback list row by row: which rows are problems, and what their cells say."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from households.roster.cleaning import CellFault, as_text, compact, is_blank, shown
from households.roster.filling import Filled, filled_columns, merged_values
from households.roster.headers import SheetMapping
from households.roster.judging import FOOTER, TOTAL
from households.roster.reader import UNCACHED_FORMULA, CellValue, Sheet
from inspections.batch import cells as typed
from rectification.problems.acting import one_person_obstacles
from rectification.problems.columns import LEDGER, one_line

#: The value of each field that the sheet has a column for.
Cells = dict[str, CellValue]

#: These say of a row that it is a problem, though its description be missing.
_SUBSTANCE = ("kind", "household", "id_number", "code", "measure", "responsible", "found_on")
#: Every row has its own.
_OWN = frozenset({"serial", "number", "description", "message", "progress", "evidence"})
#: A line of signatures has no more texts than this.
_FOOTER_TEXTS = 4
_BY = re.compile(r"(?:之前|以前|前|止)$")
_MONTH_END = re.compile(r"(\d{4})年(\d{1,2})月底?")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})月(\d{1,2})[日号]|(\d{1,2})[.-](\d{1,2})")
#: Beside a name: what he is, his telephone.
_BESIDE_NAME = re.compile(r"[（(\[【][^（）()\[\]【】]*[)）\]】]|1[3-9]\d{9}")
_YES = re.compile(r"(?:是|√|已)(?:已)?(?:销号|完成|整改|整改到位|整改完成|办结)?")


class RowRead(NamedTuple):
    """A row of the table; `ignored` says why it is no problem, "" where it is one."""

    sheet: SheetMapping
    number: int
    cells: Cells
    ignored: str

    def value(self, *keys: str) -> CellValue:
        """The first of these cells that is filled in; "" where none is."""
        return next((v for key in keys if not is_blank(v := self.cells.get(key, ""))), "")

    def text(self, key: str) -> str:
        """What a cell says, its lines kept; "" for a placeholder."""
        value = self.cells.get(key, "")
        if is_blank(value):
            return ""
        lines = as_text(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(line.strip() for line in lines).strip()


def filled_rows(sheet: Sheet, mapping: SheetMapping) -> Filled:
    """What to read in the cells of blocks: merged ones, and places that are written once."""
    filled = filled_columns(sheet, mapping, ("description",))
    for key, column in mapping.fields.items():
        if key in _OWN:
            continue
        for row, value in merged_values(sheet, column).items():
            filled.setdefault(row, {})[column] = value
    return filled


def read_rows(sheet: Sheet, mapping: SheetMapping) -> Iterator[RowRead]:
    """Every row below the header, in order."""
    filled = filled_rows(sheet, mapping)
    columns = mapping.fields
    has_ended = False
    for number in range(mapping.first_data_row, len(sheet.rows) + 1):
        row = sheet.rows[number - 1]
        own = {key: row[column] for key, column in columns.items() if column < len(row)}
        blocks = filled.get(number, {})
        cells = own | {key: blocks[column] for key, column in columns.items() if column in blocks}
        reason = why_ignored(own, row, in_block=bool(blocks), has_ended=has_ended)
        has_ended = has_ended or reason == "footer"
        yield RowRead(mapping, number, cells, reason)


def why_ignored(own: Cells, row: list[CellValue], *, in_block: bool, has_ended: bool) -> str:
    """Why a row is no problem: blank, total, footer or header (repeated); "" when it is one."""
    texts = [text for cell in row if cell != "" and (text := compact(cell))]
    if not texts:
        return "blank"
    number, description = own.get("number", ""), own.get("description", "")
    if is_header(own):
        return "header"
    if not is_blank(number) and not is_blank(description):
        return ""
    if any(TOTAL.fullmatch(text) for text in texts[:3]):
        return "total"
    has_little = is_blank(description) or len(texts) <= _FOOTER_TEXTS
    if FOOTER.match(texts[0]) and has_little and (is_blank(description) or ":" in texts[0]):
        return "footer"
    if has_ended and len(texts) <= _FOOTER_TEXTS:
        return "footer"
    if not is_blank(number):
        return ""
    if is_blank(description):
        given = sum(not is_blank(own.get(key, "")) for key in _SUBSTANCE)
        # A lone sentence is a note; a serial number by itself was written in advance.
        return "" if given > 1 else "blank"
    return "footer" if len(texts) == 1 and not in_block else ""


def is_header(own: Cells) -> bool:
    """Whether the header is printed again in the middle of the sheet."""
    told = [
        (key, value) for key, value in own.items() if isinstance(value, str) and not is_blank(value)
    ]
    found = [key for key, text in told if (LEDGER.recognise(text) or ("", ""))[1] == key]
    return len(found) > 2 and len(found) == len(told)


def has_formula(value: CellValue) -> bool:
    return value == UNCACHED_FORMULA


def day(value: CellValue, label: str) -> dt.date | None | CellFault:
    """A day in any usual writing; None when empty."""
    return typed.day(as_text(value), label)


def due_day(value: CellValue, label: str, found_on: dt.date) -> dt.date | None | CellFault:
    """A date to be done by: also 2020年5月底, 5月31日前 of the year of the finding."""
    if is_blank(value):
        return None
    text = _BY.sub("", compact(value))
    if month := _MONTH_END.fullmatch(text):
        year, number = int(month[1]), int(month[2])
        if 1 <= number <= 12:
            return dt.date(year, number, calendar.monthrange(year, number)[1])
    if without_year := _DAY_OF_YEAR.fullmatch(text):
        parts = [part for part in without_year.groups() if part]
        text = f"{found_on.year}-{parts[0]}-{parts[1]}"
    return typed.day(text, label)


def one_person(value: CellValue, label: str, limit: int) -> str | CellFault:
    """One person's name (责任唯一), without office and telephone; "" when empty."""
    if is_blank(value):
        return ""
    names = typed.names(_BESIDE_NAME.sub("", as_text(value)), label)
    if isinstance(names, CellFault):
        return names
    if len(names) != 1:
        [sentence] = one_person_obstacles("、".join(names))
        return CellFault("not_one_person", sentence.rstrip("。"))
    if len(names[0]) > limit:
        return CellFault("too_long", f"{label}“{shown(value)}”太长，最多 {limit} 个字")
    return names[0]


def short_text(value: CellValue, label: str, limit: int) -> str | CellFault:
    """A line of free text; "" when empty."""
    if is_blank(value):
        return ""
    text = one_line(as_text(value))
    if len(text) > limit:
        return CellFault("too_long", f"{label}有 {len(text)} 个字，最多 {limit} 个，应缩短")
    return text


def says_yes(value: CellValue) -> bool | None:
    """Whether a cell such as 是否销号 says so; None where it says neither."""
    text = compact(value)
    if is_blank(value):
        return None
    if _YES.fullmatch(text):
        return True
    return False if text.startswith(("否", "未", "×", "没")) else None
