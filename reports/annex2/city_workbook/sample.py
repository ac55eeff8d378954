"""Figures that nobody counted, to try a workbook with; and a workbook to begin with."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils.cell import coordinate_to_tuple

from households.models import Region
from reports.annex2.city_workbook.names import (
    ROW_MARK,
    SECTION_MARK,
    SIGNERS,
    Vocabulary,
    braced,
    key_of,
    vocabulary_of,
)
from reports.annex2.faces import TITLE, table_of
from reports.annex2.layouts import layout_on
from reports.annex2.sections import Section, sections_at
from reports.annex2.sheet import Sheet
from reports.counts import CountRow, Counts
from reports.reachable import reachable
from reports.thursday.paper import Paper
from yanliang.periods import now, thursday_of, today
from yanliang.tables.excel import describe, write_sheet, write_text
from yanliang.tables.filling import saved
from yanliang.tables.table import DocumentProperties, Fact, Table

MADE_UP = "示例数字，不是实际数据"
SAMPLE_NAME = "市局表样（样例）.xlsx"
#: A column's name is longer than the figure that will stand there.
FIGURE_WRAPPED = Alignment(horizontal="right", vertical="center", wrap_text=True)
#: Room for a column's name in three lines, in points.
SAMPLE_ROW_HEIGHT = 48


def district() -> Region:
    """The district whose Annex 2 the city's workbook takes."""
    return Region.objects.districts().earliest("code")


def made_up_counts(places: Sequence[Region], sections: Sequence[Section]) -> Counts:
    """Some households of every kind in every place: each figure differs, and all agree with one another."""
    everyone = sections[0]
    rows: list[CountRow] = []
    numbers = count(3, 5)
    for place in places:
        for each in everyone.classes:
            for summary in sorted(reachable(each.rules)):
                rows.append((place.code, each.pk, *map(str, summary), next(numbers) % 47 + 1))
    return Counts(rows)


def made_up_sheet() -> Sheet:
    """Annex 2 of the district in the layout in force, with no figure of the register in it."""
    region = district()
    places, sections = tuple(region.children.all()), sections_at(None)
    return Sheet(region, places, sections, made_up_counts(places, sections), layout_on(None))


def made_up_tables() -> tuple[Table, ...]:
    sheet = made_up_sheet()
    return tuple(table_of(sheet, section, notes=False) for section in sheet.sections)


def made_up_paper(tables: Sequence[Table]) -> Paper:
    """A district's week around `tables`; its code and receipt are none that was ever given out."""
    thursday = thursday_of(today())
    return Paper(
        heading=TITLE,
        unit=district().name,
        issue=f"{thursday.year}年第0期（示例）",
        thursday=thursday,
        as_at=f"截至{thursday:%Y年%-m月%-d日}12时（示例）",
        sealed_at=now(),
        parts=(),
        annex=tuple(tables),
        villages=tables[0],
        comparison=tables[0],
        provenance=(MADE_UP,),
        receipt="示例-0000",
        signers=(
            ("填报人", "张三"),
            ("审核人", "李四"),
            ("单位负责人", "王五"),
            ("联系电话", "029-00000000"),
        ),
        code="0000-0000-0000",
        sha256="0" * 64,
    )


def sample_workbook(tables: Sequence[Table]) -> bytes:
    """Annex 2 as the program draws it, with a placeholder in place of every figure and fact."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    vocabulary = vocabulary_of(tables)
    for table in tables:
        _write_sample_sheet(workbook, table, vocabulary)
    describe(workbook, DocumentProperties(title=SAMPLE_NAME.removesuffix(".xlsx"), created=now()))
    return saved(workbook)


def _write_sample_sheet(workbook: Workbook, table: Table, vocabulary: Vocabulary) -> None:
    drawn = replace(
        table,
        subtitle=f"（{braced(SECTION_MARK + table.sheet_name)}）",
        head_facts=(
            Fact("填报单位（盖章）", braced("填报单位")),
            Fact("填报日期", braced("填报日期")),
            Fact("单位", "户"),
        ),
        signatures=tuple(Fact(label, braced(label)) for label in SIGNERS),
        remarks=(
            braced("说明"),
            f"{braced('期号')}　数字截至：{braced('截至')}　校验码：{braced('校验码')}　回执号：{braced('回执号')}",
        ),
        checks=None,
        notes=(),
    )
    sheet = write_sheet(workbook, drawn)
    # The panes are frozen above the first row of figures.
    line, _ = coordinate_to_tuple(sheet.freeze_panes)
    for row in table.rows:
        write_text(sheet.cell(line, 1), braced(ROW_MARK + vocabulary.place_names[key_of(row)]))
        for position, column in enumerate(vocabulary.figure_columns, start=2):
            cell = sheet.cell(line, position)
            write_text(cell, braced(vocabulary.name_of(column)))
            cell.alignment = FIGURE_WRAPPED
        sheet.row_dimensions[line].height = SAMPLE_ROW_HEIGHT
        line += 1
