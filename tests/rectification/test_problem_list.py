"""The ledger's pages: filters, sums, groups, and the tasks of the to-do centre."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households.models import Region
from rectification.enums import Direction, Light, ProblemSource
from rectification.models import Problem
from rectification.problems.acting import Assignment, assign, reopen, void
from rectification.problems.filters import ProblemFilters
from rectification.problems.grouping import GROUPINGS
from rectification.problems.raising import enter
from rectification.problems.summing import light_on, sums_of
from tests.factories import HouseholdFactory
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import (
    OFFICE,
    VILLAGE,
    assigned,
    closed,
    drafted,
    office_clerk,
    principal,
    raised,
    submitted,
)
from yanliang import menu
from yanliang.periods import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

BEITUN = "610114005200"


@pytest.fixture(autouse=True)
def april():
    """Tuesday, 21 April 2020: the reporting week ends on the 23rd."""
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def filters_of(query: str, staff) -> ProblemFilters:
    return ProblemFilters(QueryDict(query), staff=staff)


def found(query: str, staff) -> set[str]:
    problems = filters_of(query, staff).apply(Problem.objects.visible_to(staff))
    return set(problems.values_list("number", flat=True))


@pytest.fixture
def ledger(recorder):
    """One problem of each sort, by a name of the test's own."""
    poor = HouseholdFactory(region_id=VILLAGE, class_code="registered_poor", head_name="田小满")
    ordinary = HouseholdFactory(region_id=VILLAGE, class_code="ordinary", head_name="石大川")
    principal()
    day = today()
    again = closed(household=HouseholdFactory(region_id=VILLAGE, class_code="ordinary"))
    return {
        "open": raised(poor, description="院墙倾斜", found_on=dt.date(2020, 4, 1)),
        "late": raised(ordinary, "subsidy_unpaid", found_on=day, due_on=day),
        "mine": assigned(raised(ordinary, source=ProblemSource.CITY, due_on=dt.date(2020, 4, 28))),
        "submitted": submitted(household=False, code="not_checked"),
        "again": reopen(again.pk, "又出现", dt.date(2020, 6, 1), by=clerk()),
        "closed": closed(household=HouseholdFactory(region_id=VILLAGE, class_code="ordinary")),
        "void": void(raised().pk, "登记错误", by=clerk()),
        "foreign": raised(HouseholdFactory(region_id=BEITUN, class_code="ordinary")),
        "district": raised(False, region_id="610114"),
    }


UNSETTLED = {"open", "late", "mine", "submitted", "again", "foreign", "district"}
OF_GUANSHAN = UNSETTLED - {"foreign", "district"}


#: What each query string narrows the bureau's ledger to.
NARROWED = [
    ("", UNSETTLED),
    ("state=all", UNSETTLED | {"closed"}),
    ("state=void", {"void"}),
    ("state=submitted", {"submitted"}),
    ("state=at_work", UNSETTLED - {"submitted"}),
    (f"region={OFFICE}", OF_GUANSHAN),
    (f"region={BEITUN}", {"foreign"}),
    ("place=610114", {"district"}),
    ("source=city", {"mine"}),
    ("direction=mechanism", {"submitted"}),
    ("kind=subsidy_unpaid", {"late"}),
    ("light=grey", {"closed"}),
    ("light=yellow", {"late", "mine"}),
    ("light=green", UNSETTLED - {"late", "mine"}),
    ("week=1", {"late"}),
    ("recurrent=1", {"again"}),
    ("households=priority", {"open"}),
    ("households=ordinary", {"late", "mine", "again", "foreign"}),
    ("households=none", {"submitted", "district"}),
    ("responsible=刘建设", {"mine", "submitted", "again"}),
    ("responsible=未交办", {"open", "late", "foreign", "district"}),
    ("responsible=刘建", set()),
    ("found_to=2020-04-20", {"open"}),
    ("found_from=2020-04-21&due_to=2020-04-28", {"late", "mine"}),
    ("due_from=2020-06-01&due_to=2020-06-01", {"again"}),
    ("q=院墙", {"open"}),
    ("q=田小满", {"open"}),
    ("q=刘建", {"mine", "submitted", "again"}),
    ("q=yl-2020-005", {"foreign"}),
    ("light=nonsense", set()),
    ("region=610115001", set()),
    ("place=610115001", set()),
    ("due_from=yesterday", set()),
]


def test_each_filter(ledger, bureau_clerk):
    for query, names in NARROWED:
        assert found(query, bureau_clerk) == {ledger[name].number for name in names}, query


def test_overdue_from_the_day_after_the_date(ledger, bureau_clerk):
    with time_machine.travel(dt.datetime(2020, 4, 22, 9, tzinfo=dt.UTC), tick=False):
        assert found("light=red", bureau_clerk) == {ledger["late"].number}


