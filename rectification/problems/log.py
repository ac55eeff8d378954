"""The log of a problem: lines are added, never changed."""

import datetime as dt

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


def due_moved(before: dt.date, after: dt.date, reason: str) -> str:
    """The text of a line that gives a problem another date."""
    return f"{before} → {after}：{reason}"


def due_before(text: str) -> dt.date:
    """The date that a problem had before the line with this `text` (see `due_moved`)."""
    return dt.date.fromisoformat(text[:10])
