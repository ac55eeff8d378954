"""The office lead's word on submitted inspections: reviewed, or returned with a reason."""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

from households.enums import Verdict
from inspections.enums import InspectionState
from inspections.models import Inspection
from yanliang.accounts.permissions import may_review_inspection
from yanliang.periods import now
from yanliang.workflow import Transition

OWN = "这份核查由您本人提交，须由其他负责人审核。"
UNSAFE_ONE_BY_ONE = "疑似不安全的核查须打开逐条审核。"


def may_review(by, inspection: models.Model) -> bool:
    """One person, one responsibility: nobody reviews what they submitted themselves (责任唯一)."""
    return may_review_inspection(by) and inspection.submitted_by_id != by.pk


REVIEW = Transition(
    name="inspection_reviewed",
    label="审核通过",
    sources=frozenset({InspectionState.SUBMITTED}),
    target=InspectionState.REVIEWED,
    allowed=may_review,
)
RETURN = Transition(
    name="inspection_returned",
    label="退回",
    sources=frozenset({InspectionState.SUBMITTED}),
    target=InspectionState.RETURNED,
    allowed=may_review,
    needs_reason=True,
)


def review(inspection: Inspection, by) -> Inspection:
    """Pass a submitted inspection. Raises PermissionDenied, or ValidationError saying what stands in the way."""

    def sign(inspection: Inspection) -> None:
        inspection.reviewed_by, inspection.reviewed_at = by, now()

    return REVIEW.perform(inspection, by, change=sign)


def send_back(inspection: Inspection, by, reason: str) -> Inspection:
    """Return a submitted inspection to be mended by a correction; `reason` has at most 200 characters.

    Its verdict counts until then. Raises as `review` does.
    """
    reason = reason.strip()

    def sign(inspection: Inspection) -> None:
        inspection.reviewed_by, inspection.reviewed_at = by, now()
        inspection.return_reason = reason

    return RETURN.perform(inspection, by, change=sign, reason=reason)


def obstacles(inspection: Inspection, by) -> list[str]:
    """Why `by`, who may review, cannot review or return this inspection now; empty when they can."""
    if inspection.submitted_by_id == by.pk:
        return [OWN]
    return REVIEW.obstacles(inspection)


class Refusal(NamedTuple):
    """An inspection that a bulk review left alone, and why."""

    inspection: Inspection
    sentence: str


def review_all(inspections: Iterable[Inspection], by) -> tuple[int, list[Refusal]]:
    """Review each of `inspections` that was found 基本安全; the number done, and the others with the reason."""
    done, refused = 0, []
    for inspection in inspections:
        is_safe = inspection.verdict == Verdict.SAFE
        sentences = obstacles(inspection, by) if is_safe else [UNSAFE_ONE_BY_ONE]
        if not sentences:
            try:
                review(inspection, by)
                done += 1
            except ValidationError as wrong:
                sentences = wrong.messages
        if sentences:
            refused.append(Refusal(inspection, "".join(sentences)))
    return done, refused
