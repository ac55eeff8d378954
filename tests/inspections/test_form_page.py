"""The inspection form over HTTP: who opens it, what it shows, what it answers."""

import pytest
from django.urls import reverse

from inspections import drafts
from inspections.models import ChecklistVersion, Inspection, InspectionDraft
from inspections.submission import submit
from tests.factories import HouseholdFactory, happen
from tests.inspections.filled import INSPECTORS, fail, filled, posted


@pytest.fixture
def household(reference):
    return HouseholdFactory()


def address(name, household):
    return reverse(f"inspections:{name}", args=[household.pk])


def page(client, household) -> str:
    return client.get(address("inspection_edit", household)).content.decode()


def test_facts_come_from_the_register(sign_in, recorder, household):
    shown = page(sign_in(recorder), household)
    assert '<option value="ZH" selected' in " ".join(shown.split())
    assert 'value="1998"' in shown
    assert 'value="120"' in shown


def test_every_item_is_on_the_page_and_those_of_other_structures_are_hidden(
    sign_in, recorder, household
):
    response = sign_in(recorder).get(address("inspection_edit", household))
    rows = [row for part in response.context["parts"] for row in part.rows]
    assert len(rows) == ChecklistVersion.objects.get().items.count()
    shown = {row["code"] for row in rows if row["is_shown"]}
    assert {"W01", "T06", "P04"} <= shown
    assert not {"Y01", "T01", "U02"} & shown


@pytest.mark.parametrize("items", [0, 6])
def test_the_number_of_queries_is_fixed(
    sign_in, recorder, household, items, django_assert_num_queries
):
    client = sign_in(recorder)
    for _ in range(items):
        page(client, HouseholdFactory())
    page(client, household)
    with django_assert_num_queries(10):
        client.get(address("inspection_edit", household))


@pytest.mark.parametrize("failed", [["W01"], ["W01", "S01", "R03", "U01"]])
def test_a_full_draft_asks_for_its_photos_and_not_for_the_visit_before(
    sign_in, recorder, household, failed, django_assert_num_queries
):
    typed = filled(household, recorder)
    for code in failed:
        fail(typed, household, recorder, code)
    drafts.save_draft(household, typed, recorder, seen=drafts.Seen("", 0))
    client = sign_in(recorder)
    page(client, household)
    with django_assert_num_queries(10):
        client.get(address("inspection_edit", household))


def test_inspectors_and_date_are_kept_from_the_household_before(sign_in, recorder, household):
    submit(household, filled(household, recorder), recorder)
    shown = page(sign_in(recorder), HouseholdFactory())
    assert all(f'value="{name}"' in shown for name in INSPECTORS)
    assert 'value="2020-04-08"' in shown


def test_what_somebody_else_entered_is_not_kept(sign_in, recorder, office_lead, household):
    submit(household, filled(household, office_lead), office_lead)
    assert INSPECTORS[0] not in page(sign_in(recorder), HouseholdFactory())


def test_the_preview_gives_the_verdict_and_writes_nothing(sign_in, recorder, household):
    typed = filled(household, recorder)
    fail(typed, household, recorder, "W01")
    response = sign_in(recorder).post(
        address("verdict_preview", household), posted(typed, household)
    )
    assert "疑似不安全" in response.content.decode()
    assert "W01" in response.content.decode()
    assert not InspectionDraft.objects.exists()
    assert not Inspection.objects.exists()


def test_the_preview_names_what_is_missing_with_a_link(sign_in, recorder, household):
    typed = filled(household, recorder)
    del typed["answers"]["S02"]
    shown = (
        sign_in(recorder)
        .post(address("verdict_preview", household), posted(typed, household))
        .content.decode()
    )
    assert "未填完" in shown
    assert 'href="#item-S02"' in shown


def test_save_and_next_goes_to_the_next_unchecked_household(sign_in, recorder, household):
    HouseholdFactory(group="2组")
    happen(HouseholdFactory(), "inspected:safe")
    following = HouseholdFactory()
    client = sign_in(recorder)
    answer = client.post(
        address("inspection_submit", household),
        posted(filled(household, recorder), household, go="next"),
    )
    assert answer.json()["next"] == address("inspection_edit", following)
    shown = page(client, following)
    assert f"已提交 {household.head_name}户：基本安全" in shown
    assert "已排查 2 / 应排查 4" in shown


