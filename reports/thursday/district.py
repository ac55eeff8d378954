"""The bureau's acts upon the district's week: text, stand-ins, lock, unlock, forward, correct (domain rules §6)."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Region
from reports.enums import DistrictState
from reports.models import AnnexLayout, DistrictReport, DistrictWeek, Forwarding
from reports.sealing import digest_of, packed
from reports.thursday.aggregating import District, OfficeStanding, district_of, names
from reports.thursday.content import plain_parts, plain_region, sheet_content
from reports.thursday.drafting import as_text, faults
from reports.thursday.locking import STILL_OPEN, locked_district_week
from reports.thursday.tables import plain_tables
from reports.weekly.narrative import Part
from reports.weekly.wording import clause
from yanliang.accounts.permissions import may_lock_week, may_review_week
from yanliang.audit.trail import record
from yanliang.periods import cut_off, now, today, why_moved
from yanliang.workflow import check_version

MOVED_ON = "各街办的上报或代用的台账数在您打开后有变动，还没有锁定：请核对最新的汇总，再锁定一次。"


def act_upon(
    region: Region,
    thursday: dt.date,
    act: Callable[[DistrictWeek], None],
    *,
    by,
    seen: int,
    allowed: Callable[[Any], bool],
    sources: frozenset[str],
    label: str,
) -> DistrictWeek:
    """Do `act` on the locked week of the district, from one of the states `sources`.

    `seen` is the version that the page showed, 0 before the first. Raises PermissionDenied without the right;
    ValidationError (code "stale" where somebody else was quicker) with what is in the way.
    """
    if not (allowed(by) and by.region_id == region.code):
        raise PermissionDenied(f"您没有“{label}”的权限。")
    with transaction.atomic():
        week = locked_district_week(region.code, thursday)
        if seen or week.version > 1:
            check_version(week, seen)
        if week.state not in sources:
            raise ValidationError(f"本周{week.get_state_display()}，不能{label}。")
        act(week)
        week.version += 1
        week.save()
    return week


def save_text(
    region: Region,
    thursday: dt.date,
    parts: Sequence[Part],
    *,
    drafted_for: str,
    by,
    seen: int,
) -> DistrictWeek:
    """Keep the district's text as it was typed; `drafted_for` is the digest of the figures that it speaks of."""

    def keep(week: DistrictWeek) -> None:
        write_parts(week, parts, drafted_for, by)
        record("district_text_saved", week, by=by, after={"报告周": thursday})

    return act_upon(
        region,
        thursday,
        keep,
        by=by,
        seen=seen,
        allowed=may_review_week,
        sources=STILL_OPEN,
        label="保存文字",
    )


def write_parts(week: DistrictWeek, parts: Sequence[Part], drafted_for: str, by) -> None:
    week.parts = [[part.title, as_text(part)] for part in parts]
    week.drafted_for = drafted_for
    week.edited_by, week.edited_at = by, now()


def stand_in(
    region: Region, thursday: dt.date, office: Region, reason: str, *, by, seen: int
) -> DistrictWeek:
    """Use the live figures of an office that has not reported; with an empty `reason`, no longer.

    Explicit, and printed with its reason (domain rules §6).
    """

    def replace(week: DistrictWeek) -> None:
        before = week.overrides.get(office.code, "")
        week.overrides = {code: why for code, why in week.overrides.items() if code != office.code}
        if reason.strip():
            week.overrides[office.code] = reason.strip()
        record(
            "district_stand_in",
            week,
            by=by,
            before={office.short_name: before},
            after={office.short_name: reason.strip()},
            reason=reason.strip(),
        )

    if office.parent_id != region.code:
        raise PermissionDenied("只能代用本区街办的台账数。")
    return act_upon(
        region,
        thursday,
        replace,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=STILL_OPEN,
        label="代用台账数",
    )


