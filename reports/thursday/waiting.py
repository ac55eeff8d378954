"""The weeks that an office has still to submit, or to submit again: what its home page says of them."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.urls import reverse

from households.models import Region
from reports.enums import WeekState
from reports.models import DistrictWeek, OfficeWeek
from reports.thursday.deadlines import ONE_WEEK, due_at, reminding_from
from reports.thursday.preparing import closed_to_office
from reports.weekly.weeks import first_thursday, this_week
from yanliang.periods import lateness_in_words, moment_on_weekday, now


class Waiting(NamedTuple):
    """Something that waits for the office: its name, how many, where it is done, by when, whether it presses."""

    label: str
    count: int
    url: str
    hint: str
    is_urgent: bool


def unreported(region: Region) -> list[OfficeWeek]:
    """Of this week and the one before, those without a submission that can still be submitted, oldest first.

    Two queries; a week that nobody has saved yet is in the list too.
    """
    this = this_week().thursday
    asked = [each for each in (this - ONE_WEEK, this) if each >= first_thursday()]
    known = {
        week.thursday: week for week in OfficeWeek.objects.filter(region=region, thursday__in=asked)
    }
    districts = {
        week.thursday: week
        for week in DistrictWeek.objects.filter(region_id=region.parent_id, thursday__in=asked)
    }
    weeks = [known.get(each) or OfficeWeek(region=region, thursday=each) for each in asked]
    return [
        week
        for week in weeks
        if not week.revision and not closed_to_office(week, districts.get(week.thursday))
    ]


def weeks_waiting(staff) -> Iterator[Waiting]:
    """What waits for the office that `staff` works for (domain rules §6)."""
    this = this_week().thursday
    weeks = {week.thursday: week for week in unreported(staff.region)}
    if late := weeks.get(this - ONE_WEEK):
        lateness = lateness_in_words(now(), due_at(late.thursday, late))
        hint = f"{lateness}，本周截止前还可以补报" if lateness else "已批准延期"
        yield Waiting("上周周报没有上报", 1, week_url(late.thursday), hint, True)
    due = due_at(this, weeks.get(this))
    yield Waiting(
        "本周周报待上报",
        int(this in weeks),
        week_url(this),
        lateness_in_words(now(), due) or f"{moment_on_weekday(due)} 截止",
        now() >= reminding_from(due),
    )
    returned = OfficeWeek.objects.visible_to(staff).filter(state=WeekState.RETURNED)
    sent_back = list(returned.values_list("thursday", flat=True))
    url = week_url(sent_back[0] if sent_back else this)
    yield Waiting("被退回的周报", len(sent_back), url, "按退回理由改好后重报", True)


def week_url(thursday: dt.date) -> str:
    return f"{reverse('reports:week_office')}?week={thursday}"
