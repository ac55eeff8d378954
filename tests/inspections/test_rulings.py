"""Seven questions to the ruling, then what each outcome leads to."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from households.models import Household
from inspections.models import Ruling, RulingMeeting
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.inspections.factories import MeetingFactory
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults
from yanliang.periods import today

RECORD = "/inspections/rulings/record/"
NUMBER = "阎脱贫组发〔2020〕12 号"


def pending(**fields):
    return happen(HouseholdFactory(**fields), "inspected:suspected", "appraised:d")


def data(*decisions, **changes) -> dict:
    """The form with (household, outcome, note) of each decision."""
    typed = {"held_on": today().isoformat(), "document_number": NUMBER} | changes
    for household, outcome, note in decisions:
        typed |= {f"outcome-{household.pk}": outcome, f"note-{household.pk}": note}
    return typed


def stages(*households) -> list[str]:
    return [Household.objects.get(pk=each.pk).stage for each in households]


@pytest.fixture
def post(sign_in, bureau_lead):
    return lambda typed: sign_in(bureau_lead).post(RECORD, typed)


def test_each_outcome_leads_where_it_should(post, reference):
    into, secured, back, waiting = pending(), pending(), pending(), pending()
    response = post(
        data(
            (into, "ruled_in", ""),
            (secured, "ruled_secured", "随子女居住，已核实"),
            (back, "ruled_back", "报告缺照片"),
            (waiting, "", ""),
        )
    )
    meeting = RulingMeeting.objects.get()
    assert response.url == reverse("inspections:ruling_detail", args=[meeting.pk])
    assert stages(into, secured, back, waiting) == [
        "to_renovate",
        "secured",
        "suspected",
        "pending_ruling",
    ]
    assert meeting.rulings.count() == 3
    assert Ruling.objects.get(household=back).note == "报告缺照片"
    assert Entry.objects.filter(act="household_ruled").count() == 3
    assert Entry.objects.filter(act="meeting_recorded").count() == 1
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [("ruled_secured", "请写明其他方式保障的依据"), ("ruled_back", "请写明退回的理由")],
)
def test_without_a_note_nothing_is_recorded(post, reference, outcome, sentence):
    good, bad = pending(), pending()
    response = post(data((good, "ruled_in", ""), (bad, outcome, "  ")))
    assert sentence in response.text
    assert stages(good, bad) == ["pending_ruling", "pending_ruling"]
    assert not RulingMeeting.objects.exists()
    # What was chosen is still on the page.
    assert {each.pk: each.chosen for each in response.context["page"]}[good.pk] == "ruled_in"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"held_on": "2999-01-01"}, "会议日期不能晚于今天"),
        ({"held_on": ""}, "这个字段是必填项"),
        ({"document_number": ""}, "这个字段是必填项"),
        ({"document": SimpleUploadedFile("x.pdf", b"<html>")}, "扫描件应为 PDF"),
    ],
)
def test_a_meeting_that_is_not_whole_is_refused(post, reference, changes, sentence):
    household = pending()
    assert sentence in post(data((household, "ruled_in", ""), **changes)).text
    assert stages(household) == ["pending_ruling"]


def test_nothing_chosen_says_so(post, reference):
    pending()
    assert "请至少为一户选择审定结果" in post(data()).text


def test_a_household_of_another_stage_is_refused(post, reference):
    household = happen(HouseholdFactory(), "inspected:suspected")
    response = post(data((household, "ruled_in", "")))
    assert stages(household) == ["suspected"]
    assert not RulingMeeting.objects.exists()
    assert response.status_code == 200


def test_classes_that_need_no_ruling_do_not_wait(sign_in, bureau_lead):
    pending(class_code="registered_poor")
    ordinary = pending()
    page = sign_in(bureau_lead).get("/inspections/rulings/").context["page"]
    assert list(page) == [ordinary]


@pytest.mark.parametrize("person", ["bureau_clerk", "supervisor", "office_lead", "keeper"])
def test_only_the_bureaus_lead_records(request, sign_in, reference, person):
    household = pending()
    client = sign_in(request.getfixturevalue(person))
    assert client.post(RECORD, data((household, "ruled_in", ""))).status_code == 403
    assert stages(household) == ["pending_ruling"]
    assert Entry.objects.filter(act="refused").exists()


def test_foreign_households_are_not_touched(sign_in, reference):
    narrow = StaffFactory(username="narrow", role="bureau_lead", region_id="610114007")
    foreign = pending(region_id="610114005200")
    sign_in(narrow).post(RECORD, data((foreign, "ruled_in", "")))
    assert stages(foreign) == ["pending_ruling"]


def test_get_does_nothing(sign_in, bureau_lead):
    assert sign_in(bureau_lead).get(RECORD).status_code == 405


@pytest.mark.parametrize("name", ["outcome-x", "outcome-", "outcome-999999", "outcome-" + "9" * 40])
def test_bad_ids_do_nothing(post, reference, name):
    household = pending()
    assert post(data() | {name: "ruled_in"}).status_code == 200
    assert stages(household) == ["pending_ruling"]


def test_double_click_does_it_once(post, reference):
    typed = data((pending(), "ruled_in", ""))
    assert post(typed).status_code == 302
    assert "不能审定" in post(typed).text
    assert Entry.objects.filter(act="household_ruled").count() == 1


def test_a_meeting_takes_further_households_under_its_number(post, reference):
    first, second, third = pending(), pending(), pending()
    post(data((first, "ruled_in", "")))
    assert post(data((second, "ruled_in", ""))).status_code == 302
    assert RulingMeeting.objects.get().rulings.count() == 2
    wrong_day = post(data((third, "ruled_in", ""), held_on="2020-04-01"))
    assert "已录入，会议日期为" in wrong_day.text
    assert stages(third) == ["pending_ruling"]


def test_returned_households_can_be_ruled_again_later(post, reference):
    household = pending()
    post(data((household, "ruled_back", "报告缺照片")))
    happen(household, "appraised:c")
    again = post(data((household, "ruled_in", ""), (other := pending(), "ruled_in", "")))
    assert f"已由“{NUMBER}”审定过；再次审定，请填写新的文号" in again.text
    assert stages(household, other) == ["pending_ruling", "pending_ruling"]
    post(data((household, "ruled_in", ""), document_number="阎脱贫组发〔2020〕13 号"))
    assert stages(household) == ["to_renovate"]
    assert household.rulings.count() == 2


def test_the_document_is_served_to_its_district(sign_in, bureau_lead, supervisor, recorder, post):
    scan = SimpleUploadedFile("minutes.pdf", b"%PDF-1.4 minutes")
    post(data((pending(), "ruled_in", ""), document=scan))
    meeting = RulingMeeting.objects.get()
    address = reverse("inspections:ruling_document", args=[meeting.pk])
    shown = sign_in(supervisor).get(address)
    assert b"".join(shown.streaming_content) == b"%PDF-1.4 minutes"
    assert sign_in(recorder).get(address).status_code == 404


def test_a_meeting_without_a_document_answers_404(sign_in, bureau_lead):
    meeting = MeetingFactory()
    address = reverse("inspections:ruling_document", args=[meeting.pk])
    assert sign_in(bureau_lead).get(address).status_code == 404


def test_the_list_is_narrowed_to_an_office(sign_in, bureau_lead):
    here, there = pending(), pending(region_id="610114005200")
    client = sign_in(bureau_lead)
    assert set(client.get("/inspections/rulings/").context["page"]) == {here, there}
    page = client.get("/inspections/rulings/", {"office": "610114005"}).context["page"]
    assert list(page) == [there]
