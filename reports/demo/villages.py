"""The register of one village: who lives there, in which house, and what became of it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random

from households.enums import ChangeKind
from households.models import Household, HouseholdChange, Region
from households.numbering import SERIAL_DIGITS
from households.search import search_columns
from inspections.examination import Checklist
from reports.demo.cast import Cast
from reports.demo.chronicle import Chronicle
from reports.demo.classes import Classes
from reports.demo.houses import centre, dwelling, place_near
from reports.demo.lives import Life
from reports.demo.pace import DAY, PACES, Round, moment_on
from reports.demo.people import COMMON_SURNAMES, FEMALE, MALE, People
from reports.demo.shown import SHOWN, Shown, tell
from reports.demo.visits import Scene
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import SHANGHAI, campaign

#: Of a village's households, those that were not in its roster and came later: found, or split off.
LATER, SPLIT_OFF = 0.008, 0.4
#: Communities have few rural households, and some have none.
COMMUNITY_WEIGHT = 0.035
POPULATION = (6, 15, 20, 24, 18, 11, 4, 2)
FOUND_REASONS = ("花名册漏登，入户时发现。", "户籍由外村迁入。", "外出返乡，补录。")


def village_sizes(villages: Iterable[Region], households: int, seed: int) -> dict[str, int]:
    """How many of `households` live in each village; exactly so many in all."""
    villages = list(villages)
    weights = []
    for village in villages:
        rng = Random(f"{seed}/size/{village.code}")
        is_rural = village.name.endswith("村委会")
        weights.append(rng.lognormvariate(0, 0.35) * (1 if is_rural else COMMUNITY_WEIGHT))
    bounds = [0, *accumulate(weights)]
    ends = [round(households * bound / bounds[-1]) for bound in bounds]
    return {
        village.code: end - start
        for village, (start, end) in zip(villages, pairwise(ends), strict=True)
    }


def roster_moment(office: str) -> dt.datetime:
    """When the office's roster was imported: on the campaign's first day, one office after the other."""
    minutes = 9 * 60 + 20 * int(office[-3:])
    return dt.datetime.combine(campaign().start, dt.time(minutes // 60, minutes % 60, 12), SHANGHAI)


@dataclass(frozen=True)
class Setting:
    """What all villages of the demo share."""

    cast: Cast
    classes: Classes
    checklist: Checklist
    people: People
    end: dt.datetime
    seed: int


class Village:
    """Draws the households of one village, in the order of their codes."""

    def __init__(self, region: Region, size: int, setting: Setting) -> None:
        self.region = region
        self.size = size
        self.setting = setting
        self.rng = Random(f"{setting.seed}/{region.code}")
        self.office = region.code[: RegionLevel.OFFICE]
        self.centre = centre(self.rng)
        self.groups = max(2, min(12, round(size / 55)))
        self.rounds = Round.of_village(self.rng, PACES[self.office])
        self.scene = Scene(setting.checklist, tuple(self.inspectors()))

    def inspectors(self) -> Iterator[str]:
        for _ in range(4):
            given = "".join(self.rng.choices(MALE + FEMALE, k=2))
            yield self.rng.choice(COMMON_SURNAMES) + given

    def chronicles(self) -> Iterator[Chronicle]:
        """Every household that is registered before the end, with its story as far as it is told."""
        start, end = roster_moment(self.office), self.setting.end
        in_roster = sum(self.rng.random() >= LATER for _ in range(self.size))
        found_at = sorted(
            moment_on(self.rng, start.date() + self.rng.randint(5, 70) * DAY)
            for _ in range(self.size - in_roster)
        )
        registered = [start] * in_roster + found_at
        told: list[Chronicle] = []
        for serial, moment in enumerate(registered, start=1):
            rng = Random(f"{self.setting.seed}/{self.region.code}/{serial}")
            shown = SHOWN.get((self.region.code, serial)) if moment == start else None
            chronicle, risk = self.newcomer(rng, serial, moment, shown)
            if moment >= end:
                continue
            if moment > start:
                self.enter_later(rng, chronicle, told)
            life = Life(chronicle, rng, self.setting.cast, self.setting.classes, self.scene)
            if shown:
                tell(shown, life, self.rounds)
            else:
                life.unfold(self.rounds, serial / self.size, risk)
            told.append(chronicle)
        return iter(told)

    def newcomer(
        self, rng: Random, serial: int, at: dt.datetime, shown: Shown | None
    ) -> tuple[Chronicle, float]:
        """A household as it is registered, unchecked, and its chance of being found unsafe."""
        classes = self.setting.classes
        held = classes.draw(rng)
        facts, risk = dwelling(rng, held[0] != classes.residual)
        person = self.setting.people.head(rng)
        if shown:
            person["head_name"] = shown.name
        household = Household(
            code=f"{self.region.code}{serial:0{SERIAL_DIGITS}}",
            region=self.region,
            group=f"{1 + serial * self.groups // (self.size + 1)}组",
            population=rng.choices(range(1, 9), POPULATION)[0],
            household_class=held[0],
            registered_at=at,
            registered_by=self.setting.cast.recorder(self.region.code),
            summary_since=at,
            **person,
            **facts,
            **search_columns(**person),
        )
        if rng.random() < 0.55:
            for name, value in place_near(rng, self.centre).items():
                setattr(household, name, value)
        chronicle = Chronicle(household, self.setting.end)
        for each in held:
            certified_on = dt.date(rng.randint(2014, 2019), rng.randint(1, 12), 1)
            since = certified_on if each.department else at.date()
            chronicle.identities.append(classes.identity(rng, household, each, since))
        return chronicle, risk

    def enter_later(self, rng: Random, chronicle: Chronicle, told: list[Chronicle]) -> None:
        """The ledger entry of a household that was not in the roster: split off from another, or found."""
        household = chronicle.household
        origin = rng.choice(told).household if told and rng.random() < SPLIT_OFF else None
        change = HouseholdChange(
            household=household,
            kind=ChangeKind.ADDED,
            happened_on=household.registered_at.date(),
            reason=rng.choice(FOUND_REASONS),
            recorded_by=household.registered_by,
            recorded_at=household.registered_at,
        )
        if origin and origin.population > 2 and origin.registered_at < household.registered_at:
            household.population = rng.randint(1, origin.population - 2)
            before, after = origin.population, origin.population - household.population
            origin.population = after
            origin.version += 1
            change.kind, change.related = ChangeKind.SPLIT, origin
            change.reason = "子女成家，已单独立户。"
            change.detail = {"before": {"原户人口": before}, "after": {"原户人口": after}}
        chronicle.changes.append(change)
