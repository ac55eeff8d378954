"""质量验收 of a finished renovation: passed, or sent back to be mended."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from households.enums import SAFE_GRADES, EventKind, Grade
from households.events import lock_household, record_event
from rectification.enums import (
    AcceptanceItem,
    AcceptanceResult,
    Mark,
    Opinion,
    RenovationState,
)
from rectification.models import Acceptance, Renovation
from rectification.renovating import allowed, lock_with_household, source_of, stage_obstacles
from yanliang.periods import now
from yanliang.workflow import Transition


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
