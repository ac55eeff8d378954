"""What the rules raised and the register shows to be mended: 申请销号 in the program's name."""

from collections.abc import Iterable

from django.db import transaction

from rectification.enums import AT_WORK, EntryKind, EvidenceKind, ProblemState
from rectification.models import Evidence, Problem, ProblemEntry
from rectification.problems.log import new_entry
from yanliang.audit.trail import Change, record_each
from yanliang.periods import now, today

#: Where the program may ask for 销号: what the bureau has returned waits for a person.
SETTLING = AT_WORK - {ProblemState.RETURNED}


def is_of_rule(problem: Problem) -> bool:
    """Whether a rule raised it, so that the register alone can say that it is settled."""
    return bool(problem.subject) and problem.subject == problem.kind.fact


def settle_by_register(pks: Iterable[int]) -> list[Problem]:
    """The register shows that these are settled: 申请销号 in the program's name, for the bureau to verify.

    Only what the rules raised, and what somebody answers for; a problem of a house waits there for its photos.
    """
    with transaction.atomic():
        rows = Problem.objects.select_for_update(of=("self",), no_key=True).select_related("kind")
        rows = rows.filter(pk__in=pks, state__in=SETTLING).exclude(responsible="")
        problems = [problem for problem in rows.order_by("pk") if is_of_rule(problem)]
        before = {problem.pk: problem.get_state_display() for problem in problems}
        text = "台账已显示该问题消除。"
        for problem in problems:
            problem.state = ProblemState.SUBMITTED
            problem.result = problem.result or text
            problem.submitted_by, problem.submitted_at = None, now()
            problem.version += 1
        Problem.objects.bulk_update(
            problems, ["state", "result", "submitted_by", "submitted_at", "version"], batch_size=500
        )
        Evidence.objects.bulk_create(
            (
                Evidence(
                    problem=problem,
                    kind=EvidenceKind.REGISTER,
                    name=f"{today()} 自动核对：{text}",
                    added_at=now(),
                )
                for problem in problems
            ),
            batch_size=500,
        )
        ProblemEntry.objects.bulk_create(
            (new_entry(problem, EntryKind.SUBMITTED, text) for problem in problems), batch_size=500
        )
        record_each(
            "problem_submitted",
            [
                Change(each, {"state": before[each.pk]}, {"state": each.get_state_display()})
                for each in problems
            ],
        )
    return problems
