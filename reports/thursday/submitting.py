"""An office's acts upon its week: keep the text, submit, submit again (domain rules §6)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Region
from reports.enums import Severity, WeekState
from reports.models import AnnexLayout, OfficeWeek, Submission
from reports.sealing import sealed
from reports.thursday.checks import Check, checks_of, unanswered
from reports.thursday.content import plain_parts, sheet_content
from reports.thursday.deadlines import closed_because, due_at
from reports.thursday.drafting import OFFICE_PARTS, faults, typed_parts
from reports.thursday.gathering import Standing, standing_of
from reports.thursday.groups import total
from reports.thursday.locking import locked_office_week
from reports.thursday.tables import plain_tables
from reports.weekly.narrative import Part
from reports.weekly.wording import clause, moment_in_words
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_prepare_week, may_submit_week
from yanliang.audit.trail import record
from yanliang.periods import now, why_moved
from yanliang.workflow import check_version

#: States from which an office submits; what was accepted must be returned first.
SUBMITTABLE = frozenset({WeekState.DRAFT, WeekState.SUBMITTED, WeekState.RETURNED})
ACCEPTED_ALREADY = "本周已经审核通过，要改动请先由区住建局退回。"
MOVED_ON = "数字在您打开后有变动，还没有上报：请核对最新的数字和文字，再上报一次。"


@dataclass(frozen=True)
class Statement:
    """What an office says with its figures. `reason` is asked for from the second time on.

    `drafted_for` is the digest of the figures that the text speaks of, "" for those that are submitted.
    """

    parts: Sequence[Part]
    explanations: Mapping[str, str]
    responsible_name: str
    responsible_post: str
    is_zero: bool = False
    reason: str = ""
    drafted_for: str = ""


def own_office(region: Region, by) -> bool:
    """Whether `region` is the street office that `by` works for."""
    return region.level == RegionLevel.OFFICE and by.region_id == region.code


def save_text(
    region: Region,
    thursday: dt.date,
    parts: Sequence[Part],
    explanations: Mapping[str, str],
    *,
    drafted_for: str,
    by,
    seen: int,
) -> OfficeWeek:
    """Keep the text of the week as it was typed; `seen` is the version that the form showed, 0 before the first.

    `drafted_for` is the digest of the figures that it speaks of. Raises PermissionDenied, or ValidationError (code
    "stale") when somebody else has saved since; nothing is lost then, for the page shows what was typed.
    """
    if not (may_prepare_week(by) and own_office(region, by)):
        raise PermissionDenied("周报文字由本街办填写。")
    with transaction.atomic():
        week = locked_office_week(region, thursday)
        check_seen(week, seen)
        keep(week, parts, explanations, drafted_for, by)
        week.save()
        record("week_text_saved", week, by=by, after={"报告周": thursday})
    return week


def check_seen(week: OfficeWeek, seen: int) -> None:
    """A week that nobody has saved yet shows as version 0."""
    if week.edited_at is not None or seen:
        check_version(week, seen)


def keep(
    week: OfficeWeek, parts: Sequence[Part], explanations: Mapping[str, str], drafted_for: str, by
) -> None:
    week.parts = typed_parts(parts)
    week.explanations = {key: text.strip() for key, text in explanations.items() if text.strip()}
    week.drafted_for = drafted_for
    week.edited_by, week.edited_at = by, now()
    week.version += 1


def submit(
    region: Region,
    thursday: dt.date,
    statement: Statement,
    *,
    by,
    seen: int,
    seen_digest: str,
) -> Submission:
    """Submit the week: the figures as they stand at this moment, for good.

    `seen` is the version of the week's text and `seen_digest` the digest of the figures that the page showed. Raises
    PermissionDenied; ValidationError (code "stale") when figures or text have moved on since, else with the
    sentences on what is in the way. Nothing is written then.
    """
    if not (may_submit_week(by) and own_office(region, by)):
        raise PermissionDenied("本周数字由街办负责人上报。")
    with transaction.atomic():
        week = locked_office_week(region, thursday)
        check_seen(week, seen)
        standing = standing_of(region, thursday)
        if standing.digest != seen_digest:
            raise ValidationError(MOVED_ON, code="stale")
        checks = checks_of(standing, drafted_for=statement.drafted_for)
        if wrong := obstacles(week, standing, statement, checks):
            raise ValidationError(wrong)
        return seal(week, standing, statement, checks, by)


def obstacles(
    week: OfficeWeek, standing: Standing, statement: Statement, checks: Sequence[Check]
) -> list[str]:
    """What keeps the week from being submitted so, as sentences."""
    return [
        *unfit(week, statement, checks),
        *unsaid(week, standing, statement),
    ]


def unfit(week: OfficeWeek, statement: Statement, checks: Sequence[Check]) -> list[str]:
    """What must be mended before anybody is asked to sign: the week's state, its text, its checks."""
    found = [] if week.state in SUBMITTABLE else [ACCEPTED_ALREADY]
    if closed := closed_because(week.thursday, week):
        found.append(closed)
    return [
        *found,
        *faults(statement.parts, OFFICE_PARTS),
        *unanswered(checks, statement.explanations),
    ]


