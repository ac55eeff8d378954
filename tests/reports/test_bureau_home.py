"""What the bureau's home page says of Thursday."""

import datetime as dt

import pytest
from django.urls import reverse

from reports.enums import DistrictState, WeekState
from reports.models import DistrictWeek, OfficeWeek
from tests.factories import HouseholdFactory
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    locked,
    submitted,
)
from yanliang.periods import SHANGHAI, told_at

AFTERNOON = dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def afternoon(reference):
    """Thursday, an hour after the cut-off."""
    with told_at(IN_TIME - dt.timedelta(days=2)):
        HouseholdFactory()
    with told_at(AFTERNOON):
        yield


@pytest.fixture
def lead(sign_in):
    return sign_in(bureau())


def tasks_of(client) -> dict[str, tuple[int, str, bool]]:
    return {
        task.label: (task.count, task.hint, task.is_urgent)
        for task in client.get(reverse("home")).context["tasks"]
    }


def test_submissions_wait_for_review_until_the_week_can_be_locked(lead):
    submission = submitted()
    assert tasks_of(lead)["待审核的上报"][0] == 1
    assert tasks_of(lead)["待锁定的区级周报"][0] == 0
    OfficeWeek.objects.filter(pk=submission.week_id).update(state=WeekState.ACCEPTED)
    assert tasks_of(lead)["待审核的上报"][0] == 0
    assert tasks_of(lead)["待锁定的区级周报"][0] == 1


def test_a_locked_week_waits_to_be_forwarded(lead):
    accepted()
    locked()
    tasks = tasks_of(lead)
    assert tasks["待锁定的区级周报"][0] == 0
    assert tasks["待转报的区级周报"][0] == 1
    assert tasks["还没有上报的街办"][0] == 0


@pytest.mark.parametrize(
    ("at", "count", "urgent"),
    [
        (dt.datetime(2020, 4, 8, 11, tzinfo=SHANGHAI), 0, False),
        (dt.datetime(2020, 4, 8, 14, tzinfo=SHANGHAI), 6, False),
        (dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI), 6, True),
        (dt.datetime(2020, 4, 10, 9, tzinfo=SHANGHAI), 6, True),
    ],
)
def test_silent_offices_are_named_from_the_afternoon_before(sign_in, at, count, urgent):
    DistrictWeek.objects.create(
        region_id=DISTRICT, thursday="2020-04-02", state=DistrictState.FORWARDED, revision=1
    )
    submitted(at=dt.datetime(2020, 4, 8, 10, tzinfo=SHANGHAI))
    with told_at(at):
        told = tasks_of(sign_in(bureau()))["还没有上报的街办"]
    assert told[0] == count
    assert told[2] is urgent
    assert ("北屯街道" in told[1]) is bool(count)
    assert "关山街道" not in told[1]


def test_an_exception_lets_an_office_wait(lead):
    OfficeWeek.objects.create(
        region_id=BEITUN,
        thursday=THURSDAY,
        extended_to=AFTERNOON + dt.timedelta(days=6),
        extension_reason="停电",
    )
    assert "北屯街道" not in tasks_of(lead)["还没有上报的街办"][1]


def test_two_weeks_that_a_holiday_closes_at_once_are_both_told(sign_in):
    """The cut-offs of 1 and 8 October fall on 30 September."""
    with told_at(dt.datetime(2020, 10, 9, 9, tzinfo=SHANGHAI)):
        told = tasks_of(sign_in(bureau()))["还没有上报的街办"]
    assert "北屯街道（10月1日，已截止）" in told[1]
    assert "北屯街道（10月8日，已截止）" in told[1]
