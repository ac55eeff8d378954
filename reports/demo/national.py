"""Who helps whom in the demo, and how far the entry into the national system is."""

from collections.abc import Iterable
from functools import cache
from random import Random

from households.models import Household, Region
from reports.demo.chronicle import Chronicle
from reports.demo.people import COMMON_SURNAMES, FEMALE, MALE

#: Of the households that can be entered, those that are.
ENTERED = 0.7
#: Of the villages, those to which a 第一书记 was sent.
SENT = 0.85
HELPERS_A_VILLAGE = 8


def official(rng: Random) -> str:
    return rng.choice(COMMON_SURNAMES) + "".join(rng.choices(MALE + FEMALE, k=2))


class Helping:
    """Draws from chance of its own, so that the stories stay what they are without these names and numbers."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.helpers = cache(self._helpers)

    def _helpers(self, village: str) -> list[str]:
        rng = Random(f"{self.seed}/helpers/{village}")
        return [official(rng) for _ in range(HELPERS_A_VILLAGE)]

    def name_secretaries(self, villages: Iterable[Region]) -> None:
        """Send a 第一书记 to most villages."""
        named = []
        for village in villages:
            rng = Random(f"{self.seed}/secretary/{village.code}")
            if rng.random() < SENT:
                village.first_secretary = official(rng)
                named.append(village)
        Region.objects.bulk_update(named, ["first_secretary"])

    def help(self, told: Iterable[Chronicle]) -> int:
        """Give each helped household its 帮扶干部, and most of those that can be entered their reference;
        return how many of these."""
        entered = 0
        for chronicle in told:
            household = chronicle.household
            rng = Random(f"{self.seed}/national/{household.code}")
            if household.household_class.is_helped:
                household.helper = rng.choice(self.helpers(household.region_id))
            if is_enterable(household) and rng.random() < ENTERED:
                household.external_reference = f"ZF{household.code}"
                household.version += 1
                entered += 1
        return entered


def is_enterable(household: Household) -> bool:
    return bool(household.household_class.in_national_system and household.safety_basis)
