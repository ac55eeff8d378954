"""Reporting weeks: when they close, and in which of them anything changed."""

import datetime as dt
from dataclasses import dataclass

from households.models import Household, PastSummary
from reports.figures import last_before
from yanliang.periods import SHANGHAI, campaign, cut_off, now, thursday_of, thursdays, today


@dataclass(frozen=True, order=True)
class Week:
    """The reporting week that closes on `thursday`, at its cut-off."""

    thursday: dt.date

    @property
    def closes(self) -> dt.datetime:
        return cut_off(self.thursday)

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
    """The week that now still runs."""
    current = this_week()
    return current if current.is_open else week_of(current.closes + dt.timedelta.resolution)


def closed_weeks() -> list[Week]:
    """Every week of the campaign whose cut-off has come, in order of time."""
    weeks = [Week(thursday) for thursday in thursdays(campaign().start, today())]
    # Only the last can still be open, or two that a long holiday closes at once.
    while weeks and weeks[-1].is_open:
        weeks.pop()
    return weeks


def weeks_with_changes(scope: str, weeks: list[Week]) -> list[Week]:
    """Those of `weeks` (from the first on, in order of time) in which a summary began in the region `scope`.

    Every change of region, class or summary begins one, and so does a registration. Two queries.
    """
    if not weeks:
        return []
    beginning = dt.datetime.min.replace(tzinfo=dt.UTC)
    edges = last_of_equals([beginning, *(week.closes for week in weeks)])
    moments = [moment for _, moment in edges]
    began = set()
    for rows, field in (
        (Household.objects.within(scope), "summary_since"),
        (PastSummary.objects.within(scope), "since"),
    ):
        changed = rows.filter(**{f"{field}__lte": moments[-1]})
        changed = changed.annotate(before=last_before(moments, field)).order_by()
        began.update(changed.values_list("before", flat=True).distinct())
    return [weeks[edges[before][0]] for before in sorted(began)]


def last_of_equals(moments: list[dt.datetime]) -> list[tuple[int, dt.datetime]]:
    """`moments` (in order) with their places, without those that the next one repeats.

    A long holiday closes two weeks at once; what comes after belongs to the later one's successor.
    """
    return [
        (place, moment)
        for place, moment in enumerate(moments)
        if place + 1 == len(moments) or moments[place + 1] != moment
    ]
