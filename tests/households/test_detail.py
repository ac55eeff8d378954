"""One household on one page."""

import datetime as dt

import pytest
from django.urls import reverse

from households.models import HouseholdClass, Identity
from tests.factories import HouseholdFactory, happen
from yanliang.audit.models import Entry
from yanliang.audit.trail import record


def page(client, household):
    return client.get(reverse("households:household_detail", args=[household.pk]))


@pytest.fixture
def at_desk(sign_in, recorder):
    return sign_in(recorder)


def test_shows_facts_and_history(at_desk, recorder):
    household = happen(
        HouseholdFactory(head_name="张全部", remark="临街"),
        "inspected:suspected",
        "appraised:c",
        by=recorder,
    )
    Identity.objects.create(
        household=household,
        household_class=HouseholdClass.objects.get(code="low_income"),
        valid_from=dt.date(2019, 1, 1),
        valid_to=dt.date(2020, 1, 1),
        certificate="D-旧",
    )
    text = page(at_desk, household).content.decode()
    for expected in ("张全部", "临街", "待审定", "疑似不安全", "C级", "D-旧", "操作记录", "未清零"):
        assert expected in text, expected
    assert household.id_number not in text
    assert household.phone not in text


def test_superseded_events_are_marked(at_desk, recorder):
    household = happen(HouseholdFactory(), "inspected:suspected")
    household.events.update(superseded=True)
    assert "已更正" in page(at_desk, household).content.decode()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "未清零 · 已逾期"),
        (["inspected:safe"], "住房安全"),
        (["exempted"], "无需排查"),
    ],
)
def test_cleared_or_overdue(at_desk, steps, words):
    HouseholdClass.objects.update(cleared_by=dt.date(2020, 6, 30))
    household = happen(HouseholdFactory(), *steps)
    text = page(at_desk, household).content.decode()
    assert words in text
    assert ("已逾期" in text) == (not steps)


def test_before_the_due_date_nothing_is_overdue(at_desk):
    HouseholdClass.objects.update(cleared_by=dt.date(2999, 6, 30))
    text = page(at_desk, HouseholdFactory()).content.decode()
    assert "2999-06-30 前完成" in text


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("recorder", ["修改", "身份变更", "分户", "迁出、消亡、合户、重复"]),
        ("viewer", []),
        ("bureau_clerk", ["恢复排查"]),
    ],
)
def test_acts_are_offered_by_right(sign_in, request, role, labels):
    client = sign_in(request.getfixturevalue(role))
    actions = page(client, happen(HouseholdFactory(), "exempted")).context["actions"]
    assert [action["label"] for action in actions] == labels


def test_act_that_is_impossible_now_says_why(at_desk):
    household = happen(HouseholdFactory(), "exempted")
    text = page(at_desk, household).content.decode()
    assert "不能分户；请先由区局恢复排查" in text


def test_reveal_for_htmx_is_the_numbers_alone(at_desk):
    household = HouseholdFactory()
    url = reverse("households:household_reveal", args=[household.pk])
    text = at_desk.post(url, headers={"HX-Request": "true"}).content.decode()
    assert household.id_number in text
    assert "<html" not in text
    assert Entry.objects.get(act="id_number_seen").object_id == str(household.pk)


def test_reveal_without_script_is_the_page(at_desk):
    household = HouseholdFactory()
    url = reverse("households:household_reveal", args=[household.pk])
    text = at_desk.post(url).content.decode()
    assert household.id_number in text
    assert "<html" in text
    assert household.id_number not in page(at_desk, household).content.decode()


def test_number_of_queries_is_fixed(at_desk, recorder, django_assert_max_num_queries):
    household = happen(HouseholdFactory(), "inspected:safe", by=recorder)
    with django_assert_max_num_queries(11):
        page(at_desk, household)
    happen(household, *["inspected:suspected", "inspected:safe"] * 3, by=recorder)
    for _ in range(5):
        record("household_edited", household, by=recorder)
    with django_assert_max_num_queries(11):
        page(at_desk, household)


def test_keeper_reads_reference_tables_and_changes_none(sign_in, keeper):
    client = sign_in(keeper)
    for name in ("region", "householdclass", "classscheme"):
        assert client.get(reverse(f"admin:households_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:households_{name}_add")).status_code == 403
