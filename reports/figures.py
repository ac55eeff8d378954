"""The queries behind every figure: households counted by region, class and summary, now or at a past moment."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Value

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
    """What `counts_at` gives for each of `moments`, in order of time, with two queries in all.

    Regions are added up to `level`, the length of code that the rows bear. The index gives the rows in the
    order of their groups, so a column for each moment is far cheaper than a group: nothing is sorted.
    """
    moments = sorted(set(moments))
    if not moments:
        return {}
    first, last = moments[0], moments[-1]
    present = Household.objects.within(scope).filter(summary_since__lte=last)
    past = PastSummary.objects.within(scope).filter(since__lte=last, until__gt=first)
    tallies: list[Tally] = [Counter() for _ in moments]
    for rows, standing in (
        (present, [Q(summary_since__lte=moment) for moment in moments]),
        (past, [Q(since__lte=moment, until__gt=moment) for moment in moments]),
    ):
        columns = {
            f"at_{place}": Count(Value(1), filter=stood) for place, stood in enumerate(standing)
        }
        for region, class_id, verdict, stage, grade, *in_each in (
            rows.order_by().values_list(*COUNTED).annotate(**columns)
        ):
            cell = (region[:level], class_id, verdict, stage, grade)
            for tally, households in zip(tallies, in_each, strict=True):
                if households:
                    tally[cell] += households
    return {
        moment: Counts([(*cell, households) for cell, households in tally.items()])
        for moment, tally in zip(moments, tallies, strict=True)
    }
