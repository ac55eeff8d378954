"""What was entered wrongly is put right while the office works on it."""

from django.core.exceptions import ValidationError
from django.db import transaction

from rectification.enums import EntryKind
from rectification.models import Problem, ProblemKind
from rectification.problems.acting import may_verify, may_work, require
from rectification.problems.log import write_entry
from rectification.problems.recurrence import mark_recurrence
from yanliang.audit.trail import record
from yanliang.periods import today
from yanliang.workflow import check_version, lock

#: What can be put right in an entry while the office works on it.
EDITABLE = ("source", "kind", "direction", "description", "found_on", "measure")


def edit_obstacles(problem: Problem) -> list[str]:
    if problem.is_at_work:
        return []
    return [f"该问题{problem.get_state_display()}，不能再修改。"]


def editable_by(problem: Problem, staff) -> tuple[str, ...]:
    """Those of `EDITABLE` that `staff` may put right: what others found, only the bureau corrects."""
    if may_verify(staff, problem) or problem.raised_by_id == staff.pk:
        return EDITABLE
    return ("measure",)


def edit(pk: int, values: dict, *, by, seen: int) -> Problem:
    """Correct what was written, by the names in `EDITABLE`; nothing is written when nothing changes.

    What inspections found is corrected by the bureau alone. Raises PermissionDenied, or ValidationError, also
    (code "stale") when somebody else has saved since.
    """
    with transaction.atomic():
        problem = lock(Problem(pk=pk))
        require(may_work(by, problem), "修改问题")
        check_version(problem, seen)
        if missing := edit_obstacles(problem):
            raise ValidationError(missing)
        before, kind_before = edit_words(problem), problem.kind
        for name, value in values.items():
            setattr(problem, name, value)
        after = edit_words(problem)
        changed = [name for name in after if before[name] != after[name]]
        if not changed:
            return problem
        allowed = {label_of(name) for name in editable_by(problem, by)}
        require(allowed.issuperset(changed), "修改他人登记的问题")
        if problem.found_on > today():
            raise ValidationError("发现日期不能晚于今天。")
        if problem.kind != kind_before:
            change_kind(problem, kind_before)
        problem.version += 1
        problem.full_clean(exclude=["assignee", "household"])
        problem.save()
        write_entry(problem, EntryKind.EDITED, "、".join(changed), by=by)
        record(
            "problem_edited",
            problem,
            by=by,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return problem


def change_kind(problem: Problem, before: ProblemKind) -> None:
    """Let what follows from the kind follow the new one: the proof that it asks for, and 屡改屡犯.

    Raises ValidationError where the register itself has found the problem, or the new kind is out of use.
    """
    if problem.subject and before.fact:
        raise ValidationError("自动核对登记的问题不能改类别；登记有误的，请区局作废。")
    if not problem.kind.is_active:
        raise ValidationError(f"问题类别“{problem.kind}”已停用，请另选类别。")
    if problem.closed_at is None:
        mark_recurrence(problem)


def label_of(name: str) -> str:
    return str(Problem._meta.get_field(name).verbose_name)


def edit_words(problem: Problem) -> dict[str, str]:
    """What `edit` can change, by its Chinese name, as the trail keeps it."""
    words = {}
    for name in EDITABLE:
        shown = getattr(problem, f"get_{name}_display", None)
        words[label_of(name)] = str(shown() if shown else getattr(problem, name)) or "（空）"
    return words
