"""Ways round the ledger's rules that look open: each is shut."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from rectification.enums import EvidenceKind, Verification
from rectification.models import Problem
from rectification.problems import acting, editing
from rectification.problems.acting import Assignment
from rectification.problems.proving import Picture, add_paper, add_photo
from rectification.problems.raising import enter
from rectification.problems.settling import settle_by_register
from tests.factories import HouseholdFactory, StaffFactory
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import (
    AFTER,
    BEFORE,
    VILLAGE,
    assigned,
    closed,
    drafted,
    kind,
    office_clerk,
    paper,
    principal,
    raised,
    scene,
    submitted,
)
from yanliang.periods import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as said:
        act(*args, **kwargs)
    return "".join(said.value.messages)


def reopened(problem: Problem) -> Problem:
    """整改中 again, led by the principal leader."""
    principal()
    acting.reopen(problem.pk, "又有问题", dt.date(2020, 6, 20), by=clerk())
    return assigned(problem)


def by_register(code: str = "same_person", **fields) -> Problem:
    """As the rules raise it."""
    household = HouseholdFactory(region_id=VILLAGE)
    return enter([drafted(household, code, subject=code, **fields)], by=None)[0]


class TestReopening:
    def test_the_proof_of_the_first_time_proves_nothing_again(self, april):
        problem = closed()
        april.shift(3600)
        problem = reopened(problem)
        said = refused(acting.submit, problem.pk, "已改", by=office_clerk())
        assert "重新整改须有新的佐证" in said
        add_paper(problem.pk, paper(mark=2), by=office_clerk())
        assert submitted(problem).state == "submitted"

    def test_a_house_needs_a_new_photo_from_after_and_keeps_that_from_before(self, april):
        problem = closed(code="house_defect")
        april.shift(3600)
        problem = reopened(problem)
        add_photo(problem.pk, EvidenceKind.BEFORE, Picture(scene(3), BEFORE), by=office_clerk())
        said = refused(acting.submit, problem.pk, "已修", by=office_clerk())
        assert "还没有整改后照片" in said
        add_photo(problem.pk, EvidenceKind.AFTER, Picture(scene(4), AFTER), by=office_clerk())
        assert submitted(problem).state == "submitted"

    def test_what_was_found_again_meanwhile_is_put_right_there(self):
        household = HouseholdFactory(region_id=VILLAGE)
        first = closed(household=household, subject="一事")
        again = raised(household, subject="一事")
        said = refused(acting.reopen, first.pk, "又有问题", dt.date(2020, 6, 20), by=clerk())
        assert again.number in said


class TestAnotherKind:
    def test_what_the_register_found_keeps_its_kind(self):
        problem = by_register()
        said = refused(editing.edit, problem.pk, {"kind": kind()}, by=clerk(), seen=problem.version)
        assert "不能改类别" in said

    def test_one_out_of_use_is_refused(self):
        problem, unused = raised(), kind("other")
        type(unused).objects.filter(pk=unused.pk).update(is_active=False)
        values = {"kind": kind("other")}
        assert "已停用" in refused(editing.edit, problem.pk, values, by=clerk(), seen=1)

    def test_the_right_kind_was_struck_off_here_before(self):
        household = HouseholdFactory(region_id=VILLAGE)
        first = closed(household=household)
        leader = principal()
        problem = raised(household, "other")
        edited = editing.edit(problem.pk, {"kind": kind()}, by=clerk(), seen=problem.version)
        assert (edited.is_recurrent, edited.recurs) == (True, first)
        assert edited.leading_official == leader
        back = editing.edit(edited.pk, {"kind": kind("other")}, by=clerk(), seen=edited.version)
        assert (back.is_recurrent, back.recurs) == (False, None)

    def test_one_struck_off_only_later_came_not_before(self, april):
        household = HouseholdFactory(region_id=VILLAGE)
        problem = raised(household, "other")
        april.shift(3600)
        closed(household=household)
        edited = editing.edit(problem.pk, {"kind": kind()}, by=clerk(), seen=problem.version)
        assert not edited.is_recurrent

    def test_reopened_it_stays_a_recurrence(self):
        problem = reopened(closed())
        edited = editing.edit(problem.pk, {"kind": kind("other")}, by=clerk(), seen=problem.version)
        assert edited.is_recurrent


def test_nothing_was_found_tomorrow():
    problem = raised()
    tomorrow = today() + dt.timedelta(days=1)
    values = {"found_on": tomorrow}
    assert "晚于今天" in refused(editing.edit, problem.pk, values, by=clerk(), seen=1)


def test_where_the_program_asks_whoever_brought_the_proof_does_not_verify():
    problem = by_register()
    acting.assign(problem.pk, Assignment("刘建设"), by=clerk())
    settle_by_register([problem.pk])
    add_paper(problem.pk, paper(), by=clerk())
    said = refused(acting.verify, problem.pk, Verification.PHONE, by=clerk())
    assert "佐证由您上传" in said
    other = StaffFactory(username="second", role="bureau_lead", region_id="610114")
    assert acting.verify(problem.pk, Verification.PHONE, by=other).state == "closed"
