"""Problems enter the ledger: numbered, dated, known as recurrent where they are."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Household
from rectification.enums import FROM_ABOVE, UNSETTLED, Direction, EntryKind, ProblemSource
from rectification.models import Problem, ProblemEntry, ProblemKind, SupervisionVisit
from rectification.problems.log import new_entry
from rectification.problems.numbering import numbers, series_of
from rectification.problems.recurrence import (
    principal_leader,
    recurring_key,
    struck_off_lately,
)
from rectification.problems.rights import covers
from yanliang.accounts.permissions import may_raise_problem
from yanliang.audit.trail import Change, record_each
from yanliang.periods import campaign, now, today

#: Due after so many days where the campaign's date has passed (reading).
DAYS_AFTER_CAMPAIGN = 30


@dataclass(frozen=True)
class Draft:
    """A problem as it is found; what is left out follows from kind, source and place.

    `subject` names what it is about, so that it is raised once; empty for what a person describes.
    """

    region_id: str
    source: ProblemSource
    kind: ProblemKind
    description: str
    found_on: dt.date
    household: Household | None = None
    direction: Direction | None = None
    measure: str = ""
    leading_official: str = ""
    due_on: dt.date | None = None
    subject: str = ""
    visit: SupervisionVisit | None = None


def default_due(source: ProblemSource, found_on: dt.date) -> dt.date:
    """5-31 for what inspections from above found, else 6-30; later finds get thirty days (domain rules §5)."""
    due = campaign().feedback_due if source in FROM_ABOVE else campaign().problems_due
    return due if due > found_on else found_on + dt.timedelta(days=DAYS_AFTER_CAMPAIGN)


def obstacles(draft: Draft) -> list[str]:
    """Why the draft cannot be entered, in sentences; empty when it can."""
    missing = []
    if not draft.description.strip():
        missing.append("请写明问题：在哪里、是什么、到什么程度。")
    if draft.found_on > today():
        missing.append("发现日期不能晚于今天。")
    if not draft.kind.is_active:
        missing.append(f"问题类别“{draft.kind}”已停用，请另选类别。")
    if draft.household is not None and draft.household.region_id != draft.region_id:
        missing.append("农户不在所填的区划内。")
    if draft.due_on is not None and draft.due_on < draft.found_on:
        missing.append("整改时限不能早于发现日期。")
    return missing


def raise_problem(draft: Draft, *, by) -> Problem:
    """Enter one problem that a person found.

    Raises PermissionDenied without the right or outside the person's region, ValidationError with what is
    in the way, also when its subject is in the ledger and not struck off.
    """
    if not (may_raise_problem(by) and covers(by, draft.region_id)):
        raise PermissionDenied("您没有在这一区划登记问题的权限。")
    if missing := obstacles(draft):
        raise ValidationError(missing)
    with transaction.atomic():
        known = open_on_subject(draft)
        if known is not None:
            raise ValidationError(
                f"同一问题已登记（{known.number}，{known.get_state_display()}），尚未销号。",
                code="known",
            )
        return enter([draft], by=by)[0]


def open_on_subject(draft: Draft | Problem) -> Problem | None:
    """The problem about the same subject that is not struck off, if there is one."""
    if not draft.subject:
        return None
    return Problem.objects.filter(
        kind=draft.kind,
        region_id=draft.region_id,
        household=draft.household,
        subject=draft.subject,
        state__in=UNSETTLED,
    ).first()


def enter(drafts: Sequence[Draft], *, by) -> list[Problem]:
    """Write drafts that were judged as problems, with their first line of log; `by` is empty for the program.

    A handful of queries for each office, however many drafts.
    """
    with transaction.atomic():
        number = numbered(drafts)
        earlier = struck_off_lately(key_of(draft) for draft in drafts)
        leaders = {
            series: principal_leader(series)
            for series in sorted({series_of(each.region_id) for each in drafts})
        }
        problems = [
            new_problem(
                draft,
                next(number[series_of(draft.region_id)]),
                earlier.get(key_of(draft)),
                leaders[series_of(draft.region_id)],
                by,
            )
            for draft in drafts
        ]
        Problem.objects.bulk_create(problems, batch_size=500)
        ProblemEntry.objects.bulk_create(map(first_line, problems), batch_size=500)
        record_each(
            "problem_raised", [Change(each, {}, in_words(each)) for each in problems], by=by
        )
    return problems


def numbered(drafts: Sequence[Draft]) -> dict[str, Iterable[str]]:
    """Numbers by office, the offices held in the order of their codes so that two runs never wait for each other."""
    wanted: dict[str, int] = {}
    for draft in drafts:
        series = series_of(draft.region_id)
        wanted[series] = wanted.get(series, 0) + 1
    return {
        series: iter(list(islice(numbers(series), count)))
        for series, count in sorted(wanted.items())
    }


def key_of(draft: Draft):
    household_id = draft.household.pk if draft.household is not None else None
    return recurring_key(draft.kind.pk, household_id, draft.region_id)


def new_problem(draft: Draft, number: str, earlier: Problem | None, leader: str, by) -> Problem:
    """The row of a draft; a recurrent problem is led by the office's principal leader from the start."""
    return Problem(
        number=number,
        region_id=draft.region_id,
        household=draft.household,
        source=draft.source,
        kind=draft.kind,
        direction=draft.direction or draft.kind.direction,
        subject=draft.subject,
        description=draft.description.strip(),
        found_on=draft.found_on,
        measure=draft.measure or draft.kind.measure,
        leading_official=leader if earlier is not None else draft.leading_official or leader,
        due_on=draft.due_on or default_due(draft.source, draft.found_on),
        is_recurrent=earlier is not None,
        recurs=earlier,
        visit=draft.visit,
        raised_by=by,
        raised_at=now(),
    )


def first_line(problem: Problem) -> ProblemEntry:
    text = f"{problem.get_source_display()}：{problem.description}"
    if problem.recurs is not None:
        text = f"{text}（{problem.recurs.number} 销号后 180 天内再次发生，屡改屡犯）"
    return new_entry(problem, EntryKind.RAISED, text, problem.raised_by)


def in_words(problem: Problem) -> dict[str, str]:
    """A problem as the trail keeps it."""
    return {
        "问题来源": problem.get_source_display(),
        "问题类别": str(problem.kind),
        "问题描述": problem.description,
        "整改时限": f"{problem.due_on}",
        "屡改屡犯": "是" if problem.is_recurrent else "否",
    }
