"""What the visitors saw at the households of the sample, and the problems that they found."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from households.models import Region
from rectification.enums import ProblemSource, Seen
from rectification.models import Problem, ProblemKind, SupervisionVisit, VisitHousehold
from rectification.problems.raising import Draft, raise_problem
from rectification.supervision.visiting import (
    households_with_problem,
    lock_open,
    refuse_on,
    require_right,
    void_obstacles,
)
from yanliang.audit.trail import record
from yanliang.periods import today
from yanliang.workflow import lock


class Outcome(NamedTuple):
    """What was seen at a household, and what is to be said about it."""

    seen: Seen
    note: str = ""


class Typed(NamedTuple):
    """An outcome as it was typed, and as the page had shown it before."""

    outcome: Outcome
    shown: Outcome

    @property
    def is_changed(self) -> bool:
        return self.outcome != self.shown


class Conflict(Exception):
    """Somebody else has recorded other outcomes since the page was opened; `found` has them by row."""

    def __init__(self, found: Mapping[int, Outcome]) -> None:
        super().__init__(found)
        self.found = found


def record_outcomes(pk: int, typed: Mapping[int, Typed], *, by) -> int:
    """Write what was changed at households of the sample, by the keys of their rows; return how many.

    Raises PermissionDenied, ValidationError, or Conflict where another person has written to the same row
    since; then nothing is written.
    """
    changed = {key: each for key, each in typed.items() if each.is_changed}
    with transaction.atomic():
        visit = lock_open(pk, by, "登记走访情况")
        if visit.visited_on > today():
            raise ValidationError("还没有到检查日期，不能登记走访情况。")
        rows = list(visit.households.filter(pk__in=changed).select_related("household"))
        if len(rows) < len(changed):
            raise ValidationError("有的农户不在这次检查的名单中，请刷新页面。")
        stored = {row.pk: Outcome(Seen(row.seen), row.note) for row in rows}
        found = {
            key: outcome
            for key, outcome in stored.items()
            if outcome not in (changed[key].shown, changed[key].outcome)
        }
        if found:
            raise Conflict(found)
        rows = [row for row in rows if stored[row.pk] != changed[row.pk].outcome]
        refuse_on(contradictions(visit, rows, changed))
        if rows:
            write_outcomes(visit, {row: changed[row.pk].outcome for row in rows}, by)
    return len(rows)


def contradictions(
    visit: SupervisionVisit, rows: Iterable[VisitHousehold], typed: Mapping[int, Typed]
) -> list[str]:
    """Where a problem was raised, a problem was seen."""
    with_problem = households_with_problem(visit)
    return [
        f"{row.household.head_name}户已登记问题，走访结果应为“{Seen.PROBLEM.label}”。"
        for row in rows
        if row.household_id in with_problem and typed[row.pk].outcome.seen != Seen.PROBLEM
    ]


def write_outcomes(visit: SupervisionVisit, outcomes: Mapping[VisitHousehold, Outcome], by) -> None:
    """Save the outcomes of locked rows, with one entry of the trail that tells them all."""
    before, after = {}, {}
    for row, outcome in outcomes.items():
        name = f"{row.position} {row.household.head_name}"
        before[name] = told(row)
        row.seen, row.note = outcome
        after[name] = told(row)
    VisitHousehold.objects.bulk_update(list(outcomes), ["seen", "note"])
    record("visit_household_seen", visit, by=by, before=before, after=after)


def told(row: VisitHousehold) -> str:
    """“发现问题，屋面漏水”."""
    return "，".join(filter(None, (row.get_seen_display(), row.note)))


class Finding(NamedTuple):
    """A problem that the visitors found: at a household of the sample, in a village, or in the office."""

    kind: ProblemKind
    description: str
    row: VisitHousehold | None = None
    region: Region | None = None
    measure: str = ""


def raise_finding(pk: int, finding: Finding, *, by) -> Problem:
    """Enter what was found in the problem ledger, as of 区级督导; its household counts as 发现问题.

    Raises PermissionDenied without the right, ValidationError with what is in the way, also when the same
    is entered already.
    """
    with transaction.atomic():
        visit = lock(SupervisionVisit(pk=pk))
        require_right(by, visit.region_id, "登记督导发现的问题")
        refuse_on(void_obstacles(visit))
        row = finding.row and visit.households.select_related("household").get(pk=finding.row.pk)
        household = row.household if row else None
        place = household.region if household else finding.region or visit.region
        if not place.pk.startswith(visit.region_id):
            raise ValidationError("所选的村不在受检查的街办。")
        draft = Draft(
            region_id=place.pk,
            source=ProblemSource.DISTRICT,
            kind=finding.kind,
            description=finding.description,
            found_on=visit.visited_on,
            household=household,
            measure=finding.measure,
            visit=visit,
        )
        refuse_on(repeated(draft))
        problem = raise_problem(draft, by=by)
        if row and row.seen != Seen.PROBLEM:
            write_outcomes(visit, {row: Outcome(Seen.PROBLEM, row.note)}, by)
    return problem


def repeated(draft: Draft) -> list[str]:
    """A second click: the same words about the same place on the same visit."""
    same = Problem.objects.standing().filter(
        visit=draft.visit,
        region_id=draft.region_id,
        household=draft.household,
        kind=draft.kind,
        description=draft.description.strip(),
    )
    return [f"这个问题已经登记（{each.number}）。" for each in same[:1]]
