"""Which street offices a week's supervision has reached (每周督导检查)."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Q

from households.models import Region
from rectification.enums import Seen
from rectification.models import Problem, SupervisionVisit


class OfficeCoverage(NamedTuple):
    """What was done in one office: visits done, households called at, problems that the visits found."""

    office: Region
    visits: int
    households: int
    problems: int


def coverage(region_code: str, week_thursday: dt.date) -> list[OfficeCoverage]:
    """Every street office of `region_code` in the order of codes, also those without a visit done that week.

    `week_thursday` closes the reporting week (Friday to Thursday). A household is called at whatever was found
    there, nobody at home included; void visits and void problems do not count. Three queries.
    """
    done = SupervisionVisit.objects.within(region_code).in_week(week_thursday).done()
    rows = done.order_by().values_list("region_id")
    visits = {
        code: (number, households)
        for code, number, households in rows.annotate(
            number=Count("pk", distinct=True),
            called_at=Count("households", filter=~Q(households__seen=Seen.PENDING)),
        )
    }
    problems = Problem.objects.standing().filter(visit__in=done.order_by().values("pk"))
    found = dict(problems.order_by().values_list("visit__region_id").annotate(number=Count("pk")))
    return [
        OfficeCoverage(office, *visits.get(office.code, (0, 0)), found.get(office.code, 0))
        for office in Region.objects.within(region_code).offices()
    ]


def not_visited(covered: Iterable[OfficeCoverage]) -> list[Region]:
    """The offices where no visit was done (本周未检查)."""
    return [each.office for each in covered if not each.visits]
