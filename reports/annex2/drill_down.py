"""From a figure of Annex 2 to exactly the households that it counts."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from households.filters import summary_key
from households.models import Household, PastSummary
from households.summary import Summary
from reports.annex2.columns import COLUMN
from reports.annex2.sections import Section
from reports.figures import standing_households, standing_past
from reports.reachable import reachable_summaries


def sheet_url(
    region: str, section: str, day: dt.date | None, closed_week: dt.date | None = None
) -> str:
    """The page that shows Annex 2 of `region` (a code) at `section` (a key); of a closed week, its report."""
    if closed_week:
        return address("reports:weekly_summary", region=region, week=closed_week)
    return address("reports:annex2", region=region, section=section, date=day)


def figure_urls(
    region: str, section: str, day: dt.date | None, closed_week: dt.date | None = None
) -> Callable[[int], str]:
    """From a measure's number, the page that lists the households behind its figure: now, at the end of a past day,
    or at the cut-off of the week that closed on a Thursday.

    The address is short: the summaries that a figure counts would fill a kilobyte in each of 200 cells.
    """
    stem = figures_url(region, section, day, closed_week)
    return lambda measure: f"{stem}&measure={COLUMN[measure].key}"


def figures_url(region: str, section: str, day: dt.date | None, closed_week: dt.date | None) -> str:
    """What the addresses of the lists behind all figures of one row begin with."""
    at = {"week": closed_week} if closed_week else {"date": day}
    return address("reports:figure_households", region=region, section=section, **at)


class Addresses(Protocol):
    """Where the cells of Annex 2 lead to; "" draws no link. Regions are codes, sections keys."""

    def place(self, region: str, section: str) -> str:
        """What the name of a place opens."""

    def figure(self, region: str, section: str, column: int) -> str:
        """What the figure in the column of this number opens."""


class RegisterAddresses:
    """Into the register: as it stands now, at the end of a past day, or at the cut-off of a closed week."""

    def __init__(self, day: dt.date | None, closed_week: dt.date | None = None):
        self.at = (day, closed_week)
        # One for each row; to build it for each of 2,000 cells would take longer than to draw them.
        self.stem = cache(self._stem)

    def place(self, region: str, section: str) -> str:
        return sheet_url(region, section, *self.at)

    def figure(self, region: str, section: str, column: int) -> str:
        return f"{self.stem(region, section)}&column={column}"

    def _stem(self, region: str, section: str) -> str:
        return figures_url(region, section, *self.at)


class NoLinks:
    """For a table that lies outside the register, or on paper."""

    def place(self, region: str, section: str) -> str:
        return ""

    def figure(self, region: str, section: str, column: int) -> str:
        return ""


NO_LINKS = NoLinks()


class Counting(Protocol):
    """A measure, or a column of a layout that counts households."""

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """Every summary that a household counted here can have."""


def register_url(region: str, section: Section, column: Counting) -> str:
    """The register's list, narrowed to the households that the figure counts now."""
    summaries = column.summaries
    whole = len(summaries) == len(reachable_summaries())
    query = [
        ("region", region),
        *section.filters.items(),
        *(("summary", summary_key(summary)) for summary in ([] if whole else summaries)),
    ]
    return f"{reverse('households:household_list')}?{urlencode(query)}"


def address(name: str, **parameters: object) -> str:
    given = {key: value for key, value in parameters.items() if value is not None}
    return f"{reverse(name)}?{urlencode(given)}"


def counted_by(section: Section, column: Counting) -> Q:
    """The condition that a row of class and summary meets when the figure counts it."""
    condition = Q()
    for verdict, stage, grade in column.summaries:
        condition |= Q(verdict=verdict, stage=stage, grade=grade)
    if section.class_ids is not None:
        condition &= Q(household_class__in=section.class_ids)
    return condition


def households_at(
    region: str, section: Section, column: Counting, moment: dt.datetime
) -> QuerySet[Household]:
    """The households that the figure counted at `moment`, in order of code.

    Where a household belonged then decides, not where it is now: the region of the figure is what the
    reader may see, and the list must be as long as the figure.
    """
    rule = counted_by(section, column)
    kept = standing_households(region, moment).filter(rule).values("pk")
    changed = standing_past(region, moment).filter(rule).values("household_id")
    return (
        Household.objects.filter(Q(pk__in=kept) | Q(pk__in=changed))
        .select_related("region__parent", "household_class")
        .order_by("code")
    )


class PastRow(NamedTuple):
    """A household as it counted at a past moment; `pk` only where the reader may open its page now."""

    pk: int | None
    code: str
    head_name: str
    place: str
    class_name: str
    verdict: str
    stage: str
    grade: str
    stage_now: str


def rows_at(households: Iterable[Household], moment: dt.datetime, staff) -> list[PastRow]:
    """The rows of a page of `households_at`: two queries, however many."""
    households = list(households)
    past = {
        row.household_id: row
        for row in PastSummary.objects.standing_at(moment)
        .filter(household__in=households)
        .select_related("region__parent", "household_class")
    }
    visible = set(
        Household.objects.visible_to(staff)
        .filter(pk__in=[household.pk for household in households])
        .values_list("pk", flat=True)
    )
    return [
        past_row(household, past.get(household.pk, household), household.pk in visible)
        for household in households
    ]


def past_row(household: Household, then: Household | PastSummary, visible: bool) -> PastRow:
    return PastRow(
        household.pk if visible else None,
        household.code,
        household.head_name,
        f"{then.region.parent or ''} {then.region} {household.group}",
        str(then.household_class),
        then.get_verdict_display(),
        then.get_stage_display(),
        then.get_grade_display(),
        household.get_stage_display(),
    )
