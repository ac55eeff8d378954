"""The weeks that an office has still to submit, or to submit again: what its home page says of them."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse

from households.models import Region
from reports.enums import WeekState
from reports.models import DistrictWeek, OfficeWeek
from reports.thursday.deadlines import ONE_WEEK, due_at, reminding_from
from reports.thursday.preparing import closed_to_office
from reports.weekly.weeks import first_thursday, this_week
from reports.weekly.wording import day_in_words
from yanliang.periods import lateness_in_words, moment_on_weekday, now


class Waiting(NamedTuple):
    """Something that waits for the office: its name, how many, where it is done, by when, whether it presses."""

    label: str
    count: int
    url: str
    hint: str
    is_urgent: bool


def unreported(region: Region) -> list[OfficeWeek]:
    """Of this week, the one before and those that an exception keeps open: the ones without a submission that can
    still be submitted, oldest first.

    Two queries; a week that nobody has saved yet is in the list too.
    """
    this = this_week().thursday
    recent = [each for each in (this - ONE_WEEK, this) if each >= first_thursday()]
    is_asked = Q(thursday__in=recent) | Q(extended_to__gte=now())
    known = {week.thursday: week for week in OfficeWeek.objects.filter(is_asked, region=region)}
    asked = sorted({*recent, *known})
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
    earlier = [week for thursday, week in weeks.items() if thursday < this]
    if earlier:
        oldest = earlier[0]
        due = due_at(oldest.thursday, oldest)
        lateness = lateness_in_words(now(), due)
        until = "本周截止前还可以补报" if lateness else f"延期至{moment_on_weekday(due)}"
        hint = "，".join(filter(None, [day_in_words(oldest.thursday), lateness, until]))
        yield Waiting("以前周的周报没有上报", len(earlier), week_url(oldest.thursday), hint, True)
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
