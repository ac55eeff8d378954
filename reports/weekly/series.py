"""The counts at one cut-off after another, those of closed weeks kept in the cache.

What stood at a past cut-off costs as much as all that has happened since (half a second at 90,000 past
summaries), and it never changes: later events are appended. Only what takes records away or puts them into
the past (undoing an import, loading a demo) does, and that shows in how many summaries had begun by then.
"""

import datetime as dt
from collections.abc import Iterable

from django.core.cache import cache

from households.models import Household, PastSummary
from reports.counts import Counts
from reports.figures import counts_at, counts_series
from reports.weekly.weeks import Week, closed_weeks, open_week, weeks_with_changes
from yanliang.accounts.enums import RegionLevel

#: Seconds that counts of a closed week are kept: so long may a repair of past summaries stay unseen.
KEPT_FOR = 600
#: The level of the rows of a table, by the level of the region that it is about.
LEVEL_BELOW = {
    RegionLevel.PROVINCE: RegionLevel.CITY,
    RegionLevel.CITY: RegionLevel.DISTRICT,
    RegionLevel.DISTRICT: RegionLevel.OFFICE,
    RegionLevel.OFFICE: RegionLevel.VILLAGE,
    RegionLevel.VILLAGE: RegionLevel.VILLAGE,
}


class ClosedPast:
    """What is known of the closed weeks of the region `scope`; two queries to see whether the cache still holds."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.level = LEVEL_BELOW[len(scope)]
        self.weeks = closed_weeks()
        self.stamp = stamp_at(self.weeks[-1].closes) if self.weeks else ""

    def key(self, name: str) -> str:
        return f"closed-past:{self.scope}:{self.stamp}:{name}"

    def with_changes(self) -> list[Week]:
        """The closed weeks in which anything changed, in order of time."""
        return cache.get_or_set(
            self.key("weeks"), lambda: weeks_with_changes(self.scope, self.weeks), KEPT_FOR
        )

    def counts(self, weeks: Iterable[Week]) -> dict[Week, Counts]:
        """The counts at the cut-off of each of `weeks`, all of them closed; four queries if any is not cached."""
        keys = {self.key(f"{week.closes.timestamp():.0f}"): week for week in weeks}
        kept = cache.get_many(keys)
        missing = {key: keys[key].closes for key in keys if key not in kept}
        if missing:
            series = counts_series(self.scope, missing.values(), self.level)
            found = {key: series[closes].rows for key, closes in missing.items()}
            cache.set_many(found, KEPT_FOR)
            kept |= found
        return {week: Counts(kept[key]) for key, week in keys.items()}


def stamp_at(moment: dt.datetime) -> str:
    """When `moment` was, and how many summaries had begun by then: later events change neither."""
    begun = (
        Household.objects.filter(summary_since__lte=moment).count()
        + PastSummary.objects.filter(since__lte=moment).count()
    )
    return f"{moment.timestamp():.0f}-{begun}"


def weeks_to_choose(past: ClosedPast) -> list[Week]:
    """The weeks with changes, in order of time; whether the open one is among them takes a query of its own."""
    # Told by the index on summary_since, which a condition on the region would keep the database from.
    newer = Household.objects.order_by("summary_since").values_list("region_id", flat=True)
    if past.weeks:
        newer = newer.filter(summary_since__gt=past.weeks[-1].closes)
    is_changed = any(code.startswith(past.scope) for code in newer.iterator())
    return [*past.with_changes(), *([open_week()] if is_changed else [])]


def counts_of(
    past: ClosedPast, weeks: Iterable[Week], *, now: Counts | None = None
) -> dict[Week, Counts]:
    """The counts for each of `weeks`, in order of time: at its cut-off, or `now` (asked here without it) while it
    is open."""
    weeks = sorted(set(weeks))
    found = past.counts([week for week in weeks if not week.is_open])
    for week in weeks:
        if week.is_open:
            found[week] = now or counts_at(past.scope)
    return found
