"""Who is a 重点对象 in the demo, with certificates, and how that changes (帮扶对象动态调整)."""

import datetime as dt
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from households.identities import is_residual
from households.models import Household, HouseholdClass, Identity

#: Shares (%) of the certified classes in order of precedence; the residual class has the rest.
SHARES = (4, 1, 3, 2)
#: The chance that a certified household has another identity of lower precedence, for each of these.
ALSO = 0.12


class Adjusted(NamedTuple):
    """What an adjustment started from, and why it was made."""

    before: list[HouseholdClass]
    reason: str


class Classes:
    """The classes in force, and the identities that households of the demo have under them."""

    def __init__(self, classes: Iterable[HouseholdClass]) -> None:
        ordered = sorted(classes, key=lambda each: each.precedence)
        self.residual = next(each for each in ordered if is_residual(each))
        self.certified = [each for each in ordered if not is_residual(each)]

    def draw(self, rng: Random) -> list[HouseholdClass]:
        """The classes of one household, the one that it counts under first."""
        shares = (*SHARES, 100 - sum(SHARES))
        first = rng.choices([*self.certified, self.residual], shares)[0]
        if is_residual(first):
            return [first]
        lower = self.certified[self.certified.index(first) + 1 :]
        return [first, *(each for each in lower if rng.random() < ALSO)]

    def identity(
        self, rng: Random, household: Household, household_class: HouseholdClass, since: dt.date
    ) -> Identity:
        """An identity; a certified one bears its certificate's number."""
        certificate = ""
        if not is_residual(household_class):
            certificate = (
                f"阎{household_class.department}〔{since.year}〕{rng.randrange(100_000):05}号"
            )
        return Identity(
            household=household,
            household_class=household_class,
            department=household_class.department,
            certificate=certificate,
            valid_from=since,
        )

    def adjust(self, rng: Random, identities: list[Identity], on: dt.date) -> Adjusted:
        """End an identity or begin one: a poor household leaves the poor, an ordinary one falls among them."""
        held = [each for each in identities if each.valid_to is None]
        before = [each.household_class for each in held]
        ended, household = held[0], held[0].household
        ended.valid_to = on
        if is_residual(ended.household_class):
            new = rng.choice(self.certified)
            reason = f"{new.department}部门动态调整，新认定为{new.name}。"
            identities.append(self.identity(rng, household, new, on))
            return Adjusted(before, reason)
        if len(held) == 1:
            identities.append(self.identity(rng, household, self.residual, on))
        old = ended.household_class
        return Adjusted(before, f"{old.department}部门动态调整，不再符合{old.name}条件。")
