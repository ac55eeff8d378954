"""The queries behind every figure: households counted by region, class and summary, now or at a past moment."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.db.models.functions import Left

from households.models import Household, PastSummary
from reports.counts import Counts, Tally
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import end_of, today

COUNTED = ("region_id", "household_class_id", "verdict", "stage", "grade")


def moment_of(day: dt.date | None) -> dt.datetime | None:
    """The last moment of `day` in Shanghai; None, which means as it stands now, without a day or for today."""
    if day is None or day >= today():
        return None
    return end_of(day) - dt.timedelta.resolution


def grouped(rows: QuerySet) -> QuerySet:
    """Rows of region, class, verdict, stage, grade and their number; reads one covering index."""
    return rows.order_by().values_list(*COUNTED).annotate(households=Count(Value(1)))


def standing_households(scope: str, moment: dt.datetime) -> QuerySet:
    """Households of the region `scope` whose present summary was already theirs at `moment`.

    None of them was registered later: a summary never begins before its household.
    """
    return Household.objects.within(scope).filter(summary_since__lte=moment)


def standing_past(scope: str, moment: dt.datetime) -> QuerySet:
    """Summaries, since changed, that households of the region `scope` had at `moment`."""
    return PastSummary.objects.within(scope).standing_at(moment)


def counts_at(scope: str, moment: dt.datetime | None = None) -> Counts:
    """Counts of the region `scope` (a code that the caller may see) at `moment`; as they stand now without it.

    What was recorded at `moment` itself is in. Now takes one query, a past moment two.
    """
    if moment is None:
        return Counts(list(grouped(Household.objects.within(scope))))
    return Counts(
        [*grouped(standing_households(scope, moment)), *grouped(standing_past(scope, moment))]
    )


def counts_series(
    scope: str, moments: Iterable[dt.datetime], level: int = RegionLevel.OFFICE
) -> dict[dt.datetime, Counts]:
    """What `counts_at` gives for each of `moments`, in order of time, with four queries in all.

    Regions are added up to `level`, the length of code that the rows bear. Starts from the present and takes
    back what changed, so it costs what happened since the first moment, not what there is.
    """
    moments = sorted(set(moments))
    if not moments:
        return {}
    present = Household.objects.within(scope)
    past = PastSummary.objects.within(scope).filter(until__gt=moments[0])
    # What to take back, by the last moment before it: a summary that began later was not there yet,
    # one that ended later still was.
    to_undo: list[Tally] = [Counter() for _ in moments]
    for sign, rows, field in (
        (-1, present, "summary_since"),
        (-1, past, "since"),
        (1, past, "until"),
    ):
        changed = rows.filter(**{f"{field}__gt": moments[0]}).annotate(
            place=Left("region_id", level), before=last_before(moments, field)
        )
        counted = changed.order_by().values_list("before", "place", *COUNTED[1:])
        for before, *cell, households in counted.annotate(households=Count(Value(1))):
            to_undo[before][tuple(cell)] += sign * households
    running: Tally = Counter()
    for region, *cell, households in grouped(present):
        running[region[:level], *cell] += households
    series = {}
    for moment, undone in zip(reversed(moments), reversed(to_undo), strict=True):
        for cell, households in undone.items():
            running[cell] += households
        series[moment] = Counts([(*cell, number) for cell, number in running.items() if number])
    return dict(reversed(series.items()))


def last_before(moments: Sequence[dt.datetime], field: str) -> Case | Value:
    """SQL for the place of the last of `moments` before `field`, which is later than the first of them.

    Halves the list at each step: a line for each week would compare every row with thirty moments.
    """

    def between(first: int, last: int) -> Case | Value:
        if first == last:
            return Value(first, output_field=IntegerField())
        middle = (first + last + 1) // 2
        return Case(
            When(**{f"{field}__gt": moments[middle]}, then=between(middle, last)),
            default=between(first, middle - 1),
            output_field=IntegerField(),
        )

    return between(0, len(moments) - 1)
