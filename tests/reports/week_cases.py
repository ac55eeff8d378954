"""Weeks to test with: two offices with a few households, and what an office says with its figures."""

import datetime as dt

from households.models import Region
from reports.models import DistrictReport, DistrictWeek, OfficeWeek, Submission
from reports.thursday.aggregating import district_of
from reports.thursday.checks import checks_of
from reports.thursday.district import lock_week
from reports.thursday.drafting import district_draft, office_draft
from reports.thursday.gathering import standing_of
from reports.thursday.reviewing import accept
from reports.thursday.submitting import Statement, submit
from tests.factories import StaffFactory
from yanliang.periods import SHANGHAI, told_at

GUANSHAN, BEITUN, DISTRICT = "610114007", "610114005", "610114"
THURSDAY = dt.date(2020, 4, 9)
#: Thursday, an hour before the cut-off.
IN_TIME = dt.datetime(2020, 4, 9, 11, tzinfo=SHANGHAI)


def lead_of(office: str):
    return StaffFactory(
        username=f"lead{office[-3:]}",
        role="office_lead",
        region_id=office,
        full_name=f"负责人{office[-1]}",
    )


def bureau(district: str = DISTRICT):
    name = "bureau_lead" if district == DISTRICT else f"bureau_lead{district}"
    return StaffFactory(username=name, role="bureau_lead", region_id=district, full_name="局长")


def statement_for(standing, **changes) -> Statement:
    """What an office says that takes the draft as it is and answers every check."""
    said = {
        "parts": office_draft(standing.weekly.figures),
        "explanations": {check.key: "已核实。" for check in checks_of(standing)},
        "responsible_name": "王主任",
        "responsible_post": "副主任",
        "is_zero": standing.is_unchanged,
        "reason": "更正数字",
    }
    return Statement(**said | changes)


def submitted(
    office: str = GUANSHAN,
    thursday: dt.date = THURSDAY,
    at: dt.datetime = IN_TIME,
    **changes,
) -> Submission:
    """A submission made at `at` by the office's lead."""
    region = Region.objects.get(pk=office)
    with told_at(at):
        standing = standing_of(region, thursday)
        week = OfficeWeek.objects.filter(region=region, thursday=thursday).first()
        return submit(
            region,
            thursday,
            statement_for(standing, **changes),
            by=lead_of(office),
            seen=week.version if week else 0,
            seen_digest=standing.digest,
        )


def accepted(
    office: str = GUANSHAN, thursday: dt.date = THURSDAY, at: dt.datetime = IN_TIME
) -> Submission:
    submission = submitted(office, thursday, at)
    seen = OfficeWeek.objects.get(pk=submission.week_id).version
    with told_at(at):
        accept(submission, by=bureau(office[:6]), seen=seen)
    return submission


def locked(
    thursday: dt.date = THURSDAY,
    at: dt.datetime | None = None,
    district: str = DISTRICT,
    **changes,
) -> DistrictReport:
    """The district's report of the week, sealed an hour after the cut-off with what is there."""
    region = Region.objects.get(pk=district)
    at = at or dt.datetime.combine(thursday, dt.time(13), SHANGHAI)
    with told_at(at):
        week = DistrictWeek.objects.filter(region=region, thursday=thursday).first()
        standing = district_of(region, thursday, week)
        said = {
            "parts": district_draft(standing.weekly.figures, standing.gaps()),
            "seen_digest": standing.digest,
            "without_missing": True,
            "reason": "更正",
        }
        return lock_week(
            region,
            thursday,
            by=bureau(district),
            seen=week.version if week else 0,
            **said | changes,
        )