def lock_week(
    region: Region,
    thursday: dt.date,
    parts: Sequence[Part],
    *,
    by,
    seen: int,
    seen_digest: str,
    without_missing: bool = False,
    reason: str = "",
) -> DistrictReport:
    """Seal the district's report: the sum of what was accepted, for good.

    `seen_digest` is the digest of the sum that the page showed; `without_missing` says that the week is locked although
    an office is missing; `reason` is asked for from the second time on, unless the correction has said it.
    """
    sealed: list[DistrictReport] = []

    def seal_report(week: DistrictWeek) -> None:
        district = district_of(region, thursday, week)
        if district.digest != seen_digest:
            raise ValidationError(MOVED_ON, code="stale")
        why = week.correction_reason or reason.strip()
        if wrong := obstacles(week, district, parts, without_missing, why):
            raise ValidationError(wrong)
        sealed.append(seal(week, district, parts, why, by))

    act_upon(
        region,
        thursday,
        seal_report,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=STILL_OPEN,
        label="锁定",
    )
    return sealed[0]


def obstacles(
    week: DistrictWeek,
    district: District,
    parts: Sequence[Part],
    without_missing: bool,
    reason: str,
) -> list[str]:
    """What keeps the week from being locked, as sentences."""
    found = []
    if not district.accepted:
        found.append("还没有审核通过任何街办的上报，不能锁定。")
    if district.unreviewed:
        found.append(f"{names(district.unreviewed)}已报未审：请先审核通过或退回。")
    waiting = [each for each in district.missing if each not in district.unreviewed]
    if waiting and now() <= cut_off(week.thursday):
        found.append(f"{names(tuple(waiting))}还没有上报，截止时间也没有到，不能锁定。")
    elif waiting and not without_missing:
        found.append(
            f"{names(tuple(waiting))}未报：请勾选“缺报锁定”，表内将注明未报、合计不含这些街办。"
        )
    if week.revision and not reason:
        found.append("再次锁定请写明理由。")
    sheet = district.weekly.sheet
    for section in sheet.sections:
        found += [f"{section.name}勾稽关系不成立：{each}。" for each in sheet.faults(section)]
    return [*found, *faults(parts)]


def seal(
    week: DistrictWeek, district: District, parts: Sequence[Part], reason: str, by
) -> DistrictReport:
    week.revision += 1
    content = report_content(week, district, parts, reason, by)
    report = DistrictReport(
        week=week,
        region=district.region,
        thursday=week.thursday,
        revision=week.revision,
        reason=reason if week.revision > 1 else "",
        layout=AnnexLayout.objects.get(number=district.weekly.sheet.layout.number),
        locked_by=by,
        locked_at=district.week.closes,
        content=packed(content),
        sha256=digest_of(content),
    )
    report.save()
    before = week.get_state_display()
    write_parts(week, parts, district.digest, by)
    week.state, week.correction_reason = DistrictState.LOCKED, ""
    record(
        "district_locked",
        report,
        by=by,
        before={"状态": before},
        after={
            "状态": week.get_state_display(),
            "版次": report.revision,
            "校验码": report.code,
            "未报": names(district.missing),
            "代用台账数": names(district.stand_ins),
        },
        reason=report.reason,
    )
    return report


def report_content(
    week: DistrictWeek, district: District, parts: Sequence[Part], reason: str, by
) -> dict[str, Any]:
    """All that the report will ever say."""
    missing = {each.office.code: each.office.short_name for each in district.missing}
    sheet = district.weekly.sheet
    places = tuple(each.office for each in district.offices)
    villages = tuple(
        Region.objects.within(district.region.code).villages().select_related("parent")
    )
    return {
        "document": "report",
        "thursday": week.thursday.isoformat(),
        "revision": week.revision,
        "reason": reason,
        "as_at": district.week.closes.isoformat(),
        "locked_by": str(by),
        "missing": sorted(missing),
        "stand_ins": {each.office.code: each.override for each in district.stand_ins},
        "offices": [plain_office(each) for each in district.offices],
        "last": district.last.sha256 if district.last else "",
        "parts": plain_parts(parts),
        "provenance": list(provenance_of(week, district, reason)),
        **sheet_content(sheet, villages, district.groups),
        "places": [plain_region(place) for place in places],
        **plain_tables(district.weekly, missing),
    }


