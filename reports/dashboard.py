"""The dashboard: where a region and its parts stand now and how they came there, from the counts of Annex 2."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString

from households.models import HouseholdClass, Region
from reports.annex2.columns import COLUMN, Figures
from reports.annex2.drill_down import address, figure_urls
from reports.annex2.layouts import shipped_layout
from reports.annex2.sections import SECTION_OF_ALL, sections_at
from reports.annex2.sheet import Sheet
from reports.weekly import figures as column
from reports.weekly.charts import percent, week_label
from reports.weekly.gathering import TREND_WEEKS
from reports.weekly.series import counts_of
from reports.weekly.weeks import Week, open_week, weeks_with_changes
from reports.zeros.board import Board, board, weeks_needed
from yanliang.periods import campaign, today
from yanliang.tables.charts import Series, line_chart, sparkline
from yanliang.tables.table import display

#: The columns that have a tile, in the order of the way to 清零; the rate opens what it is a share of.
TILES = (
    column.CHECK_RATE,
    column.UNCHECKED,
    column.SUSPECTED,
    column.TO_APPRAISE,
    column.TO_RULE,
    column.TO_START,
    column.RENOVATING,
    column.TO_ACCEPT,
    column.NOT_CLEARED,
)
#: The columns of the table by place.
BY_PLACE = (column.UNCHECKED, column.SUSPECTED, column.TO_APPRAISE, column.NOT_CLEARED)
TONES = {column.SUSPECTED: "grey", column.TO_APPRAISE: "light", column.NOT_CLEARED: "warning"}


class Tile(NamedTuple):
    """A figure of the region as a whole, and the list behind it."""

    label: str
    value: str
    hint: str
    url: str
    is_late: bool


class Linked(NamedTuple):
    """A number of households, and the list of them."""

    households: int
    url: str


@dataclass(frozen=True)
class PlaceRow:
    """A part of the region; `url` opens its own dashboard, "" for the region itself."""

    name: str
    url: str
    rate: str
    rate_url: str
    cells: tuple[Linked, ...]
    trend: SafeString
    is_total: bool


class ClassRow(NamedTuple):
    """A class of households, what is left to do in it and by when."""

    name: str
    due: dt.date
    not_cleared: Linked
    is_late: bool


@dataclass(frozen=True)
class Dashboard:
    """All that the page shows of a region."""

    tiles: tuple[Tile, ...]
    heads: tuple[str, ...]
    rows: tuple[PlaceRow, ...]
    classes: tuple[ClassRow, ...]
    charts: tuple[SafeString, ...]
    weeks: tuple[Week, ...]
    zeros: Board


def dashboard_of(region: Region) -> Dashboard:
    """The dashboard of `region` now, with the trend over the last weeks in which something changed.

    Ten queries, however many households and weeks; three more when the closed weeks are not in the cache.
    """
    current = open_week()
    changed = weeks_with_changes(region.code)
    weeks = changed[-TREND_WEEKS:]
    classes = tuple(HouseholdClass.objects.all())
    burning = weeks_needed(region.code, classes, changed)
    counts = counts_of(region.code, [*weeks, *burning, current])
    places = tuple(region.children.all())
    sections = sections_at(None, counts[current].class_ids)
    # The sheets are never drawn, only their figures are read: any layout will do.
    layout = shipped_layout()
    now = Sheet(region, places, sections, counts[current], layout)
    trend = {week: Sheet(region, places, sections[:1], counts[week], layout) for week in weeks}
    return Dashboard(
        tiles=tuple(tile(region.code, figures_of(now, region.code), number) for number in TILES),
        heads=tuple(COLUMN[number].label for number in BY_PLACE),
        rows=tuple(place_row(now, trend, place) for place in [*places, region]),
        classes=tuple(class_rows(now)),
        charts=charts(trend, region),
        weeks=tuple(trend),
        zeros=board(region, places, classes, {week: counts[week] for week in burning}),
    )


def figures_of(sheet: Sheet, code: str, section: str = SECTION_OF_ALL) -> Figures:
    return sheet.figures[code, section]


def tile(code: str, figures: Figures, number: int) -> Tile:
    is_rate = number == column.CHECK_RATE
    value = COLUMN[number].value(figures)
    return Tile(
        COLUMN[number].label,
        display(value, "percent" if is_rate else "int"),
        COLUMN[number].meaning,
        figure_urls(code, SECTION_OF_ALL, None)(column.CHECKED if is_rate else number),
        is_late=number == column.UNCHECKED and bool(value) and today() > campaign().inspections_due,
    )


def place_row(now: Sheet, trend: Mapping[Week, Sheet], place: Region) -> PlaceRow:
    is_whole = place.code == now.region.code
    lists = figure_urls(place.code, SECTION_OF_ALL, None)
    figures = figures_of(now, place.code)
    rates = [percent(figures_of(sheet, place.code).check_rate) for sheet in trend.values()]
    return PlaceRow(
        name="合计" if is_whole and now.places else place.short_name,
        url="" if is_whole else address("reports:dashboard", region=place.code),
        rate=display(figures.check_rate, "percent"),
        rate_url=lists(column.CHECKED),
        cells=tuple(Linked(figures[number], lists(number)) for number in BY_PLACE),
        trend=sparkline(rates, label=f"{place.short_name}排查率走势"),
        is_total=is_whole and bool(now.places),
    )


def class_rows(now: Sheet) -> list[ClassRow]:
    """The classes by precedence, each with its deadline (domain rules §2)."""
    rows = []
    for section in now.sections:
        # A group of one class stands for it; of several, each has a section of its own.
        if section.parent and len(section.classes) == 1:
            due = section.classes[0].cleared_by
            left = figures_of(now, now.region.code, section.key)[column.NOT_CLEARED]
            url = figure_urls(now.region.code, section.key, None)(column.NOT_CLEARED)
            rows.append(
                ClassRow(
                    section.classes[0].name, due, Linked(left, url), bool(left) and due < today()
                )
            )
    return rows


def charts(trend: Mapping[Week, Sheet], region: Region) -> tuple[SafeString, ...]:
    """排查率, and the households still to be dealt with, week by week; none without a past."""
    if not trend:
        return ()
    labels = [week_label(week) for week in trend]
    whole: Sequence[Figures] = [figures_of(sheet, region.code) for sheet in trend.values()]
    rates = [percent(figures.check_rate) for figures in whole]
    left = [
        Series(COLUMN[number].label, [figures[number] for figures in whole], tone)
        for number, tone in TONES.items()
    ]
    return (
        line_chart(
            f"{region.short_name}排查率", labels, [Series("排查率", rates)], unit="%", y_max=100
        ),
        line_chart(f"{region.short_name}疑似、待鉴定与未清零", labels, left, unit="户"),
    )
