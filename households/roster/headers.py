"""Finding the header of each sheet and which column is which; what was found can be corrected by a person."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from . import fields
from .cleaning import compact, shown
from .fields import ROSTER, Vocabulary
from .reader import CellValue, Roster, Sheet
from .refusals import RosterRefused
from .resident_id import LENGTH as ID_LENGTH
from .villages import VillageIndex

_HEADER_SEARCH_ROWS = 40
_MAX_HEADER_ROWS = 3
_FEWEST_NUMBERS = 3
_SAMPLES = 3
_SAMPLE_SEARCH_ROWS = 200


@dataclass(frozen=True)
class Column:
    """One column of a sheet: index from 0, its joined heading, the field it was taken for, first values."""

    index: int
    heading: str
    field: str | None
    samples: tuple[str, ...]


@dataclass(frozen=True)
class SheetMapping:
    """How one sheet is read. Row numbers are Excel's."""

    sheet: str
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    default_village: str = ""
    """Village named by the sheet or its title, for sheets without a village column."""

    @property
    def fields(self) -> dict[str, int]:
        """Field key → column index."""
        return {column.field: column.index for column in self.columns if column.field}

    @property
    def first_data_row(self) -> int:
        return self.header_rows[-1] + 1

    @property
    def unmapped(self) -> list[Column]:
        """Columns that will not be read, with samples."""
        return [column for column in self.columns if column.field is None]

    @property
    def missing(self) -> list[str]:
        """Keys of required fields that no column gives."""
        given = self.fields
        return [
            key
            for key in fields.REQUIRED
            if key not in given and not (key == "village" and self.default_village)
        ]


@dataclass(frozen=True)
class IgnoredSheet:
    sheet: str
    reason: str


@dataclass(frozen=True)
class Mapping:
    """How a whole workbook is read: its roster sheets, and the sheets left aside with the reason."""

    sheets: tuple[SheetMapping, ...]
    ignored: tuple[IgnoredSheet, ...] = ()

    def sheet(self, name: str) -> SheetMapping:
        """The mapping of one sheet; `KeyError` if it is not read."""
        for mapping in self.sheets:
            if mapping.sheet == name:
                return mapping
        raise KeyError(name)

    def with_column(self, field: str, index: int | None, *, sheet: str | None = None) -> Self:
        """A copy in which `field` is read from column `index` (None: from no column).

        Applies to one sheet, or to every sheet that has such a column. `KeyError` for an unknown field or sheet.
        """
        fields.BY_KEY[field]
        if sheet is not None:
            self.sheet(sheet)
        return replace(
            self,
            sheets=tuple(
                _with_column(mapping, field, index) if sheet in (None, mapping.sheet) else mapping
                for mapping in self.sheets
            ),
        )

    @property
    def missing_message(self) -> str:
        """Which required columns were not found and where, as a sentence; "" when the workbook can be judged."""
        sentences = []
        for mapping in self.sheets:
            if mapping.missing:
                labels = "、".join(f"“{fields.BY_KEY[key].label}”" for key in mapping.missing)
                sentences.append(
                    f"工作表“{mapping.sheet}”没有找到{labels}列，请在列对应中指定，或补上该列后重新上传。"
                )
        return "".join(sentences)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON field; `from_json` restores them."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The mapping that `to_json` gave; `KeyError` or `TypeError` when it is something else."""
        return cls(
            sheets=tuple(
                SheetMapping(
                    sheet=entry["sheet"],
                    header_rows=tuple(entry["header_rows"]),
                    columns=tuple(
                        Column(**{**column, "samples": tuple(column["samples"])})
                        for column in entry["columns"]
                    ),
                    default_village=entry["default_village"],
                )
                for entry in data["sheets"]
            ),
            ignored=tuple(IgnoredSheet(**entry) for entry in data["ignored"]),
        )


def _with_column(mapping: SheetMapping, field: str, index: int | None) -> SheetMapping:
    if index is not None and index not in {column.index for column in mapping.columns}:
        return mapping
    return replace(
        mapping,
        columns=tuple(
            replace(column, field=field)
            if column.index == index
            else (replace(column, field=None) if column.field == field else column)
            for column in mapping.columns
        ),
    )


