"""The demo's weeks: every change that the weekly report must explain has its entry in the ledger."""

import datetime as dt

import pytest

from households.models import Household, Region
from reports.demo import lives
from reports.demo.district import Plan, build
from reports.weekly.figures import ACCEPTED, ALL, APPRAISED, CHECKED, SAFE, Compared
from reports.weekly.gathering import weekly_of
from reports.weekly.weeks import Week, first_thursday

UNTIL = dt.date(2020, 5, 21)
WEEKS = [Week(first_thursday() + dt.timedelta(weeks=number)) for number in range(9)]


@pytest.fixture
def restless(reference, monkeypatch, settings, tmp_path):
    """A small district where danger is found, and households leave, a hundred times as often as usual."""
    monkeypatch.setattr(lives, "REMOVED", 0.4)
    monkeypatch.setattr(lives, "WARNED", 0.3)
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = settings.STORAGES | {"default": storage}
    build(Plan(600, UNTIL))


def everyone(week) -> list[Compared]:
    """The whole, its places, and the class groups with their classes."""
    groups = [each for group in week.groups for each in (group.total, *group.classes)]
    return [week.total, *week.places, *groups]


def test_every_change_between_two_weeks_is_explained(restless):
    district = Region.objects.get(pk="610114")
    seen = set()
    for week in WEEKS[1:]:
        figures = weekly_of(district, week).figures
        for compared in (figures.total, *figures.places):
            causes = compared.causes
            arrived = causes.get("added", 0) + causes.get("split", 0)
            assert compared.difference(ALL) == arrived, (week.thursday, compared.name)
        for compared in everyone(figures):
            for number in (CHECKED, APPRAISED, ACCEPTED, SAFE):
                fall = -compared.difference(number)
                if fall > 0:
                    seen.add(number)
                    explained = sum(compared.causes_of(number).values())
                    assert fall <= explained, (week.thursday, compared.name, number)
    # The test has had falls to look at.
    assert {CHECKED, SAFE} <= seen


def test_each_household_has_one_summary_at_a_time(restless):
    for household in Household.objects.prefetch_related("past_summaries"):
        past = sorted(household.past_summaries.all(), key=lambda each: each.since)
        since = [*(each.since for each in past), household.summary_since]
        assert since[0] == household.registered_at
        assert [each.until for each in past] == since[1:]
        assert sorted(set(since)) == since
