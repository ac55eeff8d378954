"""The bureau's acts upon the district's week: text, stand-ins, lock, unlock, forward, correct (domain rules §6)."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Region
from reports.enums import DistrictState, WeekState
from reports.models import AnnexLayout, DistrictReport, DistrictWeek, Forwarding, OfficeWeek
from reports.sealing import sealed
from reports.thursday.aggregating import District, district_of, names
from reports.thursday.district_content import report_content
from reports.thursday.drafting import DISTRICT_PARTS, faults, typed_parts
from reports.thursday.locking import STILL_OPEN, locked_district_week
from reports.weekly.narrative import Part
from yanliang.accounts.permissions import may_lock_week, may_review_week
from yanliang.audit.trail import record
from yanliang.periods import cut_off, day_of, now, today
from yanliang.workflow import check_version

#: What an act upon the week has made or changed.
Done = TypeVar("Done")
MOVED_ON = "各街办的上报或代用的台账数在您打开后有变动，还没有锁定：请核对最新的汇总，再锁定一次。"


def act_upon(
    region: Region,
    thursday: dt.date,
    act: Callable[[DistrictWeek], Done],
    *,
    by,
    seen: int,
    allowed: Callable[[Any], bool],
    sources: frozenset[str],
    label: str,
) -> Done:
    """Do `act` on the locked week of the district, from one of the states `sources`, and return what it returns.

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
        done = act(week)
        week.version += 1
        week.save()
    return done


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

    def keep(week: DistrictWeek) -> DistrictWeek:
        write_parts(week, parts, drafted_for, by)
        record("district_text_saved", week, by=by, after={"报告周": thursday})
        return week

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
    week.parts = typed_parts(parts)
    week.drafted_for = drafted_for
    week.edited_by, week.edited_at = by, now()


def stand_in(
    region: Region, thursday: dt.date, office: Region, reason: str, *, by, seen: int
) -> DistrictWeek:
    """Use the live figures of an office that has not reported; with an empty `reason`, no longer.

    Explicit, and printed with its reason (domain rules §6).
    """

    def replace(week: DistrictWeek) -> DistrictWeek:
        reported = OfficeWeek.objects.filter(
            region=office, thursday=thursday, state__in=[WeekState.SUBMITTED, WeekState.ACCEPTED]
        )
        if reason.strip() and reported.exists():
            raise ValidationError(f"{office.short_name}本周已经上报，不能以台账数代替。")
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
        return week

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

    def seal_report(week: DistrictWeek) -> DistrictReport:
        district = district_of(region, thursday, week)
        if district.digest != seen_digest:
            raise ValidationError(MOVED_ON, code="stale")
        why = week.correction_reason or reason.strip()
        if wrong := obstacles(week, district, parts, without_missing, why):
            raise ValidationError(wrong)
        return seal(week, district, parts, why, by)

    return act_upon(
        region,
        thursday,
        seal_report,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=STILL_OPEN,
        label="锁定",
    )


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
    waiting = tuple(each for each in district.missing if each not in district.unreviewed)
    # A stand-in too keeps an office's figures out, and until the cut-off its own may still come.
    awaited = tuple(
        each for each in district.offices if each in waiting or each in district.stand_ins
    )
    if awaited and now() <= cut_off(week.thursday):
        found.append(f"{names(awaited)}还没有上报，截止时间也没有到，不能锁定。")
    elif waiting and not without_missing:
        found.append(f"{names(waiting)}未报：请勾选“缺报锁定”，表内将注明未报、合计不含这些街办。")
    if week.revision and not reason:
        found.append("再次锁定请写明理由。")
    sheet = district.weekly.sheet
    for section in sheet.sections:
        found += [f"{section.name}勾稽关系不成立：{each}。" for each in sheet.faults(section)]
    return [*found, *faults(parts, DISTRICT_PARTS)]


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
        **sealed(content),
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


def unlock(region: Region, thursday: dt.date, reason: str, *, by, seen: int) -> DistrictWeek:
    """Let the offices' submissions change again; the locked report stays as it was. Never while forwarded."""
    return reopen(
        region,
        thursday,
        reason,
        by=by,
        seen=seen,
        source=DistrictState.LOCKED,
        act="district_unlocked",
        label="解锁",
    )


def correct(region: Region, thursday: dt.date, reason: str, *, by, seen: int) -> DistrictWeek:
    """Begin the next revision of a report that the city has: what was forwarded stays as it was."""
    return reopen(
        region,
        thursday,
        reason,
        by=by,
        seen=seen,
        source=DistrictState.FORWARDED,
        act="district_correction_begun",
        label="更正",
    )


def reopen(
    region: Region,
    thursday: dt.date,
    reason: str,
    *,
    by,
    seen: int,
    source: str,
    act: str,
    label: str,
) -> DistrictWeek:
    """Open the week again: for a correction where the city has a report of it, otherwise to collect."""

    def open_again(week: DistrictWeek) -> DistrictWeek:
        if not reason.strip():
            raise ValidationError(f"请写明{label}的理由。")
        before = week.get_state_display()
        at_the_city = week.reports.filter(forwarding__isnull=False).exists()
        week.state = DistrictState.CORRECTING if at_the_city else DistrictState.COLLECTING
        week.correction_reason = reason.strip()
        record(
            act,
            week,
            by=by,
            before={"状态": before},
            after={"状态": week.get_state_display()},
            reason=week.correction_reason,
        )
        return week

    return act_upon(
        region,
        thursday,
        open_again,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=frozenset({source}),
        label=label,
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

    def send(week: DistrictWeek) -> Forwarding:
        report = week.reports.get(revision=week.revision)
        if forwarded_on > today():
            raise ValidationError("转报日期不能晚于今天。")
        if forwarded_on < day_of(report.locked_at):
            raise ValidationError("转报日期不能早于锁定的那一天。")
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
        return forwarding

    return act_upon(
        region,
        thursday,
        send,
        by=by,
        seen=seen,
        allowed=may_lock_week,
        sources=frozenset({DistrictState.LOCKED}),
        label="转报",
    )
