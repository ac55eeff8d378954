"""The campaign's calendar: the one clock, milestones, Thursdays, the cut-off, working days."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
THURSDAY = 3
WEEKDAYS = "一二三四五六日"
HOUR_AND_MINUTE = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)

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


class Milestone(NamedTuple):
    """A day by which the campaign must have come so far."""

    day: dt.date
    label: str


@dataclass(frozen=True)
class Campaign:
    """“三排查三清零”: name and dates, kept in fixtures/campaign.json (notice of 2020-03-25).

    Problems that inspections from above found are due on `feedback_due`, all others on `problems_due`. These days
    are those of the milestones, which stand in order of time.
    """

    name: str
    start: dt.date
    inspections_due: dt.date
    feedback_due: dt.date
    problems_due: dt.date
    milestones: tuple[Milestone, ...]


@cache
def campaign() -> Campaign:
    """The campaign that this installation serves."""
    data = json.loads((settings.BASE_DIR / "fixtures" / "campaign.json").read_text())
    milestones = {
        name: Milestone(dt.date.fromisoformat(each["day"]), each["label"])
        for name, each in data["milestones"].items()
    }
    return Campaign(
        name=data["name"],
        start=dt.date.fromisoformat(data["start"]),
        milestones=tuple(sorted(milestones.values())),
        **{name: milestone.day for name, milestone in milestones.items()},
    )


def next_milestone(day: dt.date) -> Milestone | None:
    """The first milestone on `day` or later; None after the last."""
    return next((each for each in campaign().milestones if each.day >= day), None)


class CalendarDay(NamedTuple):
    """What the tables say of a day; `holiday` is the name of what changes it from an ordinary day of the week."""

    is_working: bool
    holiday: str = ""


@cache
def working_day_changes(table: Path) -> dict[dt.date, CalendarDay]:
    """The site's own table; raises ValueError, with what is wrong in it, when it cannot be read.

    It is a JSON object like {"2027-01-01": {"working": false, "name": "元旦"}} and goes before chinesecalendar.
    """
    try:
        rows = json.loads(table.read_text()).items()
    except (OSError, ValueError, AttributeError) as error:
        raise ValueError(f"工作日表 {table} 读不出来：{error}") from error
    changes = {}
    for day, change in rows:
        try:
            is_working, name = change["working"], change.get("name", "")
            if not (isinstance(is_working, bool) and isinstance(name, str)):
                raise TypeError
            changes[dt.date.fromisoformat(day)] = CalendarDay(is_working, name)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(
                f"工作日表 {table} 中“{day}”一项有误，应写成"
                '"2027-01-01": {"working": false, "name": "元旦"}。'
            ) from error
    return changes


@cache
def _known_day(day: dt.date, table: Path) -> CalendarDay | None:
    """`day` in the site's own table, else in chinesecalendar; None when neither has its year."""
    changes = working_day_changes(table)
    if day in changes:
        return changes[day]
    try:
        _, name = chinese_calendar.get_holiday_detail(day)
        return CalendarDay(chinese_calendar.is_workday(day), full_name(name) if name else "")
    except NotImplementedError:
        if any(each.year == day.year for each in changes):
            return CalendarDay(is_weekday(day))
        return None


def full_name(holiday: str) -> str:
    """chinesecalendar's English name in Chinese; it leaves 节 off some of them."""
    chinese = chinese_calendar.Holiday(holiday).chinese
    return f"{chinese}节" if chinese in {"清明", "端午", "中秋"} else chinese


def is_weekday(day: dt.date) -> bool:
    return day.weekday() < 5


def is_working_day(day: dt.date) -> bool:
    """Whether offices work on `day`; where no table has its year, Monday to Friday."""
    known = _known_day(day, settings.WORKING_DAYS)
    return known.is_working if known else is_weekday(day)


def calendar_warning(day: dt.date) -> str:
    """That no table has the year of `day`, so that holidays are missed; "" when one has."""
    if _known_day(day, settings.WORKING_DAYS):
        return ""
    return f"{day.year} 年节假日安排未录入，按周一至周五为工作日计；请系统管理员更新工作日表。"


def thursday_of(day: dt.date) -> dt.date:
    """The Thursday that closes the reporting week of `day` (Friday to Thursday)."""
    return day + dt.timedelta((THURSDAY - day.weekday()) % 7)


def cut_off_time() -> dt.time:
    """Hour and minute of the cut-off; raises ValueError when the setting is neither."""
    if not HOUR_AND_MINUTE.fullmatch(settings.WEEKLY_CUT_OFF):
        raise ValueError(
            f"WEEKLY_CUT_OFF 应为 24 小时制的时:分，如 12:00 或 09:30；现为“{settings.WEEKLY_CUT_OFF}”。"
        )
    return dt.time.fromisoformat(settings.WEEKLY_CUT_OFF)


def cut_off(thursday: dt.date) -> dt.datetime:
    """The moment when the week of `thursday` closes; before a holiday, on the last working day (domain rules §6)."""
    day = thursday
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return dt.datetime.combine(day, cut_off_time(), SHANGHAI)


def moment_on_weekday(moment: dt.datetime) -> str:
    """“6月25日（周四）12:00”."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def cut_off_in_words(thursday: dt.date) -> str:
    """“6月25日（周四）12:00”, or the day that the cut-off was moved to."""
    return moment_on_weekday(cut_off(thursday))


def why_moved(thursday: dt.date) -> str:
    """Why the week of `thursday` closes before Thursday, and when, without a full stop; "" when it does not."""
    if day_of(cut_off(thursday)) == thursday:
        return ""
    known = _known_day(thursday, settings.WORKING_DAYS)
    reason = f"为{known.holiday}假日" if known and known.holiday else "不上班"
    return f"周四（{thursday.month}月{thursday.day}日）{reason}，截止时间提前到{cut_off_in_words(thursday)}"


@register("calendar")
def check_calendar(app_configs, **kwargs) -> list[CheckMessage]:
    """Refuse to start with a cut-off or a table of working days that cannot be read."""
    faults: list[CheckMessage] = []
    try:
        cut_off_time()
    except ValueError as error:
        faults.append(Error(str(error), id="calendar.E001"))
    try:
        working_day_changes(settings.WORKING_DAYS)
    except ValueError as error:
        faults.append(Error(str(error), id="calendar.E002"))
    return faults


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
