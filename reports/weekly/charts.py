"""The two pictures of a weekly report, drawn on the server."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.safestring import SafeString

from reports.annex2.columns import Figures
from reports.weekly.figures import NOT_CLEARED, SAFE, TO_CHECK, WeeklyFigures
from reports.weekly.weeks import Week
from yanliang.tables.charts import Series, bar_chart, line_chart

#: So many bars fit on half a page.
BARS = 12


def week_label(week: Week) -> str:
    """“06-11”, the day of the figures."""
    return f"{week.day:%m-%d}"


def percent(share: Decimal | None) -> Decimal | None:
    """A fraction of 1 in percent."""
    return None if share is None else share * 100


def safe_share(figures: Figures) -> float | None:
    """住房安全 of 应排查 in percent; None where nothing is to be checked."""
    return figures[SAFE] / figures[TO_CHECK] * 100 if figures[TO_CHECK] else None


def trend_chart(trend: Mapping[Week, Figures], whole: str) -> SafeString:
    """排查率 and the share of safe households, week by week."""
    return line_chart(
        f"{whole}排查率与住房安全率走势",
        [week_label(week) for week in trend],
        [
            Series("排查率", [percent(figures.check_rate) for figures in trend.values()]),
            Series("住房安全率", [safe_share(figures) for figures in trend.values()], "grey"),
        ],
        unit="%",
        y_max=100,
    )


def left_chart(week: WeeklyFigures) -> SafeString:
    """未清零 by place this week and last, the most first; of many places the first twelve."""
    places = sorted(week.places or [week.total], key=lambda place: -place.this[NOT_CLEARED])[:BARS]
    bars = [Series("本周", [place.this[NOT_CLEARED] for place in places])]
    if week.total.last is not None:
        bars.append(Series("上周", [place.previous(NOT_CLEARED) for place in places], "light"))
    shown = f"（前 {BARS} 个）" if len(week.places) > BARS else ""
    title = f"各{week.place_noun}未清零农户{shown}"
    return bar_chart(title, [place.name for place in places], bars, unit="户")


def burn_down_charts(week: WeeklyFigures) -> list[SafeString]:
    """The course of each of the three zeros that ever had anything left, against the needed pace."""
    return [each.chart(week.whole) for each in week.rectified.zeros.burn_downs if any(each.left)]
