"""The problem ledger at one cut-off after another, counted in one pass over its log; closed weeks are kept.

What a problem's direction and source are is what they are now: a correction puts them right for the past too.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value

from rectification.enums import UNSETTLED, EntryKind
from rectification.models import Problem, ProblemEntry
from reports.weekly.series import KEPT_FOR, LEVEL_BELOW
from reports.weekly.weeks import Week, closed_weeks, week_of

#: Region code, direction, source, state, and the number of problems (件) that share them.
LedgerRow = tuple[str, str, str, str, int]


@dataclass(frozen=True)
class Ledger:
    """Problems (件) by region, direction, source and state at one moment; rows may share a group."""

    rows: Sequence[LedgerRow]

    def number(self, states: Iterable[str], source: str = "") -> int:
        """Problems in one of `states`, of one source or of all."""
        states = frozenset(states)
        return sum(
            number
            for _, _, found_by, state, number in self.rows
            if state in states and source in ("", found_by)
        )


def ledgers_of(scope: str, weeks: Iterable[Week]) -> dict[Week, Ledger]:
    """The ledger of the region `scope` for each of `weeks`: at its cut-off, or now while it is open.

    One query for an open week, one for closed weeks and one more when those are not in the cache; one for a week
    that closes at a moment of its own, which nobody asks for twice.
    """
    weeks = sorted(set(weeks))
    closed = [week for week in weeks if not week.is_open and week.until is None]
    found = ledgers_of_closed(scope, closed)
    for week in weeks:
        if week.is_open:
            found[week] = ledger_now(scope)
        elif week.until:
            found[week] = ledger_series(scope, [week.until])[week.until]
    return found


def ledger_now(scope: str) -> Ledger:
    rows = Problem.objects.within(scope).order_by()
    cells = rows.values_list("region_id", "direction", "source", "state")
    return Ledger(list(cells.annotate(number=Count(Value(1)))))


def ledgers_of_closed(scope: str, weeks: list[Week]) -> dict[Week, Ledger]:
    """The ledger at the cut-off of each of `weeks`, all of them closed."""
    if not weeks:
        return {}
    stamp = stamp_at(closed_weeks()[-1].closes)
    keys = {week: f"ledger:{scope}:{stamp}:{week.closes.timestamp():.0f}" for week in weeks}
    kept = cache.get_many(keys.values())
    missing = {key: week.closes for week, key in keys.items() if key not in kept}
    if missing:
        series = ledger_series(scope, missing.values())
        counted = {key: series[closes].rows for key, closes in missing.items()}
        cache.set_many(counted, KEPT_FOR)
        kept |= counted
    return {week: Ledger(kept[key]) for week, key in keys.items()}


def stamp_at(moment: dt.datetime) -> str:
    """When `moment` was, what the log held by then, and how often an entry was put right since the beginning."""
    counted = ProblemEntry.objects.aggregate(
        lines=Count("pk", filter=Q(at__lte=moment)),
        edits=Count("pk", filter=Q(kind=EntryKind.EDITED)),
    )
    return f"{moment.timestamp():.0f}-{counted['lines']}-{counted['edits']}"


def ledger_series(scope: str, moments: Iterable[dt.datetime]) -> dict[dt.datetime, Ledger]:
    """The ledger at each of `moments`, added up to the level below `scope`. One query, one pass.

    A problem is in the state that its last line up to the moment tells; what was written at it is in.
    """
    moments = sorted(set(moments))
    if not moments:
        return {}
    level = LEVEL_BELOW[len(scope)]
    entries = ProblemEntry.objects.within(scope).filter(at__lte=moments[-1]).order_by("at", "pk")
    lines = entries.values_list(
        "at", "problem_id", "state", "problem__region_id", "problem__direction", "problem__source"
    )
    tally: Counter[tuple[str, str, str, str]] = Counter()
    cells: dict[int, tuple[str, str, str, str]] = {}
    ledgers: dict[dt.datetime, Ledger] = {}
    waiting = iter(moments)
    moment = next(waiting)

    def close(moment: dt.datetime) -> None:
        ledgers[moment] = Ledger([(*cell, number) for cell, number in tally.items() if number])

    for at, problem, state, region, direction, source in lines.iterator(chunk_size=5000):
        while at > moment:
            close(moment)
            moment = next(waiting)
        before, cell = cells.get(problem), (region[:level], direction, source, state)
        if before != cell:
            if before is not None:
                tally[before] -= 1
            tally[cell] += 1
            cells[problem] = cell
    for rest in (moment, *waiting):
        close(rest)
    return ledgers


def left_at(scope: str, moment: dt.datetime | None) -> QuerySet[Problem]:
    """Problems of the region `scope` not struck off at `moment` (None: now), each with its `state_then`."""
    problems = Problem.objects.within(scope)
    if moment is None:
        return problems.unsettled().annotate(state_then=F("state"))
    lines = ProblemEntry.objects.filter(problem=OuterRef("pk"), at__lte=moment)
    last = lines.order_by("-at", "-pk").values("state")[:1]
    return problems.annotate(state_then=Subquery(last)).filter(state_then__in=UNSETTLED)


def weeks_with_entries(scope: str, since: dt.datetime) -> set[Week]:
    """The weeks after `since` in which the ledger of the region `scope` was written in. One query."""
    hours = ProblemEntry.objects.within(scope).filter(at__gt=since).datetimes("at", "hour")
    # A week may close within the hour.
    return {week_of(moment) for hour in hours for moment in (hour, hour + dt.timedelta(hours=1))}