def test_an_office_sees_and_finds_its_own(ledger, recorder):
    assert found("", recorder) == {ledger[name].number for name in OF_GUANSHAN}
    assert found("region=610114005", recorder) == set()


def test_mine_is_what_the_account_answers_for(ledger, recorder):
    by = office_clerk()
    assert found("mine=1", by) == {ledger[name].number for name in ("mine", "submitted", "again")}
    assert found("mine=1&state=at_work", by) == {ledger[name].number for name in ("mine", "again")}
    assert found("mine=1", recorder) == set()


def test_the_database_knows_the_same_light(ledger):
    for problem in Problem.objects.annotate(shown=light_on(today())):
        assert problem.shown == problem.light(today())
        assert Problem.objects.with_light(problem.shown, today()).filter(pk=problem.pk).exists()


def test_filters_in_words(bureau_clerk):
    words = filters_of("light=red&kind=file_irregular&mine=1&place=610114", bureau_clerk).in_words
    assert words == "时限：超期；类别：档案资料不规范；我的问题；区划：阎良区（本级）；状态：未销号"
    assert filters_of("", bureau_clerk).in_words == "状态：未销号"
    assert filters_of("state=closed", bureau_clerk).in_words == "状态：已销号"
    assert filters_of("light=grey", bureau_clerk).in_words == "时限：已办结；状态：已销号"
    assert filters_of("light=x", bureau_clerk).in_words == "无"


def show(client, query=""):
    return client.get(f"{reverse('rectification:problem_list')}{query}")


def test_the_list_says_what_matters_of_a_problem(ledger, sign_in, recorder):
    page = show(sign_in(recorder)).content.decode()
    for text in (
        ledger["open"].number,
        "院墙倾斜",
        "田小满",
        "刘建设",
        "牵头 赵主任",
        "临期 今天到期",
        "临期 还有 7 天",
        "屡改屡犯",
        "未交办",
        "市级",
    ):
        assert text in page, text
    assert ledger["closed"].number not in page
    with time_machine.travel(dt.datetime(2020, 5, 1, 9, tzinfo=dt.UTC), tick=False):
        assert "超期 10 天" in show(sign_in(recorder)).content.decode()


def test_what_is_struck_off_comes_last(ledger, sign_in, recorder):
    shown = show(sign_in(recorder), "?state=all").context["page"].object_list
    assert [problem.is_settled for problem in shown] == [False] * 5 + [True]


def test_sums_lead_to_their_problems(ledger, sign_in, recorder):
    client = sign_in(recorder)
    context = show(client).context
    assert context["sums"].total == len(OF_GUANSHAN)
    for _, number, link in context["states"] + context["lights"]:
        assert show(client, link).context["page"].paginator.count == number


def test_a_wrong_filter_says_so(ledger, sign_in, recorder):
    page = show(sign_in(recorder), "?due_to=32").content.decode()
    assert "筛选条件无法识别" in page
    assert "整改时限到" in page
    assert ledger["open"].number not in page


def test_only_who_works_on_problems_chooses_them(ledger, sign_in, recorder, bureau_clerk, viewer):
    assert "批量交办" in show(sign_in(recorder)).content.decode()
    assert "批量核实" not in show(sign_in(recorder)).content.decode()
    assert "批量核实" in show(sign_in(bureau_clerk)).content.decode()
    assert 'name="problem"' not in show(sign_in(viewer)).content.decode()
    assert "批量" not in show(sign_in(viewer)).content.decode()


def many(number: int) -> None:
    households = HouseholdFactory.create_batch(5, region_id=VILLAGE)
    enter([drafted(households[each % 5]) for each in range(number)], by=clerk())


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_queries_do_not_grow(sign_in, recorder):
    client = sign_in(recorder)
    addresses = [reverse(f"rectification:{page}") for page in ("problem_list", "problem_summary")]
    addresses.append(reverse("home"))
    numbers = []
    for number in (5, 45):
        many(number)
        numbers.append([queries_of(client, address) for address in addresses])
    assert numbers[0] == numbers[1]
    assert numbers[0][:2] == [7, 6]


def test_a_page_holds_as_many_as_are_done_at_once(sign_in, recorder):
    many(51)
    client = sign_in(recorder)
    context = show(client).context
    assert len(context["page"].object_list) == 50
    longer = show(client, context["sizes"][-1][1])
    assert len(longer.context["page"].object_list) == 51
    assert '<input type="hidden" name="size" value="200">' in longer.content.decode()
    assert len(show(client, "?size=9999").context["page"].object_list) == 50


# Groups


def summary(client, query):
    return client.get(f"{reverse('rectification:problem_summary')}{query}")


