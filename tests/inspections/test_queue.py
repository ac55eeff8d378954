"""The bureau's appraisal queue holds exactly the suspected households without a grade."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from households.enums import EventKind, Verdict
from households.events import lock_household, record_event
from households.models import Household
from inspections.models import InspectionPhoto
from tests.factories import HouseholdFactory, happen, suspected_household
from tests.inspections.factories import SUBMITTED_AT, InspectionFactory, photo_of

URL = "/inspections/appraisal-queue/"
BEITUN = "610114005200"


def suspected_inspection(**fields):
    return InspectionFactory(
        verdict=Verdict.SUSPECTED, reasons=["W01 一票否决：承重墙裂缝较宽。"], **fields
    )


@pytest.fixture
def rows(sign_in, bureau_clerk):
    """The rows of the queue as the bureau's clerk sees them."""
    return lambda **query: sign_in(bureau_clerk).get(URL, query).context["rows"]


def test_a_suspected_household_is_there_at_once(rows):
    inspection = suspected_inspection()
    (row,) = rows()
    assert row.household == inspection.household
    assert row.cause.inspection == inspection
    assert row.cause.reasons == ["W01 一票否决：承重墙裂缝较宽。"]


def test_others_are_not(rows, reference):
    HouseholdFactory()
    happen(HouseholdFactory(), "inspected:safe")
    happen(HouseholdFactory(), "inspected:suspected", "appraised:b")
    happen(HouseholdFactory(), "inspected:suspected", "appraised:d")
    happen(HouseholdFactory(), "inspected:suspected", "exempted")
    assert rows() == []


def test_oldest_first_with_the_days_waited(rows, reference):
    for days, name in ((2, "李后来"), (9, "李先来"), (5, "李居中")):
        household = HouseholdFactory(head_name=name)
        record_event(
            lock_household(household.pk),
            EventKind.INSPECTED,
            by=None,
            outcome=Verdict.SUSPECTED,
            happened_on=dt.date(2020, 4, 1),
            at=dt.datetime(2020, 4, 20 - days, 15, 59, tzinfo=dt.UTC),
        )
    # Days are Shanghai's: 15:59 UTC is one minute to midnight there.
    with time_machine.travel(dt.datetime(2020, 4, 19, 16, 0, tzinfo=dt.UTC), tick=False):
        waiting = [(row.household.head_name, row.days) for row in rows()]
    assert waiting == [("李先来", 9), ("李居中", 5), ("李后来", 2)]


def test_a_warning_after_an_appraisal_says_so(rows, reference):
    happen(HouseholdFactory(), "inspected:suspected", "appraised:b", "warned")
    (row,) = rows()
    assert row.cause.reasons == ["新险情：未写明（2020-04-01）"]
    assert row.cause.inspection is None


def test_a_household_taken_back_into_the_check_shows_its_inspection(rows):
    inspection = suspected_inspection()
    happen(inspection.household, "exempted", "reinstated")
    assert [row.cause.inspection for row in rows()] == [inspection]


def test_photos_are_counted_once_each(rows, sign_in, bureau_clerk, recorder):
    inspection = suspected_inspection()
    first, second = (photo_of(inspection.household, recorder, colour) for colour in ("red", "blue"))
    for photo, code in ((first, "front"), (second, "W01"), (first, "R01")):
        InspectionPhoto.objects.create(inspection=inspection, photo=photo, item_code=code)
    assert rows()[0].cause.photo_ids == (first.pk, second.pk)
    page = sign_in(bureau_clerk).get(URL).text
    assert reverse("inspections:photo_thumbnail", args=[first.pk]) in page
    assert "2 张" in page


def test_narrowed_by_office_and_class(rows, reference):
    here = suspected_household()
    poor = suspected_household(class_code="registered_poor")
    there = suspected_household(region_id=BEITUN)

    def found(**query):
        return {row.household.pk for row in rows(**query)}

    assert found(office="610114007") == {here.pk, poor.pk}
    assert found(office="610114005") == {there.pk}
    assert found(**{"class": "ordinary"}) == {here.pk, there.pk}
    assert found(office="610114007", **{"class": "ordinary"}) == {here.pk}


@pytest.mark.parametrize("query", [{"office": "610115001"}, {"office": "x"}, {"class": "x"}])
def test_a_wrong_filter_shows_nothing_and_says_so(sign_in, bureau_clerk, query):
    suspected_household()
    answer = sign_in(bureau_clerk).get(URL, query)
    assert answer.context["rows"] == []
    assert "筛选条件无法识别" in answer.text


def test_counts_by_office_name_every_office(sign_in, bureau_clerk):
    suspected_household()
    suspected_household()
    suspected_household(region_id=BEITUN)
    context = sign_in(bureau_clerk).get(URL, {"office": "610114005"}).context
    counts = {office.code: count for office, count in context["offices"]}
    assert len(counts) == 7
    assert (counts["610114007"], counts["610114005"], context["total"]) == (2, 1, 3)
    assert sum(counts.values()) == Household.objects.awaiting_appraisal().count()
    assert context["page"].paginator.count == 1


@pytest.mark.parametrize("person", ["bureau_clerk", "bureau_lead", "supervisor"])
def test_the_bureau_and_supervisors_see_it(request, sign_in, person):
    assert sign_in(request.getfixturevalue(person)).get(URL).status_code == 200


@pytest.mark.parametrize("person", ["recorder", "office_lead", "villager", "viewer", "keeper"])
def test_offices_do_not(request, sign_in, person):
    assert sign_in(request.getfixturevalue(person)).get(URL).status_code == 403


def test_somebody_without_a_session_signs_in_first(client, db):
    assert client.get(URL).url.startswith(reverse("accounts:sign_in"))


def test_it_only_reads(sign_in, bureau_clerk):
    assert sign_in(bureau_clerk).post(URL).status_code == 405


def test_as_many_queries_for_50_rows_as_for_5(
    sign_in, bureau_clerk, recorder, django_assert_num_queries
):
    client = sign_in(bureau_clerk)
    for expected in (5, 50):
        while Household.objects.awaiting_appraisal().count() < expected:
            inspection = suspected_inspection(submitted_by=recorder, submitted_at=SUBMITTED_AT)
            inspection.photo_links.create(
                photo=photo_of(inspection.household, recorder), item_code="front"
            )
        with django_assert_num_queries(12):
            answer = client.get(URL)
        assert len(answer.context["rows"]) == expected
