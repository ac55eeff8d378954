"""The rows that every act upon a week holds: the district's first, then the office's, so nobody waits in a circle."""

import datetime as dt

from django.core.exceptions import ValidationError

from households.models import Region
from reports.enums import DistrictState
from reports.models import DistrictWeek, OfficeWeek
from yanliang.periods import thursday_of
from yanliang.workflow import lock

#: States of the district's week in which offices' submissions can still change.
STILL_OPEN = frozenset({DistrictState.COLLECTING, DistrictState.CORRECTING})


def locked_district_week(district: str, thursday: dt.date) -> DistrictWeek:
    """The district's week, made where it is not there, until the transaction ends.

    Raises ValidationError where `thursday` is none.
    """
    if thursday != thursday_of(thursday):
        raise ValidationError("报告周以周四的日期为准。")
    week, _ = DistrictWeek.objects.get_or_create(region_id=district, thursday=thursday)
    return lock(week)


def locked_because(district_week: DistrictWeek) -> str:
    """Why no office of the district can change its week any more, as a sentence; empty when it can."""
    if district_week.state in STILL_OPEN:
        return ""
    return f"本周区级汇总{district_week.get_state_display()}，不能再改动上报。"


def locked_office_week(office: Region, thursday: dt.date) -> OfficeWeek:
    """The office's week, made where it is not there, until the transaction ends.

    Raises ValidationError (code "locked") where the bureau has locked the week: what was added up stays.
    """
    district_week = locked_district_week(office.parent_id, thursday)
    if locked := locked_because(district_week):
        raise ValidationError(locked, code="locked")
    week, _ = OfficeWeek.objects.get_or_create(region=office, thursday=thursday)
    return lock(week)
