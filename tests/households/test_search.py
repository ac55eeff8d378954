"""One search box; every meaning of a text, each through an index."""

import pytest
from django.db import connection

from households.models import Household
from households.search import search
from tests.factories import HouseholdFactory


def found(text: str) -> list[str]:
    return sorted(search(Household.objects.all(), text).values_list("head_name", flat=True))


@pytest.fixture
def people(reference):
    for name in ("单国俊", "曾小平", "仇英", "解放军", "查良", "盖天", "䶮军", "𠮷明", "张三"):
        HouseholdFactory(head_name=name, group="3组")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shanguojun", "单国俊"),
        ("danguojun", "单国俊"),
        ("sgj", "单国俊"),
        ("dgj", "单国俊"),
        ("zengxp", None),
        ("zengxiao", "曾小平"),
        ("cengxiao", "曾小平"),
        ("qiuying", "仇英"),
        ("chouying", "仇英"),
        ("xiefang", "解放军"),
        ("jiefang", "解放军"),
        ("zhaliang", "查良"),
        ("chaliang", "查良"),
        ("getian", "盖天"),
        ("gaitian", "盖天"),
        ("SHAN guo", "单国俊"),
        ("国俊", "单国俊"),
        ("䶮", "䶮军"),
        ("𠮷明", "𠮷明"),
        ("ｓｇｊ", "单国俊"),
    ],
)
def test_names_and_their_readings(people, text, name):
    assert found(text) == ([name] if name else [])


def test_numbers(reference):
    one = HouseholdFactory(
        head_name="张一", group="8组", id_number="61011419520124901X", phone="13812345678"
    )
    HouseholdFactory(head_name="张二", group="18组", id_number="610114195201249028", phone="")
    for text in ("901X", "901x", "61011419520124901x", "5678", "8组", "８组", "8", one.code):
        assert found(text) == ["张一"], text


def test_empty_text_is_everybody_and_nonsense_is_nobody(people):
    assert len(found("  ")) == 9
    assert found("%") == found("_") == found("'; --") == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's words for a plan")
@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("sgj", "household_initials"),
        ("国", "household_given_name"),
        ("3组", "household_by_group"),
        ("1234", "household_id_reversed"),
        ("61011400720000001", "household_phone_reversed"),
    ],
)
def test_search_reads_indexes_within_a_region(recorder, text, index):
    plan = (
        search(Household.objects.visible_to(recorder), text)
        .order_by("region_id", "code")
        .values("pk")
        .explain()
    )
    assert index in plan
    assert "SCAN" not in plan
