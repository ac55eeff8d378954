"""Seven questions to each act of a renovation: right, region, state, address, method, double click."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import reverse

from households.enums import OldHouse
from households.events import folded
from households.models import Household
from rectification.enums import AcceptanceItem
from rectification.models import Renovation
from rectification.renovating import finish
from rectification.securing import prove, replace_proof
from rectification.subsidy import void_payment
from rectification.voiding import void_document
from tests.factories import happen
from tests.rectification.cases import (
    FINISH,
    FUNDING,
    PLAN,
    accepted,
    clerk,
    demolished,
    failing,
    filed,
    finished,
    paid,
    picture,
    pictured,
    planned,
    proof,
    ruled_secured,
    scan,
    secured,
    started,
    to_renovate,
)
from yanliang.audit.models import Entry

ON = {"on": "2020-05-15"}
WHY = {"reason": "录入有误"}
MARKS = {f"mark_{item}": "pass" for item in AcceptanceItem}
PASSED = MARKS | {
    "accepted_on": "2020-05-15",
    "acceptor": "王建国",
    "acceptor_2": "李秀英",
    "grade_after": "a",
    "opinion": "agrees",
    "result": "passed",
}


def plan_data(target) -> dict:
    money = {f"funding_{source}": amount for source, amount in FUNDING.items()}
    return PLAN | money


def edit_data(renovation) -> dict:
    return plan_data(renovation) | {"contractor": "王师傅施工队", "version": renovation.version}


def failed_data(renovation) -> dict:
    given = failing()
    marks = {f"mark_{code}": mark for code, mark in given.marks.items()}
    return PASSED | marks | {"result": "failed", "remark": given.remark}


def secure_data(household) -> dict:
    return {
        "way": "kin",
        "address": "西安市莲湖区",
        "evidence": "产权证",
        "secured_on": "2020-05-15",
        "file": scan(),
    }


def somebody_saved(renovation):
    Renovation.objects.filter(pk=renovation.pk).update(version=99)
    return renovation


def exempt(renovation):
    happen(renovation.household, "exempted")
    return renovation


def cancelled(renovation):
    Renovation.objects.filter(pk=renovation.pk).update(state="cancelled")
    return renovation


@dataclass(frozen=True)
class Act:
    """`ready` makes of a household that is to renovate what the address points to; `wrong` spoils that."""

    url_name: str
    entry: str
    data: Callable
    ready: Callable
    wrong: Callable
    says: str
    by: str = "bureau_clerk"
    refused: str = "recorder"
    posts_only: bool = False
    repeatable: bool = False


def same(target):
    return target


ACTS = [
    Act(
        "renovation_plan",
        "renovation_planned",
        plan_data,
        same,
        lambda household: planned(household).household,
        "未完成的改造",
    ),
    Act(
        "renovation_plan",
        "renovation_planned",
        plan_data,
        same,
        lambda household: happen(household, "exempted"),
        "只有“待改造”的户",
    ),
    Act("renovation_edit", "renovation_edited", edit_data, planned, somebody_saved, "已被他人修改"),
    Act("renovation_edit", "renovation_edited", edit_data, planned, cancelled, "不能再修改"),
    Act("renovation_start", "renovation_started", lambda _: ON, planned, exempt, "无需排查"),
    Act("renovation_start", "renovation_started", lambda _: ON, planned, cancelled, "已取消"),
    Act(
        "renovation_finish",
        "renovation_finished",
        lambda _: ON,
        pictured,
        lambda renovation: renovation.photo_links.all().delete() and renovation,
        "还没有改造后的照片",
    ),
    Act("renovation_finish", "renovation_finished", lambda _: ON, pictured, exempt, "无需排查"),
    Act(
        "renovation_finish",
        "renovation_finished",
        lambda _: {"on": "2020-04-09"},
        lambda household: (
            pictured(household)
            and Renovation.objects.filter(household=household).update(
                started_on=dt.date(2020, 4, 1)
            )
            and Renovation.objects.get(household=household)
        ),
        lambda renovation: (
            Renovation.objects.update(started_on=dt.date(2020, 4, 10)) and renovation
        ),
        "早于开工日期",
    ),
    Act(
        "renovation_cancel",
        "renovation_cancelled",
        lambda _: {"reason": "换施工队"},
        planned,
        lambda renovation: (
            Renovation.objects.update(state="started", started_on="2020-04-01") and renovation
        ),
        "不能取消改造",
    ),
    Act(
        "acceptance_record",
        "acceptance_passed",
        lambda _: PASSED,
        demolished,
        lambda renovation: Renovation.objects.update(old_house_demolished_on=None) and renovation,
        "旧房还没有拆除",
        refused="supervisor",
    ),
    Act(
        "acceptance_record",
        "acceptance_failed",
        failed_data,
        finished,
        exempt,
        "无需排查",
        refused="office_lead",
    ),
    Act(
        "old_house_demolish",
        "old_house_demolished",
        lambda _: ON,
        finished,
        lambda renovation: Renovation.objects.update(mode="reinforce") and renovation,
        "不涉及旧房拆除",
    ),
    Act(
        "subsidy_pay",
        "subsidy_paid",
        lambda renovation: ON | {"amount": "25000", "is_final": "on", "seen": renovation.version},
        accepted,
        lambda renovation: Renovation.objects.update(state="finished") and renovation,
        "验收合格后才能发放",
    ),
    Act(
        "housing_secure",
        "housing_secured",
        secure_data,
        same,
        lambda household: happen(household, "exempted"),
        "不能登记“落实其他安全住房”",
        refused="viewer",
    ),
    Act(
        "photos_add",
        "renovation_photos_added",
        lambda _: {"moment": "during", "photos": [picture()]},
        started,
        cancelled,
        "已取消",
        posts_only=True,
    ),
    Act(
        "document_add",
        "renovation_document_added",
        lambda _: {"kind": "contract", "file": scan()},
        planned,
        cancelled,
        "已取消",
        posts_only=True,
        repeatable=True,
    ),
    Act(
        "renovation_correct",
        "renovation_corrected",
        lambda renovation: WHY | {"started_on": "2020-04-09", "seen": renovation.version},
        started,
        somebody_saved,
        "已被他人修改",
    ),
    Act(
        "payment_void",
        "subsidy_voided",
        lambda _: WHY,
        paid,
        lambda payment: void_payment(payment.pk, by=clerk(), reason="录错"),
        "不必再作废",
    ),
    Act(
        "document_void",
        "renovation_document_voided",
        lambda _: WHY,
        filed,
        lambda document: void_document(document.pk, by=clerk(), reason="录错"),
        "不必再作废",
    ),
    Act(
        "photo_void",
        "renovation_photo_voided",
        lambda _: WHY,
        lambda household: pictured(household).photo_links.first(),
        lambda link: finish(link.renovation_id, by=clerk(), on=FINISH) and link,
        "只有这一张",
    ),
    Act(
        "acceptance_withdraw",
        "acceptance_withdrawn",
        lambda _: WHY,
        lambda household: accepted(household).acceptances.get(),
        lambda acceptance: happen(acceptance.household, "warned") and acceptance,
        "以这次验收为依据",
        by="bureau_lead",
        refused="bureau_clerk",
    ),
    Act(
        "housing_prove",
        "housing_proved",
        secure_data,
        lambda _: ruled_secured(),
        lambda household: happen(household, "warned"),
        "不须补证明",
    ),
    Act(
        "housing_prove",
        "housing_proved",
        secure_data,
        lambda _: ruled_secured(),
        lambda household: prove(household.pk, proof(), scan(), by=clerk()).household,
        "已有保障证明",
    ),
    Act(
        "housing_replace",
        "housing_replaced",
        lambda housing: secure_data(housing) | WHY,
        secured,
        lambda housing: (
            replace_proof(housing.pk, proof(), scan(), by=clerk(), reason="拍糊了") and housing
        ),
        "不必再作废",
        refused="viewer",
    ),
]


@pytest.fixture(params=ACTS, ids=lambda act: f"{act.entry}-{act.says}")
def act(request, reference) -> Act:
    return request.param


def done(act: Act) -> int:
    return Entry.objects.filter(act=act.entry).count()


def url(act: Act, pk: int) -> str:
    return reverse(f"rectification:{act.url_name}", args=[pk])


@pytest.fixture
def person(act, request):
    """Who may do it."""
    return request.getfixturevalue(act.by)


def test_works_and_leaves_one_entry(act, client, person):
    client.force_login(person)
    target = act.ready(to_renovate())
    before = done(act)
    assert client.post(url(act, target.pk), act.data(target)).status_code == 302
    assert done(act) == before + 1
    for household in Household.objects.all():
        assert folded(household) == household.summary


def test_other_district_gets_404(act, client, person):
    target = act.ready(to_renovate())
    person.region_id = "610114005"
    person.save()
    client.force_login(person)
    before = done(act)
    assert client.post(url(act, target.pk), act.data(target)).status_code == 404
    assert done(act) == before


def test_without_right_403_and_recorded(act, client, request):
    target = act.ready(to_renovate())
    client.force_login(request.getfixturevalue(act.refused))
    before = done(act)
    assert client.post(url(act, target.pk), act.data(target)).status_code == 403
    assert done(act) == before
    assert Entry.objects.filter(act="refused").exists()


def test_wrong_state_says_why_and_changes_nothing(act, client, person):
    client.force_login(person)
    opened = act.ready(to_renovate())
    data = act.data(opened)
    target = act.wrong(opened)
    before = done(act)
    stages = list(Household.objects.values_list("stage", flat=True))
    response = client.post(url(act, target.pk), data, follow=True)
    assert response.status_code == 200
    assert act.says in response.content.decode()
    assert done(act) == before
    assert list(Household.objects.values_list("stage", flat=True)) == stages


def test_bad_id_gets_404(act, client, person):
    client.force_login(person)
    assert client.post(url(act, 987654), {}).status_code == 404


def test_get_does_nothing(act, client, person):
    client.force_login(person)
    target = act.ready(to_renovate())
    before = done(act)
    status = client.get(url(act, target.pk)).status_code
    assert status == (405 if act.posts_only else 200)
    assert done(act) == before


def test_double_click_does_it_once(act, client, person):
    if act.repeatable:
        pytest.skip("Two papers of one kind may be filed.")
    client.force_login(person)
    target = act.ready(to_renovate())
    first, second = act.data(target), act.data(target)
    before = done(act)
    for data in (first, second):
        assert client.post(url(act, target.pk), data).status_code in {200, 302}
    assert done(act) == before + 1


def test_a_blocked_form_says_why_before_anything_is_typed(client, bureau_clerk, reference):
    client.force_login(bureau_clerk)
    renovation = started(to_renovate())
    page = client.get(reverse("rectification:renovation_finish", args=[renovation.pk])).text
    assert "还没有改造前的照片" in page
    assert "还没有改造后的照片" in page


def test_demolition_is_written_into_the_register(client, bureau_clerk, reference):
    household = to_renovate()
    demolished(household)
    household.refresh_from_db()
    assert household.old_house == OldHouse.DEMOLISHED


def test_other_housing_ends_a_renovation_under_way(reference):
    household = to_renovate()
    renovation = started(household)
    secured(household)
    renovation.refresh_from_db()
    household.refresh_from_db()
    assert (renovation.state, household.stage) == ("cancelled", "secured")
    assert "其他安全住房" in renovation.cancel_reason


def test_the_subsidy_is_not_paid_before_the_acceptance(client, bureau_clerk, reference):
    client.force_login(bureau_clerk)
    renovation = accepted()
    address = reverse("rectification:subsidy_pay", args=[renovation.pk])
    paid = {"on": "2020-05-11", "amount": "25000", "is_final": "on", "seen": renovation.version}
    page = client.post(address, paid).text
    assert "不能早于验收日期（2020-05-12）" in page


def test_an_acceptance_before_the_finish_is_refused(client, bureau_clerk, reference):
    client.force_login(bureau_clerk)
    renovation = demolished()
    address = reverse("rectification:acceptance_record", args=[renovation.pk])
    page = client.post(address, PASSED | {"accepted_on": "2020-05-09"}).text
    assert "不能早于竣工日期（2020-05-10）" in page


@pytest.mark.parametrize("name", ["合同.pdf", "合同.jpg"])
def test_a_file_that_is_no_paper_is_refused_whatever_its_name(
    client, bureau_clerk, reference, name
):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(bureau_clerk)
    renovation = planned()
    file = SimpleUploadedFile(name, b"MZ\x90\x00 a program")
    address = reverse("rectification:document_add", args=[renovation.pk])
    page = client.post(address, {"kind": "contract", "file": file}, follow=True).text
    assert "扫描件应为 PDF" in page
    assert not renovation.documents.exists()


def test_one_photo_does_not_prove_before_and_after(client, bureau_clerk, reference):
    client.force_login(bureau_clerk)
    renovation = started()
    address = reverse("rectification:photos_add", args=[renovation.pk])
    client.post(address, {"moment": "before", "photos": [picture()]})
    page = client.post(address, {"moment": "after", "photos": [picture()]}, follow=True).text
    assert "已作为改造前照片上传过" in page
    assert renovation.photo_links.count() == 1


def test_photos_of_a_renovation_are_no_orphans(reference):
    from inspections.photos import orphans
    from yanliang.periods import now

    pictured()
    assert list(orphans(now() + dt.timedelta(days=1))) == []
