"""The acts of a renovation: plan, start, finish, old house."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum

from households.enums import EventKind, OldHouse, Stage
from households.events import lock_household, record_event, save_summary
from households.models import Household
from households.summary import STEPS
from rectification.enums import PUBLIC_SOURCES, FundingSource, Moment, RenovationState
from rectification.models import Funding, Renovation
from yanliang.accounts.permissions import may_record_renovation
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import Transition, check_version, lock

#: What the plan's form writes.
PLAN_FIELDS = (
    "mode",
    "contractor",
    "certificate",
    "contract_number",
    "contracted_on",
    "planned_area",
    "planned_finish",
)
#: Moments of which a finished renovation must have a photo.
NEEDED_MOMENTS = (Moment.BEFORE, Moment.AFTER)


def allowed(by, obj) -> bool:
    return may_record_renovation(by)


def require_right(by, what: str) -> None:
    if not may_record_renovation(by):
        raise PermissionDenied(f"您没有{what}的权限。")


def refuse_on(obstacles: list[str]) -> None:
    if obstacles:
        raise ValidationError(obstacles)


def stage_obstacles(household: Household, kind: EventKind) -> list[str]:
    """Why the household's stage does not let `kind` happen, in a sentence."""
    if household.stage in STEPS[kind][0]:
        return []
    return [f"该户目前为“{household.get_stage_display()}”，不能登记“{kind.label}”。"]


def unplanned(staff):
    """Households that `staff` may see, to be renovated and still without a plan."""
    planned = Renovation.objects.active().values("household")
    return (
        Household.objects.visible_to(staff).filter(stage=Stage.TO_RENOVATE).exclude(pk__in=planned)
    )


def plan_obstacles(household: Household) -> list[str]:
    """Why no renovation can be planned for this household now; empty when it can."""
    if household.stage != Stage.TO_RENOVATE:
        return [f"该户目前为“{household.get_stage_display()}”，只有“待改造”的户才能登记改造方案。"]
    if household.renovations.active().exists():
        return ["该户已有一项未完成的改造。"]
    return []


def photo_obstacles(renovation: Renovation) -> list[str]:
    taken = {link.moment for link in renovation.photo_links.standing()}
    return [f"还没有{each.label}的照片。" for each in NEEDED_MOMENTS if each not in taken]


def finish_obstacles(renovation: Renovation) -> list[str]:
    return [
        *stage_obstacles(renovation.household, EventKind.RENOVATION_FINISHED),
        *photo_obstacles(renovation),
    ]


START = Transition(
    name="renovation_started",
    label="登记开工",
    sources=frozenset({RenovationState.PLANNED}),
    target=RenovationState.STARTED,
    allowed=allowed,
    missing=lambda renovation: stage_obstacles(renovation.household, EventKind.RENOVATION_STARTED),
)
FINISH = Transition(
    name="renovation_finished",
    label="登记竣工",
    sources=frozenset({RenovationState.STARTED, RenovationState.REWORK}),
    target=RenovationState.FINISHED,
    allowed=allowed,
    missing=finish_obstacles,
)
#: What has begun ends by acceptance, or by other safe housing (see rectification.securing).
CANCEL = Transition(
    name="renovation_cancelled",
    label="取消改造",
    sources=frozenset({RenovationState.PLANNED}),
    target=RenovationState.CANCELLED,
    allowed=allowed,
    needs_reason=True,
)


def lock_with_household(pk: int) -> Renovation:
    """The renovation with its household locked first: every act takes the two in this order."""
    renovation = Renovation.objects.get(pk=pk)
    household = lock_household(renovation.household_id)
    renovation = lock(renovation)
    renovation.household = household
    return renovation


def source_of(renovation: Renovation) -> str:
    """How an event names this record."""
    return f"{renovation._meta.label_lower}:{renovation.pk}"


def perform(
    act: Transition,
    pk: int,
    *,
    by,
    kind: EventKind,
    on: dt.date,
    change: Callable[[Renovation], None],
    detail: dict[str, Any] | None = None,
) -> Renovation:
    """Do `act` with the event that it means for the household, all or nothing."""
    with transaction.atomic():
        renovation = lock_with_household(pk)

        def happen(renovation: Renovation) -> None:
            change(renovation)
            renovation.version += 1
            renovation.validate_constraints()
            record_event(
                lock_household(renovation.household_id),
                kind,
                by=by,
                happened_on=on,
                source=source_of(renovation),
                detail=detail,
            )

        return act.perform(renovation, by, change=happen)


def plan(
    household_pk: int,
    values: Mapping[str, Any],
    funding: Mapping[str, Decimal],
    *,
    by,
) -> Renovation:
    """Enter the plan of a household that waits for its renovation; `funding` is yuan by `FundingSource`.

    Raises PermissionDenied without the right, ValidationError with the obstacles otherwise.
    """
    require_right(by, "登记改造方案")
    with transaction.atomic():
        household = lock_household(household_pk)
        refuse_on(plan_obstacles(household))
        renovation = Renovation(
            household=household,
            planned_by=by,
            planned_at=now(),
            **{name: values[name] for name in PLAN_FIELDS},
        )
        renovation.full_clean()
        renovation.save()
        write_funding(renovation, funding)
        record("renovation_planned", renovation, by=by, after=in_words(renovation))
    return renovation


