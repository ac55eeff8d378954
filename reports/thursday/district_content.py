"""What is sealed of a district's report."""

from collections.abc import Sequence
from typing import Any

from households.models import Region
from reports.models import DistrictWeek
from reports.thursday.aggregating import District, OfficeStanding
from reports.thursday.content import plain_parts, sheet_content
from reports.thursday.tables import plain_tables
from reports.weekly.narrative import Part
from reports.weekly.wording import clause
from yanliang.periods import why_moved


def report_content(
    week: DistrictWeek, district: District, parts: Sequence[Part], reason: str, by
) -> dict[str, Any]:
    """All that the report will ever say."""
    missing = {each.office.code: each.office.short_name for each in district.missing}
    sheet = district.weekly.sheet
    places = tuple(each.office for each in district.offices)
    villages = tuple(
        Region.objects.within(district.region.code).villages().select_related("parent")
    )
    return {
        "document": "report",
        "thursday": week.thursday.isoformat(),
        "revision": week.revision,
        "reason": reason,
        "as_at": district.week.closes.isoformat(),
        "locked_by": str(by),
        "missing": sorted(missing),
        "stand_ins": {each.office.code: each.override for each in district.stand_ins},
        "offices": [plain_office(each) for each in district.offices],
        "last": district.last.sha256 if district.last else "",
        "parts": plain_parts(parts),
        "provenance": list(provenance_of(week, district, reason)),
        **sheet_content(sheet, places, villages, district.groups),
        **plain_tables(district.weekly, missing),
    }


def plain_office(each: OfficeStanding) -> dict[str, Any]:
    """What the report says of an office's submission."""
    submission = each.submission if each.is_accepted else None
    return {
        "code": each.office.code,
        "name": each.office.short_name,
        "receipt": submission.receipt if submission else "",
        "sha256": submission.sha256 if submission else "",
        "submitted_at": submission.submitted_at.isoformat() if submission else "",
        "responsible": submission.responsible_name if submission else "",
        "timeliness": each.timeliness,
        "state": each.state,
        "override": "" if each.is_accepted else each.override,
    }


def provenance_of(week: DistrictWeek, district: District, reason: str) -> list[str]:
    """What must be printed beside the figures."""
    said = [*district.gaps()]
    if week.revision > 1:
        said.insert(0, f"更正版（第 {week.revision} 版），理由：{clause(reason)}。")
    if district.week.previous and district.last is None:
        said.append("上周没有锁定的区级周报，上周数按台账在上周截止时间的情况。")
    if moved := why_moved(week.thursday):
        said.append(f"{moved}。")
    return said
