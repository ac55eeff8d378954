"""Whether a region's week was submitted or locked, in a line that leads to what was sealed."""

from typing import NamedTuple

from django.urls import reverse

from households.models import Region
from reports.models import DistrictReport, DistrictWeek, Submission
from reports.weekly.weeks import Week
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_see_weeks


class SealedLine(NamedTuple):
    """A sentence, and the page of the sealed document; "" where there is none."""

    sentence: str
    url: str = ""


def sealed_line(staff, region: Region, week: Week) -> SealedLine | None:
    """The line for `staff`, who sees `region`; None where it has no week of its own. Two queries at the most."""
    if not may_see_weeks(staff):
        return None
    if region.level == RegionLevel.OFFICE:
        return office_line(region, week)
    if region.level == RegionLevel.DISTRICT:
        return district_line(region, week)
    return None


def office_line(region: Region, week: Week) -> SealedLine:
    submission = (
        Submission.objects.counting()
        .filter(region=region, thursday=week.thursday)
        .select_related("week")
        .defer("content")
        .first()
    )
    if submission is None:
        return SealedLine("本周还没有上报。")
    return SealedLine(
        f"本周{submission.week.get_state_display()}，上报的数字以回执 {submission.receipt} 为准。",
        reverse("reports:submission_detail", args=[submission.pk]),
    )


def district_line(region: Region, week: Week) -> SealedLine:
    found = DistrictWeek.objects.filter(region=region, thursday=week.thursday).first()
    if found is None or not found.revision:
        return SealedLine("本周区级周报还没有锁定。")
    report = DistrictReport.objects.defer("content").get(week=found, revision=found.revision)
    return SealedLine(
        f"本周区级周报{found.get_state_display()}，报送的数字以第 {found.revision} 版为准。",
        reverse("reports:district_report_detail", args=[report.pk]),
    )
