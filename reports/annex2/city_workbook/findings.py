"""What is wrong with a city workbook, and what is only remarkable, cell by cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from reports.annex2.city_workbook.names import (
    FACT,
    Vocabulary,
    normal,
    vocabulary_of,
)
from reports.annex2.city_workbook.reading import (
    Echo,
    Figure,
    Meaning,
    PlaceName,
    Reading,
    Unreadable,
)
from yanliang.tables.filling import UNFORMATTED, Placeholder, placeholders_in
from yanliang.tables.foreign import losses, open_checked
from yanliang.tables.table import Table

NO_PLACEHOLDER = (
    "整个工作簿里没有占位符。请在要填数的单元格里写上占位符（如 {{已排查}}），保存后再上传。"
)
NO_PROVENANCE = (
    "没有 {{说明}}：哪些街办未报、用台账数代替等说明不会印在表上。建议在表下方留一格写 {{说明}}。"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a cell, or about the workbook when there is no `place`."""

    sentence: str
    sheet: str = ""
    place: str = ""

    def __str__(self) -> str:
        where = f"工作表“{self.sheet}”{self.place}：" if self.sheet else ""
        return where + self.sentence


class Examination:
    """A workbook looked through against the sections of Annex 2 in the layout in force.

    Raises WorkbookRefused where `content` cannot be opened.
    """

    def __init__(self, content: bytes, tables: Sequence[Table]) -> None:
        self.content = content
        self.vocabulary: Vocabulary = vocabulary_of(tables)
        self.workbook = open_checked(content)
        self.placeholders, self.flaws = placeholders_in(self.workbook)
        self.reading = Reading(self.placeholders, self.vocabulary)

    @cached_property
    def _meanings(self) -> list[tuple[Placeholder, Meaning | Unreadable]]:
        meanings: list[tuple[Placeholder, Meaning | Unreadable]] = []
        for placeholder in self.placeholders:
            try:
                meanings.append((placeholder, self.reading.meaning(placeholder)))
            except Unreadable as unreadable:
                meanings.append((placeholder, unreadable))
        return meanings

    @cached_property
    def faults(self) -> list[Finding]:
        """What must be mended before the workbook can be used."""
        if not self.placeholders and not self.flaws:
            return [Finding(NO_PLACEHOLDER)]
        unreadable = [
            Finding(str(meaning), placeholder.sheet, placeholder.place)
            for placeholder, meaning in self._meanings
            if isinstance(meaning, Unreadable) and not isinstance(meaning, Echo)
        ]
        flaws = (Finding(flaw.sentence, flaw.sheet, flaw.place) for flaw in self.flaws)
        # A cell may hold the same mistake twice.
        return list(dict.fromkeys([*flaws, *unreadable, *self._contradictions()]))

    def _contradictions(self) -> Iterator[Finding]:
        """Two sections on a sheet, two places in a row, a place in two rows."""
        for told in self.reading.sections.values():
            first, *others = told
            for other in others:
                if normal(other.name) != normal(first.name):
                    yield Finding(
                        f"一张工作表只填一类农户：{first.place} 已写“{first.name}”，这里又写“{other.name}”。",
                        other.sheet,
                        other.place,
                    )
        seen: dict[tuple[str, str], Placeholder] = {}
        for told in self.reading.rows.values():
            first, *others = told
            for other in others:
                yield Finding(
                    f"一行只能有一个“行:”，{first.place} 已写“{first.name}”。",
                    other.sheet,
                    other.place,
                )
            try:
                meaning = self.reading.meaning(first)
            except Unreadable:
                continue
            assert isinstance(meaning, PlaceName)
            before = seen.setdefault((first.sheet, meaning.place), first)
            if before is not first:
                yield Finding(
                    f"“{first.name}”重复：{before.place} 已有这一行。", first.sheet, first.place
                )

    @cached_property
    def warnings(self) -> list[Finding]:
        """What does not stand in the way: places and columns left out, what the filling will lose."""
        found = [meaning for _, meaning in self._meanings]
        figures = [meaning for meaning in found if isinstance(meaning, Figure)]
        places = {each.place for each in found if isinstance(each, PlaceName | Figure)}
        columns = {figure.column.key for figure in figures}
        warnings = []
        missing = [name for key, name in self.vocabulary.place_names.items() if key not in places]
        if missing:
            warnings.append(Finding(f"表样里没有：{'、'.join(missing)}。"))
        unused = [
            f"{column.number or ''} {column.label}".strip()
            for column in self.vocabulary.figure_columns
            if column.key not in columns
        ]
        if unused:
            warnings.append(Finding(f"现行版式的这些栏没有用到：{'、'.join(unused)}。"))
        if FACT["说明"] not in found:
            warnings.append(Finding(NO_PROVENANCE))
        warnings += [
            Finding(
                f"“{meaning.column.label}”是百分数，这一格的数字格式不是百分比，会显示成小数；请改为百分比格式。",
                placeholder.sheet,
                placeholder.place,
            )
            for placeholder, meaning in self._meanings
            if isinstance(meaning, Figure)
            and placeholder.is_whole
            and meaning.column.kind == "percent"
            and placeholder.number_format not in UNFORMATTED
            and "%" not in placeholder.number_format
        ]
        return warnings + [Finding(f"{loss}（填写后的文件里）。") for loss in losses(self.content)]


def faults(content: bytes, tables: Sequence[Table]) -> list[str]:
    """Why `content` cannot be filled with `tables`, as sentences that name sheet and cell; empty when it can."""
    return [str(finding) for finding in Examination(content, tables).faults]