def find_mapping(
    roster: Roster, villages: VillageIndex | None, vocabulary: Vocabulary = ROSTER
) -> Mapping:
    """Find the sheets of a workbook that hold a table of `vocabulary`, and their columns.

    With `villages`, a sheet without a village column takes its village from its name or title.

    `RosterRefused("header_not_found")` when no sheet looks like one. A mapping with required columns
    missing is returned all the same, for a person to correct; see `Mapping.missing_message`.
    """
    found, ignored = [], []
    for sheet in roster.sheets:
        if sheet.hidden:
            ignored.append(IgnoredSheet(sheet.name, "隐藏的工作表，不导入"))
            continue
        header = _find_header(sheet, vocabulary)
        if header is None:
            reason = f"没有{vocabulary.title}表头" if sheet.rows else "空白工作表"
            ignored.append(IgnoredSheet(sheet.name, reason))
        else:
            found.append(_map_sheet(sheet, header, villages))
    if not found:
        labels = "、".join(vocabulary.by_key[key].label for key in vocabulary.required)
        raise RosterRefused(
            "header_not_found",
            f"没有找到{vocabulary.title}的表头。表头行应写有{labels}等列名，请核对是否选错了文件。",
        )
    return Mapping(tuple(found), tuple(ignored))


@dataclass(frozen=True)
class _Header:
    first: int
    """Index of the first header row."""
    last: int
    headings: tuple[tuple[str, ...], ...]
    """Per column the texts of its header cells from top to bottom, group headings repeated over their columns."""
    fields: dict[int, str]
    """Column → field."""
    score: int
    """Columns understood: those with a field and those known to speak of somebody else."""


def _find_header(sheet: Sheet, vocabulary: Vocabulary) -> _Header | None:
    best: _Header | None = None
    for first in range(min(_HEADER_SEARCH_ROWS, len(sheet.rows))):
        header = _header_at(sheet, first, vocabulary)
        if header is None:
            continue
        # An equal score from a later start shows that the rows above add nothing: a title, not a header.
        shorter = best is not None and first <= best.last and header.score == best.score
        if best is None or header.score > best.score or shorter:
            best = header
    return best


def _header_at(sheet: Sheet, first: int, vocabulary: Vocabulary) -> _Header | None:
    """The header that starts in this row, of as many rows as make it complete; None if it is none."""
    if not _may_be_heading(sheet.rows[first], vocabulary) or len(set(sheet.rows[first]) - {""}) < 2:
        return None
    chosen = _read_header(sheet, first, first, vocabulary)
    merged_to = max(
        (bottom for top, _, bottom, _ in sheet.merges if top == first and bottom > top),
        default=first,
    )
    for last in range(first + 1, min(first + _MAX_HEADER_ROWS, len(sheet.rows))):
        if not _may_be_heading(sheet.rows[last], vocabulary):
            break
        longer = _read_header(sheet, first, last, vocabulary)
        if last <= merged_to or longer.score > chosen.score:
            chosen = longer
    known = set(chosen.fields.values()) - {"serial", "message", "remark"}
    named = len(vocabulary.subjects & known)
    fewest = vocabulary.fewest
    if len(known) < fewest or not named or (named == 1 and len(known) == fewest):
        return None
    last = chosen.last
    if last + 1 < len(sheet.rows) and _is_numbering(sheet.rows[last + 1]):
        chosen = replace(chosen, last=last + 1)
    return chosen


def _may_be_heading(row: list[CellValue], vocabulary: Vocabulary) -> bool:
    """Headings are texts: a number, date or ID number makes a row data, “填报单位:…” a line above the table."""
    texts = [cell for cell in row if cell != ""]
    return bool(texts) and all(
        isinstance(cell, str)
        and sum(map(str.isdigit, cell)) < ID_LENGTH - 3
        and (":" not in compact(cell) or vocabulary.recognise(cell) is not None)
        for cell in texts
    )


