"""Two people at one reporting week at the same moment: one is done, the other is told."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from households.models import Region
from reports.enums import DistrictState, WeekState
from reports.models import (
    DistrictReport,
    DistrictWeek,
    Forwarding,
    OfficeWeek,
    Submission,
    SubmissionReview,
)
from reports.thursday.aggregating import district_of
from reports.thursday.content import Content
from reports.thursday.district import forward, lock_week, unlock
from reports.thursday.drafting import district_draft
from reports.thursday.gathering import standing_of
from reports.thursday.reviewing import accept, extend, send_back
from reports.thursday.submitting import submit
from tests.factories import HouseholdFactory, StaffFactory
from tests.postgres.racing import RACES, at_once
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    GUANSHAN,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    lead_of,
    locked,
    statement_for,
    submitted,
)
from yanliang.audit.trail import faults
from yanliang.periods import SHANGHAI, told_at

pytestmark = RACES

AFTERNOON = dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def households(reference):
    """Two of 关山 and one of 北屯; whatever happens, the trail stays whole."""
    with told_at(IN_TIME - dt.timedelta(days=1)):
        HouseholdFactory.create_batch(2)
        HouseholdFactory(region_id="610114005200")
    yield
    assert list(faults()) == []


def refusals(results: list) -> list[ValidationError]:
    """Those who were told; whatever else went wrong fails the test."""
    wrong = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, ValidationError) for each in wrong), wrong
    return wrong


def at(moment: dt.datetime, act):
    """`act` in a thread of its own, whose clock stands at `moment`."""

    def told():
        with told_at(moment):
            return act()

    return told


def submitting(office: str, by, moment: dt.datetime = IN_TIME):
    """The office's page as it was opened, and the button that is pressed now."""
    region = Region.objects.get(pk=office)
    with told_at(moment):
        standing = standing_of(region, THURSDAY)
        statement = statement_for(standing)
    week = OfficeWeek.objects.filter(region=region, thursday=THURSDAY).first()
    return at(
        moment,
        lambda: submit(
            region,
            THURSDAY,
            statement,
            by=by,
            seen=week.version if week else 0,
            seen_digest=standing_of(region, THURSDAY).digest,
        ),
    )


def locking(by):
    """The district's page as it was opened, and the button that is pressed now."""
    region = Region.objects.get(pk=DISTRICT)
    week = DistrictWeek.objects.get(region=region, thursday=THURSDAY)
    with told_at(AFTERNOON):
        district = district_of(region, THURSDAY, week)
        parts = district_draft(district.weekly.figures, district.gaps())
    return at(
        AFTERNOON,
        lambda: lock_week(
            region,
            THURSDAY,
            parts,
            by=by,
            seen=week.version,
            seen_digest=district.digest,
            without_missing=True,
        ),
    )


def colleagues():
    return [
        bureau(),
        StaffFactory(username="second", role="bureau_lead", region_id=DISTRICT, full_name="副局长"),
    ]


def test_two_leads_submit_at_once_and_one_counts():
    other = StaffFactory(username="other_lead", role="office_lead", region_id=GUANSHAN)
    results = at_once(submitting(GUANSHAN, lead_of(GUANSHAN)), submitting(GUANSHAN, other))
    assert len(refusals(results)) == 1
    assert Submission.objects.get().revision == OfficeWeek.objects.get().revision == 1


def test_all_offices_submit_at_once():
    """None waits for another in a circle, though all hold the district's row."""
    offices = [office.code for office in Region.objects.get(pk=DISTRICT).children.all()]
    results = at_once(*(submitting(office, lead_of(office)) for office in offices))
    assert refusals(results) == []
    assert Submission.objects.count() == len(offices)


def test_submitting_against_locking_leaves_no_submission_between():
    """A late submission is there before the lock, which is then told, or refused after it."""
    accepted()
    late = submitting(BEITUN, lead_of(BEITUN), AFTERNOON)
    results = at_once(late, locking(bureau()))
    assert len(refusals(results)) == 1
    week = DistrictWeek.objects.get()
    came = Submission.objects.filter(region_id=BEITUN).exists()
    assert came is (week.state == DistrictState.COLLECTING)
    assert DistrictReport.objects.exists() is not came


def test_accepting_against_locking_is_in_the_sum_or_refused():
    accepted()
    with told_at(IN_TIME):
        waiting = submitted(BEITUN)
        OfficeWeek.objects.filter(pk=waiting.week_id).update(state=WeekState.RETURNED)
    lock = locking(bureau())
    OfficeWeek.objects.filter(pk=waiting.week_id).update(state=WeekState.SUBMITTED)
    seen = OfficeWeek.objects.get(pk=waiting.week_id).version
    second = colleagues()[1]
    results = at_once(at(AFTERNOON, lambda: accept(waiting, by=second, seen=seen)), lock)
    assert refusals(results)
    for report in DistrictReport.objects.all():
        assert BEITUN in Content(report.data).missing
        assert OfficeWeek.objects.get(pk=waiting.week_id).state != WeekState.ACCEPTED


def test_one_accepts_and_one_returns_at_once():
    submission = submitted()
    seen = OfficeWeek.objects.get().version
    first, second = colleagues()
    results = at_once(
        at(IN_TIME, lambda: accept(submission, by=first, seen=seen)),
        at(IN_TIME, lambda: send_back(submission, "不符", [], by=second, seen=seen)),
    )
    assert len(refusals(results)) == 1
    review = SubmissionReview.objects.get()
    assert OfficeWeek.objects.get().state == review.outcome


def test_a_resubmission_against_its_acceptance():
    """Either the first is accepted, or the second replaces it; never an acceptance of what was replaced."""
    first = submitted()
    seen = OfficeWeek.objects.get().version
    again = submitting(GUANSHAN, lead_of(GUANSHAN))
    reviewer = bureau()
    results = at_once(at(IN_TIME, lambda: accept(first, by=reviewer, seen=seen)), again)
    assert len(refusals(results)) == 1
    week = OfficeWeek.objects.get()
    assert (week.state, week.revision) in {(WeekState.ACCEPTED, 1), (WeekState.SUBMITTED, 2)}


def test_two_lock_at_once_and_one_report_is_sealed():
    accepted()
    results = at_once(*map(locking, colleagues()))
    assert len(refusals(results)) == 1
    assert DistrictReport.objects.get().revision == DistrictWeek.objects.get().revision == 1


def test_forwarding_against_unlocking():
    accepted()
    locked()
    region, seen = Region.objects.get(pk=DISTRICT), DistrictWeek.objects.get().version
    first, second = colleagues()
    results = at_once(
        at(
            AFTERNOON,
            lambda: forward(
                region,
                THURSDAY,
                forwarded_on=THURSDAY,
                document_number="8号",
                recipient="市局",
                by=first,
                seen=seen,
            ),
        ),
        at(AFTERNOON, lambda: unlock(region, THURSDAY, "重报", by=second, seen=seen)),
    )
    assert len(refusals(results)) == 1
    state = DistrictWeek.objects.get().state
    expected = DistrictState.FORWARDED if Forwarding.objects.exists() else DistrictState.COLLECTING
    assert state == expected


def test_two_grant_an_exception_at_once():
    office = Region.objects.get(pk=GUANSHAN)
    people = colleagues()
    until = AFTERNOON + dt.timedelta(days=1)
    results = at_once(
        *(
            at(IN_TIME, lambda by=by: extend(office, THURSDAY, until, "停电", by=by, seen=0))
            for by in people
        )
    )
    assert len(refusals(results)) == 1
    assert OfficeWeek.objects.get().version == 2
