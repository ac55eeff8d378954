"""操作记录 of a household: everything that was done with it and with its records, in words."""

import pytest
from django.urls import reverse

from inspections.enums import RulingOutcome
from inspections.models import RulingMeeting
from inspections.ruling import Decision, hold_meeting
from rectification.history import EMPTY, tell, word
from rectification.securing import prove
from rectification.voiding import void_document
from tests.factories import HouseholdFactory, happen
from tests.inspections.factories import InspectionFactory
from tests.rectification.cases import accepted, clerk, filed, proof, ruled_secured, scan, secured
from yanliang.audit.models import Entry
from yanliang.audit.trail import record
from yanliang.periods import now, today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(reference):
    pass


@pytest.fixture
def told(sign_in, bureau_clerk):
    """What the page of a household's trail tells."""

    def ask(household):
        address = reverse("rectification:household_trail", args=[household.pk])
        return sign_in(bureau_clerk).get(address).context["entries"]

    return ask


def test_a_renovation_with_its_papers_and_acceptance(told):
    renovation = accepted()
    document = filed()
    void_document(document.pk, by=clerk(), reason="别户的合同")
    acts = [entry.act for entry in told(renovation.household)]
    assert acts == [
        "验收合格",
        "登记旧房拆除",
        "登记竣工",
        "上传改造照片",
        "上传改造照片",
        "登记开工",
        "登记改造方案",
    ]
    other = told(document.renovation.household)
    assert [entry.act for entry in other] == ["作废改造材料", "上传改造材料", "登记改造方案"]
    assert other[0].reason == "别户的合同"


def test_inspection_ruling_and_other_housing(told, bureau_lead, recorder):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:d")
    inspection = InspectionFactory(household=household, submitted_by=recorder)
    record("inspection_reviewed", inspection, by=recorder)
    meeting = RulingMeeting(region_id="610114", held_on=today(), document_number="1 号")
    hold_meeting(meeting, [Decision(household, RulingOutcome.SECURED, "随子居住")], bureau_lead)
    prove(household.pk, proof(), scan(), by=clerk())
    record("household_edited", household, by=recorder, before={"备注": ""}, after={"备注": "临街"})
    entries = told(household)
    assert [entry.act for entry in entries] == [
        "修改农户",
        "补充保障证明",
        "登记审定结果",
        "审核通过核查",
    ]
    assert entries[0].lines == [("备注", EMPTY, "临街")]


def test_states_are_told_in_words(told):
    entry = told(accepted().household)[0]
    assert entry.lines == [("状态", "待验收", "验收合格")]
    assert entry.words == "状态：待验收 → 验收合格"


def test_other_households_and_other_records_of_the_same_number_stay_out(told):
    household = ruled_secured()
    secured()
    neighbour = HouseholdFactory()
    record("household_edited", neighbour, by=clerk())
    Entry.objects.create(
        number=99,
        at=now(),
        act="exported",
        object_type="households.rosterimport",
        object_id=str(household.pk),
        digest="x",
    )
    assert told(household) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("state", "rework", "返工"),
        ("state", "unheard", "unheard"),
        ("mode", "reinforce", "修缮加固"),
        ("身份", ["低保户", "一般农户"], "低保户、一般农户"),
        ("结果", {"new": 3, "error": 0}, "new：3，error：0"),
        ("启用", False, "否"),
        ("备注", "", EMPTY),
        ("备注", None, EMPTY),
        ("张数", 0, "0"),
        ("张数", 2, "2"),
    ],
)
def test_words(name, value, said):
    assert word("rectification.renovation", name, value) == said


def test_fields_of_records_that_are_gone_are_told_as_they_are():
    entry = Entry(at=now(), act="old_act", object_type="gone.model", before={}, after={"x": "y"})
    assert tell(entry).lines == [("x", "", "y")]
    assert tell(entry).act == "old_act"
    assert tell(entry).who == "系统"


def test_the_piece_shows_the_latest_and_leads_to_all(sign_in, bureau_clerk):
    household = HouseholdFactory()
    for number in range(20):
        record("household_edited", household, by=clerk(), reason=f"第{number}次")
    address = reverse("rectification:household_trail", args=[household.pk])
    client = sign_in(bureau_clerk)
    piece = client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in piece
    assert "全部 20 条操作记录" in piece
    assert "第19次" in piece
    assert "第4次" not in piece
    whole = client.get(address).text
    assert "<html" in whole
    assert "第0次" in whole
    page = client.get(reverse("households:household_detail", args=[household.pk])).text
    assert address in page


def test_a_fixed_number_of_queries(sign_in, bureau_clerk, django_assert_max_num_queries):
    household = accepted().household
    client = sign_in(bureau_clerk)
    address = reverse("rectification:household_trail", args=[household.pk])
    with django_assert_max_num_queries(7):
        client.get(address)
    for _ in range(30):
        record("renovation_edited", household.renovations.get(), by=clerk())
    with django_assert_max_num_queries(7):
        assert len(client.get(address).context["entries"]) == 37


def test_the_page_of_a_renovation_tells_the_same(sign_in, bureau_clerk):
    renovation = accepted()
    address = reverse("rectification:renovation_detail", args=[renovation.pk])
    entries = sign_in(bureau_clerk).get(address).context["entries"]
    assert entries[0].act == "验收合格"
    assert len(entries) == 7
