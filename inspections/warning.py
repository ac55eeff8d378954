"""A safe household is safe no longer: 新险情, or poor quality of a finished renovation (§2)."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import SAFE_STAGES, EventKind, Stage
from households.events import lock_household, record_event, withdraw_event
from households.models import Household, SafetyEvent
from inspections.enums import WarningSource
from inspections.models import Photo, WarningPhoto
from yanliang.accounts.permissions import may_warn, may_withdraw_warning
from yanliang.audit.trail import record
from yanliang.periods import today


def obstacles(household: Household) -> list[str]:
    """Why no warning can be reported about the household now; empty when one can."""
    if household.stage in SAFE_STAGES:
        return []
    stage = Stage(household.stage).label
    return [f"该户目前为“{stage}”，不是住房安全户，不须登记新险情。"]


def warn(
    household: Household,
    *,
    by,
    source: WarningSource,
    description: str,
    found_on: dt.date,
    photos: Iterable[Photo] = (),
) -> SafetyEvent:
    """Send a safe household back to 疑似不安全, to be appraised; its history stays.

    `photos` are the household's own. Raises PermissionDenied, or ValidationError with the sentences on what
    is in the way.
    """
    if not may_warn(by):
        raise PermissionDenied("登记新险情由街办负责人或区局办理。")
    photos = list(photos)
    with transaction.atomic():
        household = lock_household(household.pk)
        sentences = obstacles(household)
        if not description.strip():
            sentences.append("请写明险情：部位、程度、发现经过。")
        if found_on > today():
            sentences.append("发现日期不能晚于今天。")
        if source == WarningSource.QUALITY:
            if household.stage != Stage.ACCEPTED:
                sentences.append("只有改造验收合格的户才能登记“改造质量问题”。")
            # A failed item needs a photo (domain rules §3); poor quality is one (reading).
            if not photos:
                sentences.append("登记“改造质量问题”，请至少拍一张照片。")
        if sentences:
            raise ValidationError(sentences)
        event = record_event(
            household,
            EventKind.WARNED,
            by=by,
            happened_on=found_on,
            detail={"来源": source.label, "险情": description.strip()},
        )
        WarningPhoto.objects.bulk_create(WarningPhoto(event=event, photo=each) for each in photos)
        record("household_warned", household, by=by, after=in_trail(event) | {"照片": len(photos)})
    return event


def in_trail(event: SafetyEvent) -> dict[str, str]:
    return {name: event.detail.get(name, "") for name in ("来源", "险情")}


def withdraw_obstacles(event: SafetyEvent) -> list[str]:
    """Why a warning cannot be withdrawn now; empty when it can."""
    if event.superseded:
        return ["这条新险情已经撤销。"]
    household = event.household
    later = household.events.standing().filter(position__gt=event.position).first()
    if later:
        return [
            f"此后已登记“{later.get_kind_display()}”（{later.happened_on}），这条新险情不能再撤销。"
        ]
    if household.appraisals.open().exists():
        return ["该户已委托鉴定，请先撤销委托，再撤销新险情。"]
    return []


def withdraw(event: SafetyEvent, *, by, reason: str) -> None:
    """Take back a warning that was recorded by mistake: the household is again what it was before.

    Raises PermissionDenied, or ValidationError with the sentence on what is in the way.
    """
    if not may_withdraw_warning(by):
        raise PermissionDenied("撤销新险情由区局负责人办理。")
    reason = reason.strip()
    with transaction.atomic():
        household = lock_household(event.household_id)
        event = household.events.get(pk=event.pk, kind=EventKind.WARNED)
        sentences = withdraw_obstacles(event)
        if not reason:
            sentences.append("请填写撤销理由。")
        if sentences:
            raise ValidationError(sentences)
        before = in_trail(event) | {"进度": household.get_stage_display()}
        withdraw_event(household, event)
        after = {"进度": household.get_stage_display()}
        record("warning_withdrawn", household, by=by, before=before, after=after, reason=reason)
