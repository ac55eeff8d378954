"""Fills a workbook that somebody else designed: {{placeholders}} become values, all else stays as it was.

Kept: merged cells, fonts, borders, heights, widths, number formats, print set-up, validations, names, formulas.
What openpyxl cannot keep is told beforehand by `yanliang.tables.foreign.losses`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.numbers import is_date_format
from openpyxl.worksheet.header_footer import _HeaderFooterPart
from openpyxl.worksheet.worksheet import Worksheet

from yanliang.tables.excel import FORMULA_MARKS, printable, write_text
from yanliang.tables.table import EMPTY, Value

#: Chinese input methods make full-width braces; they count the same.
PLACEHOLDER: Final = re.compile(r"[{｛]{2}([^{}｛｝]*)[}｝]{2}")
LONE_BRACES: Final = re.compile(r"[{｛]{2}|[}｝]{2}")
#: Formats of a cell whose designer chose none: a number that needs one gets its own.
UNFORMATTED: Final = frozenset({"General", "@"})
MARGINS: Final = {
    "oddHeader": "页眉",
    "oddFooter": "页脚",
    "evenHeader": "偶数页页眉",
    "evenFooter": "偶数页页脚",
    "firstHeader": "首页页眉",
    "firstFooter": "首页页脚",
}
SIDES: Final = {"left": "左", "center": "中", "right": "右"}

UNCLOSED: Final = "花括号不成对：占位符要写成 {{名称}}，前后各两个花括号。"
NAMELESS: Final = "花括号里没有名称。"
IN_FORMULA: Final = "公式里不能写占位符；请把占位符单独写在一个单元格，公式引用那个单元格。"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A `name` in double braces at `place` (“C5”, or a part of header or footer) of a sheet.

    `row` counts from 1, 0 in header and footer; `is_whole` where the cell holds nothing else, and then
    `number_format` is the cell's.
    """

    sheet: str
    place: str
    row: int
    name: str
    is_whole: bool = False
    number_format: str = "General"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something at `place` that looks like a placeholder and cannot be one."""

    sheet: str
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written for a placeholder: `value` into a cell of its own, `text` within a sentence.

    `number_format` serves a cell that has none of its own; "" leaves such a cell as it is.
    """

    value: Value
    text: str
    number_format: str = ""


#: None leaves the placeholder standing.
AnswerTo = Callable[[Placeholder], Answer | None]


def open_foreign(content: bytes) -> Workbook:
    """The workbook with the fonts inside its cells; raises whatever openpyxl raises at a damaged one."""
    return load_workbook(BytesIO(content), rich_text=True)


def placeholders_in(workbook: Workbook) -> tuple[list[Placeholder], list[Flaw]]:
    """Every placeholder, sheet by sheet and row by row, and what is wrong in their writing."""
    found: list[Placeholder] = []
    flaws: list[Flaw] = []
    for sheet in workbook.worksheets:
        for cell in _cells(sheet):
            at = sheet.title, cell.coordinate
            if cell.data_type == "f":
                formula = getattr(cell.value, "text", cell.value)
                if PLACEHOLDER.search(str(formula)):
                    flaws.append(Flaw(*at, IN_FORMULA))
                continue
            text = str(cell.value)
            if _is_broken(text):
                flaws.append(Flaw(*at, UNCLOSED))
            found += _placeholders_of(cell)
        for place, part in _margin_parts(sheet):
            if _is_broken(part.text):
                flaws.append(Flaw(sheet.title, place, UNCLOSED))
            found += (
                Placeholder(sheet.title, place, 0, match[1].strip())
                for match in PLACEHOLDER.finditer(part.text)
            )
    flaws += [Flaw(each.sheet, each.place, NAMELESS) for each in found if not each.name]
    return [each for each in found if each.name], flaws


def fill(content: bytes, answer_to: AnswerTo) -> bytes:
    """The workbook `content` with every placeholder answered."""
    workbook = open_foreign(content)
    fill_workbook(workbook, answer_to)
    return saved(workbook)


def fill_workbook(workbook: Workbook, answer_to: AnswerTo) -> None:
    for sheet in workbook.worksheets:
        for cell in _cells(sheet):
            if cell.data_type == "s":
                _fill_cell(cell, answer_to)
        for place, part in _margin_parts(sheet):
            part.text = _replaced(
                part.text,
                # A lone & begins a code of the page set-up.
                lambda name, at=(sheet.title, place): _margin_text(
                    answer_to(Placeholder(*at, 0, name))
                ),
            )


