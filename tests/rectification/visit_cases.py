"""Supervision visits at each step of their way, made by the acts themselves."""

import datetime as dt

from households.models import Region
from rectification.enums import Seen
from rectification.models import Problem, SupervisionVisit, VisitHousehold
from rectification.supervision import visiting
from rectification.supervision.recording import (
    Finding,
    Outcome,
    Typed,
    raise_finding,
    record_outcomes,
)
from tests.factories import HouseholdFactory
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import OFFICE, kind

DAY = dt.date(2020, 4, 21)
UNTOUCHED = Outcome(Seen.PENDING, "")


def planned(
    households: int = 3,
    on: dt.date = DAY,
    region: str = OFFICE,
    visitors: str = "高某、王某",
    size: int = 2,
    seed: int | None = 7,
    by=None,
) -> SupervisionVisit:
    """A visit with `size` of the office's households, after `households` more are registered in its first village."""
    if households:
        HouseholdFactory.create_batch(households, region_id=f"{region[:9]}200")
    place = Region.objects.get(pk=region)
    return visiting.plan(place, on, visitors, size, seed=seed, by=by or clerk())


def typed(
    row: VisitHousehold, seen: Seen, note: str = "", shown: Outcome = UNTOUCHED
) -> dict[int, Typed]:
    return {row.pk: Typed(Outcome(seen, note), shown)}


def done(outcomes: tuple[Seen, ...] = (), **fields) -> SupervisionVisit:
    """Written up; `outcomes` in the order of the sheet, the rest sound, those without a call explained."""
    visit = planned(**fields)
    said: dict[int, Typed] = {}
    for place, row in enumerate(visit.households.all()):
        seen = outcomes[place] if place < len(outcomes) else Seen.SOUND
        said |= typed(row, seen, "道路不通" if seen == Seen.PENDING else "")
    record_outcomes(visit.pk, said, by=clerk())
    return visiting.complete(visit.pk, "总体良好，已当场反馈。", by=clerk(), seen=visit.version)


def found(
    visit: SupervisionVisit, row: VisitHousehold | None = None, words: str = "档案缺页"
) -> Problem:
    """A problem that the visit found, at the household of `row` or in the office."""
    return raise_finding(visit.pk, Finding(kind(), words, row), by=clerk())
