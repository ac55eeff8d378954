"""What is done with a problem until it is struck off: 交办、进展、申请销号、核实、退回、重新整改、延期、作废."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from rectification.enums import (
    AT_WORK,
    UNSETTLED,
    EntryKind,
    EvidenceKind,
    ProblemState,
    Verification,
)
from rectification.models import Problem, ProblemEntry
from rectification.models.problems import SEPARATORS
from rectification.problems import rights
from rectification.problems.facts import fact_obstacles, holds
from rectification.problems.log import due_moved, write_entry
from rectification.problems.proving import Picture, keep_paper, keep_photo, proof_obstacles
from rectification.problems.raising import Draft, open_on_subject, raise_problem
from rectification.problems.recurrence import (
    leader_obstacles,
    principal_leader,
    unnamed_obstacles,
)
from rectification.problems.settling import is_of_rule, settle_by_register
from yanliang.accounts.models import Staff
from yanliang.accounts.permissions import (
    may_reopen_problem,
    may_verify_problem,
    may_work_on_problem,
)
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import Transition, check_version, lock

may_work = rights.within_region(may_work_on_problem)
may_verify = rights.within_region(may_verify_problem)
may_reopen = rights.within_region(may_reopen_problem)


@dataclass(frozen=True)
class Assignment:
    """Who answers for a problem: one name, the account that works on it if there is one, who leads, what is done.

    An empty `leading_official` or `measure` leaves what is there.
    """

    responsible: str
    assignee: Staff | None = None
    leading_official: str = ""
    measure: str = ""


def one_person_obstacles(name: str) -> list[str]:
    """责任唯一: one name, no list of names."""
    if not name.strip():
        return ["请填写责任人。"]
    if any(separator in name.strip() for separator in SEPARATORS):
        return ["责任人只能填一个人的姓名（责任唯一）。"]
    return []


def work_obstacles(problem: Problem) -> list[str]:
    """What must be said of a problem before 销号 can be asked for, its proof left aside."""
    missing = []
    if not problem.responsible:
        missing.append("还没有责任人，请先交办。")
    if not problem.measure.strip():
        missing.append("还没有整改措施。")
    return missing + leader_obstacles(problem)


def submit_obstacles(problem: Problem) -> list[str]:
    return work_obstacles(problem) + proof_obstacles(problem) + fact_obstacles(problem)


def reopen_obstacles(problem: Problem) -> list[str]:
    """The same thing may have been found again since, as a problem of its own."""
    known = open_on_subject(problem)
    if known is None:
        return []
    return [f"同一问题已另行登记（{known.number}，{known.get_state_display()}），请在那里整改。"]


ASSIGN = Transition(
    name="problem_assigned",
    label="交办",
    sources=AT_WORK,
    target=ProblemState.IN_PROGRESS,
    allowed=may_work,
    missing=unnamed_obstacles,
)
SUBMIT = Transition(
    name="problem_submitted",
    label="申请销号",
    sources=AT_WORK - {ProblemState.OPEN},
    target=ProblemState.SUBMITTED,
    allowed=may_work,
    missing=submit_obstacles,
)
VERIFY = Transition(
    name="problem_verified",
    label="核实销号",
    sources=frozenset({ProblemState.SUBMITTED}),
    target=ProblemState.CLOSED,
    allowed=may_verify,
    # What was proved when 销号 was asked for may be void by now, or the fact there again.
    missing=submit_obstacles,
)
SEND_BACK = Transition(
    name="problem_returned",
    label="退回",
    sources=frozenset({ProblemState.SUBMITTED}),
    target=ProblemState.RETURNED,
    allowed=may_verify,
    needs_reason=True,
)
REOPEN = Transition(
    name="problem_reopened",
    label="重新整改",
    sources=frozenset({ProblemState.CLOSED}),
    target=ProblemState.REOPENED,
    allowed=may_reopen,
    missing=reopen_obstacles,
    needs_reason=True,
)
VOID = Transition(
    name="problem_voided",
    label="作废",
    sources=UNSETTLED,
    target=ProblemState.VOID,
    allowed=may_verify,
    needs_reason=True,
)


def perform(
    act: Transition,
    pk: int,
    kind: EntryKind,
    text: str,
    *,
    by,
    change: Callable[[Problem], None] = lambda problem: None,
    reason: str = "",
    seen: int | None = None,
) -> Problem:
    """Do `act` and add its line to the log, all or nothing; `seen` is the version that the person looked at."""
    with transaction.atomic():
        if seen is not None:
            check_version(lock(Problem(pk=pk)), seen)

        def happen(problem: Problem) -> None:
            change(problem)
            problem.version += 1

        problem = act.perform(Problem(pk=pk), by, change=happen, reason=reason)
        write_entry(problem, kind, text, by=by)
    return problem


def assign(pk: int, assignment: Assignment, *, by, seen: int | None = None) -> Problem:
    """Say who answers for the problem; work begins, or begins again after a return.

    Raises PermissionDenied without the right, ValidationError with what is in the way.
    """
    name = assignment.responsible.strip()
    if missing := one_person_obstacles(name):
        raise ValidationError(missing)

    def hand_over(problem: Problem) -> None:
        problem.responsible, problem.assignee = name, assignment.assignee
        problem.measure = assignment.measure.strip() or problem.measure
        problem.leading_official = assignment.leading_official.strip() or problem.leading_official
        if problem.is_recurrent:
            problem.leading_official = principal_leader(problem.region_id)
        if missing := leader_obstacles(problem) + assignee_obstacles(problem):
            raise ValidationError(missing)

    with transaction.atomic():
        problem = perform(
            ASSIGN, pk, EntryKind.ASSIGNED, f"责任人：{name}", by=by, change=hand_over, seen=seen
        )
        # What the register found and has seen mended waited only for somebody to answer for it.
        if is_of_rule(problem) and not holds(problem):
            return next(iter(settle_by_register([pk])), problem)
    return problem


def assignee_obstacles(problem: Problem) -> list[str]:
    """The account must be able to see the problem and to work on it."""
    if problem.assignee is None or may_work(problem.assignee, problem):
        return []
    return [f"账号“{problem.assignee}”不能经办这一区划的问题，请另选。"]


def log_progress(pk: int, text: str, *, by) -> ProblemEntry:
    """Add a line on what was done; the same said twice in a row is one line. Raises as `assign` does."""
    text = text.strip()
    with transaction.atomic():
        problem = lock(Problem(pk=pk))
        require(may_work(by, problem), "登记进展")
        if problem.state not in AT_WORK:
            raise ValidationError(f"该问题{problem.get_state_display()}，不能再登记进展。")
        if not text:
            raise ValidationError("请填写进展。")
        last = problem.entries.last()
        if (last.kind, last.text, last.by_id) == (EntryKind.PROGRESS, text, by.pk):
            return last
        record("problem_progress", problem, by=by, after={"进展": text})
        return write_entry(problem, EntryKind.PROGRESS, text, by=by)


def submit(pk: int, result: str, *, by, seen: int | None = None) -> Problem:
    """申请销号: measure taken, result, proof. Raises ValidationError with each thing that is missing."""
    result = result.strip()
    if not result:
        raise ValidationError("请填写整改结果。")

    def ask(problem: Problem) -> None:
        problem.result = result
        problem.submitted_by, problem.submitted_at = by, now()

    return perform(SUBMIT, pk, EntryKind.SUBMITTED, result, by=by, change=ask, seen=seen)


def verify(
    pk: int, manner: Verification, comment: str = "", *, by, seen: int | None = None
) -> Problem:
    """The bureau has made sure and strikes the problem off; never the one who asked for it."""
    manner = Verification(manner)

    def close(problem: Problem) -> None:
        if missing := second_person_obstacles(problem, by):
            raise ValidationError(missing)
        problem.verification = manner
        problem.closed_by, problem.closed_at = by, now()

    text = f"{manner.label}：{comment.strip() or '已整改到位'}"
    return perform(VERIFY, pk, EntryKind.VERIFIED, text, by=by, change=close, seen=seen)


def second_person_obstacles(problem: Problem, by) -> list[str]:
    if problem.submitted_by_id == by.pk:
        return ["申请销号的人不能自己核实销号，请由他人核实。"]
    # Where the program asked, whoever brought the proof stands for the one who asks.
    if problem.submitted_by_id is None and problem.evidence.standing().filter(added_by=by).exists():
        return ["佐证由您上传，请由他人核实销号。"]
    return []


def send_back(pk: int, reason: str, *, by, seen: int | None = None) -> Problem:
    """Return an application for 销号 with the reason."""
    reason = reason.strip()
    return perform(SEND_BACK, pk, EntryKind.RETURNED, reason, by=by, reason=reason, seen=seen)


def reopen(pk: int, reason: str, due_on: dt.date, *, by, seen: int | None = None) -> Problem:
    """The problem is there again: 屡改屡犯, with a new date and the principal leader in front."""
    reason = reason.strip()

    def begin_again(problem: Problem) -> None:
        if due_on < today():
            raise ValidationError("新的整改时限不能早于今天。")
        problem.is_recurrent = True
        problem.due_on = due_on
        problem.leading_official = principal_leader(problem.region_id)
        problem.submitted_by = problem.submitted_at = None
        problem.result = ""

    with transaction.atomic():
        before = lock(Problem(pk=pk)).due_on
        return perform(
            REOPEN,
            pk,
            EntryKind.REOPENED,
            due_moved(before, due_on, reason),
            by=by,
            change=begin_again,
            reason=reason,
            seen=seen,
        )


def void(pk: int, reason: str, *, by, seen: int | None = None) -> Problem:
    """A mistaken entry leaves the ledger's counts; it stays to be read."""
    reason = reason.strip()
    return perform(VOID, pk, EntryKind.VOIDED, reason, by=by, reason=reason, seen=seen)


