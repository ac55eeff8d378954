"""What a placeholder of the city's workbook may be called, and what each name stands for."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from households.models import Region
from reports.annex2.faces import chinese_date
from reports.annex2.sheet import TOTAL
from reports.thursday.paper import Paper
from yanliang.tables.filling import Answer
from yanliang.tables.table import Column, Row, Table

SECTION_MARK, ROW_MARK, DOT = "表:", "行:", "."
DATE_FORMAT: Final = 'yyyy"年"m"月"d"日"'


def normal(name: str) -> str:
    """A name as names are compared: half-width, without spaces. “表：一般农户” and “表:一般农户” are one."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def braced(name: str) -> str:
    return f"{{{{{name}}}}}"


class Fact(NamedTuple):
    """Something that the document says of itself: its name, what it is, and how it is read off the paper."""

    name: str
    meaning: str
    answer: Callable[[Paper], Answer]


def _text(value: str) -> Answer:
    return Answer(value, value)


def _day(value) -> Answer:
    return Answer(value, chinese_date(value), DATE_FORMAT)


def _signer(label: str) -> Callable[[Paper], Answer]:
    # Blank until somebody signs: it is then written by hand.
    return lambda paper: _text(dict(paper.signers).get(label, ""))


SIGNERS: Final = ("填报人", "审核人", "单位负责人", "联系电话")
FACTS: Final = (
    Fact("填报单位", "填报单位的全称", lambda paper: _text(paper.unit)),
    Fact("填报日期", "锁定、上报的日期", lambda paper: _day(paper.filed_on)),
    Fact(
        "截至",
        "数字截止的时间，前面的“截至”二字自己写",
        lambda paper: _text(paper.as_at.removeprefix("截至")),
    ),
    Fact("期号", "周报的期号", lambda paper: _text(paper.issue)),
    Fact("报告周", "报告周的周四", lambda paper: _day(paper.thursday)),
    *(Fact(label, "签署栏里的内容，没有时留空", _signer(label)) for label in SIGNERS),
    Fact("校验码", "核对文件有没有改动的短码", lambda paper: _text(paper.code or "未锁定")),
    Fact("回执号", "上报回执的编号", lambda paper: _text(paper.receipt)),
    Fact(
        "说明",
        "须随表说明的事：哪些街办未报、用台账数代替等",
        lambda paper: _text("；".join(each.rstrip("。；") for each in paper.provenance)),
    ),
)
FACT: Final = {normal(fact.name): fact for fact in FACTS}


@dataclass(frozen=True)
class Vocabulary:
    """The names that the tables of Annex 2 have for their sections, places and columns, in normal form.

    `sections` gives the table, `places` the key of the row (the region code, TOTAL for the sum), `columns` the
    columns of that number or label: several where a layout uses a label twice.
    """

    sections: Mapping[str, Table]
    places: Mapping[str, str]
    columns: Mapping[str, tuple[Column, ...]]

    @property
    def first_section(self) -> Table:
        return next(iter(self.sections.values()))

    @property
    def place_names(self) -> dict[str, str]:
        """What each place is called first of all, by its key."""
        names: dict[str, str] = {}
        for name, key in self.places.items():
            names.setdefault(key, name)
        return names

    @property
    def labels_by_number(self) -> dict[str, str]:
        return {str(column.number): column.label for column in self.figure_columns}

    def name_of(self, column: Column) -> str:
        """What a placeholder best calls it: the label, which outlives a change of numbers, where it is the only one."""
        label = normal(column.label)
        return label if self.columns[label] == (column,) else str(column.number)

    @property
    def figure_columns(self) -> tuple[Column, ...]:
        """The columns that can be asked for, from left to right; not the one that names the place."""
        return self.first_section.leaves[1:]


def vocabulary_of(tables: Sequence[Table]) -> Vocabulary:
    """The names in `tables` (sections of one Annex 2). One query, for what regions are called."""
    first = tables[0]
    keys = [key_of(row) for row in first.rows]
    regions = Region.objects.in_bulk([key for key in keys if key != TOTAL])
    places: dict[str, str] = {}
    for key in keys:
        for name in _names_of(key, regions):
            places.setdefault(normal(name), key)
    columns: dict[str, tuple[Column, ...]] = {}
    for column in first.leaves[1:]:
        for name in {str(column.number), normal(column.label)} - {"None"}:
            columns[name] = (*columns.get(name, ()), column)
    return Vocabulary({normal(table.sheet_name): table for table in tables}, places, columns)


def key_of(row: Row) -> str:
    """What a row is known by: its place, whatever its first cell says beside the name (“（台账数）”)."""
    return TOTAL if row.kind == "total" else row.key


def _names_of(key: str, regions: Mapping[str, Region]) -> Iterator[str]:
    if key not in regions:
        yield key
        return
    yield regions[key].short_name
    yield regions[key].name


class Form(NamedTuple):
    """A way of naming something of the table, with an example, for the page that explains them."""

    example: str
    meaning: str
    note: str = ""


def forms_of(vocabulary: Vocabulary) -> list[Form]:
    """Every way of naming a section, a place and a figure, with names of the layout in force."""
    *_, last = vocabulary.sections.values()
    section, place = last.sheet_name, next(iter(vocabulary.places))
    column = vocabulary.figure_columns[-1]
    label = vocabulary.name_of(column)
    return [
        Form(
            braced(SECTION_MARK + section),
            "这张工作表填哪一类农户",
            f"写在表内任一格，显示类别名；不写为{vocabulary.first_section.sheet_name}",
        ),
        Form(braced(ROW_MARK + place), "这一行填哪个街办", "显示街办名；每行一个"),
        Form(braced(ROW_MARK + TOTAL), "这一行填合计"),
        Form(
            f"{braced(label)} 或 {braced(str(column.number))}",
            "这一行的某一栏",
            f"按栏名或栏号，与 {braced(ROW_MARK + '…')} 写在同一行",
        ),
        Form(braced(f"{place}.{label}"), "某街办的某一栏", "写在哪里都可以"),
        Form(braced(f"{section}.{place}.{label}"), "某类农户、某街办的某一栏", "写在哪里都可以"),
    ]
