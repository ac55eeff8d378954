"""Acts of appraisal: assign, cancel, record; each on a locked household (domain rules §2)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import EventKind, Grade, Stage
from households.events import lock_household, record_event
from households.models import Household
from households.summary import APPRAISABLE
from inspections.enums import AppraisalState
from inspections.grading import whole_grade
from inspections.models import Appraisal, AppraisalOrganisation
from yanliang.accounts.permissions import may_appraise
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import Transition, check_version, lock

#: What the record form fills in; the rest follows from it or from the act.
RESULT_FIELDS = (
    "appraised_on",
    "appraisers",
    "report_number",
    "site",
    "foundation",
    "walls",
    "timber",
    "concrete",
    "roof",
    "dangerous_site",
    "grade",
    "override_reason",
    "disaster_measures",
    "advice",
    "report",
    "confirmed_on",
)

#: What the act itself or an earlier one sets.
NOT_TYPED = ("household", "assigned_by", "event", "recorded_by", "recorded_at", "computed")

CANCEL = Transition(
    name="appraisal_cancelled",
    label="撤销委托",
    sources=frozenset({AppraisalState.ASSIGNED}),
    target=AppraisalState.CANCELLED,
    allowed=lambda by, appraisal: may_appraise(by),
    needs_reason=True,
)


class Refusal(NamedTuple):
    """A household that was not assigned, and why."""

    household: Household
    sentence: str


def require_right(staff) -> None:
    if not may_appraise(staff):
        raise PermissionDenied("组织鉴定由区局办理。")


def stage_obstacles(household: Household) -> list[str]:
    """Why the household cannot be appraised in its present stage, as sentences."""
    stage = Stage(household.stage)
    if stage not in APPRAISABLE:
        return [f"该户目前为“{stage.label}”，不能委托鉴定。"]
    if stage == Stage.SAFE and not household.household_class.appraise_all:
        return [f"{household.household_class}核查为基本安全，不须鉴定。"]
    return []


def assign_obstacles(household: Household) -> list[str]:
    """Why the household cannot be given to an organisation now; empty when it can."""
    if household.appraisals.open().exists():
        return ["该户已有未完成的鉴定委托。"]
    return stage_obstacles(household)


def assign(
    household: Household, organisation: AppraisalOrganisation, due_on: dt.date, by
) -> Appraisal:
    """Ask `organisation` to appraise the household by `due_on`.

    Raises PermissionDenied, or ValidationError with the sentences on what stands in the way.
    """
    require_right(by)
    with transaction.atomic():
        household = lock_household(household.pk)
        obstacles = assign_obstacles(household)
        if not organisation.is_active:
            obstacles.append(f"{organisation}已停用，不能再委托。")
        if due_on < today():
            obstacles.append("应完成日期不能早于今天。")
        if obstacles:
            raise ValidationError(obstacles)
        appraisal = Appraisal.objects.create(
            household=household,
            organisation=organisation,
            due_on=due_on,
            assigned_by=by,
            assigned_at=now(),
        )
        after = {"鉴定机构": str(organisation), "应完成日期": due_on.isoformat()}
        record("appraisal_assigned", appraisal, by=by, after=after)
    return appraisal


def assign_all(
    households: Iterable[Household], organisation: AppraisalOrganisation, due_on: dt.date, by
) -> tuple[int, list[Refusal]]:
    """Assign each household in its own right; how many were, and the others with the reason."""
    done, refused = 0, []
    for household in households:
        try:
            assign(household, organisation, due_on, by)
            done += 1
        except ValidationError as wrong:
            refused.append(Refusal(household, "".join(wrong.messages)))
    return done, refused


def cancel(appraisal: Appraisal, by, reason: str) -> Appraisal:
    """Take back an assignment that has no result; raises as `Transition.perform` does."""

    def say_why(appraisal: Appraisal) -> None:
        appraisal.cancel_reason = reason.strip()
        appraisal.version += 1

    with transaction.atomic():
        lock_household(appraisal.household_id)
        return CANCEL.perform(appraisal, by, change=say_why, reason=reason.strip())


def record_obstacles(appraisal: Appraisal) -> list[str]:
    """Why no result can be recorded now; empty when it can."""
    if appraisal.state != AppraisalState.ASSIGNED:
        return [f"该鉴定目前为“{appraisal.get_state_display()}”，不能录入结果。"]
    return stage_obstacles(appraisal.household)


def record_result(appraisal: Appraisal, values: Mapping[str, Any], *, by, seen: int) -> Appraisal:
    """Write the result (`values` by RESULT_FIELDS) of the assignment opened at version `seen`.

    An empty `grade` takes the computed one. Brings the household's grade and stage up to date. Raises
    PermissionDenied, or ValidationError with the sentences on what is missing or in the way.
    """
    require_right(by)
    with transaction.atomic():
        household = lock_household(appraisal.household_id)
        appraisal = lock(appraisal)
        appraisal.household = household
        # Two results of one organisation must not pass the check of the report number side by side.
        appraisal.organisation = lock(appraisal.organisation)
        if obstacles := record_obstacles(appraisal):
            raise ValidationError(obstacles)
        check_version(appraisal, seen)
        put_result(appraisal, values)
        appraisal.event = record_event(
            household, EventKind.APPRAISED, by=by, **event_facts(appraisal)
        )
        appraisal.recorded_by, appraisal.recorded_at = by, now()
        appraisal.version += 1
        appraisal.save()
        after = {
            "鉴定等级": Grade(appraisal.grade).label,
            "计算等级": Grade(appraisal.computed).label,
            "报告编号": appraisal.report_number,
        }
        record(
            "appraisal_recorded", appraisal, by=by, after=after, reason=appraisal.override_reason
        )
    return appraisal


def rounds(household: Household) -> dict[int, int]:
    """Which appraisal of the household each is, by its key: 1 for the first; none for a cancelled or replaced one."""
    standing = household.appraisals.standing().order_by("assigned_at", "pk")
    return {pk: number for number, pk in enumerate(standing.values_list("pk", flat=True), start=1)}


def event_facts(appraisal: Appraisal) -> dict[str, Any]:
    """What the household's event says of a complete result, as `record_event` takes it."""
    return {
        "happened_on": appraisal.appraised_on,
        "outcome": appraisal.grade,
        "source": f"inspections.appraisal:{appraisal.pk}",
        "detail": {
            "鉴定机构": str(appraisal.organisation),
            "报告编号": appraisal.report_number,
        },
    }


