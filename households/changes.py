"""增减: splitting, merging, moving out, dying out, duplicates, and coming back (domain rules §2)."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.editing import add_household, require_right
from households.enums import REMOVAL_KINDS, ChangeKind, ChangeState, EventKind, Stage
from households.events import lock_household, record_event, save_summary
from households.models import Household, HouseholdChange, HouseholdClass
from yanliang.accounts.permissions import may_confirm_removal
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import Transition, check_version

#: Removals that point to the household that stays.
NEEDS_RELATED = frozenset({ChangeKind.MERGED, ChangeKind.DUPLICATE})

CONFIRM = Transition(
    name="removal_confirmed",
    label="确认无需排查",
    sources=frozenset({ChangeState.PENDING}),
    target=ChangeState.DONE,
    allowed=lambda by, change: may_confirm_removal(by),
    missing=lambda change: stays_obstacles(change.related),
)
REFUSE = Transition(
    name="removal_refused",
    label="不同意",
    sources=frozenset({ChangeState.PENDING}),
    target=ChangeState.REFUSED,
    allowed=lambda by, change: may_confirm_removal(by),
    needs_reason=True,
)


def removal_obstacles(household: Household) -> list[str]:
    """Why a removal cannot be asked for now, as sentences; empty when it can."""
    if household.stage == Stage.EXEMPT:
        return ["该户已是“无需排查”，不用再申请。"]
    if household.changes.pending().exists():
        return ["这一户已有一项变更在等区局确认。"]
    return []


def split_obstacles(household: Household) -> list[str]:
    """Why a household cannot be split now, as sentences; empty when it can."""
    if household.stage == Stage.EXEMPT:
        return ["该户是“无需排查”，不能分户；请先由区局恢复排查。"]
    if household.population < 2:
        return ["该户只有 1 人，不能分户。"]
    return []


def reinstate_obstacles(household: Household) -> list[str]:
    """Why a household cannot be put back into the check now, as sentences; empty when it can."""
    if household.stage != Stage.EXEMPT:
        return [f"该户目前为“{household.get_stage_display()}”，本来就在排查范围内。"]
    return []


def refuse_on(obstacles: list[str]) -> None:
    if obstacles:
        raise ValidationError(obstacles, code="wrong_state")


def request_removal(
    pk: int,
    kind: ChangeKind,
    *,
    by,
    reason: str,
    evidence: str,
    on: dt.date,
    related: Household | None = None,
) -> HouseholdChange:
    """Ask the bureau to take a household out of the check; nothing changes until it confirms.

    `related` is the household that stays, for 合户 and 与他户重复. Raises PermissionDenied without the
    right, ValidationError with the obstacles otherwise.
    """
    require_right(by, "申请无需排查")
    if kind not in REMOVAL_KINDS:
        raise ValueError(f"{kind} does not take a household out of the check")
    with transaction.atomic():
        household = lock_household(pk)
        obstacles = removal_obstacles(household)
        if not reason.strip():
            obstacles.append("请填写变更理由。")
        if not evidence.strip():
            obstacles.append("请写明依据材料。")
        if kind in NEEDS_RELATED:
            obstacles.extend(related_obstacles(household, related))
        refuse_on(obstacles)
        change = HouseholdChange.objects.create(
            household=household,
            kind=kind,
            happened_on=on,
            reason=reason,
            evidence=evidence,
            related=related if kind in NEEDS_RELATED else None,
            state=ChangeState.PENDING,
            recorded_by=by,
            recorded_at=now(),
        )
        record(
            "removal_requested",
            household,
            by=by,
            after={
                "变更": kind.label,
                "依据材料": evidence,
                **({"相关农户": str(change.related)} if change.related else {}),
            },
            reason=reason,
        )
    return change


def related_obstacles(household: Household, related: Household | None) -> list[str]:
    if related is None:
        return ["请填写保留的那一户的户编号。"]
    if related.pk == household.pk:
        return ["保留的那一户不能是本户。"]
    return stays_obstacles(related)


def stays_obstacles(related: Household | None) -> list[str]:
    """Two households must not vanish into each other."""
    if related is None:
        return []
    if related.stage == Stage.EXEMPT:
        return [f"保留的那一户（{related.code}）已是“无需排查”，请改报另一户。"]
    if related.changes.pending().exists():
        return [f"保留的那一户（{related.code}）自己也在等区局确认变更，请先等结果。"]
    return []


def confirm_removal(pk: int, *, by, note: str = "") -> HouseholdChange:
    """The bureau agrees: the household becomes 无需排查. Raises as `Transition.perform` does."""
    with transaction.atomic():
        change = lock_with_household(pk)

        def confirm(change: HouseholdChange) -> None:
            decide(change, by, note)
            record_event(
                change.household,
                EventKind.EXEMPTED,
                by=by,
                happened_on=change.happened_on,
                source=f"households.householdchange:{change.pk}",
                detail={"变更": change.get_kind_display(), "理由": change.reason},
            )

        return CONFIRM.perform(change, by, change=confirm, reason=note)


def refuse_removal(pk: int, *, by, note: str) -> HouseholdChange:
    """The bureau does not agree and says why; the household stays in the check."""
    with transaction.atomic():
        change = lock_with_household(pk)
        return REFUSE.perform(
            change, by, change=lambda change: decide(change, by, note), reason=note
        )


def lock_with_household(pk: int) -> HouseholdChange:
    """The change, with its household locked first: every act takes the two in this order."""
    change = HouseholdChange.objects.get(pk=pk)
    lock_household(change.household_id)
    return change


def decide(change: HouseholdChange, by, note: str) -> None:
    change.decided_by = by
    change.decided_at = now()
    change.decision_note = note


def reinstate(pk: int, *, by, reason: str, on: dt.date) -> HouseholdChange:
    """Put an exempt household back into the check, with the summary it had before.

    Raises PermissionDenied without the right, ValidationError with the obstacles otherwise.
    """
    if not may_confirm_removal(by):
        raise PermissionDenied("您没有恢复排查的权限。")
    with transaction.atomic():
        household = lock_household(pk)
        obstacles = reinstate_obstacles(household)
        if not reason.strip():
            obstacles.append("请填写恢复排查的理由。")
        refuse_on(obstacles)
        change = HouseholdChange.objects.create(
            household=household,
            kind=ChangeKind.REINSTATED,
            happened_on=on,
            reason=reason,
            recorded_by=by,
            recorded_at=now(),
        )
        before = household.get_stage_display()
        record_event(
            household,
            EventKind.REINSTATED,
            by=by,
            happened_on=on,
            source=f"households.householdchange:{change.pk}",
            detail={"理由": reason},
        )
        record(
            "household_reinstated",
            household,
            by=by,
            before={"进度": before},
            after={"进度": household.get_stage_display()},
            reason=reason,
        )
    return change


def split_household(
    pk: int,
    new: Household,
    *,
    by,
    seen: int,
    household_class: HouseholdClass,
    reason: str,
    on: dt.date,
    certificate: str = "",
) -> Household:
    """Enter `new` (own head, ID number, `population` of the people who leave) as split from household `pk`.

    The new household lies in the same village and starts unchecked. Raises PermissionDenied without the
    right, ValidationError where the state forbids it or nobody would stay behind.
    """
    require_right(by, "分户")
    with transaction.atomic():
        origin = lock_household(pk)
        obstacles = split_obstacles(origin)
        if not obstacles and new.population >= origin.population:
            obstacles.append(f"原户有 {origin.population} 人，分出的人数应少于此数。")
        if not reason.strip():
            obstacles.append("请填写分户理由。")
        refuse_on(obstacles)
        check_version(origin, seen)
        new.region_id = origin.region_id
        before, after = origin.population, origin.population - new.population
        detail = {"before": {"原户人口": before}, "after": {"原户人口": after}}
        add_household(
            new,
            by=by,
            household_class=household_class,
            reason=reason,
            on=on,
            certificate=certificate,
            kind=ChangeKind.SPLIT,
            related=origin,
            detail=detail,
        )
        origin.population = after
        save_summary(origin)
        record(
            "household_split_off",
            origin,
            by=by,
            before={"家庭人口": before},
            after={"家庭人口": after, "分出": str(new)},
            reason=reason,
        )
    return new
