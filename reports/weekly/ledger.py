"""The queries behind what a weekly report says of problems, the three zeros, monitoring and supervision."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import Count, Q, QuerySet, Value

from households.models import HouseholdClass, Region
from rectification.enums import EntryKind, ProblemState
from rectification.models import Problem, ProblemEntry
from rectification.monitoring.figures import week_figures
from rectification.problems.log import due_before
from rectification.supervision.coverage import coverage
from reports.counts import Counts
from reports.weekly.problems import LedgerWeek, Rectified, Recurrent, ZerosWeek
from reports.weekly.series import LEVEL_BELOW
from reports.weekly.weeks import Week
from reports.zeros.board import burn_downs, left_by_week
from reports.zeros.counters import OWN, ZEROS, Left, deadline_of, priority_deadlines
from reports.zeros.ledger import ledgers_of, left_at

#: Lines that give a problem another date.
DATING = (EntryKind.EXTENDED, EntryKind.REOPENED)
#: Problem (its key), moment and text of such a line.
Move = tuple[int, dt.datetime, str]


def rectified_in(
    region: Region,
    places: Iterable[Region],
    classes: Iterable[HouseholdClass],
    counts: Mapping[Week, Counts],
    week: Week,
) -> Rectified:
    """What the report of `week` says, from `counts` of the weeks that the burn-downs show.

    Seventeen queries at most, however many problems.
    """
    names = {place.code: place.short_name for place in places}
    names.setdefault(region.code, f"{region.short_name}{OWN}" if names else region.short_name)
    ledgers = ledgers_of(region.code, counts)
    priority = priority_deadlines(classes)
    left = left_by_week(region.code, counts, ledgers, priority)
    nothing = Left(region.code, {})
    moves = moves_since(region.code, week.opens or week.moment)
    return Rectified(
        ledger=LedgerWeek(
            this=ledgers[week],
            last=ledgers[week.previous] if week.previous else None,
            flows=flows_in(region.code, week),
            overdue=overdue_at(region.code, week, moves, names),
            overdue_last=(
                sum(overdue_at(region.code, week.previous, moves, names).values())
                if week.previous
                else None
            ),
            recurrent=tuple(recurrent_at(region.code, week, moves)),
        ),
        zeros=ZerosWeek(
            this=left[week] or nothing,
            last=(left[week.previous] or nothing) if week.previous else None,
            deadlines={zero.key: deadline_of(zero, priority) for zero in ZEROS},
            names=names,
            burn_downs=burn_downs(left, priority, week),
        ),
        monitoring=week_figures(region.code, week.opens, week.moment),
        offices=tuple(coverage(region.code, week.thursday)),
    )


def flows_in(scope: str, week: Week) -> dict[str, int]:
    """The lines written in the log in the week, by kind. One query."""
    lines = ProblemEntry.objects.within(scope).filter(at__lte=week.moment)
    if week.opens:
        lines = lines.filter(at__gt=week.opens)
    return dict(lines.order_by().values_list("kind").annotate(number=Count(Value(1))))


def moves_since(scope: str, moment: dt.datetime) -> list[Move]:
    """Every change of a problem's date after `moment`, in order of time. One query."""
    lines = ProblemEntry.objects.within(scope).filter(kind__in=DATING, at__gt=moment)
    return list(lines.order_by("at", "pk").values_list("problem_id", "at", "text"))


def dates_at(moves: Iterable[Move], week: Week) -> dict[int, dt.date]:
    """The dates that problems had at the moment of `week`, of those that were given another since."""
    dates: dict[int, dt.date] = {}
    for problem, at, text in moves:
        if at > week.moment:
            dates.setdefault(problem, due_before(text))
    return dates


def left_in_week(scope: str, week: Week) -> QuerySet[Problem]:
    """Problems not struck off at the moment of `week`."""
    return left_at(scope, None if week.is_open else week.closes)


def overdue_at(
    scope: str, week: Week, moves: Iterable[Move], names: Mapping[str, str]
) -> dict[str, int]:
    """Problems past their date on the day of `week`, by the name of the place, the most first. One query."""
    level, dates = LEVEL_BELOW[len(scope)], dates_at(moves, week)
    late: Counter[str] = Counter()
    for pk, region, due_on in left_in_week(scope, week).values_list("pk", "region_id", "due_on"):
        if dates.get(pk, due_on) < week.day:
            late[names.get(region[:level], region)] += 1
    return dict(late.most_common())


def recurrent_at(scope: str, week: Week, moves: Iterable[Move]) -> Iterable[Recurrent]:
    """屡改屡犯 problems not struck off at the moment of `week`, by number. One query."""
    reopened = ProblemEntry.objects.filter(kind=EntryKind.REOPENED, at__lte=week.moment)
    found = left_in_week(scope, week).filter(
        Q(recurs__isnull=False) | Q(pk__in=reopened.values("problem"))
    )
    dates = dates_at(moves, week)
    for problem in found.select_related("region__parent", "kind").order_by("number"):
        yield Recurrent(
            problem.number,
            problem.place,
            problem.kind.name,
            problem.responsible,
            problem.leading_official,
            dates.get(problem.pk, problem.due_on),
            ProblemState(problem.state_then).label,
        )
