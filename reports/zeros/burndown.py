"""How fast the three counters fall, week by week, against the pace that reaches zero on the day."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.safestring import SafeString

from reports.weekly.weeks import Week, first_thursday
from reports.zeros.counters import Left, Zero
from yanliang.periods import thursdays
from yanliang.tables.charts import Number, Series, line_chart

#: Of the weeks after the deadline so many are shown, the last ones.
WEEKS_AFTER = 8


def weeks_until(deadline: dt.date) -> list[Week]:
    """Every week of the campaign up to the first that closes after `deadline`, those to come too."""
    return [Week(thursday) for thursday in thursdays(first_thursday(), deadline)]


def weeks_shown(deadline: dt.date, changed: Iterable[Week], current: Week) -> list[Week]:
    """The weeks of a burn-down as at `current`: up to the deadline all, later the last in which something changed."""
    weeks = weeks_until(deadline)
    later = sorted(week for week in set(changed) if weeks[-1] < week < current)
    if weeks[-1] < current:
        weeks += [*later[-WEEKS_AFTER:], current]
    return weeks


@dataclass(frozen=True)
class BurnDown:
    """What was left of one counter at each cut-off up to `current`'s.

    None where nothing was registered yet, and in the weeks after `current`.
    """

    zero: Zero
    deadline: dt.date
    current: Week
    weeks: Sequence[Week]
    left: Sequence[int | None]

    @property
    def needed(self) -> list[float | None]:
        """The straight line from the highest number that ever was left to zero at the deadline."""
        highest = max((number for number in self.left if number is not None), default=0)
        if not highest:
            return [None for _ in self.weeks]
        start = self.left.index(highest)
        first = self.day_of(self.weeks[start])
        span = (self.deadline - first).days
        return [
            None
            if place < start
            else (
                highest * max(0.0, 1 - (self.day_of(week) - first).days / span) if span > 0 else 0
            )
            for place, week in enumerate(self.weeks)
        ]

    def day_of(self, week: Week) -> dt.date:
        """The day for which the week's number stands; of a week to come its Thursday."""
        return week.day if week <= self.current else week.thursday

    def label_of(self, week: Week) -> str:
        """“06-11”; with the year where it is not the deadline's."""
        day = self.day_of(week)
        return f"{day:%m-%d}" if day.year == self.deadline.year else f"{day:%Y-%m-%d}"

    def chart(self, name: str) -> SafeString:
        """The two lines of the place `name`."""
        needed: list[Number | None] = [
            None if number is None else round(number) for number in self.needed
        ]
        return line_chart(
            f"{name}{self.zero.name}进度",
            [self.label_of(week) for week in self.weeks],
            [Series("实际", self.left), Series("须达到", needed, "grey")],
            unit=self.zero.unit,
        )


def burn_down(
    zero: Zero,
    deadline: dt.date,
    left: Mapping[Week, Left | None],
    current: Week,
) -> BurnDown:
    """The course of `zero` up to `current`, from what was `left` in the weeks that are known (None: nothing was)."""
    weeks = weeks_shown(deadline, left, current)
    stood = [left.get(week) if week <= current else None for week in weeks]
    return BurnDown(
        zero,
        deadline,
        current,
        weeks,
        [None if each is None else each.of(zero) for each in stood],
    )


def per_week(left: int, day: dt.date, deadline: dt.date) -> int | None:
    """每周须完成: what must be done in each week from `day` on to reach zero by `deadline`; None once it has passed."""
    if deadline < day:
        return None
    # The day itself and the deadline can both be worked on.
    return min(left, ceil(left * 7 / ((deadline - day).days + 1)))
