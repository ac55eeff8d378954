"""Supervision visits: planned, done, counted by week and office."""

import datetime as dt

import pytest
import time_machine

from rectification.enums import Seen, VisitState
from rectification.models import SupervisionVisit, VisitHousehold
from rectification.supervision.coverage import coverage, not_visited
from tests.factories import HouseholdFactory
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import OFFICE, VILLAGE, raised
from yanliang.periods import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

THURSDAY = dt.date(2020, 4, 23)


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def visited(on: dt.date = dt.date(2020, 4, 21), seen: tuple[Seen, ...] = (), **fields):
    visit = SupervisionVisit.objects.create(
        region_id=OFFICE,
        visited_on=on,
        visitors="高某",
        seed=1,
        size=2,
        recorded_by=clerk(),
        recorded_at=now(),
        **{"state": VisitState.DONE} | fields,
    )
    for position, each in enumerate(seen, start=1):
        VisitHousehold.objects.create(
            visit=visit,
            household=HouseholdFactory(region_id=VILLAGE),
            position=position,
            seen=each,
        )
    return visit


class TestCoverage:
    def test_all_offices_stand_there_and_what_was_done(self, django_assert_num_queries):
        visit = visited(seen=(Seen.SOUND, Seen.ABSENT, Seen.PENDING))
        visited(seen=(Seen.PROBLEM,))
        visited(state=VisitState.PLANNED)
        raised(visit=visit)
        with django_assert_num_queries(3):
            covered = coverage("610114", THURSDAY)
        assert len(covered) == 7
        by_office = {each.office.code: each[1:] for each in covered}
        assert by_office.pop(OFFICE) == (2, 3, 1)
        assert set(by_office.values()) == {(0, 0, 0)}
        assert OFFICE not in [office.code for office in not_visited(covered)]

    def test_a_week_runs_from_friday_to_thursday(self):
        visited(on=dt.date(2020, 4, 16))
        assert len(not_visited(coverage("610114", THURSDAY))) == 7
        visited(on=dt.date(2020, 4, 17))
        assert len(not_visited(coverage("610114", THURSDAY))) == 6

    def test_an_office_hears_of_itself_alone(self):
        assert [each.office.code for each in coverage(OFFICE, THURSDAY)] == [OFFICE]
