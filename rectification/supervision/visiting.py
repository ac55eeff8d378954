"""What is done with a visit: planned with its draw, edited, done, declared void."""

import datetime as dt
import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localtime

from households.models import Region
from rectification.enums import Seen, VisitState
from rectification.models import Problem, SupervisionVisit, VisitHousehold
from rectification.problems.rights import covers
from rectification.supervision.sampling import candidates, draw
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_supervise, may_void_visits
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import Transition, check_version, lock

#: Seeds that the program draws have up to six digits: they are read out and typed again.
SEEDS = 1_000_000


def may_visit(staff, region_id: str) -> bool:
    return may_supervise(staff) and covers(staff, region_id)


def require_right(by, region_id: str, what: str) -> None:
    if not may_visit(by, region_id):
        raise PermissionDenied(f"您没有{what}的权限。")


def may_void(by, visit: SupervisionVisit) -> bool:
    """The bureau's lead, and whoever recorded the visit."""
    own = may_void_visits(by) or visit.recorded_by_id == by.pk
    return own and may_visit(by, visit.region_id)


def may_know_sample(staff, visit: SupervisionVisit) -> bool:
    """Whom a visit calls at is known to the office on the day, not before: nobody can prepare for it (reading)."""
    return may_supervise(staff) or visit.visited_on <= today()


def void_obstacles(visit: SupervisionVisit) -> list[str]:
    if visit.is_void:
        return [f"这次检查已于 {localtime(visit.voided_at):%Y-%m-%d} 作废。"]
    return []


def open_obstacles(visit: SupervisionVisit) -> list[str]:
    """Why nothing more can be written into the visit, in sentences."""
    if visit.state != VisitState.PLANNED:
        return [f"这次检查{visit.get_state_display()}，不能再修改。"]
    return void_obstacles(visit)


def refuse_on(obstacles: list[str]) -> None:
    if obstacles:
        raise ValidationError(obstacles)


def team_obstacles(visit: SupervisionVisit) -> list[str]:
    """The same people visit an office once a day: a second click, or a second entry."""
    same = SupervisionVisit.objects.standing().filter(
        region_id=visit.region_id, visited_on=visit.visited_on, visitors=visit.visitors
    )
    if same.exclude(pk=visit.pk).exists():
        return [f"{visit.visited_on} 这些人员对{visit.region}的检查已经登记。"]
    return []


def plan(
    region: Region,
    visited_on: dt.date,
    visitors: str,
    size: int,
    *,
    by,
    seed: int | None = None,
) -> SupervisionVisit:
    """Plan a visit to the street office `region` and draw its households; without a `seed`, one is drawn.

    Raises PermissionDenied without the right, ValidationError with what is in the way.
    """
    require_right(by, region.pk, "登记督导检查")
    if region.level != RegionLevel.OFFICE:
        raise ValidationError("请选择街办。")
    with transaction.atomic():
        visit = SupervisionVisit(
            region=lock(region),
            visited_on=visited_on,
            visitors=visitors.strip(),
            size=size,
            seed=secrets.randbelow(SEEDS) if seed is None else seed,
            recorded_by=by,
            recorded_at=now(),
        )
        visit.full_clean()
        refuse_on(team_obstacles(visit))
        drawn = draw(candidates(region.pk), size=size, seed=visit.seed)
        if not drawn:
            raise ValidationError(f"{region}没有应排查的农户，无法抽取。")
        visit.save()
        VisitHousehold.objects.bulk_create(
            VisitHousehold(visit=visit, household_id=each.pk, position=position)
            for position, each in enumerate(drawn, start=1)
        )
        record(
            "visit_planned",
            visit,
            by=by,
            after={**in_words(visit), "抽样种子": visit.seed, "抽取户数": len(drawn)},
        )
    return visit


def in_words(visit: SupervisionVisit) -> dict[str, str]:
    return {"检查日期": f"{visit.visited_on}", "检查人员": visit.visitors}