def put_result(appraisal: Appraisal, values: Mapping[str, Any]) -> None:
    """Put `values`, and what follows from them, on `appraisal`; nothing is saved.

    Raises ValidationError, by field, with every sentence on why they are no result.
    """
    for name, value in values.items():
        setattr(appraisal, name, value)
    appraisal.grade = appraisal.grade or Grade.NONE
    appraisal.state = AppraisalState.RECORDED
    faults: dict[str, list[ValidationError]] = {}
    try:
        complete(appraisal)
    except ValidationError as wrong:
        faults = wrong.update_error_dict(faults)
    try:
        # What a fault has been found with says nothing new.
        appraisal.full_clean(exclude={*NOT_TYPED, *faults})
    except ValidationError as wrong:
        faults = wrong.update_error_dict(faults)
    if faults:
        raise ValidationError(faults)


def complete(appraisal: Appraisal) -> None:
    """Fill in what follows from the components; raises ValidationError, by field, unless the result is whole."""
    faults = {}
    for name in ("appraised_on", "report_number", "site", "disaster_measures", "advice"):
        if not getattr(appraisal, name):
            faults[name] = f"请填写{Appraisal._meta.get_field(name).verbose_name}。"
    if appraisal.appraised_on and appraisal.appraised_on > today():
        faults["appraised_on"] = "鉴定日期不能晚于今天。"
    try:
        grading = whole_grade(
            appraisal.components, appraisal.household.structure, appraisal.dangerous_site
        )
    except ValueError as nothing:
        raise ValidationError(faults | {"site": str(nothing)}) from nothing
    appraisal.computed = grading.grade
    if appraisal.grade in ("", Grade.NONE):
        appraisal.grade = grading.grade
    if appraisal.grade == grading.grade:
        appraisal.override_reason = ""
    elif not appraisal.override_reason:
        faults["override_reason"] = (
            f"按构件计算为{grading.grade.label}，评为{Grade(appraisal.grade).label}须写明调整理由。"
        )
    if faults:
        raise ValidationError(faults)
