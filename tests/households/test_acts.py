"""Seven questions to each act of the register: right, region, state, address, method, double click."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import reverse

from households.changes import confirm_removal, request_removal
from households.enums import ChangeKind
from households.models import Household, HouseholdChange, HouseholdClass
from households.roster.resident_id import check_character
from tests.factories import HouseholdFactory, StaffFactory, happen
from yanliang.audit.models import Entry
from yanliang.periods import today

NEW_ID = "61011419850317001" + check_character("61011419850317001")
VILLAGE = {"own": "610114007200", "other": "610114005200"}


def edit_data(household) -> dict:
    return {
        "version": household.version,
        "head_name": household.head_name,
        "id_number": household.id_number,
        "region": household.region_id,
        "group": household.group,
        "population": household.population,
        "phone": household.phone,
        "structure": "ZM",
        "storeys": 2,
    }


def class_data(household) -> dict:
    return {
        "version": household.version,
        "household_class": HouseholdClass.objects.get(code="low_income").pk,
        "certificate": "D-1",
        "happened_on": today(),
        "reason": "新纳入低保",
    }


def split_data(household) -> dict:
    return {
        "version": household.version,
        "head_name": "张新户",
        "id_number": NEW_ID,
        "population": 1,
        "group": "2组",
        "household_class": household.household_class_id,
        "happened_on": today(),
        "reason": "儿子成家另住",
    }


def removal_data(household) -> dict:
    return {
        "kind": "moved_out",
        "happened_on": today(),
        "reason": "全家迁往西安",
        "evidence": "户籍迁移证",
    }


def pending(household) -> HouseholdChange:
    return request_removal(
        household.pk,
        ChangeKind.MOVED_OUT,
        by=office_of(household),
        reason="迁出",
        evidence="迁移证",
        on=today(),
    )


def office_of(household):
    return StaffFactory(
        username=f"office{household.region_id[:9]}",
        role="recorder",
        region_id=household.region_id[:9],
    )


def decided(household) -> HouseholdChange:
    change = pending(household)
    confirm_removal(change.pk, by=bureau())
    return change


def bureau():
    return StaffFactory(username="any_bureau", role="bureau_clerk", region_id="610114")


def exempt(household):
    return happen(household, "exempted")


def same(household):
    return household


def alone(household):
    Household.objects.filter(pk=household.pk).update(population=1)
    return household


def somebody_saved(household):
    Household.objects.filter(pk=household.pk).update(version=99, storeys=9)
    return household


@dataclass(frozen=True)
class Act:
    """`ready` and `wrong` turn a household into what the address points to; `done` counts what the act made."""

    url_name: str
    data: Callable
    done: Callable[[], int]
    by: str = "recorder"
    refused: str = "viewer"
    ready: Callable = same
    wrong: Callable = exempt
    says: str = ""
    posts_only: bool = False


def entries(act: str) -> Callable[[], int]:
    return lambda: Entry.objects.filter(act=act).count()


ACTS = [
    Act(
        "household_edit", edit_data, entries("household_edited"), wrong=somebody_saved, says="他人"
    ),
    Act(
        "household_class_change",
        class_data,
        entries("class_changed"),
        wrong=somebody_saved,
        says="他人修改",
    ),
    Act("household_split", split_data, entries("household_split"), wrong=alone, says="不能分户"),
    Act("household_split", split_data, entries("household_split"), says="请先由区局恢复排查"),
    Act("household_removal", removal_data, entries("removal_requested"), says="不用再申请"),
    Act(
        "change_confirm",
        lambda change: {"note": ""},
        entries("removal_confirmed"),
        by="bureau_clerk",
        refused="recorder",
        ready=pending,
        wrong=decided,
        says="已生效",
        posts_only=True,
    ),
    Act(
        "change_refuse",
        lambda change: {"note": "材料不全"},
        entries("removal_refused"),
        by="bureau_lead",
        refused="supervisor",
        ready=pending,
        wrong=decided,
        says="已生效",
        posts_only=True,
    ),
    Act(
        "household_reinstate",
        lambda household: {"reason": "又迁回", "happened_on": today()},
        entries("household_reinstated"),
        by="bureau_clerk",
        refused="office_lead",
        ready=exempt,
        wrong=same,
        says="本来就在排查范围内",
    ),
    Act(
        "household_reveal",
        lambda household: {},
        entries("id_number_seen"),
        refused="supervisor",
        posts_only=True,
    ),
]


@pytest.fixture(params=ACTS, ids=lambda act: f"{act.url_name}-{act.says}")
def act(request, reference) -> Act:
    return request.param


def url(act: Act, pk: int) -> str:
    return reverse(f"households:{act.url_name}", args=[pk])


def test_works_and_leaves_one_entry(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(HouseholdFactory())
    before = act.done()
    response = client.post(url(act, target.pk), act.data(target))
    assert response.status_code in {200, 302}
    assert act.done() == before + 1


def test_other_office_gets_404(act, client, request, stranger):
    target = act.ready(HouseholdFactory(region_id=VILLAGE["own"]))
    client.force_login(stranger)
    assert client.post(url(act, target.pk), act.data(target)).status_code == 404


def test_without_right_403_and_recorded(act, client, request):
    target = act.ready(HouseholdFactory())
    client.force_login(request.getfixturevalue(act.refused))
    before = act.done()
    assert client.post(url(act, target.pk), act.data(target)).status_code == 403
    assert act.done() == before
    assert Entry.objects.filter(act="refused").exists()


def test_wrong_state_says_why(act, client, request):
    if not act.says:
        pytest.skip("This act is possible in every state.")
    client.force_login(request.getfixturevalue(act.by))
    opened = HouseholdFactory()
    data = act.data(opened)
    target = act.wrong(opened)
    before = act.done()
    response = client.post(url(act, target.pk), data)
    assert response.status_code == 200
    assert act.says in response.content.decode()
    assert act.done() == before


def test_bad_id_gets_404(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    assert client.post(url(act, 987654), {}).status_code == 404


def test_get_does_nothing(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(HouseholdFactory())
    before = act.done()
    status = client.get(url(act, target.pk)).status_code
    assert status == (405 if act.posts_only else 200)
    assert act.done() == before


def test_double_click_does_it_once(act, client, request):
    if act.url_name == "household_reveal":
        pytest.skip("Every look is an entry of its own.")
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(HouseholdFactory())
    data = act.data(target)
    before, people = act.done(), Household.objects.count()
    for _ in range(2):
        assert client.post(url(act, target.pk), data).status_code in {200, 302}
    assert act.done() == before + 1
    assert Household.objects.count() <= people + 1
