"""A safe household is safe no longer: 新险情, or poor quality of a finished renovation (§2)."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import SAFE_STAGES, EventKind, Stage
from households.events import lock_household, record_event
from households.models import Household, SafetyEvent
from inspections.enums import WarningSource
from yanliang.accounts.permissions import may_warn
from yanliang.audit.trail import record
from yanliang.periods import today


def obstacles(household: Household) -> list[str]:
    """Why no warning can be reported about the household now; empty when one can."""
    if household.stage in SAFE_STAGES:
        return []
    stage = Stage(household.stage).label
    return [f"该户目前为“{stage}”，不是住房安全户，不须登记新险情。"]


def warn(
    household: Household, *, by, source: WarningSource, description: str, found_on: dt.date
) -> SafetyEvent:
    """Send a safe household back to 疑似不安全, to be appraised; its history stays.

    Raises PermissionDenied, or ValidationError with the sentences on what is in the way.
    """
    if not may_warn(by):
        raise PermissionDenied("登记新险情由街办负责人或区局办理。")
    with transaction.atomic():
        household = lock_household(household.pk)
        sentences = obstacles(household)
        if not description.strip():
            sentences.append("请写明险情：部位、程度、发现经过。")
        if found_on > today():
            sentences.append("发现日期不能晚于今天。")
        if source == WarningSource.QUALITY and household.stage != Stage.ACCEPTED:
            sentences.append("只有改造验收合格的户才能登记“改造质量问题”。")
        if sentences:
            raise ValidationError(sentences)
        event = record_event(
            household,
            EventKind.WARNED,
            by=by,
            happened_on=found_on,
            detail={"来源": source.label, "险情": description.strip()},
        )
        record(
            "household_warned",
            household,
            by=by,
            after={"来源": source.label, "险情": description.strip()},
        )
    return event
