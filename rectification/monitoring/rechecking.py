"""What was found at the households of a re-check list; a doubt goes on as a monitoring report (domain rules §5)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q

from households.events import lock_household
from households.models import Region
from inspections.models import Photo
from rectification.enums import CheckState, Team
from rectification.models import DisasterCheck, DisasterEvent
from rectification.monitoring.reporting import Doubt, enter
from rectification.problems.rights import covers
from yanliang.accounts.permissions import may_record_recheck
from yanliang.audit.trail import Change, record, record_each
from yanliang.periods import today
from yanliang.workflow import lock

#: What a look can find.
FOUND = frozenset({CheckState.SOUND, CheckState.DOUBTFUL})
#: What a look writes.
LOOK_FIELDS = ("state", "checked_on", "checker", "note", "recorded_by")


@dataclass(frozen=True)
class Look:
    """What somebody saw at a house after the disaster; `team` matters where a doubt becomes a report."""

    state: CheckState
    checked_on: dt.date
    checker: str
    note: str = ""
    team: Team = Team.GROUP


def check_obstacles(check: DisasterCheck) -> list[str]:
    """Why nothing can be recorded at the household now; empty when it can."""
    if check.event.is_void:
        return ["这次灾害复查已作废，不必再登记。"]
    if check.state == CheckState.PENDING:
        return []
    return [
        f"该户已于 {check.checked_on} 复查：{check.get_state_display()}。"
        "此后又发现疑点的，请另行“报告疑点房屋”。"
    ]


def look_faults(look: Look, event: DisasterEvent) -> dict[str, list[str]]:
    """What is wrong with what was typed, as sentences by field."""
    found = {}
    if look.state not in FOUND:
        found["state"] = ["请选择复查结果。"]
    if look.checked_on > today():
        found["checked_on"] = ["复查日期不能晚于今天。"]
    elif look.checked_on < event.happened_on:
        found["checked_on"] = [f"复查日期不能早于灾害发生日期 {event.happened_on}。"]
    if not look.checker.strip():
        found["checker"] = ["请填写复查人姓名。"]
    if look.state == CheckState.DOUBTFUL and not look.note.strip():
        found["note"] = ["有疑点的，请写明哪个部位、什么样、多严重。"]
    return found


def may_look(staff, check: DisasterCheck) -> bool:
    return may_record_recheck(staff) and covers(staff, check.household.region_id)


def record_look(pk: int, look: Look, photos: Iterable[Photo] = (), *, by) -> DisasterCheck:
    """What was found at one household; a doubt becomes a monitoring report with the photos, in the same step.

    Raises PermissionDenied without the right or outside the person's region, ValidationError by field, or for
    a household that was looked at already.
    """
    with transaction.atomic():
        household = lock_household(DisasterCheck.objects.get(pk=pk).household_id)
        check = lock(DisasterCheck(pk=pk))
        check.household = household
        if not may_look(by, check):
            raise PermissionDenied("灾后复查由本村、本街办登记。")
        if missing := check_obstacles(check):
            raise ValidationError(missing)
        if found := look_faults(look, check.event):
            raise ValidationError(found)
        if look.state == CheckState.DOUBTFUL:
            doubt = Doubt(
                team=look.team,
                reporter=look.checker,
                seen_on=look.checked_on,
                description=f"{check.event}后复查：{look.note.strip()}",
                longitude=household.longitude,
                latitude=household.latitude,
            )
            check.report = enter(household, doubt, photos, by=by)
        fill(check, look, by)
        check.save()
        record("disaster_checked", check, by=by, after=look_words(check))
    return check


def fill(check: DisasterCheck, look: Look, by) -> None:
    check.state, check.checked_on = look.state, look.checked_on
    check.checker, check.note = look.checker.strip(), look.note.strip()
    check.recorded_by = by


def look_words(check: DisasterCheck) -> dict[str, str]:
    return {
        "复查结果": check.get_state_display(),
        "复查日期": f"{check.checked_on}",
        "复查人": check.checker,
    }


def record_sound_each(
    event_pk: int, pks: Iterable[int], checked_on: dt.date, checker: str, *, by
) -> int:
    """未见险情 at many households of one event at once; returns how many.

    Those outside the person's region or looked at by now are passed over. Raises as `record_look` does.
    """
    if not may_record_recheck(by):
        raise PermissionDenied("灾后复查由本村、本街办登记。")
    look = Look(CheckState.SOUND, checked_on, checker)
    with transaction.atomic():
        event = lock(DisasterEvent(pk=event_pk))
        if event.is_void:
            raise ValidationError("这次灾害复查已作废，不必再登记。")
        if found := look_faults(look, event):
            raise ValidationError(found)
        checks = list(
            DisasterCheck.objects.pending()
            .visible_to(by)
            .filter(event=event, pk__in=list(pks))
            .select_for_update(of=("self",), no_key=True)
            .select_related("household")
            .order_by("pk")
        )
        for check in checks:
            check.event = event
            fill(check, look, by)
        DisasterCheck.objects.bulk_update(checks, LOOK_FIELDS, batch_size=500)
        record_each(
            "disaster_checked", [Change(each, {}, look_words(each)) for each in checks], by=by
        )
    return len(checks)


class Progress(NamedTuple):
    """How far one village has come with an event's list."""

    village: Region
    total: int
    sound: int
    doubtful: int
    pending: int


def progress(checks) -> list[Progress]:
    """`checks` of one event by village, those with most to see first. Two queries."""
    by_village = (
        checks.order_by()
        .values_list("household__region_id")
        .annotate(
            total=Count("pk"),
            **{
                state.value: Count("pk", filter=Q(state=state))
                for state in (CheckState.SOUND, CheckState.DOUBTFUL, CheckState.PENDING)
            },
        )
    )
    counts = {code: numbers for code, *numbers in by_village}
    villages = Region.objects.filter(pk__in=counts).select_related("parent")
    found = [Progress(village, *counts[village.pk]) for village in villages]
    return sorted(found, key=lambda each: (-each.pending, each.village.pk))