def saved(workbook: Workbook) -> bytes:
    """The file; whoever opens it reckons its formulas anew, for openpyxl keeps no results."""
    workbook.calculation.fullCalcOnLoad = True
    workbook.template = False
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cells(sheet: Worksheet) -> Iterator[SheetCell]:
    """The cells with a text or a formula, row by row; never the millions between two far ones."""
    for _, cell in sorted(sheet._cells.items()):
        if cell.value is not None and cell.data_type in ("s", "f"):
            yield cell


def _margin_parts(sheet: Worksheet) -> Iterator[tuple[str, _HeaderFooterPart]]:
    for name, label in MARGINS.items():
        item = getattr(sheet.HeaderFooter, name)
        for side, side_label in SIDES.items():
            part = getattr(item, side) if item is not None else None
            if part is not None and part.text:
                yield f"{label}（{side_label}）", part


def _is_broken(text: str) -> bool:
    return bool(LONE_BRACES.search(PLACEHOLDER.sub("", text)))


def _placeholders_of(cell: SheetCell) -> list[Placeholder]:
    text = str(cell.value)
    is_whole = PLACEHOLDER.fullmatch(text.strip()) is not None
    return [
        Placeholder(
            cell.parent.title,
            cell.coordinate,
            cell.row,
            match[1].strip(),
            is_whole,
            cell.number_format if is_whole else "General",
        )
        for match in PLACEHOLDER.finditer(text)
    ]


def _fill_cell(cell: SheetCell, answer_to: AnswerTo) -> None:
    placeholders = _placeholders_of(cell)
    if not placeholders:
        return
    if placeholders[0].is_whole:
        answer = answer_to(placeholders[0])
        if answer is not None:
            _write_answer(cell, answer)
        return
    answers = iter([answer_to(each) for each in placeholders])
    edits = [
        (*match.span(), answer.text)
        for match, answer in zip(PLACEHOLDER.finditer(str(cell.value)), answers, strict=True)
        if answer is not None
    ]
    if isinstance(cell.value, CellRichText):
        runs = _edited_runs(cell.value, edits)
        cell.value = runs
        cell.quotePrefix = str(runs).startswith(FORMULA_MARKS)
    else:
        _write_words(cell, _edited(cell.value, 0, len(cell.value), edits))


def _write_answer(cell: SheetCell, answer: Answer) -> None:
    """Put a typed value into the cell, in the cell's own format where it has one."""
    value = answer.value
    if value is None or isinstance(value, str):
        _write_words(cell, EMPTY if value is None else value)
        return
    # A date shows as a number in any format but a date's.
    is_bare = (
        not is_date_format(cell.number_format)
        if isinstance(value, date)
        else cell.number_format in UNFORMATTED
    )
    if is_bare and answer.number_format:
        cell.number_format = answer.number_format
    cell.quotePrefix = False
    cell.value = value


def _write_words(cell: SheetCell, text: str) -> None:
    if text:
        write_text(cell, text)
    else:
        cell.value = None


#: Where in a text from, where to, and what comes instead.
Edit = tuple[int, int, str]


def _edited(text: str, begin: int, end: int, edits: list[Edit]) -> str:
    """The part of `text` from `begin` to `end`; an edit that reaches beyond it belongs where it starts."""
    pieces, at = [], begin
    for start, stop, replacement in edits:
        if stop <= begin or start >= end:
            continue
        pieces.append(text[at : max(start, at)])
        if start >= begin:
            pieces.append(replacement)
        at = min(stop, end)
    return printable("".join([*pieces, text[at:end]]))


def _edited_runs(rich: CellRichText, edits: list[Edit]) -> CellRichText:
    """The same runs in the same fonts; a placeholder that spans several takes the font it begins in."""
    text, at, runs = str(rich), 0, []
    for run in rich:
        length = len(str(run))
        piece = _edited(text, at, at + length, edits)
        at += length
        if piece:
            runs.append(TextBlock(run.font, piece) if isinstance(run, TextBlock) else piece)
    return CellRichText(runs)


def _replaced(text: str, text_for: Callable[[str], str | None]) -> str:
    def replacement(match: re.Match) -> str:
        found = text_for(match[1].strip())
        return match[0] if found is None else found

    return PLACEHOLDER.sub(replacement, text)


def _margin_text(answer: Answer | None) -> str | None:
    return None if answer is None else printable(answer.text).replace("&", "&&")
