"""One act upon many problems: each by itself, and a list of the exceptions with their reasons (例外清单)."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from rectification.enums import Verification
from rectification.models import Problem
from rectification.problems.acting import Assignment, assign, verify

#: The versions that a person looked at, by primary key.
Seen = Mapping[int, int]


class Left(NamedTuple):
    """A problem that a bulk act left as it was, and why."""

    problem: Problem
    sentences: list[str]


class Bulk(NamedTuple):
    """What came of an act upon many: those done, and the exceptions with their reasons (例外清单)."""

    done: list[Problem]
    left: list[Left]


#: Told of a problem that somebody changed after the person had looked at it.
CHANGED = "打开页面后这个问题又有变动（或刚刚办理过），请核对后再办理。"


def each_of(problems: Iterable[Problem], act: Callable[[Problem], Problem]) -> Bulk:
    """Do `act` on each by itself: what is refused is listed, the rest is done."""
    done, left = [], []
    for problem in problems:
        try:
            with transaction.atomic():
                done.append(act(problem))
        except ValidationError as refused:
            is_stale = getattr(refused, "code", "") == "stale"
            left.append(Left(problem, [CHANGED] if is_stale else refused.messages))
        except PermissionDenied as refused:
            left.append(Left(problem, [str(refused)]))
    return Bulk(done, left)


def assign_each(
    problems: Iterable[Problem], assignment: Assignment, *, by, seen: Seen | None = None
) -> Bulk:
    """Hand each over by itself; one that changed since `by` saw its version is listed."""
    return each_of(
        problems, lambda problem: assign(problem.pk, assignment, by=by, seen=seen_of(problem, seen))
    )


def verify_each(
    problems: Iterable[Problem],
    manner: Verification,
    comment: str,
    *,
    by,
    seen: Seen | None = None,
) -> Bulk:
    """Each must be in 申请销号 with whole proof, asked for by somebody else; the others are listed."""
    return each_of(
        problems,
        lambda problem: verify(problem.pk, manner, comment, by=by, seen=seen_of(problem, seen)),
    )


def seen_of(problem: Problem, seen: Seen | None) -> int | None:
    return None if seen is None else seen[problem.pk]