def lock_open(pk: int, by, what: str) -> SupervisionVisit:
    """The visit, locked, into which `by` may still write."""
    visit = lock(SupervisionVisit(pk=pk))
    require_right(by, visit.region_id, what)
    refuse_on(open_obstacles(visit))
    return visit


def edit(pk: int, visited_on: dt.date, visitors: str, *, by, seen: int) -> SupervisionVisit:
    """Another date, or other people. Office, seed and households stay as drawn: nobody draws until it suits.

    Raises as `plan` does; code "stale" when somebody else has saved since.
    """
    with transaction.atomic():
        visit = lock_open(pk, by, "修改督导检查")
        check_version(visit, seen)
        before = in_words(visit)
        visit.visited_on, visit.visitors = visited_on, visitors.strip()
        after = in_words(visit)
        if before == after:
            return visit
        visit.version += 1
        visit.full_clean()
        refuse_on(team_obstacles(visit))
        visit.save()
        record("visit_edited", visit, by=by, before=before, after=after)
    return visit


def households_with_problem(visit: SupervisionVisit) -> set[int]:
    found = Problem.objects.standing().filter(visit=visit, household__isnull=False)
    return set(found.values_list("household_id", flat=True))


def done_obstacles(visit: SupervisionVisit) -> list[str]:
    """What is still open at the households before the visit can be called done, in sentences."""
    if void := void_obstacles(visit):
        return void
    if visit.visited_on > today():
        return ["还没有到检查日期。"]
    rows = list(visit.households.select_related("household"))
    silent = [row for row in rows if row.seen == Seen.PENDING and not row.note]
    with_problem = households_with_problem(visit)
    unraised = [
        row for row in rows if row.seen == Seen.PROBLEM and row.household_id not in with_problem
    ]
    missing = []
    if silent:
        missing.append(f"{names_of(silent)}还没有走访结果；没有走访的，请在“情况”中写明原因。")
    if unraised:
        missing.append(f"{names_of(unraised)}发现问题，请先登记问题。")
    return missing


def names_of(rows: list[VisitHousehold], shown: int = 3) -> str:
    names = "、".join(f"{row.position} {row.household.head_name}" for row in rows[:shown])
    return f"{names}等 {len(rows)} 户" if len(rows) > shown else f"{names} "


DONE = Transition(
    name="visit_done",
    label="完成检查",
    sources=frozenset({VisitState.PLANNED}),
    target=VisitState.DONE,
    allowed=lambda by, visit: may_visit(by, visit.region_id),
    missing=done_obstacles,
)


def complete(pk: int, summary: str, *, by, seen: int) -> SupervisionVisit:
    """The visit is over and written up; from now on it counts. Raises as `edit` does."""
    summary = summary.strip()
    if not summary:
        raise ValidationError("请填写检查情况。")

    def write_up(visit: SupervisionVisit) -> None:
        visit.summary = summary
        visit.version += 1

    with transaction.atomic():
        check_version(lock(SupervisionVisit(pk=pk)), seen)
        return DONE.perform(SupervisionVisit(pk=pk), by, change=write_up)


def voiding_obstacles(visit: SupervisionVisit) -> list[str]:
    """Why the visit cannot be declared void: problems in the ledger refer to it."""
    if void := void_obstacles(visit):
        return void
    number = Problem.objects.standing().filter(visit=visit).count()
    if number:
        return [f"这次检查发现的问题有 {number} 条在台账中，检查不能作废；误登的问题请先作废。"]
    return []


def void(pk: int, reason: str, *, by) -> SupervisionVisit:
    """A visit that was entered by mistake or did not take place: kept to be read, no longer counted."""
    reason = reason.strip()
    with transaction.atomic():
        visit = lock(SupervisionVisit(pk=pk))
        if not may_void(by, visit):
            raise PermissionDenied("督导检查由登记人或区局负责人作废。")
        refuse_on(voiding_obstacles(visit))
        if not reason:
            raise ValidationError("请填写作废理由。")
        visit.voided_at, visit.voided_by, visit.void_reason = now(), by, reason
        visit.version += 1
        visit.save()
        record("visit_voided", visit, by=by, before=in_words(visit), reason=reason)
    return visit
