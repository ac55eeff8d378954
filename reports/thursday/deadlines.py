"""By when an office must submit, and until when it can."""

import datetime as dt

from reports.enums import WeekState
from reports.models import OfficeWeek
from reports.weekly.weeks import first_thursday
from yanliang.periods import SHANGHAI, cut_off, day_of, is_working_day, now

ONE_WEEK = dt.timedelta(weeks=1)
#: Reminders begin at this hour of the working day before the cut-off.
AFTERNOON = dt.time(12)


def due_at(thursday: dt.date, office_week: OfficeWeek | None = None) -> dt.datetime:
    """The cut-off that binds an office: the week's, or the later one that an exception granted it."""
    due = cut_off(thursday)
    extended = office_week.extended_to if office_week else None
    return max(due, extended) if extended else due


def next_cut_off(thursday: dt.date, step: dt.timedelta) -> dt.datetime:
    """The cut-off that comes next, in steps of a week, and is not the week's own: a long holiday closes two at once."""
    other = thursday + step
    while cut_off(other) == cut_off(thursday):
        other += step
    return cut_off(other)


def closed_because(thursday: dt.date, office_week: OfficeWeek | None = None) -> str:
    """Why the week of `thursday` cannot be submitted now, as a sentence; empty when it can.

    A week is open from the cut-off before its own until the cut-off after, so that a late office still can; longer
    where the bureau returned the submission or granted an exception.
    """
    if thursday < first_thursday():
        return "本次专项行动还没有开始。"
    if thursday > first_thursday() and now() <= next_cut_off(thursday, -ONE_WEEK):
        return "这一周还没有开始。"
    if office_week and office_week.state == WeekState.RETURNED:
        return ""
    last_moment = max(next_cut_off(thursday, ONE_WEEK), due_at(thursday, office_week))
    if now() > last_moment:
        return "已过下一周的截止时间，这一周不能再补报；确需补报的，请区住建局批准延期。"
    return ""


def is_reminding(thursday: dt.date, due: dt.datetime) -> bool:
    """Whether it is the afternoon before the cut-off `due` of the week of `thursday`, or its morning.

    The afternoon is that of the last working day before it: nobody reads a reminder on a Sunday. A week that has not
    begun reminds nobody.
    """
    has_begun = thursday == first_thursday() or now() > cut_off(thursday - ONE_WEEK)
    return has_begun and reminding_from(due) <= now() <= due


def reminding_from(due: dt.datetime) -> dt.datetime:
    """Noon of the last working day before the day of `due`."""
    day = day_of(due) - dt.timedelta(days=1)
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return dt.datetime.combine(day, AFTERNOON, SHANGHAI)


def time_left_in_words(due: dt.datetime) -> str:
    """“还有 2 天 3 小时”, “还有 5 分钟”: from now to `due`, a begun minute not counted; "" when it has come."""
    minutes = (due - now()) // dt.timedelta(minutes=1)
    if minutes < 0:
        return ""
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if days:
        return f"还有 {days} 天 {hours} 小时" if hours else f"还有 {days} 天"
    return f"还有 {hours} 小时 {minutes % 60} 分钟" if hours else f"还有 {minutes} 分钟"
