"""质量验收 of a finished renovation: passed, or sent back to be mended; a wrong one is withdrawn."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from households.enums import SAFE_GRADES, EventKind, Grade, Stage
from households.events import lock_household, record_event, withdraw_event
from rectification.enums import (
    AcceptanceItem,
    AcceptanceResult,
    Mark,
    Opinion,
    RenovationState,
)
from rectification.models import Acceptance, Renovation
from rectification.renovating import (
    allowed,
    lock_with_household,
    refuse_on,
    source_of,
    stage_obstacles,
)
from rectification.voiding import declare_void
from yanliang.accounts.permissions import may_withdraw_acceptance
from yanliang.periods import now
from yanliang.workflow import Transition, lock


class Findings(NamedTuple):
    """What the acceptors found, before anybody has checked that it is whole."""

    accepted_on: dt.date
    acceptors: list[str]
    marks: Mapping[str, Mark]
    grade_after: Grade
    result: AcceptanceResult
    opinion: Opinion
    remark: str = ""


def old_house_obstacles(renovation: Renovation) -> list[str]:
    """An old house that still stands blocks the acceptance (domain rules §2)."""
    if renovation.must_demolish and renovation.old_house_demolished_on is None:
        return [
            f"{renovation.get_mode_display()}须拆除旧房：旧房还没有拆除，拆除并登记后才能验收合格。"
        ]
    return []


def demolition_faults(renovation: Renovation, accepted_on: dt.date) -> list[str]:
    """A sentence where the old house was demolished only after the day of the acceptance."""
    gone_on = renovation.old_house_demolished_on
    if renovation.must_demolish and gone_on and gone_on > accepted_on:
        return [f"旧房拆除日期（{gone_on}）不能晚于验收日期（{accepted_on}）。"]
    return []


PASS = Transition(
    name="acceptance_passed",
    label="登记验收合格",
    sources=frozenset({RenovationState.FINISHED}),
    target=RenovationState.ACCEPTED,
    allowed=allowed,
    missing=lambda renovation: [
        *stage_obstacles(renovation.household, EventKind.ACCEPTANCE_PASSED),
        *old_house_obstacles(renovation),
    ],
)
FAIL = Transition(
    name="acceptance_failed",
    label="登记验收不合格",
    sources=frozenset({RenovationState.FINISHED}),
    target=RenovationState.REWORK,
    allowed=allowed,
    missing=lambda renovation: stage_obstacles(renovation.household, EventKind.ACCEPTANCE_FAILED),
)
ACTS = {
    AcceptanceResult.PASSED: (PASS, EventKind.ACCEPTANCE_PASSED),
    AcceptanceResult.FAILED: (FAIL, EventKind.ACCEPTANCE_FAILED),
}


def faults(findings: Findings) -> list[str]:
    """What is missing from the findings, or contradicts their result, as sentences."""
    found = []
    if len(set(findings.acceptors)) < 2:
        found.append("验收人不少于两名。")
    unmarked = [item.label for item in AcceptanceItem if item not in findings.marks]
    if unmarked:
        found.append(f"还没有评定：{'、'.join(unmarked)}。")
    failed = [item.label for item in AcceptanceItem if findings.marks.get(item) == Mark.FAIL]
    if findings.result == AcceptanceResult.PASSED:
        if failed:
            found.append(f"有不合格项（{'、'.join(failed)}），不能验收合格。")
        if findings.grade_after not in SAFE_GRADES:
            found.append("改造后为C级或D级，不能验收合格。")
        if findings.opinion != Opinion.AGREES:
            found.append("户主不同意，不能验收合格。")
    elif not findings.remark.strip():
        found.append("验收不合格的，请写明问题和返工要求。")
    return found


def record_acceptance(pk: int, findings: Findings, *, by) -> Acceptance:
    """Enter an acceptance of renovation `pk`, with what it means for the renovation and its household.

    Raises PermissionDenied without the right, ValidationError with all that stands in the way.
    """
    act, kind = ACTS[findings.result]
    made = []
    with transaction.atomic():
        renovation = lock_with_household(pk)

        def accept(renovation: Renovation) -> None:
            problems = faults(findings)
            if findings.accepted_on < renovation.finished_on:
                problems.append(f"验收日期不能早于竣工日期（{renovation.finished_on}）。")
            if findings.result == AcceptanceResult.PASSED:
                problems += demolition_faults(renovation, findings.accepted_on)
            if problems:
                raise ValidationError(problems)
            renovation.version += 1
            event = record_event(
                lock_household(renovation.household_id),
                kind,
                by=by,
                happened_on=findings.accepted_on,
                source=source_of(renovation),
                detail={
                    "验收人": "、".join(findings.acceptors),
                    "改造后等级": Grade(findings.grade_after).label,
                },
            )
            made.append(
                Acceptance.objects.create(
                    renovation=renovation,
                    event=event,
                    recorded_by=by,
                    recorded_at=now(),
                    **findings._asdict(),
                )
            )

        act.perform(renovation, by, change=accept, reason=findings.remark)
    return made[0]


#: Where a household stands after the acceptance of a renovation in this state.
LED_TO = {
    RenovationState.ACCEPTED: Stage.ACCEPTED,
    RenovationState.REWORK: Stage.REWORK,
}


def withdraw_obstacles(renovation: Renovation) -> list[str]:
    """What stands on the latest acceptance, so that it cannot be withdrawn."""
    if renovation.subsidy_paid_on:
        paid_on = renovation.subsidy_paid_on
        return [f"补助已于 {paid_on} 发清：先作废最后一笔补助的登记，再撤回验收。"]
    household = renovation.household
    if household.stage != LED_TO[renovation.state]:
        stage = household.get_stage_display()
        return [f"该户目前为“{stage}”，后来的登记以这次验收为依据，不能撤回。"]
    return []


WITHDRAW = Transition(
    name="acceptance_withdrawn",
    label="撤回验收",
    sources=frozenset(LED_TO),
    target=RenovationState.FINISHED,
    allowed=lambda by, obj: may_withdraw_acceptance(by),
    missing=withdraw_obstacles,
    needs_reason=True,
)


def withdraw_acceptance(pk: int, *, by, reason: str) -> Acceptance:
    """Take back acceptance `pk`, the latest of its renovation, which returns to 待验收 with its household.

    Raises PermissionDenied without the right, ValidationError without a reason, once the subsidy is paid in
    full, or where something later stands on it.
    """
    with transaction.atomic():
        acceptance = Acceptance.objects.get(pk=pk)
        renovation = lock_with_household(acceptance.renovation_id)
        acceptance = lock(acceptance)

        def take_back(renovation: Renovation) -> None:
            if acceptance != renovation.acceptances.standing().first():
                raise ValidationError("只能撤回这项改造最近一次有效的验收。")
            declare_void(acceptance, by=by, reason=reason)
            renovation.version += 1
            household = lock_household(renovation.household_id)
            withdraw_event(household, acceptance.event)
            refuse_on(stage_obstacles(household, EventKind.ACCEPTANCE_PASSED))

        WITHDRAW.perform(renovation, by, change=take_back, reason=reason)
    return acceptance
