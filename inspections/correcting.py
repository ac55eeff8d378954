"""Corrections of what was entered wrongly: an appraisal's result, a ruling, the facts of a meeting.

The corrected event takes the place of the wrong one, so that the fold of the household's events says
whether all that came later could still have happened.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction

from households.enums import EventKind
from households.events import lock_household, record_event
from households.models import Household, Region, SafetyEvent
from households.summary import APPRAISABLE
from inspections.appraisal import RESULT_FIELDS, event_facts, put_result, require_right
from inspections.enums import AppraisalState, RulingOutcome
from inspections.models import Appraisal, ReplacedDocument, Ruling, RulingMeeting
from inspections.ruling import NOTE_MISSING
from inspections.ruling import event_facts as ruling_facts
from yanliang.accounts.permissions import may_rule
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import check_version, lock

NOTHING_CHANGED = "没有改动，不须更正。"
REASON_MISSING = "请填写更正理由。"
MEETING_FIELDS = ("held_on", "document_number", "document")


def shown(obj: models.Model, name: str) -> str:
    """A field's value as the trail shows it."""
    value = getattr(obj, name)
    match value:
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(value)
        case models.fields.files.FieldFile():
            return value.name or ""
        case None:
            return ""
    choice = getattr(obj, f"get_{name}_display", None)
    return choice() if choice else str(value)


def differences(old: models.Model, new: models.Model, names) -> tuple[dict, dict]:
    """Before and after of the fields that differ, by the names that people read; refuses where none does."""
    before, after = {}, {}
    for name in names:
        was, is_now = shown(old, name), shown(new, name)
        if was != is_now:
            label = old._meta.get_field(name).verbose_name
            before[label], after[label] = was, is_now
    if not after:
        raise ValidationError(NOTHING_CHANGED, code="nothing_changed")
    return before, after


def put_in_place(
    wrong: SafetyEvent, household: Household, kind: EventKind, way_out: str, *, by, **facts
) -> SafetyEvent:
    """Let an event take the place of `wrong`.

    Raises ValidationError where what came later could not have happened after it; `way_out` says what to do.
    """
    try:
        return record_event(household, kind, by=by, replaces=wrong, **facts)
    except ValidationError as impossible:
        later = household.events.standing().filter(position__gt=wrong.position)
        named = "、".join(f"“{each.get_kind_display()}”（{each.happened_on}）" for each in later)
        if not named:
            raise
        raise ValidationError(
            f"该户此后已登记{named}，照此更正，这些登记就不能成立，所以不能更正。{way_out}",
            code=impossible.code,
        ) from impossible


def correct_obstacles(appraisal: Appraisal) -> list[str]:
    """Why the result cannot be corrected now; empty when it can."""
    match appraisal.state:
        case AppraisalState.RECORDED:
            return []
        case AppraisalState.REPLACED:
            return ["这份鉴定结果已经更正过，请打开更正后的结果再更正。"]
        case AppraisalState.CANCELLED:
            return ["该委托已撤销，没有可以更正的结果。"]
    return ["该鉴定还没有录入结果，请直接录入。"]


def correct_result(
    appraisal: Appraisal, values: Mapping[str, Any], *, by, seen: int, reason: str
) -> Appraisal:
    """Put a new record in the place of `appraisal`, whose result was entered wrongly; the old one stays.

    `values` are by RESULT_FIELDS as for `record_result`; without a new `report` the scan is kept. Raises
    PermissionDenied, or ValidationError with the sentences on what is missing or in the way.
    """
    require_right(by)
    reason = reason.strip()
    with transaction.atomic():
        household = lock_household(appraisal.household_id)
        old = lock(appraisal)
        if obstacles := correct_obstacles(old):
            raise ValidationError(obstacles)
        if not reason:
            raise ValidationError(REASON_MISSING)
        check_version(old, seen)
        # First out of the way: the new record takes over its report number.
        old.state = AppraisalState.REPLACED
        old.version += 1
        old.save()
        new = Appraisal(
            replaces=old,
            correction_reason=reason,
            household=household,
            organisation=lock(old.organisation),
            assigned_by=old.assigned_by,
            assigned_at=old.assigned_at,
            due_on=old.due_on,
        )
        put_result(new, {**values, "report": values["report"] or old.report.name})
        before, after = differences(old, new, RESULT_FIELDS)
        way_out = (
            "等级确须改变的，请为该户重新委托鉴定，以新的鉴定为准。"
            if household.stage in APPRAISABLE
            else "请先撤销此后的登记，再更正鉴定结果。"
        )
        new.event = put_in_place(
            old.event, household, EventKind.APPRAISED, way_out, by=by, **event_facts(new)
        )
        new.recorded_by, new.recorded_at = by, now()
        new.save()
        new.event.source = event_facts(new)["source"]
        new.event.save(update_fields=["source"])
        record("appraisal_corrected", new, by=by, before=before, after=after, reason=reason)
    return new


