"""What the register itself knows: whether the fact behind a problem still holds (domain rules §5)."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from households.models import Household
from rectification.enums import Fact
from rectification.models import Problem, Renovation
from yanliang.periods import today

#: After so many days without an entry in the national system, a safe household is a problem (reading).
NATIONAL_DAYS = 15


class Finding(NamedTuple):
    """One place where a fact holds; `household_id` is empty where it concerns a region."""

    region_id: str
    household_id: int | None
    description: str

    @property
    def place(self) -> int | str:
        return self.household_id if self.household_id is not None else self.region_id


#: Finds where the fact holds on a day; `among` narrows it to households, or regions, by their keys.
Finder = Callable[[dt.date, Collection[int | str] | None], Iterator[Finding]]


def of_households(found, among: Collection[int | str] | None, path: str = "household"):
    """`found` narrowed to the households `among`; `path` leads to the household's key."""
    return found if among is None else found.filter(**{f"{path}__in": among})


def subsidy_unpaid(day: dt.date, among: Collection[int | str] | None = None) -> Iterator[Finding]:
    found = of_households(Renovation.objects.subsidy_due(day), among)
    rows = found.order_by("pk").values_list(
        "household__region_id", "household_id", "acceptances__accepted_on"
    )
    for region_id, household_id, accepted_on in rows:
        yield Finding(
            region_id, household_id, f"{accepted_on} 验收合格，已满 30 天，补助资金未发清。"
        )


def old_house_standing(
    day: dt.date, among: Collection[int | str] | None = None
) -> Iterator[Finding]:
    found = of_households(Renovation.objects.old_house_standing(), among)
    rows = found.order_by("pk").values_list("household__region_id", "household_id", "started_on")
    for region_id, household_id, started_on in rows:
        yield Finding(region_id, household_id, f"新房 {started_on} 开工，旧房至今未登记拆除。")


def not_in_national_system(
    day: dt.date, among: Collection[int | str] | None = None
) -> Iterator[Finding]:
    since = dt.timedelta(days=NATIONAL_DAYS)
    found = of_households(Household.objects.to_enter(), among, "pk")
    rows = found.filter(summary_since__date__lt=day - since).order_by("pk")
    for region_id, household_id in rows.values_list("region_id", "pk"):
        yield Finding(
            region_id,
            household_id,
            f"住房已安全超过 {NATIONAL_DAYS} 天，未录入国家住房安全排查鉴定信息系统。",
        )


FINDERS: dict[Fact, Finder] = {
    Fact.SUBSIDY_UNPAID: subsidy_unpaid,
    Fact.OLD_HOUSE_STANDING: old_house_standing,
    Fact.NOT_IN_NATIONAL_SYSTEM: not_in_national_system,
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
