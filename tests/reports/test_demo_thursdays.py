"""The demo's Thursdays: every state a week can be in, made by the program's own acts."""

import datetime as dt

import pytest

from reports.demo.weeks import MISSING, RETURNED, WAITING
from reports.enums import DistrictState, WeekState
from reports.models import (
    DistrictReport,
    DistrictWeek,
    Forwarding,
    OfficeWeek,
    Submission,
    SubmissionReview,
)
from reports.thursday.content import Content
from reports.thursday.groups import group_of_each
from tests.reports.conftest import UNTIL

LAST = dt.date(2020, 5, 21)
FIRST = dt.date(2020, 3, 26)


@pytest.mark.usefixtures("district")
class TestThursdays:
    def test_the_last_week_waits_for_people(self):
        states = dict(OfficeWeek.objects.filter(thursday=LAST).values_list("region_id", "state"))
        assert LAST <= UNTIL
        assert states[WAITING] == WeekState.SUBMITTED
        assert states[RETURNED] == WeekState.RETURNED
        assert MISSING not in states
        assert list(states.values()).count(WeekState.ACCEPTED) == 4
        assert not DistrictWeek.objects.filter(thursday=LAST, revision__gt=0).exists()

    def test_earlier_weeks_were_forwarded_and_one_corrected(self):
        weeks = DistrictWeek.objects.exclude(thursday=LAST)
        assert set(weeks.values_list("state", flat=True)) == {DistrictState.FORWARDED}
        assert weeks.order_by("thursday").first().thursday == FIRST
        assert weeks.filter(revision=2).count() == 1
        assert Forwarding.objects.count() == DistrictReport.objects.count() == weeks.count() + 1

    def test_one_office_was_forgotten_and_one_stood_in_for(self):
        contents = [Content(report.data) for report in DistrictReport.objects.all()]
        assert sum(bool(content.missing) for content in contents) == 1
        assert sum(bool(content.stand_ins) for content in contents) == 1

    def test_some_came_late_and_some_were_returned_and_came_again(self):
        submissions = list(Submission.objects.all())
        assert any(not each.is_on_time for each in submissions)
        assert any(each.week.extended_to for each in submissions)
        assert Submission.objects.filter(revision=2).exists()
        assert SubmissionReview.objects.filter(outcome="returned").exclude(marks=[]).exists()

    def test_the_district_counts_every_household_of_its_submissions_once(self):
        report = DistrictReport.objects.filter(thursday=FIRST).get()
        counted = group_of_each(Content(report.data).groups)
        accepted = [
            household
            for each in Submission.objects.filter(thursday=FIRST).accepted()
            for household in group_of_each(Content(each.data).groups)
        ]
        assert sorted(accepted) == sorted(counted)
