"""Annex 2 as the table object that screen, Excel and PDF share, and as plain rows for JSON."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from reports.annex2.columns import COLUMNS, LAYOUT_VERSION, CountColumn, RateColumn
from reports.annex2.drill_down import figure_urls, sheet_url
from reports.annex2.identities import IDENTITIES
from reports.annex2.sections import Section
from reports.annex2.sheet import Line, Sheet
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import today
from yanliang.tables.table import Cell, Column, Fact, Row, Table

TITLE = "所有农户住房安全排查情况统计表"
SIGNATURES = ("填报人", "审核人", "单位负责人", "联系电话")
#: The head of the first column, by the level of the region whose parts are the rows.
PLACE_HEADS = {
    RegionLevel.PROVINCE: "市",
    RegionLevel.CITY: "区县",
    RegionLevel.DISTRICT: "街办",
    RegionLevel.OFFICE: "村（社区）",
    RegionLevel.VILLAGE: "村（社区）",
}
#: Width in characters of a figure's column: six digits with a separator, or four Chinese characters in two lines.
FIGURE_WIDTH, RATE_WIDTH, PLACE_WIDTH = 8, 10, 18


def chinese_date(day: dt.date) -> str:
    """“2020年6月24日”."""
    return f"{day.year}年{day.month}月{day.day}日"


def table_of(sheet: Sheet, section: Section, *, notes: bool = True) -> Table:
    """One section as a table; its links open the households behind each figure.

    Without `notes` the 填表说明 is left out (on screen the 口径 stands behind each head).
    """
    return Table(
        title=TITLE,
        subtitle=f"（{section.name}）",
        annex_label="附件2",
        columns=columns_of(sheet),
        rows=[row_of(sheet, section, line) for line in sheet.lines(section)],
        head_facts=(
            Fact("填报单位（盖章）", sheet.region.name),
            Fact("填报日期", chinese_date(sheet.day or today())),
            Fact("单位", "户"),
        ),
        signatures=SIGNATURES,
        notes=notes_of() if notes else (),
        checks=sheet.faults(section),
        paper="A3 landscape",
        sheet_name=section.name,
    )


def columns_of(sheet: Sheet) -> tuple[Column, ...]:
    head = Column("place", PLACE_HEADS[sheet.region.level], width=PLACE_WIDTH)
    groups = (
        Column(name, name, children=tuple(map(column_of, columns)))
        for name, columns in groupby(COLUMNS, key=lambda column: column.group)
    )
    return (head, *groups)


def column_of(column: CountColumn | RateColumn) -> Column:
    is_rate = isinstance(column, RateColumn)
    return Column(
        key=str(column.number),
        label=column.label,
        kind="percent" if is_rate else "int",
        number=column.number,
        hint=column.hint,
        width=RATE_WIDTH if is_rate else FIGURE_WIDTH,
    )


def row_of(sheet: Sheet, section: Section, line: Line) -> Row:
    """The row of one region; the name of a region below opens its own table."""
    below = line.region.code != sheet.region.code
    at = (line.region.code, section.key, sheet.day, sheet.closed_week)
    place = sheet_url(*at) if below else ""
    figure_url = figure_urls(*at)
    cells: dict[str, Cell] = {"place": Cell(line.name, href=place)}
    for column in COLUMNS:
        href = figure_url(column.number) if isinstance(column, CountColumn) else ""
        cells[str(column.number)] = Cell(column.value(line.figures), href=href)
    return Row(cells, kind="total" if line.is_total else "detail", key=line.region.code)


def notes_of() -> tuple[str, ...]:
    """填表说明: what each column counts, and what must agree."""
    rules = tuple(
        f"{name}："
        + "；".join(f"{column.number} {column.label}——{column.hint}" for column in columns)
        + "。"
        for name, columns in groupby(COLUMNS, key=lambda column: column.group)
    )
    names = "；".join(
        identity.name + ("（仅一般农户等非全部鉴定类别）" if identity.without_appraisal else "")
        for identity in IDENTITIES
    )
    return (
        *rules,
        f"勾稽关系：{names}；合计等于各单位之和，也等于各类农户之和。",
        f"一户有多种身份的，按优先序最前的一种只计一次。本表为第 {LAYOUT_VERSION} 版式样。",
    )


def json_rows(sheet: Sheet) -> Iterator[dict]:
    """Rows of {code, name, section, columns}: column numbers as keys, 5 in percent, the rest in households."""
    for section in sheet.sections:
        for line in sheet.lines(section):
            yield {
                "code": line.region.code,
                "name": line.name,
                "section": section.name,
                "columns": {str(column.number): plain(column, line) for column in COLUMNS},
            }


def plain(column: CountColumn | RateColumn, line: Line) -> int | float | None:
    value = column.value(line.figures)
    if isinstance(column, RateColumn) and value is not None:
        return float(value * 100)
    return value
