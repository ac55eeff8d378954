"""What an office has before it when it gets its week ready: how far the week is, figures, checks, text, who answers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from households.models import Region
from reports.enums import ReviewOutcome, WeekState
from reports.models import DistrictWeek, OfficeWeek, Submission, SubmissionReview
from reports.thursday.aggregating import OfficeStanding
from reports.thursday.changes import cell_changes, moves
from reports.thursday.checks import LASTING, Check, checks_of
from reports.thursday.deadlines import closed_because, due_at
from reports.thursday.drafting import office_draft, part_from
from reports.thursday.gathering import Standing, standing_of
from reports.thursday.groups import groups_at
from reports.thursday.locking import locked_because
from reports.thursday.submitting import ACCEPTED_ALREADY, SUBMITTABLE
from reports.weekly.narrative import Part
from reports.weekly.weeks import first_thursday, open_week
from yanliang.accounts.enums import Role
from yanliang.accounts.models import Staff
from yanliang.periods import cut_off, thursdays


@dataclass(frozen=True)
class Preparation:
    """An office's week on its way to be submitted.

    `week` is not saved before the first act upon it; `submissions` are what was submitted for it, newest first,
    `district_week` the bureau's, None before it exists.
    """

    region: Region
    week: OfficeWeek
    submissions: tuple[Submission, ...]
    district_week: DistrictWeek | None

    @property
    def thursday(self) -> dt.date:
        return self.week.thursday

    @property
    def seen(self) -> int:
        """The version that a form carries: 0 before the first."""
        return self.week.version if self.week.pk else 0

    @cached_property
    def status(self) -> OfficeStanding:
        """The week as the bureau sees it."""
        newest = self.submissions[0] if self.submissions else None
        first = self.submissions[-1] if self.submissions else None
        return OfficeStanding(self.region, self.week, newest, first, "")

    @cached_property
    def closed(self) -> str:
        """Why nothing can be submitted for the week now, as a sentence; empty when it can."""
        return closed_to_office(self.week, self.district_week)

    @property
    def is_extended(self) -> bool:
        return due_at(self.thursday, self.week) > cut_off(self.thursday)

    @cached_property
    def standing(self) -> Standing:
        """The figures of this moment."""
        return standing_of(self.region, self.thursday)

    @cached_property
    def returned(self) -> SubmissionReview | None:
        """The bureau's word that sent the submission back, as long as the office has not answered it."""
        if self.week.state != WeekState.RETURNED:
            return None
        return (
            SubmissionReview.objects.filter(
                submission=self.status.submission, outcome=ReviewOutcome.RETURNED
            )
            .select_related("reviewed_by")
            .last()
        )

    @cached_property
    def saved_parts(self) -> tuple[Part, ...]:
        return tuple(part_from(title, text) for title, text in self.week.parts)

    @cached_property
    def draft(self) -> tuple[Part, ...]:
        """The text that the figures of this moment give."""
        return office_draft(self.standing.weekly.figures)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The text as it was saved; before that, as it is drafted."""
        return self.saved_parts or self.draft

    @cached_property
    def explanations(self) -> dict[str, str]:
        """What was written to the checks, by their keys; of what lasts, last week's word until somebody writes."""
        content = self.standing.last_content
        lasting = {
            check["key"]: check["explanation"]
            for check in (content.data["checks"] if content else ())
            if check["key"] in LASTING and check["explanation"]
        }
        return lasting | self.week.explanations

    @property
    def drafted_for(self) -> str:
        """The digest of the figures that `parts` speak of."""
        return self.week.drafted_for if self.saved_parts else self.standing.digest

    def checks(self, drafted_for: str) -> list[Check]:
        """The checks of the week with a text that speaks of the figures with this digest."""
        return checks_of(self.standing, drafted_for=drafted_for)

    def changed_since(self, moment: dt.datetime) -> list[str]:
        """The figures of everyone that differ from those at `moment`, as “已排查 5 → 6”."""
        before = groups_at(self.region.code, moment)
        sheet = self.standing.weekly.sheet
        changes = cell_changes(
            moves(before, self.standing.groups),
            sheet.sections[:1],
            [self.region.code],
            sheet.layout,
        )
        figures = sheet.figures[self.region.code, sheet.sections[0].key]
        told = []
        for cell, change in changes.items():
            if change.difference:
                column = sheet.layout.column(cell.number)
                value = column.value(figures)
                told.append(f"{column.label} {value - change.difference:,} → {value:,}")
        return told


def closed_to_office(week: OfficeWeek, district_week: DistrictWeek | None) -> str:
    """Why an office cannot submit `week` now, as a sentence; empty when it can."""
    if district_week and (locked := locked_because(district_week)):
        return locked
    if week.state not in SUBMITTABLE:
        return ACCEPTED_ALREADY
    return closed_because(week.thursday, week)


def preparation_of(region: Region, thursday: dt.date) -> Preparation:
    """Three queries; the figures take more, where the page asks for them."""
    week = OfficeWeek.objects.filter(region=region, thursday=thursday).first()
    submissions = Submission.objects.filter(region=region, thursday=thursday).defer("content")
    return Preparation(
        region,
        week or OfficeWeek(region=region, thursday=thursday),
        tuple(submissions.select_related("submitted_by").order_by("-revision")),
        DistrictWeek.objects.filter(region_id=region.parent_id, thursday=thursday).first(),
    )


def weeks_to_choose(region: Region) -> list[dt.date]:
    """The Thursdays of an office that it has submitted or still can, latest first. Two queries."""
    weeks = {week.thursday: week for week in OfficeWeek.objects.filter(region=region)}
    districts = {
        week.thursday: week for week in DistrictWeek.objects.filter(region_id=region.parent_id)
    }
    return [
        thursday
        for thursday in reversed(thursdays(first_thursday(), open_week().thursday))
        if (week := weeks.get(thursday) or OfficeWeek(region=region, thursday=thursday)).revision
        or not closed_to_office(week, districts.get(thursday))
    ]


def responsible_for(region: Region, leads: Sequence[Staff]) -> tuple[str, str]:
    """Name and post of who answers for the week: as last submitted, else the first of the office's leads."""
    last = (
        Submission.objects.filter(region=region)
        .order_by("-submitted_at")
        .values_list("responsible_name", "responsible_post")
        .first()
    )
    if last:
        return last
    return (leads[0].full_name, leads[0].post) if leads else ("", "")


def leads_of(region: Region, first: Staff) -> list[Staff]:
    """Who may submit for the office; `first` stands first where it is one of them."""
    leads = Staff.objects.filter(region=region, role=Role.OFFICE_LEAD, is_active=True)
    return sorted(leads.order_by("pk"), key=lambda lead: lead.pk != first.pk)
