"""The counts of a region at one cut-off after another, those of closed weeks kept in the cache.

What stood at a past cut-off never changes: later events are appended. Only what takes records away or puts
them into the past (undoing an import, loading a demo) does, and that shows in how many summaries had begun.
"""

import datetime as dt
from collections.abc import Iterable

from django.core.cache import cache

from households.models import Household, PastSummary
from reports.counts import Counts
from reports.figures import counts_at, counts_series
from reports.weekly.weeks import Week, closed_weeks
from yanliang.accounts.enums import RegionLevel

#: Seconds that counts of a closed week are kept. Whoever repairs past summaries by hand empties the cache.
KEPT_FOR = 3600
#: The level of the rows of a table, by the level of the region that it is about.
LEVEL_BELOW = {
    RegionLevel.PROVINCE: RegionLevel.CITY,
    RegionLevel.CITY: RegionLevel.DISTRICT,
    RegionLevel.DISTRICT: RegionLevel.OFFICE,
    RegionLevel.OFFICE: RegionLevel.VILLAGE,
    RegionLevel.VILLAGE: RegionLevel.VILLAGE,
}


def counts_of(scope: str, weeks: Iterable[Week]) -> dict[Week, Counts]:
    """The counts of the region `scope` for each of `weeks`: at its cut-off, or now while it is open.

    Two queries, one more for an open week and two for closed weeks that are not in the cache.
    """
    weeks = sorted(set(weeks))
    found = counts_of_closed(scope, [week for week in weeks if not week.is_open])
    for week in weeks:
        if week.is_open:
            found[week] = counts_at(scope)
    return found


def counts_of_closed(scope: str, weeks: list[Week]) -> dict[Week, Counts]:
    """The counts at the cut-off of each of `weeks`, all of them closed."""
    if not weeks:
        return {}
    stamp = stamp_at(closed_weeks()[-1].closes)
    # Two weeks that a long holiday closes at once share a key.
    keys = {week: f"closed:{scope}:{stamp}:{week.closes.timestamp():.0f}" for week in weeks}
    kept = cache.get_many(keys.values())
    missing = {key: week.closes for week, key in keys.items() if key not in kept}
    if missing:
        series = counts_series(scope, missing.values(), LEVEL_BELOW[len(scope)])
        counted = {key: series[closes].rows for key, closes in missing.items()}
        cache.set_many(counted, KEPT_FOR)
        kept |= counted
    return {week: Counts(kept[key]) for week, key in keys.items()}


def stamp_at(moment: dt.datetime) -> str:
    """When `moment` was, and how many summaries had begun by then: later events change neither."""
    begun = (
        Household.objects.filter(summary_since__lte=moment).count()
        + PastSummary.objects.filter(since__lte=moment).count()
    )
    return f"{moment.timestamp():.0f}-{begun}"
