"""How fast the three counters fall, week by week, against the pace that reaches zero on the day."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.safestring import SafeString

from reports.weekly.weeks import Week, first_thursday, open_week
from reports.zeros.counters import Left, Zero
from yanliang.periods import thursdays
from yanliang.tables.charts import Number, Series, line_chart

#: Of the weeks after the deadline so many are shown, the last ones.
WEEKS_AFTER = 8


def weeks_until(deadline: dt.date) -> list[Week]:
    """Every week of the campaign up to the first that closes after `deadline`, those to come too."""
    return [Week(thursday) for thursday in thursdays(first_thursday(), deadline)]


def weeks_shown(deadline: dt.date, changed: Iterable[Week]) -> list[Week]:
    """The weeks of a burn-down: up to the deadline all, later the last in which something changed, and this one."""
    weeks, current = weeks_until(deadline), open_week()
    later = sorted(week for week in set(changed) if weeks[-1] < week < current)
    if weeks[-1] < current:
        weeks += [*later[-WEEKS_AFTER:], current]
    return weeks


@dataclass(frozen=True)
class BurnDown:
    """What was left of one counter at each cut-off, None where nothing was registered or the week is to come."""

    zero: Zero
    deadline: dt.date
    weeks: Sequence[Week]
    left: Sequence[int | None]

    @property
    def needed(self) -> list[float | None]:
        """The straight line from the highest number that ever was left to zero at the deadline."""
        highest = max((number for number in self.left if number is not None), default=0)
        if not highest:
            return [None for _ in self.weeks]
        start = self.left.index(highest)
        first = day_of(self.weeks[start])
        span = (self.deadline - first).days
        return [
            None
            if place < start
            else (highest * max(0.0, 1 - (day_of(week) - first).days / span) if span > 0 else 0)
            for place, week in enumerate(self.weeks)
        ]

    def chart(self, name: str) -> SafeString:
        """The two lines of the place `name`."""
        needed: list[Number | None] = [
            None if number is None else round(number) for number in self.needed
        ]
        return line_chart(
            f"{name}{self.zero.name}进度",
            [label_of(week, self.deadline) for week in self.weeks],
            [Series("实际", self.left), Series("须达到", needed, "grey")],
            unit=self.zero.unit,
        )


def day_of(week: Week) -> dt.date:
    """The day for which the week's number stands; of a week to come its Thursday."""
    return week.day if not week.is_open or week == open_week() else week.thursday


def label_of(week: Week, deadline: dt.date) -> str:
    """“06-11”; with the year where it is not the deadline's."""
    day = day_of(week)
    return f"{day:%m-%d}" if day.year == deadline.year else f"{day:%Y-%m-%d}"


def burn_down(
    zero: Zero, deadline: dt.date, weeks: Sequence[Week], left: Mapping[Week, Left | None]
) -> BurnDown:
    """The course of `zero`; a week that `left` does not know, or knows as None, is a gap."""
    stood = [left.get(week) for week in weeks]
    return BurnDown(
        zero, deadline, weeks, [None if each is None else each.of(zero) for each in stood]
    )


def per_week(left: int, day: dt.date, deadline: dt.date) -> int | None:
    """每周须完成: what must be done in each week from `day` on to reach zero by `deadline`; None once it has passed."""
    if deadline < day:
        return None
    # The day itself and the deadline can both be worked on.
    return min(left, ceil(left * 7 / ((deadline - day).days + 1)))
