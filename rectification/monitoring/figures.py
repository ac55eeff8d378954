"""长效机制 in figures, for the weekly report: what was reported, re-checked, and what is missing."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Q

from rectification.enums import ReportState
from rectification.models import DisasterCheck, MonitoringReport
from rectification.monitoring.duties import gaps
from yanliang.periods import SHANGHAI


class MonitoringFigures(NamedTuple):
    """A region's monitoring between two moments.

    `filed` reports came in; of those answered then, `warned` became a warning, `to_problem` a problem, and
    `sound` were found without danger. `waiting` had no answer at the end. `rechecked` households were seen after
    a disaster, `to_recheck` were still to be seen at the end. `gaps` is the number of sentences on what the
    mechanism lacks on the last day, by the checklist as it stands now.
    """

    filed: int
    warned: int
    to_problem: int
    sound: int
    waiting: int
    rechecked: int
    to_recheck: int
    gaps: int


def between(field: str, start: dt.date | None, end: dt.date) -> Q:
    """After `start`, where there is one, and by `end`."""
    until = Q(**{f"{field}__lte": end})
    return until if start is None else until & Q(**{f"{field}__gt": start})


def week_figures(
    region_code: str, start: dt.datetime | None, end: dt.datetime
) -> MonitoringFigures:
    """The figures after `start` (None: from the beginning) and by `end`. Six queries.

    A re-check has a date and no hour: it counts as if done at the first moment of that day in Shanghai.
    """
    first = start and start.astimezone(SHANGHAI).date()
    last = end.astimezone(SHANGHAI).date()
    answered = between("answered_at", start, end)
    reports = MonitoringReport.objects.within(region_code).aggregate(
        filed=Count("pk", filter=between("reported_at", start, end)),
        warned=Count("pk", filter=answered & Q(state=ReportState.WARNED)),
        to_problem=Count("pk", filter=answered & Q(state=ReportState.PROBLEM)),
        sound=Count("pk", filter=answered & Q(state=ReportState.SOUND)),
        waiting=Count(
            "pk",
            filter=Q(reported_at__lte=end) & (Q(answered_at__isnull=True) | Q(answered_at__gt=end)),
        ),
    )
    still_to_see = Q(checked_on__isnull=True) | Q(checked_on__gt=last)
    checks = (
        DisasterCheck.objects.standing()
        .within(region_code)
        .aggregate(
            rechecked=Count("pk", filter=between("checked_on", first, last)),
            to_recheck=Count("pk", filter=Q(event__recorded_at__lte=end) & still_to_see),
        )
    )
    missing = sum(map(len, gaps(region_code, last).values()))
    return MonitoringFigures(**reports, **checks, gaps=missing)
