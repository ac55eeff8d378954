"""Reporting weeks: when they close, and in which of them anything changed."""

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import connection

from households.models import Household, PastSummary
from yanliang.accounts.scoping import code_range
from yanliang.periods import (
    SHANGHAI,
    calendar_warning,
    campaign,
    cut_off,
    moment_on_weekday,
    now,
    thursday_of,
    thursdays,
    today,
    why_moved,
)

#: Looks into the index once for each week: to sort all beginnings into weeks takes a hundred times as long.
WEEKS_WITH_BEGINNINGS = f"""
    WITH week (place, opens, closes) AS (VALUES {{weeks}})
    SELECT place FROM week
    WHERE EXISTS (
        SELECT 1 FROM {Household._meta.db_table}
        WHERE summary_since > opens AND summary_since <= closes AND region_id BETWEEN %s AND %s
    ) OR EXISTS (
        SELECT 1 FROM {PastSummary._meta.db_table}
        WHERE since > opens AND since <= closes AND region_id BETWEEN %s AND %s
    )
    ORDER BY place
"""


@dataclass(frozen=True, order=True)
class Week:
    """The reporting week that closes on `thursday`, at its cut-off.

    With `until` it closes at that moment instead: a submission speaks of the figures as they stood when it was made.
    """

    thursday: dt.date
    until: dt.datetime | None = field(default=None, compare=False)

    @property
    def closes(self) -> dt.datetime:
        return self.until or cut_off(self.thursday)

    @property
    def closing_in_words(self) -> str:
        """“于6月25日（周四）12:00截止”, “已于…截止” afterwards."""
        return f"{'于' if self.is_open else '已于'}{moment_on_weekday(self.closes)}截止"

    @property
    def why_moved(self) -> str:
        """Why the week closes before its Thursday; "" when it does not."""
        return why_moved(self.thursday)

    @property
    def calendar_warning(self) -> str:
        """That nobody has entered the holidays of its year; "" when somebody has."""
        return calendar_warning(self.thursday)

    @property
    def is_open(self) -> bool:
        """Whether the cut-off has still to come, so that the figures are those of now."""
        return now() < self.closes

    @property
    def moment(self) -> dt.datetime:
        """The moment that the week's figures stand for."""
        return min(self.closes, now())

    @property
    def day(self) -> dt.date:
        """The date in Shanghai of `moment`."""
        return self.moment.astimezone(SHANGHAI).date()

    @property
    def previous(self) -> "Week | None":
        """The week before; None for the first of the campaign."""
        if self.thursday <= first_thursday():
            return None
        return Week(self.thursday - dt.timedelta(weeks=1))

    @property
    def opens(self) -> dt.datetime | None:
        """The cut-off before; what was recorded later belongs to this week. None: from the beginning."""
        return self.previous.closes if self.previous else None

    @property
    def issue(self) -> int:
        """The number of the week's report: 1 for the first of the campaign."""
        return (self.thursday - first_thursday()).days // 7 + 1


def first_thursday() -> dt.date:
    return thursday_of(campaign().start)


def this_week() -> Week:
    """The week in which today lies; on a Thursday afternoon still the one just closed."""
    return Week(thursday_of(today()))


def week_on(day: dt.date) -> Week:
    """The reporting week of `day`; raises ValueError outside the campaign and for a week to come."""
    if not first_thursday() - dt.timedelta(weeks=1) < day <= open_week().thursday:
        raise ValueError("不在本次专项行动已开始的各报告周之内。")
    return Week(thursday_of(day))


def week_of(moment: dt.datetime) -> Week:
    """The week whose figures are the first to hold what was recorded at `moment`."""
    thursday = max(thursday_of(moment.astimezone(SHANGHAI).date()), first_thursday())
    while cut_off(thursday) < moment:
        thursday += dt.timedelta(weeks=1)
    return Week(thursday)


def open_week() -> Week:
    """The week that now still runs; at the moment of its cut-off it does, for what comes then is on time."""
    current = this_week()
    return current if now() <= current.closes else week_of(current.closes + dt.timedelta.resolution)


def closed_weeks() -> list[Week]:
    """Every week of the campaign whose cut-off has come, in order of time."""
    weeks = [Week(thursday) for thursday in thursdays(campaign().start, today())]
    # Only the last can still be open, or two that a long holiday closes at once.
    while weeks and weeks[-1].is_open:
        weeks.pop()
    return weeks


def weeks_with_changes(scope: str) -> list[Week]:
    """The weeks, the open one too, in which a summary began in the region `scope`, in order of time. One query.

    Every change of region, class or summary begins one, and so does a registration. What is older than the
    campaign belongs to its first week; of two weeks that a long holiday closes at once, all to the first.
    """
    weeks = [*closed_weeks(), open_week()]
    edges = [dt.datetime.min.replace(tzinfo=dt.UTC), *(week.closes for week in weeks)]
    parameters: list[object] = []
    for place, (opens, closes) in enumerate(pairwise(edges)):
        parameters += [place, as_stored(opens), as_stored(closes)]
    query = WEEKS_WITH_BEGINNINGS.format(weeks=", ".join(["(%s, %s, %s)"] * len(weeks)))
    with connection.cursor() as cursor:
        cursor.execute(query, [*parameters, *code_range(scope), *code_range(scope)])
        return [weeks[place] for (place,) in cursor.fetchall()]


def as_stored(moment: dt.datetime) -> object:
    """`moment` as the database compares it with its own."""
    return connection.ops.adapt_datetimefield_value(moment)
