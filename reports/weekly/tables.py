"""The tables of a weekly report: this week, last week, difference."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from reports.annex2.columns import COLUMN, CountColumn, RateColumn
from reports.annex2.drill_down import figure_urls
from reports.annex2.faces import FIGURE_WIDTH, PLACE_WIDTH, RATE_WIDTH, columns_of
from reports.annex2.layouts import Layout
from reports.annex2.sections import SECTION_OF_ALL
from reports.weekly.figures import (
    CHECK_RATE,
    NOT_CLEARED,
    TO_APPRAISE,
    UNCHECKED,
    Compared,
    WeeklyFigures,
    difference,
)
from reports.weekly.gathering import Weekly
from reports.weekly.weeks import Week
from yanliang.tables.table import Cell, Column, Fact, Row, Table, Value

#: The columns of Annex 2 that the short table compares, and their heads.
SHORT = {CHECK_RATE: "排查率", UNCHECKED: "未排查", TO_APPRAISE: "待鉴定", NOT_CLEARED: "未清零"}
THIS, LAST, CHANGE = "本周", "上周", "增减"


def ranked_lines(week: WeeklyFigures) -> Iterator[tuple[Compared, str]]:
    """The places by 排查率, those without one behind them, the total last; with the kind of row."""
    for place in [*week.ranked, *week.unrated]:
        yield place, "detail"
    yield week.total, "total" if week.places else "detail"


def short_table(week: WeeklyFigures) -> Table:
    """A line for each place, ranked by 排查率: the main figures and how they changed."""
    head = Column("place", week.place_noun, width=14)
    heads = tuple(
        Column(
            str(number),
            label,
            children=tuple(
                Column(f"{number}-{face}", face, kind=kind_of(number, face), width=8)
                for face in (THIS, LAST, CHANGE)
            ),
        )
        for number, label in SHORT.items()
    )
    rows = [
        Row({"place": name_of(place, kind), **cells_of(place, week.week)}, kind=kind)
        for place, kind in ranked_lines(week)
    ]
    return Table(
        title=f"各{week.place_noun}主要指标对比",
        columns=(head, *heads),
        rows=rows,
        head_facts=(Fact("单位", "户；排查率增减为百分点"),),
        paper="A4 portrait",
    )


def kind_of(number: int, face: str) -> str:
    if number != CHECK_RATE:
        return "int"
    return "decimal" if face == CHANGE else "percent"


def name_of(compared: Compared, kind: str) -> str:
    return "合计" if kind == "total" else compared.name


def cells_of(compared: Compared, week: Week) -> dict[str, Cell]:
    """The figures of the two weeks, each a link to the households behind it, and what lies between."""
    lists = {THIS: lists_of(compared.code, week), LAST: lists_of(compared.code, week.previous)}
    cells = {}
    for number in SHORT:
        cells[f"{number}-{THIS}"] = Cell(compared.value(number), href=lists[THIS](number))
        cells[f"{number}-{LAST}"] = Cell(compared.previous(number), href=lists[LAST](number))
        cells[f"{number}-{CHANGE}"] = Cell(change_of(compared, number))
    return cells


def lists_of(code: str, week: Week | None) -> Callable[[int], str]:
    """From a measure's number, the list behind its figure of `week`; "" where there is none."""
    if week is None or not code:
        return lambda number: ""
    urls = figure_urls(code, SECTION_OF_ALL, None, None if week.is_open else week.thursday)
    return lambda number: urls(number) if isinstance(COLUMN[number], CountColumn) else ""


def change_of(compared: Compared, number: int) -> int | Decimal | None:
    """This week's figure less last week's; of a rate in percentage points."""
    difference = compared.difference(number)
    return difference * 100 if isinstance(difference, Decimal) else difference


def full_table(weekly: Weekly) -> Table:
    """Every column of the week's Annex 2 for each place in three lines: this week, last week, difference."""
    week = weekly.figures
    place, *groups = columns_of(weekly.sheet)
    rows = []
    for compared, kind in ranked_lines(week):
        name = name_of(compared, kind)
        lines: dict[str, dict[str, Value]] = {THIS: {}, LAST: {}, CHANGE: {}}
        for column in weekly.sheet.layout.columns:
            this = column.value(compared.this)
            last = None if compared.last is None else column.value(compared.last)
            key = str(column.number)
            lines[THIS][key], lines[LAST][key] = this, last
            lines[CHANGE][key] = difference(this, last)
        rows += [
            Row({"place": name, "week": face, **cells}, kind=kind) for face, cells in lines.items()
        ]
    return Table(
        title=f"各{week.place_noun}本周、上周对比表",
        columns=(place, Column("week", "期别", width=6), *groups),
        rows=rows,
        head_facts=(Fact("填报单位", weekly.region.name), Fact("单位", "户")),
        sheet_name="本周上周对比",
    )


def measure_column(measure: CountColumn | RateColumn, layout: Layout) -> Column:
    """A measure under its own name, with the number and 口径 of the column of `layout` that shows it."""
    shown = layout.showing(measure.number)
    is_rate = isinstance(measure, RateColumn)
    return Column(
        str(measure.number),
        measure.label,
        kind="percent" if is_rate else "int",
        number=shown.number if shown else None,
        hint=layout.hint_of(shown) if shown else measure.meaning,
        width=RATE_WIDTH if is_rate else FIGURE_WIDTH,
    )


def trend_table(weekly: Weekly) -> Table:
    """The figures of the whole at each cut-off with changes, numbered as in the week's Annex 2."""
    layout = weekly.sheet.layout
    measures = [COLUMN[number] for number in SHORT]
    rows = [
        Row({"week": week.day, **{str(each.number): each.value(figures) for each in measures}})
        for week, figures in weekly.trend.items()
    ]
    return Table(
        title=f"{weekly.figures.whole}各周走势",
        columns=(
            Column("week", "截止日期", kind="date", width=PLACE_WIDTH),
            *(measure_column(each, layout) for each in measures),
        ),
        rows=rows,
        paper="A4 portrait",
        sheet_name="走势",
    )
