"""新险情: its photos, where they are shown, and taking a mistaken report back."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.urls import reverse

from households.models import Household
from inspections.causes import prefetches
from inspections.models import Appraisal, Photo, WarningPhoto
from inspections.photos import orphans
from inspections.site_list import site_list
from tests.factories import HouseholdFactory, happen, suspected_household
from tests.inspections.factories import AppraisalFactory, InspectionFactory, photo_of
from yanliang.audit.models import Entry
from yanliang.periods import now, today

QUEUE = "/inspections/appraisal-queue/"


def safe(**fields) -> Household:
    return happen(HouseholdFactory(**fields), "inspected:safe")


@pytest.fixture
def warn(sign_in, office_lead):
    def post(household, *photos, **changes):
        data = {
            "source": "disaster",
            "description": "连日降雨，后墙外闪。",
            "found_on": today().isoformat(),
            "photos.warning": [getattr(each, "pk", each) for each in photos],
        }
        address = reverse("inspections:household_warn", args=[household.pk])
        return sign_in(office_lead).post(address, data | changes)

    return post


@pytest.fixture
def withdraw(sign_in, bureau_lead):
    def post(event, reason="登记错户"):
        address = reverse("inspections:warning_withdraw", args=[event.pk])
        return sign_in(bureau_lead).post(address, {"reason": reason})

    return post


def test_photos_go_with_the_warning(warn, office_lead):
    household = safe()
    first, second = (photo_of(household, office_lead, colour) for colour in ("red", "blue"))
    # The same photo twice in the form is one photo.
    assert warn(household, first, second, first).status_code == 302
    event = household.events.get(kind="warned")
    assert [link.photo for link in event.warning_photos.all()] == [first, second]
    assert Entry.objects.get(act="household_warned").after["照片"] == 2


@pytest.mark.parametrize("photo", ["x", uuid.uuid4(), "other"])
def test_photos_that_are_not_the_households_are_refused(warn, office_lead, photo):
    household, other = safe(), safe()
    if photo == "other":
        photo = photo_of(other, office_lead)
    assert "不属于该户" in warn(household, photo).text
    assert not household.events.filter(kind="warned").exists()


def test_photos_stay_in_a_form_that_is_refused(warn, office_lead):
    household = safe()
    photo = photo_of(household, office_lead)
    page = warn(household, photo, description=" ")
    assert "请写明险情" in page.text
    assert f'name="photos.warning" value="{photo.pk}"' in page.text


def test_the_bureau_uploads_photos_too(sign_in, bureau_clerk):
    household = safe()
    address = reverse("inspections:photo_upload", args=[household.pk])
    # Allowed, and told that nothing was sent.
    assert sign_in(bureau_clerk).post(address).status_code == 400


def test_a_warnings_photo_is_nobodys_orphan(warn, office_lead):
    household = safe()
    kept, left = (photo_of(household, office_lead, colour) for colour in ("red", "blue"))
    warn(household, kept)
    assert list(orphans(now() + dt.timedelta(days=1))) == [left]


def test_the_queue_tells_the_warning_with_its_photos_and_days(
    warn, sign_in, bureau_clerk, office_lead
):
    with time_machine.travel(dt.datetime(2020, 4, 10, 2, tzinfo=dt.UTC), tick=False):
        earlier = InspectionFactory(reasons=["未发现不符合项。"]).household
        suspected = suspected_household()
    with time_machine.travel(dt.datetime(2020, 4, 15, 2, tzinfo=dt.UTC), tick=False):
        photo = photo_of(earlier, office_lead)
        assert warn(earlier, photo).status_code == 302
    with time_machine.travel(dt.datetime(2020, 4, 18, 2, tzinfo=dt.UTC), tick=False):
        answer = sign_in(bureau_clerk).get(QUEUE)
    first, second = answer.context["rows"]
    assert (first.household, first.days) == (suspected, 8)
    # Not from the visit, which found it safe, but from the warning.
    assert (second.household, second.days) == (earlier, 3)
    assert second.cause.reasons == ["新险情：连日降雨，后墙外闪（2020-04-15，灾害）"]
    assert second.cause.inspection is None
    assert reverse("inspections:photo_thumbnail", args=[photo.pk]) in answer.text


def test_the_queue_asks_as_often_for_many_photos_as_for_few(
    warn, sign_in, bureau_clerk, office_lead, django_assert_num_queries
):
    for expected in (5, 20):
        while WarningPhoto.objects.count() < expected:
            household = safe()
            warn(household, photo_of(household, office_lead))
        client = sign_in(bureau_clerk)
        with django_assert_num_queries(11):
            assert len(client.get(QUEUE).context["rows"]) == expected


def test_the_site_list_tells_why(warn):
    household = safe()
    warn(household)
    appraisal = AppraisalFactory(household=household)
    appraisals = Appraisal.objects.prefetch_related(*prefetches("household__"))
    (row,) = site_list(appraisal.organisation, appraisals).rows
    assert row.cells["reasons"].startswith("新险情：连日降雨，后墙外闪（")


def test_a_ruling_that_sent_a_household_back_says_why(sign_in, bureau_clerk, reference):
    happen(suspected_household(), "appraised:d", "ruled_back")
    (row,) = sign_in(bureau_clerk).get(QUEUE).context["rows"]
    assert row.cause.reasons == ["审定退回：未写明（2020-04-01）"]


def test_the_households_page_shows_the_warning_with_its_photos(
    warn, sign_in, viewer, bureau_lead, office_lead
):
    household = safe()
    photo = photo_of(household, office_lead)
    warn(household, photo)
    address = reverse("inspections:household_appraisals", args=[household.pk])
    page = sign_in(viewer).get(address).text
    assert "连日降雨，后墙外闪" in page
    assert reverse("inspections:photo_show", args=[photo.pk]) in page
    event = household.events.get(kind="warned")
    withdrawal = reverse("inspections:warning_withdraw", args=[event.pk])
    assert withdrawal not in page
    assert withdrawal in sign_in(bureau_lead).get(address).text


def test_a_withdrawn_warning_leaves_the_household_as_it_was(
    warn, withdraw, office_lead, sign_in, viewer
):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:b")
    warn(household, photo_of(household, office_lead))
    event = household.events.get(kind="warned")
    assert withdraw(event).status_code == 302
    household.refresh_from_db()
    event.refresh_from_db()
    assert (household.stage, household.grade, event.superseded) == ("appraised_safe", "b", True)
    entry = Entry.objects.get(act="warning_withdrawn")
    assert (entry.before["进度"], entry.after["进度"]) == ("疑似不安全", "鉴定安全")
    assert entry.before["险情"] == "连日降雨，后墙外闪。"
    assert Photo.objects.get().warning_links.exists()
    address = reverse("inspections:household_appraisals", args=[household.pk])
    assert "连日降雨" not in sign_in(viewer).get(address).text
    # What comes next takes a place of its own.
    assert warn(household).status_code == 302


def test_a_warning_with_an_open_assignment_is_not_withdrawn(warn, withdraw):
    household = safe()
    warn(household)
    appraisal = AppraisalFactory(household=household)
    event = household.events.get(kind="warned")
    assert "请先撤销委托" in withdraw(event).text
    appraisal.state, appraisal.cancel_reason = "cancelled", "登记错户"
    appraisal.save()
    assert withdraw(event).status_code == 302


@pytest.mark.parametrize("step", ["inspected:safe", "appraised:a", "exempted"])
def test_a_warning_that_something_followed_is_not_withdrawn(warn, withdraw, step):
    household = safe()
    warn(household)
    event = household.events.get(kind="warned")
    happen(household, step)
    assert "不能再撤销" in withdraw(event).text
    event.refresh_from_db()
    assert not event.superseded


def test_other_events_are_no_warnings(withdraw, reference):
    assert withdraw(safe().events.get()).status_code == 404
