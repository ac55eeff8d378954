"""Entering and changing a household, checks of what is typed, and two people at once."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from households.editing import edit_household
from households.forms import PersonChecks
from households.models import Household, HouseholdClass, Region
from households.numbering import next_code
from households.roster.resident_id import check_character
from tests.factories import HouseholdFactory
from yanliang.audit.models import Entry
from yanliang.periods import today

BODY = "61011419850317001"
NEW_ID = BODY + check_character(BODY)
CREATE = "/households/new/"


@pytest.fixture
def at_desk(sign_in, recorder):
    return sign_in(recorder)


def typed(**changes) -> dict:
    return {
        "head_name": "单国俊",
        "id_number": NEW_ID,
        "region": "610114007200",
        "group": "八组",
        "population": 4,
        "phone": "13800001234",
        "structure": "ZM",
        "floor_area": "96.5",
        "built_year": 1996,
        "household_class": HouseholdClass.objects.get(code="low_income").pk,
        "certificate": "D-12",
        "happened_on": today(),
        "reason": "花名册漏登",
        **changes,
    }


def opened(client, household) -> dict:
    """The edit form as the browser would send it back, untouched."""
    form = client.get(reverse("households:household_edit", args=[household.pk])).context["form"]
    data = {}
    for field in form:
        value = field.value()
        if value not in (None, False):
            data[field.html_name] = str(value)
        if field.field.show_hidden_initial and value is not None:
            data[field.html_initial_name] = str(value)
    return data


def save(client, household, data):
    return client.post(reverse("households:household_edit", args=[household.pk]), data)


def test_create_numbers_classifies_and_logs(at_desk, recorder):
    at_desk.post(CREATE, typed())
    household = Household.objects.get()
    assert household.code == "61011400720000001"
    assert household.group == "8组"
    assert household.pinyin == "shanguojun"
    assert (household.stage, household.household_class.code) == ("unchecked", "low_income")
    assert household.registered_by == recorder
    identity = household.identities.get()
    assert (identity.certificate, identity.department) == ("D-12", "民政")
    assert household.changes.get().kind == "added"
    entry = Entry.objects.get(act="household_added")
    assert NEW_ID not in str(entry.after)
    assert entry.after["户主姓名"] == "单国俊"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("head_name", "张3", "2–20 个汉字"),
        ("id_number", NEW_ID[:-1] + ("0" if NEW_ID[-1] != "0" else "1"), "校验码不对"),
        ("id_number", "6101141985031700", "应为 18 位"),
        ("population", 31, "1–30"),
        ("phone", "1380000", "联系电话"),
        ("floor_area", 3, "5–2000"),
        ("built_year", 2200, "年份应在"),
        ("longitude", 34.6, "经度与纬度是否填反"),
        ("latitude", 34.6, "经度和纬度要么都填"),
        ("region", "610114005200", "有效"),
        ("happened_on", "2999-01-01", "不能晚于今天"),
        ("reason", "", "请填写"),
    ],
)
def test_wrong_entries_are_explained(at_desk, field, value, sentence):
    response = at_desk.post(CREATE, typed(**{field: value}))
    assert sentence in response.content.decode()
    assert not Household.objects.exists()


def test_taken_id_number_says_where_within_the_region(at_desk):
    holder = HouseholdFactory(head_name="李持有", id_number=NEW_ID, group="2组")
    page = at_desk.post(CREATE, typed()).content.decode()
    assert f"关山村 2组 李持有（户编号 {holder.code}）" in page


def test_taken_id_number_elsewhere_tells_no_name(at_desk):
    HouseholdFactory(head_name="李持有", id_number=NEW_ID, region_id="610114005200")
    page = at_desk.post(CREATE, typed()).content.decode()
    assert "已在其他街办登记" in page
    assert "李持有" not in page


def test_id_number_taken_between_check_and_saving(at_desk, monkeypatch):
    HouseholdFactory(head_name="李先到", id_number=NEW_ID)
    monkeypatch.setattr(PersonChecks, "clean_id_number", lambda form: NEW_ID)
    response = at_desk.post(CREATE, typed())
    assert "李先到" in response.content.decode()
    assert Household.objects.count() == 1
    household = HouseholdFactory()
    data = opened(at_desk, household) | {"remark": "改"}
    assert "李先到" in save(at_desk, household, data).content.decode()


def test_untouched_save_writes_nothing(at_desk):
    household = HouseholdFactory()
    assert save(at_desk, household, opened(at_desk, household)).status_code == 302
    household.refresh_from_db()
    assert household.version == 1
    assert not Entry.objects.filter(act="household_edited").exists()


def test_edit_records_changed_fields_alone_and_masked(at_desk):
    household = HouseholdFactory(phone="13812345678", structure="ZH")
    data = opened(at_desk, household) | {"phone": "13812995678", "structure": "TM"}
    save(at_desk, household, data)
    entry = Entry.objects.get(act="household_edited")
    assert entry.before == {"联系电话": "138****5678", "房屋结构": "砖混"}
    assert entry.after == {"联系电话": "138****5678（中间位有改动）", "房屋结构": "土木"}
    household.refresh_from_db()
    assert household.phone_reversed == "87659921831"
    assert household.version == 2


def test_opening_the_edit_form_is_a_look_at_the_full_number(at_desk):
    household = HouseholdFactory()
    opened(at_desk, household)
    assert Entry.objects.get(act="id_number_seen").object_id == str(household.pk)


def test_conflict_keeps_what_was_typed_and_takes_over_the_rest(at_desk, office_lead):
    household = HouseholdFactory(population=3, structure="ZH", remark="")
    data = opened(at_desk, household) | {"population": "5", "remark": "我的备注"}
    edit_household(
        household.pk,
        {"population": 4, "structure": "TM"},
        by=office_lead,
        seen=1,
    )
    response = save(at_desk, household, data)
    shown = {
        each.label: (each.theirs, each.mine, each.keeps_mine)
        for each in response.context["differences"]
    }
    assert shown == {
        "家庭人口": ("4", "5", True),
        "房屋结构": ("土木", "砖混", False),
        "备注": ("（空）", "我的备注", True),
    }
    assert str(office_lead) in response.content.decode()
    form = response.context["form"]
    assert form["population"].value() == "5"
    assert form["structure"].value() == "TM"
    household.refresh_from_db()
    assert household.population == 4
    # Saving again is now deliberate, and loses nothing of the other's work.
    second = {
        field.html_name: field.value() for field in form if field.value() not in (None, False)
    }
    assert save(at_desk, household, second).status_code == 302
    household.refresh_from_db()
    assert (household.population, household.structure, household.remark) == (5, "TM", "我的备注")


def test_move_within_the_office_needs_a_reason_and_archives_the_summary(at_desk):
    household = HouseholdFactory()
    data = opened(at_desk, household) | {"region": "610114007201"}
    assert "调整所在村须填写理由" in save(at_desk, household, data).content.decode()
    save(at_desk, household, data | {"reason": "村界调整"})
    household.refresh_from_db()
    assert household.region_id == "610114007201"
    assert household.past_summaries.get().region_id == "610114007200"
    assert household.changes.get().reason == "村界调整"


def test_move_to_another_office_is_refused(recorder):
    household = HouseholdFactory()
    target = Region.objects.get(code="610114005200")
    with pytest.raises(ValidationError, match="只能在本街办范围内"):
        edit_household(household.pk, {"region": target}, by=recorder, seen=1, reason="搬家")


def test_code_of_a_moved_household_is_not_given_again(recorder):
    household = HouseholdFactory()
    target = Region.objects.get(code="610114007201")
    edit_household(household.pk, {"region": target}, by=recorder, seen=1, reason="村界调整")
    assert next_code("610114007200") == "61011400720000002"
