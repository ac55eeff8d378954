"""What the register itself knows: whether the fact behind a problem still holds (domain rules §5)."""

from rectification.enums import Fact
from rectification.models import Problem
from rectification.problems.facts.finding import Finder, Finding
from rectification.problems.facts.photos import no_photo, photo_shared
from rectification.problems.facts.registers import not_in_national_system, same_person
from rectification.problems.facts.renovations import (
    documents_missing,
    old_house_standing,
    subsidy_unpaid,
)
from rectification.problems.facts.watching import mechanism_gap
from yanliang.periods import today

__all__ = ["FINDERS", "Finder", "Finding", "fact_obstacles", "holds"]

FINDERS: dict[Fact, Finder] = {
    Fact.SUBSIDY_UNPAID: subsidy_unpaid,
    Fact.OLD_HOUSE_STANDING: old_house_standing,
    Fact.DOCUMENTS_MISSING: documents_missing,
    Fact.NOT_IN_NATIONAL_SYSTEM: not_in_national_system,
    Fact.NO_PHOTO: no_photo,
    Fact.PHOTO_SHARED: photo_shared,
    Fact.SAME_PERSON: same_person,
    Fact.MECHANISM_GAP: mechanism_gap,
}


def holds(problem: Problem) -> bool:
    """Whether what the register knows about the problem is still so; never for a kind without a fact."""
    finder = FINDERS.get(problem.kind.fact)
    if finder is None:
        return False
    place = problem.household_id if problem.household_id is not None else problem.region_id
    return any(finding.place == place for finding in finder(today(), {place}))


def fact_obstacles(problem: Problem) -> list[str]:
    if not holds(problem):
        return []
    return [f"台账显示“{Fact(problem.kind.fact).label}”仍未消除，消除后才能销号。"]
