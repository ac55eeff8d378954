"""The list of renovations, its totals and file, the households without a plan, and the to-do entries."""

import io

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from rectification.models import Renovation
from tests.factories import happen
from tests.rectification.cases import (
    accepted,
    clerk,
    filed,
    finished,
    planned,
    ruled_secured,
    secured,
    started,
    to_renovate,
)
from yanliang.home import renovation_tasks

pytestmark = pytest.mark.django_db
URL = "/rectification/"
BEITUN = "610114005200"


@pytest.fixture(autouse=True)
def _reference(reference):
    pass


@pytest.fixture
def found(sign_in, bureau_clerk):
    """The renovations of the list as the bureau's clerk sees them."""
    return lambda **query: set(sign_in(bureau_clerk).get(URL, query).context["page"])


def test_filters(found):
    waiting = planned()
    begun = started(to_renovate(region_id=BEITUN), mode="reinforce")
    ended = finished(to_renovate())
    assert found() == {waiting, begun, ended}
    assert found(state="planned") == {waiting}
    assert found(mode="reinforce") == {begun}
    assert found(region="610114005") == {begun}
    assert found(late="old_house") == {ended}
    with time_machine.travel("2020-06-30T12:00+08:00", tick=False):
        assert found(late="overdue") == set()
    with time_machine.travel("2020-07-01T12:00+08:00", tick=False):
        assert found(late="overdue") == {waiting, begun, ended}
    assert found(state="planned", late="old_house") == set()


@pytest.mark.parametrize("query", [{"state": "x"}, {"region": "610115001"}, {"late": "x"}])
def test_a_wrong_filter_shows_nothing_and_says_so(sign_in, bureau_clerk, query):
    planned()
    answer = sign_in(bureau_clerk).get(URL, query)
    assert list(answer.context["page"]) == []
    assert "筛选条件无法识别" in answer.text


def test_totals_are_those_of_the_filtered_list(sign_in, bureau_clerk):
    planned()
    started(to_renovate(region_id=BEITUN))
    context = sign_in(bureau_clerk).get(URL).context
    assert {label: float(yuan) for label, yuan in context["funding"]} == {
        "中央": 50000,
        "自筹": 60001,
    }
    context = sign_in(bureau_clerk).get(URL, {"state": "planned"}).context
    assert float(context["funding_total"]) == 55000.5
    assert [(str(state), number) for state, number in context["states"]] == [("planned", 1)]


def test_an_office_sees_its_own(sign_in, recorder, stranger):
    renovation = planned()
    assert set(sign_in(recorder).get(URL).context["page"]) == {renovation}
    assert set(sign_in(stranger).get(URL).context["page"]) == set()


def test_the_file_holds_the_list_and_its_sum(sign_in, bureau_clerk):
    accepted()
    planned(to_renovate(), mode="reinforce")
    answer = sign_in(bureau_clerk).post(URL + "export/?mode=rebuild", {"reason": "资金核对"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    named = [row for row in rows if row[6] == "原址重建"]
    assert len(named) == 1
    assert 55000.5 in named[0]
    total = next(row for row in rows if row[0] == "合计")
    assert total[15] == 55000.5
    assert "条件：方式：原址重建" in {row[0] for row in rows}


def test_without_a_plan_are_those_that_wait_for_one(sign_in, bureau_clerk):
    waiting = to_renovate()
    planned(to_renovate())
    happen(to_renovate(), "exempted")
    secured()
    address = reverse("rectification:unplanned_list")
    assert list(sign_in(bureau_clerk).get(address).context["page"]) == [waiting]
    assert not list(sign_in(bureau_clerk).get(address, {"region": "610114005"}).context["page"])


def test_the_bureaus_tasks_count_what_their_links_list(sign_in, bureau_clerk):
    to_renovate()
    planned()
    finished(to_renovate())
    accepted(to_renovate())
    ruled_secured()
    client = sign_in(bureau_clerk)
    tasks = list(renovation_tasks(bureau_clerk))
    assert [task.count for task in tasks] == [1, 1, 1, 1, 1, 1]
    for task in tasks:
        assert client.get(task.url).context["page"].paginator.count == task.count, task.label


def test_the_page_of_a_renovation_lists_what_is_missing(sign_in, bureau_clerk):
    document = filed()
    page = sign_in(bureau_clerk).get(f"{URL}{document.renovation.pk}/")
    assert page.context["missing_papers"] == 8
    assert "旧房拆除承诺书" in page.context["blocks"][0]
    assert "施工合同" not in page.context["blocks"][0]
    paper = sign_in(bureau_clerk).get(reverse("rectification:document_show", args=[document.pk]))
    assert paper.headers["Content-Type"] == "application/pdf"


def test_readers_get_no_buttons(sign_in, recorder):
    renovation = started()
    context = sign_in(recorder).get(f"{URL}{renovation.pk}/").context
    assert context["actions"] == []
    assert context["photos_form"] is None


def test_a_finished_house_with_its_old_one_standing_says_so(sign_in, bureau_clerk):
    renovation = finished()
    client = sign_in(bureau_clerk)
    assert any(
        "旧房还没有拆除" in each for each in client.get(f"{URL}{renovation.pk}/").context["blocks"]
    )
    assert "旧房还没有拆除" in client.get(f"{URL}{renovation.pk}/accept/").text


def test_the_households_piece(sign_in, bureau_clerk, recorder):
    household = to_renovate()
    address = reverse("rectification:household_renovations", args=[household.pk])
    assert "登记改造方案" in sign_in(bureau_clerk).get(address, headers={"HX-Request": "true"}).text
    assert "登记改造方案" not in sign_in(recorder).get(address).text
    planned(household)
    piece = sign_in(bureau_clerk).get(address, headers={"HX-Request": "true"}).text
    assert "李师傅施工队" in piece
    assert "登记改造方案" not in piece
    assert "<html" not in piece


@pytest.mark.parametrize("stage", ["to_renovate", "renovating", "completed", "accepted"])
def test_pages_live_with_events_that_have_no_renovation(sign_in, bureau_clerk, stage):
    steps = ("renovation_started", "renovation_finished", "acceptance_passed")
    known = ("to_renovate", "renovating", "completed", "accepted")
    household = happen(to_renovate(), *steps[: known.index(stage)])
    assert household.stage == stage
    client = sign_in(bureau_clerk)
    for name in ("household_renovations", "renovation_plan", "housing_secure"):
        assert client.get(reverse(f"rectification:{name}", args=[household.pk])).status_code == 200
    assert client.get(URL).status_code == 200


def test_as_many_queries_for_50_rows_as_for_5(sign_in, bureau_clerk, django_assert_max_num_queries):
    client = sign_in(bureau_clerk)
    clerk()
    for expected in (5, 50):
        while Renovation.objects.count() < expected:
            planned(to_renovate())
        with django_assert_max_num_queries(11):
            assert len(client.get(URL).context["page"]) == expected
    for _ in range(10):
        to_renovate()
    with django_assert_max_num_queries(7):
        client.get(reverse("rectification:unplanned_list"))
