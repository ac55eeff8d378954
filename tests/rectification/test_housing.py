"""其他方式保障: who still lacks a proof, adding one, replacing a wrong one."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from households.events import folded
from households.models import SafetyEvent
from rectification.models import OtherHousing
from rectification.securing import prove, replace_proof, unproved
from tests.factories import StaffFactory, happen
from tests.rectification.cases import clerk, proof, ruled_secured, scan, secured, to_renovate
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db
LIST = "rectification:unproved_list"


@pytest.fixture(autouse=True)
def _reference(reference):
    pass


def test_without_a_proof_are_those_whom_a_meeting_secured(bureau_clerk, recorder, stranger):
    waiting = ruled_secured()
    elsewhere = ruled_secured(region_id="610114005200")
    secured()
    to_renovate()
    assert set(unproved(bureau_clerk)) == {waiting, elsewhere}
    assert set(unproved(recorder)) == {waiting}
    assert set(unproved(stranger)) == {elsewhere}


def test_a_proof_ends_it_and_leaves_the_stage(bureau_clerk):
    household = ruled_secured()
    was = household.summary
    housing = prove(household.pk, proof(), scan(), by=bureau_clerk)
    household.refresh_from_db()
    assert housing.event.kind == "ruled_secured"
    assert household.summary == was == folded(household)
    assert list(unproved(bureau_clerk)) == []


def test_a_second_ruling_needs_a_proof_of_its_own(bureau_clerk):
    household = ruled_secured()
    prove(household.pk, proof(), scan(), by=bureau_clerk)
    happen(household, "warned", "appraised:d", "ruled_secured")
    assert list(unproved(bureau_clerk)) == [household]
    prove(household.pk, proof(), scan(), by=bureau_clerk)
    assert list(unproved(bureau_clerk)) == []


def test_a_corrected_ruling_keeps_its_proof(bureau_clerk):
    household = ruled_secured()
    old = prove(household.pk, proof(), scan(), by=bureau_clerk).event
    SafetyEvent.objects.filter(pk=old.pk).update(superseded=True)
    old.pk, old._state.adding, old.superseded = None, True, False
    old.save()
    assert list(unproved(bureau_clerk)) == []
    with pytest.raises(ValidationError, match="已有保障证明"):
        prove(household.pk, proof(), scan(), by=bureau_clerk)


def test_a_replaced_proof_is_kept_as_void(bureau_clerk):
    wrong = secured()
    right = replace_proof(
        wrong.pk, proof(evidence="租赁合同"), scan(), by=bureau_clerk, reason="拍糊了"
    )
    wrong.refresh_from_db()
    assert (wrong.is_void, wrong.void_reason, wrong.event) == (True, "拍糊了", right.event)
    assert list(OtherHousing.objects.standing()) == [right]
    assert wrong.file.name != right.file.name
    entry = Entry.objects.get(act="housing_replaced")
    assert (entry.before["依据材料"], entry.after["依据材料"]) == ("长子住房产权证", "租赁合同")


def test_refusals_leave_everything_as_it_was(bureau_clerk):
    wrong = secured()
    for by, reason, error in (
        (StaffFactory(role="recorder"), "拍糊了", PermissionDenied),
        (bureau_clerk, " ", ValidationError),
    ):
        with pytest.raises(error):
            replace_proof(wrong.pk, proof(), scan(), by=by, reason=reason)
    assert list(OtherHousing.objects.all()) == [wrong]
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.pk = None
        wrong.save(force_insert=True)


def test_a_refused_form_says_that_its_file_is_gone(sign_in, bureau_clerk):
    household = ruled_secured()
    address = reverse("rectification:housing_prove", args=[household.pk])
    page = sign_in(bureau_clerk).post(address, {"file": scan()}).text
    assert "请选择保障方式" in page
    assert "没有保存" in page


def test_the_list_says_what_the_meeting_went_by(sign_in, bureau_clerk, viewer):
    household = ruled_secured()
    household.events.filter(kind="ruled_secured").update(
        detail={"文号": "阎脱贫组发〔2020〕9 号", "说明": "随长子居住"}
    )
    page = sign_in(bureau_clerk).get(reverse(LIST)).text
    assert "阎脱贫组发〔2020〕9 号" in page
    assert "随长子居住" in page
    assert reverse("rectification:housing_prove", args=[household.pk]) in page
    assert "补证明</a>" not in sign_in(viewer).get(reverse(LIST)).text
    elsewhere = sign_in(bureau_clerk).get(reverse(LIST), {"region": "610114005"})
    assert list(elsewhere.context["page"]) == []


def test_the_household_shows_proof_and_void_proof(sign_in, bureau_clerk, viewer):
    wrong = secured()
    replace_proof(wrong.pk, proof(evidence="租赁合同"), scan(), by=clerk(), reason="拍糊了")
    address = reverse("rectification:household_renovations", args=[wrong.household_id])
    page = sign_in(bureau_clerk).get(address).text
    for words in ("租赁合同", "<s>", "拍糊了", "更换"):
        assert words in page
    assert ">更换</a>" not in sign_in(viewer).get(address).text


def test_as_many_queries_for_50_rows_as_for_5(sign_in, bureau_clerk, django_assert_max_num_queries):
    client = sign_in(bureau_clerk)
    for number in (5, 45):
        for _ in range(number):
            ruled_secured()
        with django_assert_max_num_queries(8):
            client.get(reverse(LIST))
