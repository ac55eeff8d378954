"""When things happen in the demo: office hours, and how quickly each street office goes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from yanliang.periods import SHANGHAI, campaign, is_working_day

DAY = dt.timedelta(days=1)
#: Office hours as minutes of the day: 8:30–12:00 and 14:00–18:00.
MORNING, AFTERNOON = (510, 720), (840, 1080)


@cache
def working_day(day: dt.date) -> dt.date:
    """`day` itself, or the first working day after it."""
    while not is_working_day(day):
        day += DAY
    return day


def moment_on(rng: Random, day: dt.date) -> dt.datetime:
    """A moment in office hours of `day`, or of the first working day after it."""
    minute = rng.randrange(*rng.choice((MORNING, AFTERNOON)))
    time = dt.time(minute // 60, minute % 60, rng.randrange(60))
    return dt.datetime.combine(working_day(day), time, SHANGHAI)


def later(rng: Random, at: dt.datetime, least: int, most: int) -> dt.datetime:
    """A moment in office hours, from `least` (one or more) to about `most` days after `at`."""
    return moment_on(rng, at.date() + rng.randint(least, most) * DAY)


@dataclass(frozen=True)
class Pace:
    """How an office works: days from the start of the campaign between which it visits, the share of households
    it never reaches, and by how much its later steps are slower than others'."""

    first: int
    last: int
    missed: float
    drag: float = 1.0


#: By the office's code; 武屯街道 lags behind.
PACES = {
    "610114001": Pace(1, 22, 0.003),
    "610114002": Pace(1, 20, 0.004),
    "610114003": Pace(2, 27, 0.004, 1.1),
    "610114004": Pace(1, 18, 0.002, 0.9),
    "610114005": Pace(2, 24, 0.004),
    "610114006": Pace(5, 47, 0.045, 1.6),
    "610114007": Pace(1, 34, 0.012, 1.1),
}


@dataclass(frozen=True)
class Round:
    """One village's part of the visits: its own first and last day within the office's."""

    pace: Pace
    first: float
    last: float

    @classmethod
    def of_village(cls, rng: Random, pace: Pace) -> "Round":
        length = pace.last - pace.first
        first = pace.first + rng.uniform(0, 0.45) * length
        return cls(pace, first, first + rng.uniform(0.6, 1) * (pace.last - first))

    def visit(self, rng: Random, position: float, registered: dt.datetime) -> dt.datetime:
        """When the household is visited that stands at `position` (0–1) in its village's list."""
        offset = self.first + position * (self.last - self.first) + rng.uniform(-1.5, 1.5)
        planned = campaign().start + max(round(offset), 1) * DAY
        earliest = registered.date() + rng.randint(1, 6) * DAY
        # Those registered with the roster are visited by plan, those found later soon after they were found.
        day = planned if planned > registered.date() else earliest
        return moment_on(rng, day)

    def wait(self, rng: Random, at: dt.datetime, least: int, most: int) -> dt.datetime:
        """As `later`, at the office's own speed."""
        return later(rng, at, least, max(round(most * self.pace.drag), least))


def meetings() -> Iterator[dt.datetime]:
    """When the rulings of 区脱贫攻坚领导小组 are entered: every 17 days or so, from the fifth week on."""
    for week in (4, 6.5, 9, 12, 14, 17):
        day = working_day(campaign().start + round(7 * week) * DAY)
        yield dt.datetime.combine(day, dt.time(16, 30), SHANGHAI)


def meeting_after(at: dt.datetime) -> dt.datetime | None:
    """The first meeting whose papers, closed three days before, can hold what was entered at `at`."""
    return next((each for each in meetings() if each >= at + 3 * DAY), None)