def edit_plan(
    pk: int, values: Mapping[str, Any], funding: Mapping[str, Decimal], *, by, seen: int
) -> Renovation:
    """Write over the plan that was opened at version `seen`; nothing is written when nothing changes.

    Raises PermissionDenied without the right, ValidationError for a renovation that is done or given up, or
    (code "stale") when somebody else has saved since.
    """
    require_right(by, "修改改造方案")
    with transaction.atomic():
        renovation = lock_with_household(pk)
        refuse_on(edit_obstacles(renovation))
        check_version(renovation, seen)
        before = in_words(renovation)
        for name in PLAN_FIELDS:
            setattr(renovation, name, values[name])
        write_funding(renovation, funding)
        refuse_on(overpaid(renovation))
        after = in_words(renovation)
        changed = [name for name in after if before[name] != after[name]]
        if not changed:
            return renovation
        renovation.version += 1
        renovation.full_clean()
        renovation.save()
        record(
            "renovation_edited",
            renovation,
            by=by,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return renovation


def edit_obstacles(renovation: Renovation) -> list[str]:
    if renovation.is_active:
        return []
    return [f"这项改造{renovation.get_state_display()}，不能再修改方案。"]


def write_funding(renovation: Renovation, funding: Mapping[str, Decimal]) -> None:
    """Put `funding` in the place of what the sources gave so far, unless it is the same."""
    given = {source: funding[source] for source in FundingSource if funding.get(source)}
    if given == renovation.funding.by_source():
        return
    renovation.funding.all().delete()
    Funding.objects.bulk_create(
        Funding(renovation=renovation, source=source, amount=amount)
        for source, amount in given.items()
    )


def in_words(renovation: Renovation) -> dict[str, str]:
    """The plan by the Chinese names of its fields, as the trail keeps it."""
    words = {}
    for name in PLAN_FIELDS:
        value = getattr(renovation, name)
        label = str(Renovation._meta.get_field(name).verbose_name)
        if name == "mode":
            value = renovation.get_mode_display()
        elif isinstance(value, Decimal):
            value = f"{value.normalize():f}"
        words[label] = str(value) if value not in (None, "") else "（空）"
    lines = [
        f"{each.get_source_display()} {each.amount:,.2f} 元" for each in renovation.funding.all()
    ]
    words["资金"] = "，".join(lines) or "（空）"
    return words


def overpaid(renovation: Renovation) -> list[str]:
    """A sentence where more was paid than the state's planned money; no plan of it sets no bound (reading)."""
    planned = renovation.funding.filter(source__in=PUBLIC_SOURCES).aggregate(yuan=Sum("amount"))
    paid = renovation.payments.standing().yuan()
    if planned["yuan"] is None or paid <= planned["yuan"]:
        return []
    return [
        f"累计发放 {paid:,.2f} 元，超过中央、省、市、区计划资金合计 {planned['yuan']:,.2f} 元："
        "请核对金额；资金登记有误的，先更正资金。"
    ]


def start(pk: int, *, by, on: dt.date) -> Renovation:
    """Work has begun: the household becomes 改造中. Raises as `Transition.perform` does."""
    mode = Renovation.objects.get(pk=pk).get_mode_display()

    def begin(renovation: Renovation) -> None:
        renovation.started_on = on

    return perform(
        START,
        pk,
        by=by,
        kind=EventKind.RENOVATION_STARTED,
        on=on,
        change=begin,
        detail={"改造方式": mode},
    )


def finish(pk: int, *, by, on: dt.date) -> Renovation:
    """Work, or rework, is done: the household becomes 待验收. Needs photos from before and after."""

    def end(renovation: Renovation) -> None:
        renovation.finished_on = on

    return perform(FINISH, pk, by=by, kind=EventKind.RENOVATION_FINISHED, on=on, change=end)


def cancel(pk: int, *, by, reason: str) -> Renovation:
    """Give up a plan before the work begins; the household waits for another."""
    with transaction.atomic():
        renovation = lock_with_household(pk)

        def note(renovation: Renovation) -> None:
            renovation.cancel_reason = reason.strip()
            renovation.version += 1

        return CANCEL.perform(renovation, by, change=note, reason=reason)


def demolition_obstacles(renovation: Renovation) -> list[str]:
    """Why the demolition of the old house cannot be entered; empty when it can."""
    if not renovation.must_demolish:
        return [f"{renovation.get_mode_display()}不涉及旧房拆除。"]
    if renovation.old_house_demolished_on:
        return [f"旧房已于 {renovation.old_house_demolished_on} 拆除，已登记过。"]
    if renovation.state == RenovationState.CANCELLED:
        return ["这项改造已取消。"]
    return []


def demolish(pk: int, *, by, on: dt.date) -> Renovation:
    """The old house is gone; the register's house facts say so too."""
    require_right(by, "登记旧房拆除")
    with transaction.atomic():
        renovation = lock_with_household(pk)
        refuse_on(demolition_obstacles(renovation))
        renovation.old_house_demolished_on = on
        renovation.version += 1
        renovation.save()
        household = renovation.household
        household.old_house = OldHouse.DEMOLISHED
        save_summary(household)
        record("old_house_demolished", renovation, by=by, after={"旧房拆除日期": on})
    return renovation
