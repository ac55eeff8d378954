"""The campaign's calendar: the one clock, Thursdays, the cut-off, working days."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
from django.conf import settings
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
THURSDAY = 3


_told_at: ContextVar[dt.datetime | None] = ContextVar("told_at", default=None)


def now() -> dt.datetime:
    """The moment, aware; the only place where the program asks the clock."""
    return _told_at.get() or timezone.now()


@contextmanager
def told_at(moment: dt.datetime) -> Iterator[None]:
    """Within it `moment` is now: for made-up history that the program's own acts write."""
    token = _told_at.set(moment)
    try:
        yield
    finally:
        _told_at.reset(token)


def today() -> dt.date:
    """The date in Shanghai."""
    return day_of(now())


def day_of(moment: dt.datetime) -> dt.date:
    """The date in Shanghai at `moment`; its own date may be another zone's."""
    return moment.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class Campaign:
    """“三排查三清零”: name and dates, kept in fixtures/campaign.json (notice of 2020-03-25).

    Problems that inspections from above found are due on `feedback_due`, all others on `problems_due`.
    """

    name: str
    start: dt.date
    inspections_due: dt.date
    feedback_due: dt.date
    problems_due: dt.date


@cache
def campaign() -> Campaign:
    """The campaign that this installation serves."""
    data = json.loads((settings.BASE_DIR / "fixtures" / "campaign.json").read_text())
    dates = {name: dt.date.fromisoformat(day) for name, day in data.items() if name != "name"}
    return Campaign(name=data["name"], **dates)


@cache
def is_working_day(day: dt.date) -> bool:
    """Whether offices work on `day`; beyond the years that the holiday table knows, Monday to Friday."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def thursday_of(day: dt.date) -> dt.date:
    """The Thursday that closes the reporting week of `day` (Friday to Thursday)."""
    return day + dt.timedelta((THURSDAY - day.weekday()) % 7)


def cut_off(thursday: dt.date) -> dt.datetime:
    """The moment when the week of `thursday` closes; before a holiday, on the last working day (domain rules §6)."""
    day = thursday
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    hour, minute = map(int, settings.WEEKLY_CUT_OFF.split(":"))
    return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI)


def is_on_time(at: dt.datetime, due: dt.datetime) -> bool:
    """Whether what came at `at` met the cut-off `due`; the moment of the cut-off itself does."""
    return at <= due


def lateness_in_words(at: dt.datetime, due: dt.datetime) -> str:
    """“迟报 1:05”: hours and minutes from `due` to `at`, a begun minute counted whole; nothing when it is on time."""
    if is_on_time(at, due):
        return ""
    minutes = -((due - at) // dt.timedelta(minutes=1))
    return f"迟报 {minutes // 60}:{minutes % 60:02}"


def end_of(day: dt.date) -> dt.datetime:
    """The first moment after `day` in Shanghai: what happened before it, happened by `day`."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI)


def thursdays(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every reporting Thursday from the week of `first` to the week of `last`."""
    start, end = thursday_of(first), thursday_of(last)
    return [start + dt.timedelta(weeks=week) for week in range((end - start).days // 7 + 1)]