def plain_office(each: OfficeStanding) -> dict[str, Any]:
    """What the report says of an office's submission."""
    submission = each.submission if each.is_accepted else None
    return {
        "code": each.office.code,
        "name": each.office.short_name,
        "receipt": submission.receipt if submission else "",
        "sha256": submission.sha256 if submission else "",
        "submitted_at": submission.submitted_at.isoformat() if submission else "",
        "responsible": submission.responsible_name if submission else "",
        "timeliness": each.timeliness,
        "state": each.state,
        "override": "" if each.is_accepted else each.override,
    }


def provenance_of(week: DistrictWeek, district: District, reason: str) -> list[str]:
    """What must be printed beside the figures."""
    said = [*district.gaps()]
    if week.revision > 1:
        said.insert(0, f"更正版（第 {week.revision} 版），理由：{clause(reason)}。")
    if district.week.previous and district.last is None:
        said.append("上周没有锁定的区级周报，上周数按台账在上周截止时间的情况。")
    if moved := why_moved(week.thursday):
        said.append(f"{moved}。")
    return said


def unlock(region: Region, thursday: dt.date, reason: str, *, by, seen: int) -> DistrictWeek:
    """Let the offices' submissions change again; the locked report stays as it was. Never while forwarded."""

    def open_again(week: DistrictWeek) -> None:
        reopen(week, DistrictState.COLLECTING, "district_unlocked", reason, by, "解锁")

    return act_upon(
        region,
        thursday,
        open_again,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=frozenset({DistrictState.LOCKED}),
        label="解锁",
    )


def correct(region: Region, thursday: dt.date, reason: str, *, by, seen: int) -> DistrictWeek:
    """Begin the next revision of a report that the city has: what was forwarded stays as it was."""

    def begin(week: DistrictWeek) -> None:
        reopen(week, DistrictState.CORRECTING, "district_correction_begun", reason, by, "更正")

    return act_upon(
        region,
        thursday,
        begin,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=frozenset({DistrictState.FORWARDED}),
        label="更正",
    )


def reopen(week: DistrictWeek, state: str, act: str, reason: str, by, label: str) -> None:
    if not reason.strip():
        raise ValidationError(f"请写明{label}的理由。")
    before = week.get_state_display()
    week.state, week.correction_reason = state, reason.strip()
    record(
        act,
        week,
        by=by,
        before={"状态": before},
        after={"状态": week.get_state_display()},
        reason=reason.strip(),
    )


def forward(
    region: Region,
    thursday: dt.date,
    *,
    forwarded_on: dt.date,
    document_number: str,
    recipient: str,
    by,
    seen: int,
) -> Forwarding:
    """Record that the locked report went to the city; from then on it is corrected only by a new revision."""
    done: list[Forwarding] = []

    def send(week: DistrictWeek) -> None:
        report = week.reports.get(revision=week.revision)
        if forwarded_on > today():
            raise ValidationError("转报日期不能晚于今天。")
        if forwarded_on < week.thursday - dt.timedelta(weeks=1):
            raise ValidationError("转报日期不能早于本报告周。")
        forwarding = Forwarding(
            report=report,
            forwarded_on=forwarded_on,
            document_number=document_number.strip(),
            recipient=recipient.strip(),
            forwarded_by=by,
            recorded_at=now(),
        )
        forwarding.full_clean(exclude=["report"])
        forwarding.save()
        before = week.get_state_display()
        week.state = DistrictState.FORWARDED
        record(
            "district_forwarded",
            report,
            by=by,
            before={"状态": before},
            after={
                "状态": week.get_state_display(),
                "转报日期": forwarded_on,
                "文号": forwarding.document_number,
                "报送单位": forwarding.recipient,
            },
        )
        done.append(forwarding)

    act_upon(
        region,
        thursday,
        send,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=frozenset({DistrictState.LOCKED}),
        label="转报",
    )
    return done[0]