def extend_obstacles(problem: Problem) -> list[str]:
    return [f"该问题{problem.get_state_display()}，不须延期。"] if problem.is_settled else []


def extend(pk: int, due_on: dt.date, reason: str, *, by, seen: int | None = None) -> Problem:
    """A later date, which only the bureau gives, with a reason. Raises as `assign` does."""
    reason = reason.strip()
    with transaction.atomic():
        problem = lock(Problem(pk=pk))
        require(may_verify(by, problem), "延期")
        if seen is not None:
            check_version(problem, seen)
        missing = extend_obstacles(problem)
        if not reason:
            missing.append("请填写延期的理由。")
        if due_on <= problem.due_on:
            missing.append(f"新的时限应晚于原时限 {problem.due_on}。")
        if missing:
            raise ValidationError(missing)
        before, problem.due_on = problem.due_on, due_on
        problem.version += 1
        problem.save()
        write_entry(problem, EntryKind.EXTENDED, due_moved(before, due_on, reason), by=by)
        record(
            "problem_extended",
            problem,
            by=by,
            before={"整改时限": before},
            after={"整改时限": due_on},
            reason=reason,
        )
    return problem


class Fixed(NamedTuple):
    """Found and fixed at once (立行立改): who did it, what came of it, and the proof."""

    assignment: Assignment
    result: str
    before: Picture | None = None
    after: Picture | None = None
    papers: tuple = ()


def fix_at_once(draft: Draft, fixed: Fixed, *, by) -> Problem:
    """Enter a problem that is put right already, up to 申请销号; another person still verifies it.

    Raises as the single acts do, and then nothing is written.
    """
    with transaction.atomic():
        problem = raise_problem(draft, by=by)
        problem = assign(problem.pk, fixed.assignment, by=by)
        for kind, picture in (
            (EvidenceKind.BEFORE, fixed.before),
            (EvidenceKind.AFTER, fixed.after),
        ):
            if picture is not None:
                keep_photo(problem, kind, picture, by=by)
        for paper in fixed.papers:
            keep_paper(problem, paper, by=by)
        return submit(problem.pk, fixed.result, by=by)


def require(has_right: bool, what: str) -> None:
    if not has_right:
        raise PermissionDenied(f"您没有{what}的权限。")
