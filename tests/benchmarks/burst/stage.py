"""Who works and on what: a hundred accounts, signed in, and households that wait to be inspected."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from itertools import cycle, islice

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.db.models import Count

from households.models import Household, Region
from inspections.models import Photo
from rectification.enums import Moment
from reports.demo.album import taken
from reports.demo.cast import DISTRICT
from reports.demo.district import UNTIL
from reports.enums import WeekState
from tests.benchmarks.burst.client import Browser
from yanliang.accounts.enums import ROLE_LEVELS, RegionLevel, Role
from yanliang.accounts.models import Staff
from yanliang.periods import cut_off, now, told_at

#: Of a hundred people, how many hold which role; every office has its lead, and recorders at least as many.
SHARES = {
    Role.RECORDER: 35,
    Role.OFFICE_LEAD: 7,
    Role.VILLAGE: 28,
    Role.BUREAU_CLERK: 8,
    Role.BUREAU_LEAD: 2,
    Role.SUPERVISOR: 6,
    Role.DEPARTMENT: 6,
    Role.VIEWER: 8,
}
#: So long before the cut-off of the first Thursday after the demo's story.
AHEAD = timedelta(hours=2)
STARTS_AT = cut_off(UNTIL + timedelta(weeks=1)) - AHEAD


@dataclass(eq=False)
class Person:
    """Somebody at work; `region` is the code of the place whose rows they see."""

    role: str
    region: str
    browser: Browser
    is_busy: bool = False

    @property
    def office(self) -> str:
        """Code of the street office that the person works in or under; empty at the district."""
        return self.region[: RegionLevel.OFFICE] if len(self.region) > len(DISTRICT) else ""


@dataclass(frozen=True)
class Waiting:
    """A household to inspect, with the photo of its front."""

    pk: int
    village: str
    photo: str


@dataclass
class Office:
    """An office's week as the people of this run leave it, so that no two of them work against each other.

    `is_busy` while somebody writes or reviews its week; `is_held` while its lead submits, and nobody else may move its
    figures; `moving` counts the inspections that are being submitted. `receipt` is the address of the last submission.
    """

    code: str
    is_busy: bool = False
    is_held: bool = False
    moving: int = 0
    submitted: int = 0
    receipt: str = ""
    state: str = WeekState.DRAFT

    @property
    def is_reviewable(self) -> bool:
        return self.state in (WeekState.SUBMITTED, WeekState.ACCEPTED) and not self.is_busy

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Within it the week is one person's."""
        self.is_busy = True
        try:
            yield
        finally:
            self.is_busy = self.is_held = False


@dataclass
class Town:
    """Everybody and everything that a run plays with."""

    people: list[Person]
    waiting: dict[str, list[Waiting]]
    offices: dict[str, Office]
    rng: random.Random
    district_is_busy: bool = False


def settle(users: int, port: int, seed: int) -> Town:
    """Make `users` accounts and sign them in; photograph the fronts of all households that wait to be inspected."""
    offices = list(Region.objects.within(DISTRICT).offices().values_list("code", flat=True))
    with told_at(STARTS_AT):
        people = [
            Person(staff.role, staff.region_id, signed_in(staff, port))
            for staff in engaged(users, offices)
        ]
        waiting = {office: photographed(office) for office in offices}
    return Town(
        people,
        waiting,
        {office: Office(office) for office in offices},
        random.Random(seed),
    )


def engaged(users: int, offices: list[str]) -> Iterator[Staff]:
    """New accounts in the shares of SHARES, dealt out over the places of each role."""
    places = {
        RegionLevel.DISTRICT: [DISTRICT],
        RegionLevel.OFFICE: offices,
        RegionLevel.VILLAGE: villages_at_work(),
    }
    password, number = make_password(None), 0
    for role, people in heads(users, len(offices)).items():
        level = min(ROLE_LEVELS[role] & places.keys())
        for region in islice(cycle(places[level]), people):
            number += 1
            yield Staff.objects.create(
                username=f"burst{number:03}",
                full_name=f"压测{number:03}",
                role=role,
                region_id=region,
                post="压测",
                department="扶贫" if role == Role.DEPARTMENT else "",
                password=password,
                must_change_password=False,
                last_login=STARTS_AT,
            )


def heads(users: int, offices: int) -> dict[str, int]:
    """How many people of each role; raises ValueError where `users` are too few for one lead an office."""
    shares = {role: max(1, users * share // sum(SHARES.values())) for role, share in SHARES.items()}
    shares[Role.OFFICE_LEAD] = offices
    shares[Role.RECORDER] += users - sum(shares.values())
    if shares[Role.RECORDER] < offices:
        raise ValueError(f"{users} people are too few: every office needs a lead and a recorder.")
    return shares


def villages_at_work() -> list[str]:
    """Villages by the number of households that nobody has visited, most first."""
    counted = unvisited(DISTRICT).order_by().values("region_id").annotate(left=Count("pk"))
    return list(counted.order_by("-left", "region_id").values_list("region_id", flat=True))


def unvisited(scope: str):
    """Unchecked households that nobody has begun to fill in."""
    return Household.objects.within(scope).unchecked().filter(draft=None)


def signed_in(staff: Staff, port: int) -> Browser:
    """A browser with a session of `staff`, as the sign-in page would leave it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.create()
    return Browser(port, {settings.SESSION_COOKIE_NAME: session.session_key})


def photographed(office: str) -> list[Waiting]:
    """The households of the office to inspect, with photos that its recorder took."""
    recorder = Staff.objects.filter(region_id=office, role=Role.RECORDER).first()
    households = unvisited(office).exclude(structure="").order_by("pk")
    photos = [taken(household, Moment.AFTER, now(), recorder) for household in households]
    Photo.objects.bulk_create(photos)
    return [
        Waiting(photo.household_id, photo.household.region_id, str(photo.pk)) for photo in photos
    ]
