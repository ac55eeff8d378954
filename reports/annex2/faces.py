"""Annex 2 as the table object that screen, Excel and PDF share, and as plain rows for JSON."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from households.models import Region
from reports.annex2.columns import figures_of
from reports.annex2.drill_down import NO_LINKS, Addresses, RegisterAddresses
from reports.annex2.identities import IDENTITIES
from reports.annex2.layouts import Layout, LayoutColumn
from reports.annex2.sections import Section
from reports.annex2.sheet import NOT_REPORTED, Line, Sheet
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import today
from yanliang.tables.table import Cell, Column, Fact, Row, RowKind, Table

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


def table_of(
    sheet: Sheet, section: Section, *, notes: bool = True, addresses: Addresses | None = None
) -> Table:
    """One section as a table in the sheet's layout; its links open the households behind each figure.

    `addresses` says where they lead, into the register without it. Without `notes` the 填表说明 is left out
    (on screen the 口径 stands behind each head).
    """
    addresses = addresses or RegisterAddresses(sheet.day, sheet.closed_week)
    return Table(
        title=TITLE,
        subtitle=f"（{section.name}）",
        annex_label="附件2",
        columns=columns_of(sheet),
        rows=[row_of(sheet, section, line, addresses) for line in sheet.lines(section)],
        head_facts=facts_of(sheet),
        signatures=SIGNATURES,
        notes=notes_of(sheet.layout) if notes else (),
        checks=sheet.faults(section),
        paper="A3 landscape",
        sheet_name=section.name,
    )


def villages_table(
    sheet: Sheet,
    section: Section,
    offices: Sequence[tuple[Region, Sequence[Region]]],
    *,
    addresses: Addresses = NO_LINKS,
) -> Table:
    """The section opened to villages, those of each of `offices` under its own sum, the total last.

    `sheet.counts` must come by village. An office that did not report has one row, 未报; an office's own sheet
    needs no sum beside its total.
    """
    counted = (
        sheet.counts if section.class_ids is None else sheet.counts.of_classes(section.class_ids)
    )
    *_, total = sheet.lines(section)
    rows = []
    for office, villages in offices:
        is_part = office.code != sheet.region.code
        missing = office.code in sheet.missing
        within = counted.within(office.code)
        if is_part:
            figures = None if missing else figures_of(within)
            line = Line(office, sheet.name_of(office), figures)
            rows.append(figures_row(sheet, section, line, addresses, kind="subtotal"))
        for village in () if missing else villages:
            line = Line(village, village.short_name, figures_of(within.within(village.code)))
            rows.append(figures_row(sheet, section, line, addresses, level=int(is_part)))
    rows.append(figures_row(sheet, section, total, addresses, kind="total"))
    return Table(
        title=f"{TITLE}（分村）",
        subtitle=f"（{section.name}）",
        annex_label="附件2",
        columns=columns_of(sheet, place_head=PLACE_HEADS[RegionLevel.OFFICE]),
        rows=rows,
        head_facts=facts_of(sheet),
        paper="A3 landscape",
        sheet_name=f"{section.name}（分村）",
    )


def facts_of(sheet: Sheet) -> tuple[Fact, ...]:
    return (
        Fact("填报单位（盖章）", sheet.region.name),
        Fact("填报日期", chinese_date(sheet.day or today())),
        Fact("单位", "户"),
    )


def columns_of(sheet: Sheet, place_head: str = "") -> tuple[Column, ...]:
    """The head: the places, then the groups of the layout."""
    head = place_head or PLACE_HEADS[sheet.region.level]
    groups = (
        Column(name, name, children=tuple(column_of(sheet.layout, each) for each in columns))
        for name, columns in sheet.layout.groups
    )
    return (Column("place", head, width=PLACE_WIDTH), *groups)


def column_of(layout: Layout, column: LayoutColumn) -> Column:
    return Column(
        key=str(column.number),
        label=column.label,
        kind="percent" if column.is_rate else "int",
        number=column.number,
        hint=layout.hint_of(column),
        width=RATE_WIDTH if column.is_rate else FIGURE_WIDTH,
    )


def row_of(sheet: Sheet, section: Section, line: Line, addresses: Addresses) -> Row:
    """The row of one region; the name of a region below opens its own table."""
    return figures_row(sheet, section, line, addresses, kind="total" if line.is_total else "detail")


def figures_row(
    sheet: Sheet,
    section: Section,
    line: Line,
    addresses: Addresses,
    *,
    kind: RowKind = "detail",
    level: int = 0,
) -> Row:
    code = line.region.code
    below = code != sheet.region.code
    cells: dict[str, Cell] = {
        "place": Cell(line.name, href=addresses.place(code, section.key) if below else "")
    }
    for column in sheet.layout.columns:
        if line.figures is None:
            cell = Cell(NOT_REPORTED, flag="muted")
        else:
            href = "" if column.is_rate else addresses.figure(code, section.key, column.number)
            cell = Cell(column.value(line.figures), href=href)
        cells[str(column.number)] = cell
    return Row(cells, kind=kind, level=level, key=code)


def notes_of(layout: Layout) -> tuple[str, ...]:
    """填表说明: what each column counts, and what must agree."""
    rules = tuple(
        f"{name}："
        + "；".join(f"{each.number} {each.label}——{layout.hint_of(each)}" for each in columns)
        + "。"
        for name, columns in layout.groups
    )
    names = [
        identity.name_in(layout)
        + ("（仅一般农户等非全部鉴定类别）" if identity.without_appraisal else "")
        for identity in IDENTITIES
        if identity.is_shown_in(layout)
    ]
    agreement = "；".join([*names, "合计等于各单位之和，也等于各类农户之和"])
    return (
        *rules,
        f"勾稽关系：{agreement}。",
        f"一户有多种身份的，按优先序最前的一种只计一次。本表为第 {layout.number} 版式样。",
    )


def json_rows(sheet: Sheet) -> Iterator[dict]:
    """Rows of {code, name, section, columns}: column numbers as keys, rates in percent, the rest in households."""
    for section in sheet.sections:
        for line in sheet.lines(section):
            yield {
                "code": line.region.code,
                "name": line.name,
                "section": section.name,
                "columns": {
                    str(column.number): plain(column, line) for column in sheet.layout.columns
                },
            }


def plain(column: LayoutColumn, line: Line) -> int | float | None:
    value = None if line.figures is None else column.value(line.figures)
    return float(value * 100) if isinstance(value, Decimal) else value
