"""The register: who sees what, filters, counts, order, live results, and the workbook."""

import datetime as dt
from io import BytesIO

import pytest
from django.http import QueryDict
from django.urls import reverse
from openpyxl import load_workbook

from households.filters import HouseholdFilters, summary_key
from households.models import Household
from tests.factories import HouseholdFactory, happen, suspected_household
from yanliang.audit.models import Entry

URL = "/households/"


def listed(client, query="", **headers):
    response = client.get(f"{URL}?{query}", headers=headers)
    assert response.status_code == 200
    return response


def names(response) -> list[str]:
    return [row.head_name for row in response.context["rows"]]


@pytest.fixture
def at_desk(sign_in, recorder):
    return sign_in(recorder)


def test_list_shows_own_region_only(at_desk):
    HouseholdFactory(head_name="张关山")
    HouseholdFactory(head_name="李北屯", region_id="610114005200")
    assert names(listed(at_desk)) == ["张关山"]


def test_village_sees_its_village(sign_in, villager):
    HouseholdFactory(head_name="张关山")
    HouseholdFactory(head_name="李别村", region_id="610114007201")
    assert names(listed(sign_in(villager))) == ["张关山"]


def test_keeper_sees_no_household(sign_in, keeper):
    HouseholdFactory(head_name="张关山")
    assert "张关山" not in sign_in(keeper).get(URL).content.decode()


def test_numbers_are_masked(at_desk):
    household = HouseholdFactory()
    page = listed(at_desk).content.decode()
    assert household.id_number not in page
    assert household.phone not in page
    assert f"6101************{household.id_number[-2:]}" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("class=low_income", ["低保户主"]),
        ("group=其他三类重点对象", ["低保户主"]),
        ("stage=unchecked", ["低保户主", "未排户主"]),
        ("stage=unchecked&stage=safe", ["低保户主", "未排户主", "安全户主"]),
        ("structure=TM", ["未排户主"]),
        ("status=not_cleared", ["低保户主", "未排户主", "疑似户主", "危房户主"]),
        ("status=suspected", ["疑似户主", "危房户主"]),
        ("status=awaiting_appraisal", ["疑似户主"]),
        ("status=safe", ["安全户主"]),
        ("region=610114007201", ["低保户主"]),
        ("region=610114007", ["低保户主", "未排户主", "疑似户主", "危房户主", "安全户主"]),
        ("summary=suspected-suspected-none&summary=safe-safe-none", ["疑似户主", "安全户主"]),
        ("q=yshz&status=suspected", ["疑似户主"]),
    ],
)
def test_filters(at_desk, query, expected):
    HouseholdFactory(head_name="低保户主", class_code="low_income", region_id="610114007201")
    HouseholdFactory(head_name="未排户主", structure="TM")
    suspected_household(head_name="疑似户主")
    happen(HouseholdFactory(head_name="危房户主"), "inspected:suspected", "appraised:d")
    happen(HouseholdFactory(head_name="安全户主"), "inspected:safe")
    response = listed(at_desk, query)
    assert sorted(names(response)) == sorted(expected)
    assert response.context["total"] == len(expected)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("region=610114005", "所选区划不在您的管辖范围内"),
        ("summary=nonsense", "统计口径无法识别"),
        ("stage=nonsense", "nonsense"),
    ],
)
def test_wrong_filter_empties_the_list_and_says_why(at_desk, query, sentence):
    HouseholdFactory()
    HouseholdFactory(region_id="610114005200")
    response = listed(at_desk, query)
    assert names(response) == []
    assert sentence in response.content.decode()


def test_counts_by_stage_ignore_the_stage_filter(at_desk):
    HouseholdFactory()
    suspected_household()
    suspected_household()
    context = listed(at_desk, "stage=unchecked").context
    assert [(stage.value, number) for stage, number, _ in context["stages"]] == [
        ("unchecked", 1),
        ("suspected", 2),
    ]
    assert context["total"] == 1
    assert context["total_by_stage"] == 3


@pytest.mark.parametrize("query", ["", "region=610114007200", "q=yshz"])
def test_counts_by_stage_follow_the_other_filters(at_desk, query):
    HouseholdFactory(head_name="疑似户主")
    HouseholdFactory(region_id="610114007201")
    HouseholdFactory(region_id="610114005200")
    suspected_household(head_name="疑似户主")
    unchecked = 2 if query == "" else 1
    context = listed(at_desk, query).context
    assert [(stage.value, number) for stage, number, _ in context["stages"]] == [
        ("unchecked", unchecked),
        ("suspected", 1),
    ]


def test_chips_name_each_filter_and_remove_it(at_desk):
    HouseholdFactory()
    query = "class=ordinary&status=not_cleared&summary=none-unchecked-none&page=3"
    chips = listed(at_desk, query).context["filters"].chips
    assert [chip.label for chip in chips] == ["类别：一般农户", "状态：未清零", "统计口径：未排查"]
    assert chips[0].without == "?status=not_cleared&summary=none-unchecked-none"


