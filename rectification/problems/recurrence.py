"""屡改屡犯: the same again within 180 days of its 销号, or a reopening (domain rules §5)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from households.models import Region
from rectification.models import Problem
from rectification.problems.numbering import series_of
from yanliang.periods import now

RECURRENCE_DAYS = 180

#: Kind, and the household or, where a problem has none, the region.
Recurring = tuple[int, int | str]


def recurring_key(kind_id: int, household_id: int | None, region_id: str) -> Recurring:
    return kind_id, household_id if household_id is not None else region_id


def struck_off_lately(
    keys: Iterable[Recurring], at: dt.datetime | None = None
) -> dict[Recurring, Problem]:
    """The last problem of each key that was struck off within 180 days before `at`, now without it, and is not void.

    Two queries.
    """
    keys, at = set(keys), at or now()
    lately = (at - dt.timedelta(days=RECURRENCE_DAYS), at)
    kinds = {kind for kind, _ in keys}
    households = {place for _, place in keys if isinstance(place, int)}
    regions = {place for _, place in keys if isinstance(place, str)}
    closed = Problem.objects.standing().filter(kind__in=kinds, closed_at__range=lately)
    found = {}
    for each in _in_parts(closed, households, regions):
        key = recurring_key(each.kind_id, each.household_id, each.region_id)
        if key in keys and (key not in found or found[key].closed_at < each.closed_at):
            found[key] = each
    return found


def _in_parts(closed, households: set[int], regions: set[str]) -> Iterable[Problem]:
    """`closed` of those places; databases take only so many values in one question."""
    ordered = sorted(households)
    for start in range(0, len(ordered), 5000):
        yield from closed.filter(household__in=ordered[start : start + 5000])
    if regions:
        yield from closed.filter(Q(household__isnull=True), region__in=regions)


def mark_recurrence(problem: Problem) -> None:
    """Say anew whether a problem that was never struck off is 屡改屡犯: its kind was put right."""
    key = recurring_key(problem.kind_id, problem.household_id, problem.region_id)
    problem.recurs = struck_off_lately([key], problem.raised_at).get(key)
    problem.is_recurrent = problem.recurs is not None
    if problem.is_recurrent:
        problem.leading_official = principal_leader(problem.region_id)


def principal_leader(region_id: str) -> str:
    """街办主要领导 of the office where `region_id` lies; empty while nobody is named."""
    return Region.objects.values_list("principal_leader", flat=True).get(pk=series_of(region_id))


UNNAMED = "屡改屡犯问题须由街办主要领导牵头：请先登记街办主要领导。"


def unnamed_obstacles(problem: Problem) -> list[str]:
    """A recurrent problem waits until its office's principal leader is named."""
    return [UNNAMED] if problem.is_recurrent and not principal_leader(problem.region_id) else []


def leader_obstacles(problem: Problem) -> list[str]:
    """What a recurrent problem lacks: its leading official is the office's principal leader."""
    if not problem.is_recurrent:
        return []
    leader = principal_leader(problem.region_id)
    if not leader:
        return [UNNAMED]
    if problem.leading_official != leader:
        return [f"屡改屡犯问题须由街办主要领导（{leader}）牵头，请重新交办。"]
    return []
