"""The same button pressed twice at the same moment: one problem, one line."""

import pytest
from django.db import transaction

from inspections.models import ChecklistItem
from rectification.enums import Moment
from rectification.filing import add_photos
from rectification.models import Problem
from rectification.problems import acting, origins
from tests.factories import HouseholdFactory
from tests.inspections.factories import InspectionFactory
from tests.postgres.racing import RACES, at_once
from tests.rectification.cases import clerk, picture, planned
from tests.rectification.problem_cases import VILLAGE, assigned, drafted, office_clerk

pytestmark = [*RACES, pytest.mark.usefixtures("reference")]


def entered_once(results: list) -> bool:
    """One went through, the others were told of its problem."""
    problem = Problem.objects.get()
    known = [each.problem for each in results if isinstance(each, origins.Known)]
    return known == [problem] * (len(results) - 1) and problem in results


def test_what_a_person_describes():
    draft, by = drafted(HouseholdFactory(region_id=VILLAGE)), office_clerk()
    assert entered_once(at_once(*[lambda: origins.raise_by_hand(draft, by=by)] * 3))


def test_a_failed_item():
    item = ChecklistItem.objects.filter(answer_kind="check", effect="K").first()
    with transaction.atomic():
        inspection = InspectionFactory(
            facts={"structure": item.structures[0]}, answers={item.code: "fail"}
        )
    by = office_clerk()
    assert entered_once(
        at_once(*[lambda: origins.raise_from_item(inspection.pk, item.code, by=by)] * 3)
    )


def test_missing_papers_while_the_renovation_s_file_grows():
    renovation, by = planned(), clerk()
    *_, added = at_once(
        lambda: origins.raise_from_papers(renovation.pk, by=by),
        lambda: origins.raise_from_papers(renovation.pk, by=by),
        lambda: add_photos(renovation.pk, Moment.BEFORE, [picture()], by=by),
    )
    assert Problem.objects.count() == len(added) == 1


def test_a_line_of_progress():
    problem, by = assigned(), office_clerk()
    lines = at_once(*[lambda: acting.log_progress(problem.pk, "已联系", by=by)] * 3)
    assert len({line.pk for line in lines}) == 1
