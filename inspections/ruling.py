"""The leading group's rulings: one meeting, many households, each recorded in one transaction (§2)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import EventKind, Stage
from households.events import lock_household, record_event
from households.models import Household, Region
from inspections.enums import RulingOutcome
from inspections.models import Ruling, RulingMeeting
from yanliang.accounts.permissions import may_rule
from yanliang.audit.trail import record
from yanliang.periods import now, today

NOTE_MISSING = {
    RulingOutcome.SECURED: "请写明其他方式保障的依据。",
    RulingOutcome.BACK: "请写明退回的理由。",
}


class Decision(NamedTuple):
    """What the meeting decided on one household; `note` is the evidence or the reason of a return."""

    household: Household
    outcome: RulingOutcome
    note: str = ""


def hold_meeting(meeting: RulingMeeting, decisions: Iterable[Decision], by) -> RulingMeeting:
    """Record the decisions of a meeting, or nothing; returns the meeting as it is stored.

    A meeting of the same district and document number takes further households. Raises PermissionDenied,
    or ValidationError with one sentence for each household that is in the way.
    """
    if not may_rule(by):
        raise PermissionDenied("登记审定结果由区局负责人办理。")
    # Everybody locks in one order, so that two meetings never wait for each other.
    decisions = sorted(decisions, key=lambda decision: decision.household.pk)
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=meeting.region_id)
        locked = [
            decision._replace(household=lock_household(decision.household.pk))
            for decision in decisions
        ]
        if sentences := obstacles(locked):
            raise ValidationError(sentences)
        meeting = opened(meeting, by)
        if sentences := ruled_before(meeting, locked):
            raise ValidationError(sentences)
        for decision in locked:
            rule(meeting, decision, by)
        record(
            "meeting_recorded",
            meeting,
            by=by,
            after={
                "会议日期": meeting.held_on,
                "文号": meeting.document_number,
                "户数": len(locked),
            },
        )
    return meeting


def opened(meeting: RulingMeeting, by) -> RulingMeeting:
    """The stored meeting of this number, or this new one saved."""
    if meeting.held_on > today():
        raise ValidationError("会议日期不能晚于今天。")
    known = RulingMeeting.objects.filter(
        region_id=meeting.region_id, document_number=meeting.document_number
    ).first()
    if known is None:
        meeting.recorded_by, meeting.recorded_at = by, now()
        meeting.full_clean()
        meeting.save()
        return meeting
    if known.held_on != meeting.held_on:
        raise ValidationError(
            f"文号“{known.document_number}”的会议已录入，会议日期为 {known.held_on}，请核对。"
        )
    if meeting.document:
        if known.document:
            raise ValidationError("该会议已有文件扫描件，不必再上传。")
        known.document = meeting.document
        known.full_clean()
        known.save()
    return known


def obstacles(decisions: list[Decision]) -> list[str]:
    """Why these decisions cannot be recorded, as sentences that name the household."""
    if not decisions:
        return ["请至少为一户选择审定结果。"]
    sentences = []
    for household, outcome, note in decisions:
        if household.stage != Stage.PENDING_RULING:
            stage = Stage(household.stage).label
            sentences.append(f"{household}目前为“{stage}”，不能审定。")
        elif outcome in NOTE_MISSING and not note.strip():
            sentences.append(f"{household}：{NOTE_MISSING[outcome]}")
    return sentences


def ruled_before(meeting: RulingMeeting, decisions: list[Decision]) -> list[str]:
    """A meeting decides on a household once: a sentence for each that it has decided on already."""
    known = set(meeting.rulings.values_list("household", flat=True))
    return [
        f"{decision.household}已由“{meeting.document_number}”审定过；再次审定，请填写新的文号。"
        for decision in decisions
        if decision.household.pk in known
    ]


def event_facts(meeting: RulingMeeting, note: str) -> dict[str, Any]:
    """What the household's event says of a ruling, as `record_event` takes it."""
    return {
        "happened_on": meeting.held_on,
        "source": f"inspections.rulingmeeting:{meeting.pk}",
        "detail": {"文号": meeting.document_number, "说明": note},
    }


def rule(meeting: RulingMeeting, decision: Decision, by) -> None:
    household, outcome, note = decision
    facts = event_facts(meeting, note)
    event = record_event(household, EventKind(outcome.value), by=by, **facts)
    ruling = Ruling.objects.create(
        meeting=meeting, household=household, outcome=outcome, note=note.strip(), event=event
    )
    record(
        "household_ruled",
        ruling,
        by=by,
        after={"审定结果": outcome.label, "文号": meeting.document_number},
        reason=note.strip(),
    )
