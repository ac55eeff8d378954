"""Everything that a weekly report needs, read from the register with a fixed number of queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from households.enums import SAFE_STAGES, UNSAFE_GRADES, ChangeState, EventKind, Verdict
from households.models import HouseholdChange, HouseholdClass, PastSummary, Region, SafetyEvent
from reports.annex2.columns import Figures, figures_of
from reports.annex2.faces import PLACE_HEADS
from reports.annex2.layouts import layout_on
from reports.annex2.sections import SECTION_OF_ALL, Section, sections_at
from reports.annex2.sheet import Sheet
from reports.counts import CountRow, Counts
from reports.figures import counts_at
from reports.weekly.figures import (
    ClassGroup,
    Compared,
    WeeklyFigures,
    causes_in,
    overdue,
)
from reports.weekly.ledger import rectified_in
from reports.weekly.problems import Rectified
from reports.weekly.series import counts_of
from reports.weekly.weeks import Week, weeks_with_changes
from reports.zeros.board import weeks_needed
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import campaign

#: Weeks that a trend shows.
TREND_WEEKS = 12
#: Stands behind the name of a place that did not report, where the register speaks for it.
BY_REGISTER = "（未报，按台账）"
#: What the region is called in its own report.
WHOLE = {
    RegionLevel.PROVINCE: "全省",
    RegionLevel.CITY: "全市",
    RegionLevel.DISTRICT: "全区",
    RegionLevel.OFFICE: "全街道",
    RegionLevel.VILLAGE: "全村",
}


@dataclass(frozen=True)
class Weekly:
    """A region's week: its figures, Annex 2 at its cut-off, the trend, and the weeks that can be chosen."""

    region: Region
    week: Week
    figures: WeeklyFigures
    sheet: Sheet
    trend: dict[Week, Figures]
    weeks: list[Week]


def weekly_of(
    region: Region,
    week: Week,
    *,
    known: Mapping[Week, Counts] | None = None,
    absent: frozenset[str] = frozenset(),
) -> Weekly:
    """The report of `region` for `week`.

    `known` are counts of weeks that were submitted: they take the place of the register's, and what
    was logged later than such a week before closes is a cause of this one's changes. `absent` are the codes of
    places that `known` does not hold: nothing is said of their households, but that the three zeros count them by the
    register, and say so.
    """
    known = known or {}
    weeks = weeks_with_changes(region.code)
    shown = [each for each in weeks if each <= week][-TREND_WEEKS:]
    compared = [week, week.previous] if week.previous else [week]
    classes = tuple(HouseholdClass.objects.all())
    burning = weeks_needed(region.code, classes, weeks, week)
    asked = {*shown, *burning, *compared}
    counts = counts_of(region.code, asked - known.keys()) | {**known}
    # Like is compared with like: places without figures this week have none in the weeks before.
    alike = {each: counts[each].without(absent) for each in {*shown, *compared}}
    sheets = sheets_of(region, {each: alike[each] for each in compared}, absent)
    # The week itself, not its equal from the list, knows when it closes here.
    burnt = {week if each == week else each: counts[each] for each in burning}
    places: Sequence[Region] = sheets[week].places
    if absent:
        burnt[week] = Counts([*burnt[week].rows, *counts_of_absent(absent, week)])
        places = places_named(region, absent)
    rectified = rectified_in(region, places, classes, burnt, week)
    before = next((each for each in known if each == week.previous), week.previous)
    return Weekly(
        region,
        week,
        figures=compare(
            sheets[week],
            sheets.get(week.previous),
            week,
            rectified,
            absent,
            since=before.closes if before else None,
        ),
        sheet=sheets[week],
        trend={each: figures_of(alike[each]) for each in shown},
        weeks=weeks,
    )


def counts_of_absent(absent: frozenset[str], week: Week) -> list[CountRow]:
    """What the register holds of the places that did not report."""
    return [row for code in sorted(absent) for row in counts_at(code, week.moment).rows]


def places_named(region: Region, absent: frozenset[str]) -> list[Region]:
    """The places right below `region`; those that did not report say whose figures theirs are."""
    places = list(region.children.all())
    for place in places:
        if place.code in absent:
            place.short_name += BY_REGISTER
    return places


