"""The demo's supervision: visits, samples and findings as the program's own doors would have written them."""

import datetime as dt

import pytest
from django.utils.timezone import localtime

from rectification.enums import Seen
from rectification.models import Problem, SupervisionVisit, VisitHousehold
from rectification.supervision.coverage import coverage
from rectification.supervision.sampling import candidates, draw
from rectification.supervision.visiting import done_obstacles
from reports.demo.cast import engage
from reports.demo.supervision import Supervision
from tests.factories import HouseholdFactory
from yanliang.periods import SHANGHAI, campaign, thursdays

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

UNTIL = dt.date(2020, 4, 30)
OFFICES = [f"61011400{number}" for number in range(1, 8)]


@pytest.fixture
def supervised():
    """Every office has ten households; how many visits and findings were written."""
    start = dt.datetime.combine(campaign().start, dt.time(), SHANGHAI)
    for office in OFFICES:
        HouseholdFactory.create_batch(10, region_id=f"{office}200", registered_at=start)
    return Supervision(engage(), UNTIL, seed=1).write()


def test_two_to_four_offices_a_week_in_turn_by_samples_that_can_be_drawn_again(supervised):
    visits, found = supervised
    assert visits == SupervisionVisit.objects.count()
    assert found == Problem.objects.count() > 0
    weeks = thursdays(campaign().start, UNTIL)
    numbers = [SupervisionVisit.objects.in_week(week).count() for week in weeks]
    assert all(2 <= number <= 4 for number in numbers)
    assert set(SupervisionVisit.objects.values_list("region_id", flat=True)) == set(OFFICES)
    assert all(each.office.pk in OFFICES for each in coverage("610114", UNTIL))
    visit = SupervisionVisit.objects.first()
    drawn = draw(candidates(visit.region_id), size=visit.size, seed=visit.seed)
    kept = visit.households.values_list("household_id", flat=True)
    assert [each.pk for each in drawn] == list(kept)


def test_visits_are_whole_and_their_problems_in_the_ledger_of_the_day(supervised):
    for visit in SupervisionVisit.objects.all():
        visit.full_clean()
        assert campaign().start <= visit.visited_on <= UNTIL
        seen = set(visit.households.values_list("seen", flat=True))
        if visit.state == "done":
            assert visit.summary
            assert not done_obstacles(visit)
        else:
            assert visit.visited_on == UNTIL
            assert Seen.PENDING in seen
    rows = VisitHousehold.objects.filter(seen=Seen.PROBLEM)
    for row in rows.select_related("visit"):
        problem = Problem.objects.get(visit=row.visit, household_id=row.household_id)
        assert problem.found_on == row.visit.visited_on == localtime(problem.raised_at).date()
        assert problem.number.startswith(f"YL-2020-{row.visit.region_id[6:]}-")
    assert Problem.objects.count() == rows.count()
    assert set(Problem.objects.values_list("state", flat=True)) <= {"open", "in_progress"}


def test_nobody_is_visited_before_they_were_registered():
    late = dt.datetime(2020, 4, 17, tzinfo=SHANGHAI)
    HouseholdFactory.create_batch(3, registered_at=late)
    Supervision(engage(), UNTIL, seed=1).write()
    days = list(SupervisionVisit.objects.values_list("visited_on", flat=True))
    assert days
    assert all(day >= late.date() for day in days)