def _is_numbering(row: list[CellValue]) -> bool:
    """A row of column numbers under the header: 1 2 3 …, or 甲 乙 1 2 …"""
    texts = [compact(cell).strip("()") for cell in row if cell != ""]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit()]
    letters = [text for text in texts if text in "甲乙丙丁戊己庚辛壬癸" and len(text) == 1]
    return (
        len(texts) >= _FEWEST_NUMBERS
        and len(numbers) + len(letters) == len(texts)
        and numbers
        == list(range(numbers[0] if numbers else 0, (numbers[0] if numbers else 0) + len(numbers)))
        and (not numbers or numbers[0] in (1, 2))
    )


def _read_header(sheet: Sheet, first: int, last: int, vocabulary: Vocabulary) -> _Header:
    headings = tuple(_headings(sheet, first, last))
    candidates: dict[str, tuple[int, int]] = {}
    of_others = 0
    for index, texts in enumerate(headings):
        of_others += _of_others(texts, vocabulary) and vocabulary.recognise(texts[-1]) is not None
        recognised = _recognise(texts, vocabulary)
        if recognised is not None:
            rank, key = recognised
            if key not in candidates or rank < candidates[key][0]:
                candidates[key] = (rank, index)
    chosen = {index: key for key, (_, index) in candidates.items()}
    return _Header(first, last, headings, chosen, len(chosen) + of_others)


def _headings(sheet: Sheet, first: int, last: int) -> Iterator[tuple[str, ...]]:
    """Per column its header texts; a group heading counts for every column that it spans."""
    rows = []
    for number in range(first, last + 1):
        row = [cell if isinstance(cell, str) else "" for cell in sheet.rows[number]]
        row.extend([""] * (sheet.width - len(row)))
        rows.append(row)
    for top, left, bottom, right in sheet.merges:
        if first <= top <= bottom <= last and right > left:
            for column in range(left, min(right + 1, sheet.width)):
                rows[top - first][column] = rows[top - first][left]
    for upper, lower in zip(rows, rows[1:], strict=False):
        for column in range(1, sheet.width):
            # Without a merge: an empty cell right of a group heading, both with a heading below.
            if not upper[column] and lower[column] and lower[column - 1] and upper[column - 1]:
                upper[column] = upper[column - 1]
    for column in range(sheet.width):
        yield tuple(text for row in rows if (text := row[column].strip()))


def _of_others(texts: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    """Whether a group heading above the column speaks of a helper, an official or a family member."""
    return any(map(vocabulary.belongs_to_others, texts[:-1]))


def _recognise(texts: tuple[str, ...], vocabulary: Vocabulary) -> tuple[int, str] | None:
    """The surest reading of a column's heading: all its rows joined, or the lower ones alone."""
    if not texts:
        return None
    if _of_others(texts, vocabulary):
        # “姓名” under “帮扶干部” is the helper's, which is a column of its own; under “配偶” it is none.
        return vocabulary.recognise("".join(texts))
    readings = (vocabulary.recognise("".join(texts[start:])) for start in range(len(texts)))
    return min((reading for reading in readings if reading is not None), default=None)


def _map_sheet(sheet: Sheet, header: _Header, villages: VillageIndex | None) -> SheetMapping:
    columns = []
    data = sheet.rows[header.last + 1 : header.last + 1 + _SAMPLE_SEARCH_ROWS]
    for index, texts in enumerate(header.headings):
        samples = _samples(data, index)
        if texts or samples:
            heading = " ".join(dict.fromkeys(" ".join(text.split()) for text in texts))
            columns.append(Column(index, heading, header.fields.get(index), samples))
    default_village = ""
    if villages is not None and "village" not in header.fields.values():
        default_village = _village_of_sheet(sheet, header.first, villages)
    return SheetMapping(
        sheet.name, tuple(range(header.first + 1, header.last + 2)), tuple(columns), default_village
    )


def _samples(rows: list[list[CellValue]], index: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in rows:
        if index < len(row) and row[index] != "":
            found[shown(row[index])] = None
            if len(found) == _SAMPLES:
                break
    return tuple(found)


def _village_of_sheet(sheet: Sheet, header_row: int, villages: VillageIndex) -> str:
    if villages.named(sheet.name):
        return compact(sheet.name)
    titles = [cell for row in sheet.rows[:header_row] for cell in row if isinstance(cell, str)]
    for text in (sheet.name, *titles):
        name = villages.named_in(text)
        if name:
            return name
    return ""