def sheets_of(
    region: Region, counts: dict, absent: frozenset[str] = frozenset()
) -> dict[Week, Sheet]:
    """Annex 2 for each week of `counts`, all with the rows, sections and layout of the latest. Three queries."""
    places = tuple(place for place in region.children.all() if place.code not in absent)
    latest = max(counts)
    counted = frozenset().union(*(each.class_ids for each in counts.values()))
    sections = sections_at(latest.day, counted)
    layout = layout_on(latest.day)
    return {
        week: Sheet(region, places, sections, each, layout)
        if week.is_open
        else Sheet(region, places, sections, each, layout, day=week.day, closed_week=week.thursday)
        for week, each in counts.items()
    }


def compare(
    sheet: Sheet,
    before: Sheet | None,
    week: Week,
    rectified: Rectified,
    absent: frozenset[str],
    *,
    since: dt.datetime | None,
) -> WeeklyFigures:
    """The figures of `week`, of its sheet and of the sheet of the week before, which stood at the moment `since`.

    Two queries: what was logged.
    """
    region, everyone = sheet.region, sheet.section(SECTION_OF_ALL)
    left_out = tuple(absent)
    logged = [
        row for row in logged_in(region.code, since, week.moment) if not row[1].startswith(left_out)
    ]

    def compared(name: str, code: str, section: Section) -> Compared:
        key = (code, section.key)
        causes = causes_in(logged, code, section.class_ids)
        return Compared(
            name,
            sheet.figures[key],
            before and before.figures[key],
            causes,
            is_class=section.class_ids is not None,
            code=code,
        )

    def of_class(section: Section) -> Compared:
        return compared(section.name, region.code, section)

    return WeeklyFigures(
        whole=WHOLE[region.level],
        place_noun=PLACE_HEADS[region.level],
        week=week,
        total=compared(region.short_name, region.code, everyone),
        places=tuple(compared(place.short_name, place.code, everyone) for place in sheet.places),
        groups=tuple(
            ClassGroup(
                of_class(group),
                tuple(of_class(each) for each in sheet.sections if each.parent == group.key),
            )
            for group in sheet.sections
            if group.parent == SECTION_OF_ALL
        ),
        overdue=overdue(
            sheet.counts,
            everyone.classes,
            {place.code: place.short_name for place in sheet.places},
            week.day,
        ),
        inspections_due=campaign().inspections_due,
        rectified=rectified,
    )


def logged_in(
    scope: str, opens: dt.datetime | None, closes: dt.datetime
) -> list[tuple[str, str, int, int]]:
    """Kind, village, class and number of the households that changed after `opens` and by `closes`.

    A change that the bureau had to confirm counts when it was confirmed. Of the events only those that take
    safety or a grade away: a warning, a ruling back, a visit or an appraisal that found a safe house unsafe.
    """
    within = Q(at__lte=closes) & (Q(at__gt=opens) if opens else Q())
    changes = HouseholdChange.objects.within(scope).filter(state=ChangeState.DONE)
    was_safe = PastSummary.objects.filter(
        household=OuterRef("household"), until=OuterRef("recorded_at"), stage__in=SAFE_STAGES
    )
    setbacks = (
        SafetyEvent.objects.within(scope)
        .filter(superseded=False)
        .filter(
            Q(kind__in=[EventKind.WARNED, EventKind.RULED_BACK])
            | Q(Exists(was_safe), kind=EventKind.INSPECTED, outcome=Verdict.SUSPECTED)
            | Q(Exists(was_safe), kind=EventKind.APPRAISED, outcome__in=UNSAFE_GRADES)
        )
    )
    cells = ("kind", "household__region_id", "household__household_class_id")
    return [
        row
        for rows in (
            changes.annotate(at=Coalesce("decided_at", "recorded_at")),
            setbacks.annotate(at=F("recorded_at")),
        )
        for row in rows.filter(within)
        .order_by()
        .values_list(*cells)
        .annotate(households=Count("household", distinct=True))
    ]
