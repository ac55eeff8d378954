"""Two runs of the rules at one moment, and a run while an office enters problems by hand."""

import pytest
from django.db import transaction

from rectification.models import Problem, RuleRun
from rectification.problems.rules import Busy, run_rules
from tests.factories import HouseholdFactory
from tests.postgres.racing import RACES, at_once
from tests.rectification.problem_cases import office_clerk, raised
from tests.rectification.test_facts import inspected

pytestmark = [*RACES, pytest.mark.usefixtures("reference")]


def test_of_two_runs_at_once_one_is_refused_and_nothing_is_raised_twice():
    with transaction.atomic():
        for _ in range(3):
            inspected()
    results = at_once(run_rules, run_rules, run_rules)
    refused = [each for each in results if isinstance(each, Busy)]
    done = [each for each in results if isinstance(each, RuleRun)]
    assert len(refused) + len(done) == 3
    assert done
    without_photo = Problem.objects.filter(kind__fact="no_photo")
    assert without_photo.count() == without_photo.values("household").distinct().count() == 3


def test_a_run_and_a_clerk_number_their_problems_one_after_the_other():
    household = HouseholdFactory()
    with transaction.atomic():
        inspected(household)
    office_clerk()

    def enter():
        for _ in range(3):
            raised(household)

    results = at_once(run_rules, enter)
    assert [each for each in results if isinstance(each, Exception)] == []
    numbers = list(Problem.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
