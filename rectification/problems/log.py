"""The log of a problem: lines are added, never changed."""

from rectification.enums import EntryKind
from rectification.models import Problem, ProblemEntry
from yanliang.periods import now


def new_entry(problem: Problem, kind: EntryKind, text: str, by=None) -> ProblemEntry:
    """A line, not saved yet, that tells the state which the problem has now."""
    return ProblemEntry(
        problem=problem, kind=kind, state=problem.state, text=text[:1000], by=by, at=now()
    )


def write_entry(problem: Problem, kind: EntryKind, text: str, *, by=None) -> ProblemEntry:
    entry = new_entry(problem, kind, text, by)
    entry.save(force_insert=True)
    return entry