def test_after_the_last_household_it_says_so(sign_in, recorder, household):
    client = sign_in(recorder)
    answer = client.post(
        address("inspection_submit", household),
        posted(filled(household, recorder), household, go="next"),
    )
    assert answer.json()["next"].endswith(f"?region={household.region_id}")
    assert "已没有未排查的户" in client.get(answer.json()["next"]).content.decode()


def test_an_incomplete_form_stays_with_what_is_missing(sign_in, recorder, household):
    typed = filled(household, recorder) | {"inspectors": ["王建国"]}
    answer = sign_in(recorder).post(
        address("inspection_submit", household), posted(typed, household)
    )
    assert answer.status_code == 422
    assert answer.json()["field"] == "inspectors"
    assert "两名核查人" in answer.json()["judgement"]


def test_a_double_click_submits_once(sign_in, recorder, household):
    client, fields = sign_in(recorder), posted(filled(household, recorder), household)
    answers = [client.post(address("inspection_submit", household), fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert Inspection.objects.count() == 1


def test_a_draft_is_saved_shown_and_discarded(sign_in, recorder, household):
    client = sign_in(recorder)
    typed = filled(household, recorder)
    typed["remarks"]["S01"] = "坡顶有裂缝"
    answer = client.post(address("draft_save", household), posted(typed, household))
    assert answer.json()["seen_draft"] == drafts.seen_now(household).draft
    assert "坡顶有裂缝" in page(client, household)
    assert household.head_name in client.get(reverse("inspections:draft_list")).content.decode()
    client.post(address("draft_discard", household))
    assert "坡顶有裂缝" not in page(client, household)


def test_answers_of_another_structure_stay_in_the_draft(sign_in, recorder, household):
    client = sign_in(recorder)
    typed = filled(household, recorder)
    typed["answers"]["Y01"] = "fail"
    client.post(address("draft_save", household), posted(typed, household))
    response = client.get(address("inspection_edit", household))
    kept = {
        row["code"]: option.value
        for part in response.context["parts"]
        for row in part.rows
        for option in row["options"]
        if option.is_chosen
    }
    assert kept["Y01"] == "fail"


def test_a_second_machine_gets_a_conflict(sign_in, recorder, office_lead, household):
    fields = posted(filled(household, recorder), household)
    drafts.save_draft(
        household, filled(household, office_lead), office_lead, seen=drafts.Seen("", 0)
    )
    client = sign_in(recorder)
    answer = client.post(address("draft_save", household), fields)
    assert answer.status_code == 409
    assert str(office_lead) in answer.json()["error"]
    kept = client.post(address("draft_settle", household), fields | {"keep": "mine"})
    assert kept.status_code == 200
    shown = page(client, household)
    assert "没有丢" in shown
    assert str(office_lead) in shown


def test_the_correction_opens_the_form_as_submitted(sign_in, recorder, household):
    typed = filled(household, recorder)
    fail(typed, household, recorder, "W01")
    inspection = submit(household, typed, recorder)
    client = sign_in(recorder)
    shown = client.get(reverse("inspections:inspection_correct", args=[inspection.pk]))
    assert "东墙南端，约半米" in shown.content.decode()
    assert shown.context["examination"].missing == []
    fields = posted(
        typed,
        household,
        corrects=inspection.pk,
        correction_reason="日期记错",
        inspected_on="2020-04-09",
    )
    answer = client.post(address("inspection_submit", household), fields)
    assert answer.status_code == 200
    corrected = Inspection.objects.get(replaces=inspection)
    detail = client.get(answer.json()["next"]).content.decode()
    assert "第 1 稿" in detail
    assert "日期记错" in detail
    old = client.get(reverse("inspections:inspection_detail", args=[inspection.pk]))
    assert f"第 {corrected.revision} 稿" in old.content.decode()


def test_a_draft_of_a_correction_is_resumed_as_one(sign_in, recorder, household):
    typed = filled(household, recorder)
    inspection = submit(household, typed, recorder)
    client = sign_in(recorder)
    client.post(address("draft_save", household), posted(typed, household, corrects=inspection.pk))
    correction = reverse("inspections:inspection_correct", args=[inspection.pk])
    assert client.get(address("inspection_edit", household)).url == correction
    assert client.get(correction).status_code == 200


def test_an_unfinished_visit_must_be_finished_before_a_correction(sign_in, recorder, household):
    typed = filled(household, recorder)
    inspection = submit(household, typed, recorder)
    client = sign_in(recorder)
    client.post(address("draft_save", household), posted(typed, household))
    answer = client.get(
        reverse("inspections:inspection_correct", args=[inspection.pk]), follow=True
    )
    assert "请先提交或放弃" in answer.content.decode()


def test_a_correction_cannot_be_aimed_at_another_household(sign_in, recorder, household):
    inspection = submit(household, filled(household, recorder), recorder)
    other = HouseholdFactory()
    fields = posted(filled(other, recorder), other, corrects=inspection.pk)
    answer = sign_in(recorder).post(address("inspection_submit", other), fields)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "name", ["inspection_submit", "verdict_preview", "draft_save", "draft_settle", "draft_discard"]
)
def test_who_may_write(sign_in, recorder, stranger, viewer, household, name):
    fields = posted(filled(household, recorder), household)
    assert sign_in(stranger).post(address(name, household), fields).status_code == 404
    assert sign_in(viewer).post(address(name, household), fields).status_code == 403
    assert sign_in(recorder).get(address(name, household)).status_code == 405
    assert not Inspection.objects.exists()
    assert not InspectionDraft.objects.exists()


@pytest.mark.parametrize("name", ["inspection_edit"])
def test_who_may_open(sign_in, stranger, viewer, villager, household, name):
    assert sign_in(stranger).get(address(name, household)).status_code == 404
    assert sign_in(viewer).get(address(name, household)).status_code == 403
    assert sign_in(villager).get(address(name, household)).status_code == 200


def test_an_exempt_household_leads_back_with_the_reason(sign_in, recorder, household):
    happen(household, "exempted")
    answer = sign_in(recorder).get(address("inspection_edit", household))
    assert answer.url == reverse("households:household_detail", args=[household.pk])


def test_the_village_list_leads_to_its_first_household(sign_in, recorder, household):
    client = sign_in(recorder)
    start = reverse("inspections:inspection_start")
    shown = client.get(start)
    assert [(village.code, waiting) for village, waiting in shown.context["villages"]] == [
        (household.region_id, 1)
    ]
    answer = client.get(start, {"village": household.region_id})
    assert answer.url == address("inspection_edit", household)
    assert client.get(start, {"village": "610114005200"}).status_code == 404


def test_the_household_page_gets_its_inspections(sign_in, viewer, recorder, household):
    submit(household, filled(household, recorder), recorder)
    shown = sign_in(viewer).get(address("household_inspections", household)).content.decode()
    assert "2020-04-08" in shown
    assert "再次核查" not in shown
    piece = sign_in(viewer).get(
        address("household_inspections", household), headers={"HX-Request": "true"}
    )
    assert "<html" not in piece.content.decode()
    assert "再次核查" in (
        sign_in(recorder).get(address("household_inspections", household)).content.decode()
    )


def test_the_office_lead_can_review_from_the_inspection_page(
    sign_in, recorder, office_lead, household
):
    inspection = submit(household, filled(household, recorder), recorder)
    detail = reverse("inspections:inspection_detail", args=[inspection.pk])
    assert "审核通过" in sign_in(office_lead).get(detail).content.decode()
    assert "审核通过" not in sign_in(recorder).get(detail).content.decode()


def test_returned_inspections_are_listed_with_the_reason(sign_in, recorder, household):
    inspection = submit(household, filled(household, recorder), recorder)
    Inspection.objects.filter(pk=inspection.pk).update(state="returned", return_reason="照片不清")
    shown = sign_in(recorder).get(reverse("inspections:returned_list")).content.decode()
    assert "照片不清" in shown
    assert reverse("inspections:inspection_correct", args=[inspection.pk]) in shown
