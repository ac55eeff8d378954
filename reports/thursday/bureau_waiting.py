"""What of Thursday waits for the bureau: its home page says so (domain rules §6)."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.urls import reverse

from households.models import Region
from reports.enums import DistrictState, WeekState
from reports.models import DistrictWeek, OfficeWeek
from reports.thursday.deadlines import due_at, is_reminding
from reports.thursday.locking import STILL_OPEN
from reports.thursday.waiting import Waiting
from reports.weekly.weeks import closed_weeks, open_week, this_week
from reports.weekly.wording import day_in_words
from yanliang.accounts.permissions import may_lock_week
from yanliang.periods import now


class Silent(NamedTuple):
    """An office of which nothing has come for a week, and whether its cut-off has passed."""

    office: Region
    thursday: dt.date
    is_overdue: bool


def bureau_weeks_waiting(staff) -> Iterator[Waiting]:
    """What waits for `staff` of the bureau. Six queries at the most."""
    weeks = OfficeWeek.objects.visible_to(staff).filter(state=WeekState.SUBMITTED)
    submitted = list(weeks.order_by("thursday").values_list("thursday", flat=True))
    yield Waiting(
        "待审核的上报",
        len(submitted),
        week_url("week_board", submitted),
        "核对数字和文字后审核通过或退回",
        is_urgent=True,
    )
    yield silent_waiting(staff.region)
    if may_lock_week(staff):
        districts = DistrictWeek.objects.visible_to(staff).order_by("thursday")
        to_lock = [week.thursday for week in lockable(districts)]
        yield Waiting(
            "待锁定的区级周报",
            len(to_lock),
            week_url("district_week", to_lock),
            "上报已审完、已过截止时间，核改文字后锁定",
            is_urgent=True,
        )
        to_forward = [week.thursday for week in districts.filter(state=DistrictState.LOCKED)]
        yield Waiting(
            "待转报的区级周报",
            len(to_forward),
            week_url("district_week", to_forward),
            "已锁定，报送市局后登记日期和文号",
            is_urgent=True,
        )


def silent_waiting(district: Region) -> Waiting:
    """The offices to be reminded of, by name: from the afternoon before their cut-off on, until the week is locked."""
    silent = silent_offices(district)
    told = "、".join(
        f"{each.office.short_name}（{day_in_words(each.thursday)}{'，已截止' if each.is_overdue else ''}）"
        for each in silent
    )
    return Waiting(
        "还没有上报的街办",
        len(silent),
        week_url("week_board", [each.thursday for each in silent]),
        told or "截止前一天下午起提醒",
        is_urgent=any(each.is_overdue for each in silent),
    )


def silent_offices(district: Region) -> list[Silent]:
    """Of the week that closed last and the one that runs, the offices to be reminded of. Three queries.

    A long holiday closes two weeks at once.
    """
    closed = closed_weeks()
    last = [week for week in closed if week.closes == closed[-1].closes]
    asked = sorted({week.thursday for week in (*last, open_week())})
    known = {
        (week.region_id, week.thursday): week
        for week in OfficeWeek.objects.within(district.code).filter(thursday__in=asked)
    }
    done = set(
        DistrictWeek.objects.filter(region=district, thursday__in=asked)
        .exclude(state__in=STILL_OPEN)
        .values_list("thursday", flat=True)
    )
    found = []
    offices = list(district.children.all())
    for thursday in asked:
        for office in offices if thursday not in done else ():
            week = known.get((office.code, thursday))
            due = due_at(thursday, week)
            is_overdue = now() > due
            if not (week and week.revision) and (is_overdue or is_reminding(thursday, due)):
                found.append(Silent(office, thursday, is_overdue))
    return found


def lockable(districts) -> Iterator[DistrictWeek]:
    """Weeks whose cut-off has come, with something accepted and nothing left to review. One query."""
    weeks = OfficeWeek.objects.filter(
        region__parent=OuterRef("region"), thursday=OuterRef("thursday")
    )
    ready = districts.filter(
        Exists(weeks.filter(state=WeekState.ACCEPTED)),
        ~Exists(weeks.filter(state=WeekState.SUBMITTED)),
        state__in=STILL_OPEN,
    )
    last_closed = [week.thursday for week in closed_weeks()[-1:]]
    return (week for week in ready if last_closed and week.thursday <= last_closed[0])


def week_url(name: str, weeks: list[dt.date]) -> str:
    """The page `name` of the earliest of `weeks`, of this week where there is none."""
    thursday = weeks[0] if weeks else this_week().thursday
    return f"{reverse(f'reports:{name}')}?week={thursday}"
