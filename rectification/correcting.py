"""Dates and money that were typed wrong: put right with a reason, in step with what came before and after."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from households.enums import EventKind, OldHouse
from households.events import record_event, save_summary
from rectification.accepting import demolition_faults
from rectification.enums import AcceptanceResult, RenovationState
from rectification.models import Renovation
from rectification.renovating import (
    in_words,
    lock_with_household,
    overpaid,
    refuse_on,
    require_right,
    source_of,
    write_funding,
)
from yanliang.audit.trail import record
from yanliang.periods import today
from yanliang.workflow import check_version

#: The dates that can be put right, with the event that has the same date.
DATES = {
    "started_on": EventKind.RENOVATION_STARTED,
    "finished_on": EventKind.RENOVATION_FINISHED,
    "old_house_demolished_on": None,
}


def label(name: str) -> str:
    return str(Renovation._meta.get_field(name).verbose_name)


def correctable(renovation: Renovation) -> list[str]:
    """The names of the dates that are entered, and so can be wrong."""
    return [name for name in DATES if getattr(renovation, name)]


def correct_obstacles(renovation: Renovation) -> list[str]:
    if correctable(renovation) or has_settled_money(renovation):
        return []
    return ["还没有登记开工、竣工或旧房拆除日期，没有可更正的内容。"]


def has_settled_money(renovation: Renovation) -> bool:
    """The plan is closed, so its money is put right here and not by editing the plan."""
    return renovation.state == RenovationState.ACCEPTED


def order_faults(renovation: Renovation) -> list[str]:
    """What in the renovation's dates contradicts today, its acceptances or its payments, as sentences."""
    found = [
        f"{label(name)}不能晚于今天。"
        for name in DATES
        if (day := getattr(renovation, name)) and day > today()
    ]
    started, finished = renovation.started_on, renovation.finished_on
    # The finish that is entered follows every acceptance but the one that it led to.
    acceptances = list(renovation.acceptances.standing().order_by("pk"))
    is_judged = renovation.state in {RenovationState.ACCEPTED, RenovationState.REWORK}
    own = acceptances[-1] if acceptances and is_judged else None
    for acceptance in acceptances:
        day = acceptance.accepted_on
        if acceptance == own and finished and finished > day:
            found.append(f"竣工日期不能晚于验收日期（{day}）。")
        if acceptance != own and finished and finished < day:
            found.append(f"返工后的竣工日期不能早于上次验收日期（{day}）。")
        if acceptance != own and started and started > day:
            found.append(f"开工日期不能晚于验收日期（{day}）。")
        if acceptance.result == AcceptanceResult.PASSED:
            found += demolition_faults(renovation, day)
    first = renovation.payments.standing().first()
    if first and started and started > first.paid_on:
        found.append(f"开工日期不能晚于第一笔补助的发放日期（{first.paid_on}）。")
    return found


def correct(
    pk: int,
    dates: Mapping[str, dt.date | None],
    funding: Mapping[str, Decimal] | None = None,
    *,
    by,
    reason: str,
    seen: int,
) -> Renovation:
    """Put right `dates` that were entered and, after the acceptance, the planned money (yuan by source).

    The old house's date may be emptied: then it still stands. A date in the events is put right with it.
    Raises PermissionDenied without the right, ValidationError with every contradiction, without a reason,
    when nothing changes, or (code "stale") when somebody else has saved since version `seen`.
    """
    require_right(by, "更正改造登记")
    with transaction.atomic():
        renovation = lock_with_household(pk)
        refuse_on(correct_obstacles(renovation))
        check_version(renovation, seen)
        if not reason.strip():
            raise ValidationError("请填写更正理由。")
        before = shown(renovation)
        changed = {
            name: dates[name]
            for name in correctable(renovation)
            if name in dates and dates[name] != getattr(renovation, name)
        }
        write_dates(renovation, changed, by)
        if funding is not None and has_settled_money(renovation):
            write_funding(renovation, funding)
            refuse_on(overpaid(renovation))
        after = shown(renovation)
        differing = [name for name in after if before[name] != after[name]]
        if not differing:
            raise ValidationError("没有更改任何内容。")
        renovation.version += 1
        renovation.validate_constraints()
        refuse_on(order_faults(renovation))
        renovation.save()
        record(
            "renovation_corrected",
            renovation,
            by=by,
            before={name: before[name] for name in differing},
            after={name: after[name] for name in differing},
            reason=reason.strip(),
        )
    return renovation


def write_dates(renovation: Renovation, changed: Mapping[str, dt.date | None], by) -> None:
    """Set the dates, with the event of each and, for the old house, the register."""
    household = renovation.household
    for name, day in changed.items():
        kind = DATES[name]
        if day is None and kind:
            raise ValidationError(f"{label(name)}不能清空。")
        setattr(renovation, name, day)
        happened = household.events.standing().filter(kind=kind, source=source_of(renovation))
        if kind and (event := happened.last()):
            record_event(
                household,
                kind,
                by=by,
                happened_on=day,
                source=event.source,
                detail=event.detail,
                replaces=event,
            )
    if "old_house_demolished_on" in changed and not renovation.old_house_demolished_on:
        household.old_house = OldHouse.STANDING
        save_summary(household)


def shown(renovation: Renovation) -> dict[str, str]:
    """Dates and money as the trail keeps them."""
    words = {label(name): str(getattr(renovation, name) or "（空）") for name in DATES}
    return words | {"资金": in_words(renovation)["资金"]}
