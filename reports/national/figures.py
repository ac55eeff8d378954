"""How far the entry into the national system is, place by place."""

from collections import defaultdict
from typing import NamedTuple, Self

from django.db.models import Count, Q, Value

from households.enums import SAFETY_BASIS, NationalState
from households.models import Household, Region
from yanliang.accounts.enums import RegionLevel


class Standing(NamedTuple):
    """Households by their state; the three together are 应录入."""

    entered: int = 0
    to_enter: int = 0
    not_yet: int = 0

    @property
    def due(self) -> int:
        return sum(self)

    @property
    def missing(self) -> int:
        """未录入, whether they can be entered or not."""
        return self.to_enter + self.not_yet

    def plus(self, other: "Standing") -> Self:
        return type(self)(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def of(self, state: NationalState) -> int:
        return getattr(self, state.value)


def standings(region: Region) -> list[tuple[Region, Standing]]:
    """The places right below `region` (a village: itself) that have households to enter, in order of code."""
    level = len(region.code)
    if level >= RegionLevel.VILLAGE:
        places, length = [region], level
    else:
        length = RegionLevel.OFFICE if level < RegionLevel.OFFICE else RegionLevel.VILLAGE
        places = list(Region.objects.within(region.code).filter(level=length))
    found: dict[str, Standing] = defaultdict(Standing)
    counted = (
        Household.objects.within(region.code)
        .in_national_system()
        .order_by()
        .values_list("region_id", "stage")
        .annotate(number=Count(Value(1)), entered=Count(Value(1), filter=~Q(external_reference="")))
    )
    for village, stage, number, entered in counted:
        rest = number - entered
        is_safe = stage in SAFETY_BASIS
        standing = Standing(entered, rest * is_safe, rest * (not is_safe))
        found[village[:length]] = found[village[:length]].plus(standing)
    return [(place, found[place.code]) for place in places if found[place.code].due]


def total(rows: list[tuple[Region, Standing]]) -> Standing:
    together = Standing()
    for _, standing in rows:
        together = together.plus(standing)
    return together