def unsaid(week: OfficeWeek, standing: Standing, statement: Statement) -> list[str]:
    """What is missing of what is asked last: who answers for it, why again, that nothing changed."""
    found = []
    if week.revision and not statement.reason.strip():
        found.append("再次上报请写明理由。")
    if not statement.responsible_name.strip() or not statement.responsible_post.strip():
        found.append("请填写责任人的姓名和职务。")
    if standing.is_unchanged and not statement.is_zero:
        found.append("本周每一户都与上周上报时相同：请勾选“零报告”，明确本周没有变动。")
    if statement.is_zero and not standing.is_unchanged:
        found.append("本周数字与上周上报的不同，不是零报告。")
    return found


def seal(
    week: OfficeWeek, standing: Standing, statement: Statement, checks: Sequence[Check], by
) -> Submission:
    """Write the submission that has been looked at, and move the locked `week` on."""
    before = {"状态": week.get_state_display(), "上报次数": week.revision}
    week.revision += 1
    receipt = receipt_of(week)
    content = submission_content(week, standing, statement, checks, receipt, by)
    layout = standing.weekly.sheet.layout
    submission = Submission(
        week=week,
        region=standing.region,
        thursday=week.thursday,
        revision=week.revision,
        receipt=receipt,
        due_at=due_at(week.thursday, week),
        submitted_at=standing.week.closes,
        submitted_by=by,
        responsible_name=statement.responsible_name.strip(),
        responsible_post=statement.responsible_post.strip(),
        is_zero=statement.is_zero,
        reason=statement.reason.strip() if week.revision > 1 else "",
        household_count=total(standing.groups),
        layout=AnnexLayout.objects.get(number=layout.number),
        **sealed(content),
    )
    submission.full_clean(exclude=["week", "layout"])
    submission.save()
    keep(week, statement.parts, statement.explanations, standing.digest, by)
    week.state = WeekState.SUBMITTED
    week.save()
    record(
        "week_submitted",
        submission,
        by=by,
        before=before,
        after={
            "状态": week.get_state_display(),
            "回执号": receipt,
            "上报时间": moment_in_words(submission.submitted_at),
            "户数": submission.household_count,
            "校验码": submission.code,
        },
        reason=submission.reason,
    )
    return submission


def receipt_of(week: OfficeWeek) -> str:
    """“ZB-20200402-007-01”: week, office, how often."""
    return f"ZB-{week.thursday:%Y%m%d}-{week.region_id[-3:]}-{week.revision:02}"


def submission_content(
    week: OfficeWeek,
    standing: Standing,
    statement: Statement,
    checks: Sequence[Check],
    receipt: str,
    by,
) -> dict[str, Any]:
    """All that the submission will ever say."""
    sheet = standing.weekly.sheet
    return {
        "document": "submission",
        "thursday": week.thursday.isoformat(),
        "revision": week.revision,
        "receipt": receipt,
        "as_at": standing.week.closes.isoformat(),
        "due_at": due_at(week.thursday, week).isoformat(),
        "submitted_by": str(by),
        "responsible": [statement.responsible_name.strip(), statement.responsible_post.strip()],
        "is_zero": statement.is_zero,
        "reason": statement.reason.strip(),
        "last": standing.last.receipt if standing.last else "",
        "parts": plain_parts(statement.parts),
        "checks": [
            {
                "key": check.key,
                "severity": Severity(check.severity).label,
                "sentence": check.sentence,
                "explanation": statement.explanations.get(check.key, "").strip(),
            }
            for check in checks
        ],
        "provenance": list(provenance_of(week, standing, statement)),
        **sheet_content(sheet, sheet.places, sheet.places, standing.groups),
        **plain_tables(standing.weekly),
    }


def provenance_of(week: OfficeWeek, standing: Standing, statement: Statement) -> list[str]:
    """What must be printed beside the figures."""
    said = []
    if week.revision > 1:
        said.append(f"第 {week.revision} 次上报，理由：{clause(statement.reason)}。")
    if statement.is_zero:
        said.append("零报告：本周每一户都与上周上报时相同。")
    if standing.week.previous and standing.last is None:
        said.append("上周没有有效上报，上周数按台账在上周截止时间的情况。")
    if moved := why_moved(week.thursday):
        said.append(f"{moved}。")
    return said
