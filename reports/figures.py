"""The queries behind every figure: households counted by region, class and summary, now or at a past moment."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.db.models.functions import Left

from households.models import Household, PastSummary
from households.summary import Summary
from reports.counts import Counts, summary_of
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
        return Counts.from_rows(grouped(Household.objects.within(scope)))
    return Counts.from_rows(
        [
            *grouped(standing_households(scope, moment)),
            *grouped(standing_past(scope, moment)),
        ]
    )


def counts_series(
    scope: str, moments: Iterable[dt.datetime], level: int = RegionLevel.OFFICE
) -> dict[dt.datetime, Counts]:
    """Counts of the region `scope` at each of `moments`, in order of time, with three queries in all.

    Regions are added up to `level`, the length of code that the cells bear (a shorter code stays as it is).
    A summary counts from the first moment at or after its start, until the first at or after its end.
    """
    moments = sorted(set(moments))
    if not moments:
        return {}
    households, past = Household.objects.within(scope), PastSummary.objects.within(scope)
    changes: list[Counter[tuple[str, int, Summary]]] = [Counter() for _ in moments]
    for sign, rows, field in (
        (1, households, "summary_since"),
        (1, past, "since"),
        (-1, past, "until"),
    ):
        dated = rows.filter(**{f"{field}__lte": moments[-1]})
        for *cell, position, number in (
            dated.order_by()
            .annotate(place=Left("region_id", level), position=position_among(moments, field))
            .values_list("place", *COUNTED[1:], "position")
            .annotate(households=Count(Value(1)))
        ):
            region, class_id, *summary = cell
            changes[position][region, class_id, summary_of(*summary)] += sign * number
    running: Counter[tuple[str, int, Summary]] = Counter()
    series = {}
    for moment, change in zip(moments, changes, strict=True):
        running.update(change)
        series[moment] = Counts({cell: number for cell, number in running.items() if number})
    return series


def position_among(moments: Sequence[dt.datetime], field: str) -> Case | Value:
    """SQL for the place of the first of `moments` that is not before `field`; halves the list at each step.

    A plain CASE with one line a week would compare every row with thirty moments.
    """

    def between(first: int, last: int) -> Case | Value:
        if first == last:
            return Value(first)
        middle = (first + last) // 2
        return Case(
            When(**{f"{field}__lte": moments[middle]}, then=between(first, middle)),
            default=between(middle + 1, last),
            output_field=IntegerField(),
        )

    return between(0, len(moments) - 1)
