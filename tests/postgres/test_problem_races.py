"""Two people at one problem, or in one office's ledger, at the same moment."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from rectification.enums import EntryKind, Fact, Verification
from rectification.models import Problem, ProblemEntry, RuleRun
from rectification.problems import acting, bulk, facts, rules, settling
from rectification.problems.acting import Assignment
from rectification.problems.facts import Finding
from rectification.problems.proving import void_evidence
from rectification.problems.raising import enter, raise_problem
from tests.factories import HouseholdFactory, StaffFactory
from tests.postgres.racing import RACES, at_once
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import (
    OFFICE,
    VILLAGE,
    assigned,
    drafted,
    evidence_of,
    kind,
    office_clerk,
    proved,
    raised,
    submitted,
)
from yanliang.audit.trail import faults

pytestmark = RACES


@pytest.fixture(autouse=True)
def the_trail_stays_whole(reference):
    yield
    assert list(faults()) == []


def refusals(results: list) -> list[ValidationError]:
    """Those who were told; whatever else went wrong fails the test."""
    wrong = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, ValidationError) for each in wrong), wrong
    return wrong


def bureau(count: int):
    return [
        StaffFactory(username=f"bureau{n}", role="bureau_lead", region_id="610114")
        for n in range(count)
    ]


def log_of(problem: Problem) -> list[str]:
    return list(ProblemEntry.objects.filter(problem=problem).values_list("kind", flat=True))


def test_a_problem_is_struck_off_once():
    problem = submitted()

    def verify(by):
        return lambda: acting.verify(problem.pk, Verification.PHONE, by=by)

    [told] = refusals(at_once(*map(verify, bureau(2))))
    assert "已销号" in "".join(told.messages)
    assert log_of(problem).count(EntryKind.VERIFIED) == 1


def test_numbers_of_an_office_never_meet():
    people = [office_clerk(), clerk(), *bureau(2)]
    drafts = [drafted(HouseholdFactory(region_id=VILLAGE)) for _ in people]
    by_office = drafted(code="policy_not_known", region_id=OFFICE)
    acts = [
        lambda draft=draft, by=by: raise_problem(draft, by=by)
        for draft, by in zip([*drafts, by_office], [*people, clerk()], strict=True)
    ]
    assert refusals(at_once(*acts)) == []
    numbers = Problem.objects.order_by("number").values_list("number", flat=True)
    assert [number[-5:] for number in numbers] == [f"{serial:05}" for serial in range(1, 6)]


def test_one_of_submitting_and_voiding_comes_first():
    problem, [lead] = proved(), bureau(1)
    results = at_once(
        lambda: acting.submit(problem.pk, "已改", by=office_clerk()),
        lambda: acting.void(problem.pk, "误录", by=lead),
    )
    refusals(results)
    problem.refresh_from_db()
    assert problem.state == "void"
    assert log_of(problem)[-1] == EntryKind.VOIDED


def test_proof_is_not_taken_away_under_the_one_who_verifies():
    problem, [lead] = submitted(), bureau(1)
    evidence = evidence_of(problem)
    results = at_once(
        lambda: acting.verify(problem.pk, Verification.DOCUMENTS, by=lead),
        lambda: void_evidence(evidence.pk, by=office_clerk(), reason="别户的材料"),
    )
    assert len(refusals(results)) == 1
    problem.refresh_from_db()
    assert (problem.state == "closed") == problem.evidence.standing().exists()


def test_a_problem_is_reopened_once():
    problem, due = submitted(), dt.date(2099, 1, 1)
    acting.verify(problem.pk, Verification.PHONE, by=clerk())

    def reopen(by):
        return lambda: acting.reopen(problem.pk, "又有问题", due, by=by)

    assert len(refusals(at_once(*map(reopen, bureau(2))))) == 1
    assert log_of(problem).count(EntryKind.REOPENED) == 1


def test_two_who_hand_over_from_one_page():
    problem = raised()

    def hand(name, by):
        return lambda: acting.assign(problem.pk, Assignment(name), by=by, seen=problem.version)

    [told] = refusals(at_once(hand("刘建设", office_clerk()), hand("王强", clerk())))
    assert told.code == "stale"
    assert log_of(problem).count(EntryKind.ASSIGNED) == 1


def test_whole_ledgers_verified_crosswise():
    """Two go through the same problems from both ends: nobody waits for the other for ever."""
    problems = [submitted() for _ in range(4)]
    people = bureau(2)

    def verify(found, by):
        return lambda: bulk.verify_each(found, Verification.DOCUMENTS, "", by=by)

    one, other = at_once(verify(problems, people[0]), verify(problems[::-1], people[1]))
    assert len(one.done) + len(other.done) == len(problems)
    assert Problem.objects.closed().count() == len(problems)


def test_one_subject_is_one_problem():
    household = HouseholdFactory(region_id=VILLAGE)

    def find():
        return lambda: enter([drafted(household, "same_person", subject="same_person")], by=None)

    results = at_once(find(), find())
    assert [type(each) for each in results if isinstance(each, Exception)] == [IntegrityError]
    assert Problem.objects.count() == 1


def test_two_runs_of_the_rules_raise_a_thing_once(monkeypatch):
    household = HouseholdFactory(region_id=VILLAGE)
    found = Finding(VILLAGE, household.pk, "疑似一人两户")
    monkeypatch.setitem(facts.FINDERS, Fact.SAME_PERSON, lambda day, among: iter([found]))

    def run():
        return lambda: rules.run_rules(facts=[Fact.SAME_PERSON])

    results = at_once(run(), run())
    assert len(refusals(results)) <= 1
    assert Problem.objects.filter(kind=kind("same_person")).count() == 1
    assert RuleRun.objects.filter(finished_at=None).count() == 0


def test_rules_settle_while_somebody_verifies():
    """The run holds the trail and the problems, the person a problem and then the trail: neither waits for ever."""
    gone = assigned(raised(code="same_person"))
    Problem.objects.filter(pk=gone.pk).update(subject="same_person")
    others = [submitted() for _ in range(3)]
    [lead] = bureau(1)
    results = at_once(
        lambda: settling.settle_by_register([gone.pk]),
        lambda: bulk.verify_each(others, Verification.DOCUMENTS, "", by=lead),
        lambda: acting.log_progress(gone.pk, "已联系", by=office_clerk()),
    )
    refusals(results)
    assert Problem.objects.closed().count() == 3
    gone.refresh_from_db()
    assert gone.state == "submitted"


def test_offices_in_any_order():
    """Two enter problems of two offices, each in another order."""
    here, there = (HouseholdFactory(region_id=village) for village in (VILLAGE, "610114005200"))

    def both(first, second):
        return lambda: enter([drafted(first), drafted(second)], by=clerk())

    assert refusals(at_once(both(here, there), both(there, here))) == []
    assert Problem.objects.values("number").distinct().count() == 4
