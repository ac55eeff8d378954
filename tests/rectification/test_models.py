"""What the database itself refuses, and what the words of the querysets mean."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from rectification.enums import RenovationState
from rectification.models import Acceptance, Funding, Renovation
from rectification.subsidy import pay_subsidy
from tests.rectification.cases import (
    ACCEPT,
    accepted,
    clerk,
    demolished,
    findings,
    finished,
    planned,
    started,
    to_renovate,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _reference(reference):
    pass


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"planned_area": 4}, "5–2000"),
        ({"started_on": dt.date(2020, 5, 2), "finished_on": dt.date(2020, 5, 1)}, "早于开工"),
        ({"state": "started"}, "必须有开工日期"),
        ({"state": "finished", "started_on": dt.date(2020, 5, 1)}, "必须有竣工日期"),
        ({"subsidy_amount": 1000}, "应同时填写"),
        ({"subsidy_amount": 1000, "subsidy_paid_on": ACCEPT}, "验收合格后发清"),
        (
            {
                "state": "accepted",
                "started_on": dt.date(2020, 4, 1),
                "finished_on": dt.date(2020, 5, 1),
            },
            "旧房未拆除",
        ),
    ],
)
def test_contradictions_are_refused_with_a_sentence_and_by_the_database(change, sentence):
    renovation = planned()
    for name, value in change.items():
        setattr(renovation, name, value)
    with pytest.raises(ValidationError) as refused:
        renovation.validate_constraints()
    assert sentence in "".join(refused.value.messages)
    with pytest.raises(IntegrityError), transaction.atomic():
        Renovation.objects.filter(pk=renovation.pk).update(**change)


def test_one_active_renovation_a_household():
    renovation = planned()
    with pytest.raises(IntegrityError), transaction.atomic():
        Renovation.objects.create(
            household=renovation.household,
            mode="unified",
            contractor="某公司",
            planned_area=60,
            planned_finish=ACCEPT,
            planned_by=clerk(),
            planned_at=renovation.planned_at,
        )
    renovation.state = RenovationState.CANCELLED
    renovation.save()
    planned(renovation.household)


@pytest.mark.parametrize("amount", [0, -5])
def test_no_source_gives_nothing(amount):
    with pytest.raises(IntegrityError), transaction.atomic():
        Funding.objects.create(renovation=planned(), source="city", amount=amount)


def test_a_source_is_named_once():
    with pytest.raises(IntegrityError), transaction.atomic():
        Funding.objects.create(renovation=planned(), source="own", amount=1)


def test_an_acceptance_with_grade_c_cannot_have_passed():
    acceptance = accepted().acceptances.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.filter(pk=acceptance.pk).update(grade_after="c")


def test_overdue_is_the_day_after_the_date_of_the_class():
    renovation = started()
    due = renovation.household.household_class.cleared_by
    overdue = Renovation.objects.overdue
    assert list(overdue(due)) == []
    assert list(overdue(due + DAY)) == [renovation]
    assert not renovation.is_overdue(due)
    assert renovation.is_overdue(due + DAY)


def test_what_is_accepted_is_never_overdue():
    renovation = accepted()
    late = renovation.household.household_class.cleared_by + 100 * DAY
    assert list(Renovation.objects.overdue(late)) == []


def test_the_subsidy_is_due_after_thirty_days_until_it_is_paid():
    renovation = accepted()
    due = Renovation.objects.subsidy_due
    assert list(due(ACCEPT + 30 * DAY)) == []
    assert list(due(ACCEPT + 31 * DAY)) == [renovation]
    pay_subsidy(renovation.pk, by=clerk(), on=ACCEPT + 5 * DAY, amount=Decimal(25000))
    assert list(due(ACCEPT + 31 * DAY)) == []


def test_old_houses_stand_once_the_work_has_begun():
    planned()
    standing = [started(to_renovate()), finished(to_renovate())]
    started(to_renovate(), mode="reinforce")
    demolished(to_renovate())
    assert set(Renovation.objects.old_house_standing()) == set(standing)


def test_awaiting_acceptance():
    started()
    waiting = finished(to_renovate())
    accepted(to_renovate())
    assert list(Renovation.objects.awaiting_acceptance()) == [waiting]


def test_findings_say_everything_that_is_wrong_at_once():
    from rectification.accepting import faults

    wrong = findings(
        acceptors=["王建国", "王建国"],
        marks={"Y01": "fail"},
        grade_after="c",
        opinion="disagrees",
    )
    sentences = "".join(faults(wrong))
    for part in ("不少于两名", "还没有评定", "场地安全", "C级或D级", "户主不同意"):
        assert part in sentences
    assert faults(findings()) == []