@pytest.mark.parametrize("query", ["", f"&region={VILLAGE}&light=green&responsible=刘建设"])
def test_each_figure_opens_its_problems(ledger, sign_in, bureau_clerk, query):
    client = sign_in(bureau_clerk)
    for by in GROUPINGS:
        rows = summary(client, f"?by={by}{query}").context["rows"]
        check_links(rows, bureau_clerk)
        check_columns(rows)


def test_a_village_reads_its_own_sums(ledger, sign_in, villager):
    client = sign_in(villager)
    for by in GROUPINGS:
        rows = summary(client, f"?by={by}").context["rows"]
        check_links(rows, villager)
        check_columns(rows)
        assert rows[-1].cell("total").value == 6


def check_links(rows, staff) -> None:
    """Every figure of the table is the number of problems that it opens."""
    cells = [cell for row in rows for key in row.cells if (cell := row.cell(key)).href]
    assert cells
    for cell in cells:
        address = urlsplit(cell.href)
        assert address.path == reverse("rectification:problem_list")
        assert len(found(address.query, staff)) == cell.value, cell.href


def check_columns(rows) -> None:
    """The states of a row add up to its total, the groups of a column to its last row."""
    assert rows[-1].kind == "total"
    for row in rows:
        assert sum(row.cell(state).value for state in STATES) == row.cell("total").value
    for key in ("total", *STATES, Light.RED, Light.YELLOW, "recurrent"):
        *groups, total = (row.cell(key).value for row in rows)
        assert sum(groups) == total


STATES = ("open", "in_progress", "returned", "reopened", "submitted", "closed")


def named(client, by) -> list[str]:
    return [row.cells["name"] for row in summary(client, f"?by={by}").context["rows"]]


def test_groups_are_named_in_the_order_of_the_field(ledger, sign_in, bureau_clerk):
    client = sign_in(bureau_clerk)
    assert named(client, "unit") == ["区住建局", "北屯街道", "关山街道", "合计"]
    assert named(client, "direction") == [*Direction.labels, "合计"]
    assert named(client, "light") == ["临期", "正常", "已办结", "合计"]
    assert named(client, "source") == ["自查排查", "市级", "合计"]
    assert "关山街道 刘建设" in named(client, "responsible")
    assert "关山街道 未交办" in named(client, "responsible")
    assert named(client, "kind")[0] == "补助未及时发放"


def test_the_rate_is_of_all_but_the_void(ledger, sign_in, recorder):
    total = summary(sign_in(recorder), "?by=unit").context["rows"][-1]
    assert total.cell("total").value == 6
    assert total.cell("rate").value * 6 == 1


def test_no_other_grouping(sign_in, recorder):
    assert summary(sign_in(recorder), "?by=void").status_code == 404
    assert "没有符合条件的问题" in summary(sign_in(recorder), "").content.decode()


def test_sums_of_nothing():
    assert sums_of(Problem.objects.none(), today()).total == 0


# The to-do centre


def tasks_of(client) -> dict:
    return {task.label: task for task in client.get(reverse("home")).context["tasks"]}


def test_each_task_opens_as_many_problems(ledger, sign_in, bureau_clerk, villager):
    reassigned = assign(ledger["late"].pk, Assignment("王工", bureau_clerk), by=bureau_clerk)
    with time_machine.travel(dt.datetime(2020, 4, 22, 9, tzinfo=dt.UTC), tick=False):
        client = sign_in(bureau_clerk)
        tasks = tasks_of(client)
        assert tasks["我的问题"].count == 1
        assert tasks["我的问题"].is_urgent
        assert found("mine=1", bureau_clerk) == {reassigned.number}
        assert tasks["待核实销号"].count == 1
        assert tasks["未登记主要领导的街办"].count == 6
        for label in ("我的问题", "待交办问题", "本周到期的问题", "超期问题", "待核实销号"):
            assert (
                client.get(tasks[label].url).context["page"].paginator.count == tasks[label].count
            )
        village = tasks_of(sign_in(villager))
    assert village["超期问题"].count == 1
    assert "我的问题" not in village
    assert "未登记主要领导的街办" not in village


def test_an_office_is_told_to_name_its_leader(sign_in, recorder):
    assert tasks_of(sign_in(recorder))["未登记主要领导的街办"].count == 1
    Region.objects.filter(pk=OFFICE).update(principal_leader="赵主任")
    assert tasks_of(sign_in(recorder))["未登记主要领导的街办"].count == 0


def test_the_menu_leads_to_the_ledger(sign_in, viewer):
    assert reverse("rectification:problem_list") in {
        reverse(entry.url_name) for entry in menu.MENU if entry.allowed(viewer)
    }