def require_ruler(staff) -> None:
    if not may_rule(staff):
        raise PermissionDenied("更正审定由区局负责人办理。")


def correct_ruling(
    ruling: Ruling, outcome: RulingOutcome, note: str, *, by, seen: int, reason: str
) -> Ruling:
    """Write another outcome or note over a household's ruling, opened at version `seen`.

    Raises PermissionDenied, or ValidationError with the sentence on what is missing or in the way; so where
    a renovation that has begun stands on the ruling.
    """
    require_ruler(by)
    note, reason = note.strip(), reason.strip()
    with transaction.atomic():
        household = lock_household(ruling.household_id)
        ruling, old = lock(ruling), lock(ruling)
        check_version(ruling, seen)
        ruling.outcome, ruling.note = outcome, note
        if not note and outcome in NOTE_MISSING:
            raise ValidationError(NOTE_MISSING[outcome])
        if not reason:
            raise ValidationError(REASON_MISSING)
        before, after = differences(old, ruling, ("outcome", "note"))
        ruling.event = put_in_place(
            old.event,
            household,
            EventKind(outcome),
            "请先撤销此后的登记，再更正审定。",
            by=by,
            **ruling_facts(ruling.meeting, note),
        )
        ruling.version += 1
        ruling.full_clean()
        ruling.save()
        record("ruling_corrected", ruling, by=by, before=before, after=after, reason=reason)
    return ruling


def correct_meeting(
    meeting: RulingMeeting, values: Mapping[str, Any], *, by, seen: int, reason: str
) -> RulingMeeting:
    """Correct date, number or scan of a meeting (`values` by MEETING_FIELDS), opened at version `seen`.

    Without a new `document` the scan is kept; one that is replaced stays as a ReplacedDocument. The events
    of its households follow. Raises PermissionDenied, or ValidationError with what is missing or in the way.
    """
    require_ruler(by)
    reason = reason.strip()
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=meeting.region_id)
        meeting, old = lock(meeting), lock(meeting)
        check_version(meeting, seen)
        if values["held_on"] > today():
            raise ValidationError("会议日期不能晚于今天。")
        if not reason:
            raise ValidationError(REASON_MISSING)
        for name in MEETING_FIELDS:
            setattr(meeting, name, values[name])
        meeting.document = values["document"] or old.document.name
        before, after = differences(old, meeting, MEETING_FIELDS)
        if old.document and meeting.document.name != old.document.name:
            ReplacedDocument.objects.create(
                meeting=meeting,
                file=old.document.name,
                reason=reason,
                replaced_by=by,
                replaced_at=now(),
            )
        meeting.version += 1
        meeting.full_clean()
        meeting.save()
        if (old.held_on, old.document_number) != (meeting.held_on, meeting.document_number):
            retell(meeting, by)
        record("meeting_corrected", meeting, by=by, before=before, after=after, reason=reason)
    return meeting


def retell(meeting: RulingMeeting, by) -> None:
    """Let the events of the meeting's rulings say its date and number as they are now."""
    # In the order in which every act on several households locks them.
    for ruling in meeting.rulings.order_by("household_id"):
        household = lock_household(ruling.household_id)
        ruling = lock(ruling)
        ruling.event = record_event(
            household,
            EventKind(ruling.outcome),
            by=by,
            replaces=ruling.event,
            **ruling_facts(meeting, ruling.note),
        )
        ruling.save(update_fields=["event"])