def test_every_summary_key_is_read_back(recorder):
    household = suspected_household()
    filters = HouseholdFilters(QueryDict(f"summary={summary_key(household.summary)}"), recorder)
    assert filters.apply(Household.objects.all()).get() == household


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("code", ["王一", "丁二", "安三"]),
        ("-code", ["安三", "丁二", "王一"]),
        ("name", ["安三", "丁二", "王一"]),
        ("place", ["丁二", "王一", "安三"]),
        ("area", ["安三", "王一", "丁二"]),
        ("year", ["丁二", "安三", "王一"]),
        ("stage", ["丁二", "安三", "王一"]),
        ("id_number", ["王一", "丁二", "安三"]),
    ],
)
def test_sort(at_desk, sort, expected):
    happen(
        HouseholdFactory(head_name="王一", group="8组", floor_area=100, built_year=2010),
        "inspected:suspected",
    )
    HouseholdFactory(head_name="丁二", group="2组", floor_area=200, built_year=1980)
    HouseholdFactory(head_name="安三", group="10组", floor_area=50, built_year=1990)
    assert names(listed(at_desk, f"sort={sort}")) == expected


def test_pages_hold_fifty_and_never_overlap(at_desk):
    HouseholdFactory.create_batch(51)
    first, second = (names_and_keys(listed(at_desk, f"page={page}")) for page in (1, 2))
    assert (len(first), len(second)) == (50, 1)
    assert not set(first) & set(second)


def names_and_keys(response) -> list[int]:
    return [row.pk for row in response.context["rows"]]


@pytest.mark.parametrize("number", [5, 50])
def test_number_of_queries_is_fixed(at_desk, number, django_assert_num_queries):
    HouseholdFactory.create_batch(number)
    at_desk.get(URL)
    # Session, person, the region in the header, regions, classes, counts, rows.
    with django_assert_num_queries(7):
        at_desk.get(URL)


def test_htmx_gets_the_results_alone(at_desk):
    HouseholdFactory(head_name="张关山")
    page = listed(at_desk, "q=zgs", **{"HX-Request": "true"})
    assert "张关山" in page.content.decode()
    assert "<html" not in page.content.decode()
    assert "HX-Request" in page["Vary"]


def test_restored_history_gets_the_whole_page(at_desk):
    page = listed(at_desk, **{"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in page.content.decode()


def test_search_keeps_stage_sort_and_drill_down(at_desk):
    HouseholdFactory()
    page = listed(at_desk, "stage=unchecked&sort=-area&summary=none-unchecked-none")
    kept = page.context["kept"]
    assert kept == [
        ("stage", "unchecked"),
        ("summary", "none-unchecked-none"),
        ("sort", "-area"),
    ]


def exported(client, query="", **data):
    response = client.post(f"{reverse('households:household_export')}?{query}", data)
    assert response.status_code == 200
    sheet = load_workbook(BytesIO(response.content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()], sheet


def test_export_is_the_filtered_list_and_says_who_and_why(at_desk, recorder):
    HouseholdFactory(head_name="张导出", structure="TM", remark="=1+1")
    HouseholdFactory(head_name="李不在", structure="ZH")
    rows, sheet = exported(at_desk, "structure=TM", reason="下村核对")
    assert len(rows) == 5
    assert "下村核对" in rows[1][0]
    assert str(recorder) in rows[1][0]
    assert "结构：土木" in rows[2][0]
    row = dict(zip(rows[3], rows[4], strict=True))
    assert row["户主姓名"] == "张导出"
    assert row["街办"] == "关山街道"
    assert "*" in row["身份证号"]
    assert row["备注"] == "=1+1"
    assert sheet.cell(5, 16).data_type == "s"
    assert sheet.auto_filter.ref == "A4:P5"
    entry = Entry.objects.get(act="exported")
    assert entry.reason == "下村核对"
    assert entry.after["户数"] == 1


def test_export_with_full_numbers_is_asked_for_and_recorded(at_desk):
    household = HouseholdFactory()
    rows, _ = exported(at_desk, full_numbers="1", reason="核对")
    assert rows[4][5] == household.id_number
    assert rows[4][6] == household.phone
    assert Entry.objects.get(act="exported").after["完整证件号"] is True


def test_export_refused_without_right(sign_in, villager, viewer):
    url = reverse("households:household_export")
    assert sign_in(villager).post(url).status_code == 403
    client = sign_in(viewer)
    assert client.post(url, {"full_numbers": "1"}).status_code == 403
    assert client.post(url).status_code == 200


def test_export_refuses_get(at_desk):
    assert at_desk.get(reverse("households:household_export")).status_code == 405


def test_the_day_of_a_change_is_shanghais(sign_in, recorder):
    late_in_the_evening_of_utc = dt.datetime(2020, 4, 1, 20, tzinfo=dt.UTC)
    HouseholdFactory(registered_at=late_in_the_evening_of_utc)
    assert "2020-04-02" in sign_in(recorder).get("/households/").content.decode()
