"""A week with an office missing is compared with the week before like for like."""

import datetime as dt

import pytest

from reports.models import DistrictWeek
from reports.thursday.aggregating import district_of
from reports.thursday.content import Content
from reports.weekly.figures import ALL, CHECKED
from tests.factories import HouseholdFactory, happen
from tests.reports.week_cases import BEITUN, GUANSHAN, IN_TIME, THURSDAY, accepted, locked
from yanliang.periods import told_at

WEEK = dt.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def households(reference):
    """Two of 关山, three of 北屯, all since before the first of two weeks."""
    with told_at(IN_TIME - dt.timedelta(days=9)):
        HouseholdFactory.create_batch(2)
        for household in HouseholdFactory.create_batch(3, region_id="610114005200"):
            happen(household, "inspected:safe")


def total_of(report, number: int) -> tuple[int, int]:
    """The total of a measure, this week and last."""
    week = DistrictWeek.objects.get(pk=report.week_id)
    with told_at(report.locked_at):
        compared = district_of(report.region, report.thursday, week).weekly.figures.total
    return compared.this[number], compared.previous(number)


def test_an_office_missing_now_is_not_counted_before():
    for office in (GUANSHAN, BEITUN):
        accepted(office, THURSDAY - WEEK, IN_TIME - WEEK)
    locked(THURSDAY - WEEK)
    accepted(GUANSHAN)
    report = locked()
    assert total_of(report, ALL) == (2, 2)
    assert "（含上周数）不含" in Content(report.data).provenance[0]


def test_an_office_missing_before_is_compared_with_the_register():
    accepted(GUANSHAN, THURSDAY - WEEK, IN_TIME - WEEK)
    locked(THURSDAY - WEEK)
    for office in (GUANSHAN, BEITUN):
        accepted(office)
    report = locked()
    assert total_of(report, ALL) == (5, 5)
    assert total_of(report, CHECKED) == (3, 3)
    assert any("北屯街道上周未报" in said for said in Content(report.data).provenance)
