"""The bureau's word on a submission: accept, return with marks, grant an exception (domain rules §6)."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Region
from reports.enums import ReviewOutcome, WeekState
from reports.models import OfficeWeek, Submission, SubmissionReview
from reports.thursday.deadlines import ONE_WEEK, due_at
from reports.thursday.locking import locked_office_week
from reports.weekly.wording import moment_in_words
from yanliang.accounts.permissions import may_review_week
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import check_version

#: What the bureau may say of a submission in which state.
REVIEWABLE = {
    ReviewOutcome.ACCEPTED: frozenset({WeekState.SUBMITTED}),
    ReviewOutcome.RETURNED: frozenset({WeekState.SUBMITTED, WeekState.ACCEPTED}),
}
#: An office that has nothing to submit needs no exception.
EXTENDABLE = frozenset({WeekState.DRAFT, WeekState.RETURNED})
STATE_AFTER = {
    ReviewOutcome.ACCEPTED: WeekState.ACCEPTED,
    ReviewOutcome.RETURNED: WeekState.RETURNED,
}
ACTS = {ReviewOutcome.ACCEPTED: "week_accepted", ReviewOutcome.RETURNED: "week_returned"}
#: An exception ends at the latest so long after the week's own cut-off.
LONGEST_EXTENSION = 4 * ONE_WEEK


class Mark(NamedTuple):
    """A cell that a return speaks of, by the key of its section, the code of its place and the number of its column."""

    section: str
    place: str
    column: int
    remark: str = ""

    def as_plain(self) -> list[str | int]:
        return list(self if self.remark else self[:3])


def accept(submission: Submission, *, by, seen: int) -> SubmissionReview:
    """Let the submission into the district's sum; `seen` is the version of the office's week as the page showed it."""
    return review(submission, ReviewOutcome.ACCEPTED, by=by, seen=seen)


def send_back(
    submission: Submission, reason: str, marks: Sequence[Mark], *, by, seen: int
) -> SubmissionReview:
    """Return the submission with a reason and the cells that it is about; also one that was accepted."""
    return review(submission, ReviewOutcome.RETURNED, by=by, seen=seen, reason=reason, marks=marks)


def review(
    submission: Submission,
    outcome: ReviewOutcome,
    *,
    by,
    seen: int,
    reason: str = "",
    marks: Sequence[Mark] = (),
) -> SubmissionReview:
    """Say `outcome` of the submission that counts. Raises PermissionDenied; ValidationError (code "stale" where the
    week has moved on since the page was opened) with what is in the way."""
    require_reviewer(by, submission.region_id)
    with transaction.atomic():
        week = locked_office_week(submission.region, submission.thursday)
        check_version(week, seen)
        if submission.revision != week.revision:
            raise ValidationError("这次上报已被街办重报替代，请审核最新的一次。")
        if week.state not in REVIEWABLE[outcome]:
            raise ValidationError(f"当前状态为“{week.get_state_display()}”，不能{outcome.label}。")
        if outcome == ReviewOutcome.RETURNED and not reason.strip():
            raise ValidationError("请写明退回的理由。")
        done = SubmissionReview.objects.create(
            submission=submission,
            outcome=outcome,
            reason=reason.strip(),
            marks=[mark.as_plain() for mark in marks],
            reviewed_by=by,
            reviewed_at=now(),
        )
        before = week.get_state_display()
        week.state = STATE_AFTER[outcome]
        week.version += 1
        week.save()
        record(
            ACTS[outcome],
            submission,
            by=by,
            before={"状态": before},
            after={"状态": week.get_state_display(), "标记": len(done.marks)},
            reason=done.reason,
        )
    return done


def require_reviewer(by, region_code: str) -> None:
    if not (may_review_week(by) and region_code.startswith(by.scope_code)):
        raise PermissionDenied("上报由区住建局审核。")


def extend(
    office: Region, thursday: dt.date, until: dt.datetime, reason: str, *, by, seen: int
) -> OfficeWeek:
    """Let the office submit until `until` without being late: an exception that ends by itself.

    Raises PermissionDenied; ValidationError with what is wrong, or (code "stale") when the week has moved on.
    """
    require_reviewer(by, office.code)
    with transaction.atomic():
        week = locked_office_week(office, thursday)
        if week.version != seen and (seen or week.version > 1):
            check_version(week, seen)
        due = due_at(thursday)
        if not reason.strip():
            raise ValidationError("请写明延期的理由。")
        if week.state not in EXTENDABLE:
            raise ValidationError("这个街办本周已经上报，不需要延期。")
        if until <= max(due, now()):
            raise ValidationError(
                f"延期应晚于本周截止时间（{moment_in_words(due)}），也应晚于现在。"
            )
        if until > due + LONGEST_EXTENSION:
            raise ValidationError("延期最长四周。")
        before = moment_in_words(due_at(thursday, week))
        week.extended_to, week.extension_reason = until, reason.strip()
        week.version += 1
        week.save()
        record(
            "week_extended",
            week,
            by=by,
            before={"截止": before},
            after={"截止": moment_in_words(until)},
            reason=week.extension_reason,
        )
    return week
