"""What every placeholder of a workbook stands for, given where it stands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from reports.annex2.city_workbook.names import (
    DOT,
    FACT,
    ROW_MARK,
    SECTION_MARK,
    Fact,
    Vocabulary,
    normal,
)
from yanliang.tables.filling import Placeholder
from yanliang.tables.table import Column, Table


class Unreadable(Exception):
    """A placeholder stands for nothing; the message says in Chinese why."""


class Echo(Unreadable):
    """The fault lies in another placeholder, that of the row or the sheet, which tells it itself."""


@dataclass(frozen=True, slots=True)
class SectionName:
    section: Table


@dataclass(frozen=True, slots=True)
class PlaceName:
    """The name of the row `place` as `section` writes it."""

    section: Table
    place: str


@dataclass(frozen=True, slots=True)
class Figure:
    section: Table
    place: str
    column: Column


Meaning = Fact | SectionName | PlaceName | Figure


class Reading:
    """The placeholders of one workbook, read with the names of the layout.

    A sheet's section and a row's place are told by placeholders of their own, so all are looked at first.
    """

    def __init__(self, placeholders: Sequence[Placeholder], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.sections: dict[str, list[Placeholder]] = defaultdict(list)
        """By sheet, the placeholders that say which section it shows."""
        self.rows: dict[tuple[str, int], list[Placeholder]] = defaultdict(list)
        """By sheet and row, the placeholders that say which place it stands for."""
        for each in placeholders:
            name = normal(each.name)
            if name.startswith(SECTION_MARK):
                self.sections[each.sheet].append(each)
            elif name.startswith(ROW_MARK) and each.row:
                self.rows[each.sheet, each.row].append(each)

    def meaning(self, placeholder: Placeholder) -> Meaning:
        """What it stands for; raises Unreadable where that is nothing."""
        name = normal(placeholder.name)
        if name.startswith(SECTION_MARK):
            return SectionName(self._section_named(name.removeprefix(SECTION_MARK)))
        if name.startswith(ROW_MARK):
            if not placeholder.row:
                raise Unreadable("页眉、页脚里没有行，不能写“行:”。")
            place = self._place_named(name.removeprefix(ROW_MARK))
            return PlaceName(self._section_of(placeholder), place)
        if name in FACT:
            return FACT[name]
        if DOT in name:
            return self._absolute(placeholder, name.split(DOT))
        return self._in_row(placeholder, name)

    @staticmethod
    def is_by_number(placeholder: Placeholder) -> bool:
        """Whether it names its column by the number, which means another column in another layout."""
        return normal(placeholder.name).split(DOT)[-1].isdecimal()

    def _absolute(self, placeholder: Placeholder, parts: list[str]) -> Figure:
        if len(parts) == 3:
            section = self._section_named(parts[0])
        elif len(parts) == 2:
            section = self._section_of(placeholder)
        else:
            raise Unreadable("点号最多两个：{{农户类别.街办.栏}}。")
        place, column = parts[-2:]
        return Figure(section, self._place_named(place), self._column_named(column))

    def _in_row(self, placeholder: Placeholder, name: str) -> Figure:
        column = self._column_named(name)
        told = self.rows.get((placeholder.sheet, placeholder.row)) if placeholder.row else None
        if not told:
            raise Unreadable(
                f"这一行没有 {{{{行:街办}}}}，不知道“{placeholder.name}”是谁的数；"
                f"请在这一行加上，或写成 {{{{街办.{placeholder.name}}}}}。"
            )
        try:
            place = self._place_named(normal(told[0].name).removeprefix(ROW_MARK))
        except Unreadable as unreadable:
            raise Echo(*unreadable.args) from unreadable
        return Figure(self._section_of(placeholder), place, column)

    def _section_of(self, placeholder: Placeholder) -> Table:
        told = self.sections.get(placeholder.sheet)
        if not told:
            return self.vocabulary.first_section
        try:
            return self._section_named(normal(told[0].name).removeprefix(SECTION_MARK))
        except Unreadable as unreadable:
            raise Echo(*unreadable.args) from unreadable

    def _section_named(self, name: str) -> Table:
        sections = self.vocabulary.sections
        if name not in sections:
            raise Unreadable(f"没有“{name}”这一类农户{_suggested(name, list(sections))}。")
        return sections[name]

    def _place_named(self, name: str) -> str:
        places = self.vocabulary.places
        if name not in places:
            raise Unreadable(f"没有“{name}”这个街办{_suggested(name, list(places))}。")
        return places[name]

    def _column_named(self, name: str) -> Column:
        columns = self.vocabulary.columns
        found = columns.get(name, ())
        if len(found) == 1:
            return found[0]
        if found:
            numbers = "、".join(str(column.number) for column in found)
            raise Unreadable(f"有几栏都叫“{name}”，请改写栏号（{numbers}）。")
        if name.isdecimal():
            last = max(int(each) for each in columns if each.isdecimal())
            raise Unreadable(f"没有第 {name} 栏，现行版式到第 {last} 栏为止。")
        marks = [f"{mark}{each}" for mark, names in self._marked().items() for each in names]
        known = [*columns, *FACT, *marks]
        raise Unreadable(f"不认识“{name}”，现行版式没有这一栏{_suggested(name, known)}。")

    def _marked(self) -> dict[str, list[str]]:
        return {
            SECTION_MARK: list(self.vocabulary.sections),
            ROW_MARK: list(self.vocabulary.places),
        }


def _suggested(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    return f"，是不是“{near[0]}”" if near else ""
