"""Many results by keyboard: which rows are saved, which come back and why."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households.models import Household
from inspections.appraisal import cancel, record_result
from inspections.models import Appraisal
from inspections.views.result_grid import ROWS
from tests.factories import happen, suspected_household
from tests.inspections.factories import AppraisalFactory, OrganisationFactory
from yanliang.audit.models import Entry
from yanliang.periods import today

pytestmark = pytest.mark.django_db
GRID = reverse("inspections:result_grid")


def cells(appraisal: Appraisal, number: int = 1, *, version: int = 1, **changes) -> dict:
    """One filled row as the page sends it."""
    typed = {
        "appraised_on": "2020.4.20",
        "appraisers": "王建国、李秀英",
        "report_number": f"JD-{number}",
        "site": "a",
        "walls": "C",
        "roof": "b级",
        "disaster_measures": "部分具备",
        "advice": "加固",
        "version": version,
        **changes,
    }
    return {f"{appraisal.pk}-{name}": value for name, value in typed.items()}


def sent(*rows: dict) -> dict:
    """The page as it is sent: every row of it, filled or not."""
    data = {"row": [next(iter(row)).partition("-")[0] for row in rows]}
    for row in rows:
        data |= row
    return data


def untouched(appraisal: Appraisal) -> dict:
    return {f"{appraisal.pk}-version": 1, f"{appraisal.pk}-site": ""}


@pytest.fixture
def clerk(sign_in, bureau_clerk):
    return sign_in(bureau_clerk)


def test_filled_rows_are_saved_and_the_others_left(clerk):
    first, left, third = (AppraisalFactory() for _ in range(3))
    page = clerk.post(
        GRID, sent(cells(first, 1), untouched(left), cells(third, 2, walls="d")), follow=True
    )
    assert page.redirect_chain[-1] == (GRID, 302)
    assert "已录入 2 户" in page.text
    assert f"{third.household.head_name} D级" in page.text
    first.refresh_from_db()
    assert (first.grade, first.appraised_on) == ("c", dt.date(2020, 4, 20))
    assert first.appraisers == ["王建国", "李秀英"]
    assert Household.objects.get(pk=third.household_id).stage == "pending_ruling"
    assert list(Appraisal.objects.open()) == [left]
    assert Entry.objects.filter(act="appraisal_recorded").count() == 2


def test_a_wrong_row_comes_back_as_typed_and_the_right_one_is_saved(clerk):
    right, wrong = AppraisalFactory(), AppraisalFactory()
    typed = cells(wrong, 2, walls="ab", report_number="编号一", override_reason="“说明”")
    page = clerk.post(GRID, sent(cells(right, 1), typed))
    assert page.status_code == 422
    assert "承重墙“ab”不对，应填 a、b、c、d 之一" in page.text
    assert 'value="编号一"' in page.text
    assert 'value="“说明”"' in page.text
    assert 'value="ab"' in page.text
    assert '<option value="加固" selected>' in page.text
    assert "已保存" in page.text
    assert "1 户没有保存" in page.text
    assert f'name="{right.pk}-walls"' not in page.text
    right.refresh_from_db()
    wrong.refresh_from_db()
    assert (right.state, wrong.state) == ("recorded", "assigned")
    mended = clerk.post(GRID, sent(cells(wrong, 2)), follow=True)
    assert "已录入 1 户" in mended.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"appraised_on": "2999-01-01"}, "鉴定日期不能晚于今天"),
        ({"appraised_on": "昨天"}, "鉴定日期“昨天”无法识别"),
        ({"appraisers": "王建国"}, "鉴定人员不得少于两人"),
        ({"report_number": ""}, "请填写报告编号"),
        ({"grade": "B级"}, "按构件计算为C级，评为B级须写明调整理由"),
        ({"advice": ""}, "请填写处理建议"),
        ({"site": "", "walls": "", "roof": ""}, "请至少评定一个构件的等级"),
        ({"report_number": "TAKEN"}, "报告编号已用于另一户"),
        ({"version": 7}, "他人修改"),
        ({"version": "x"}, "他人修改"),
    ],
)
def test_a_fault_stands_at_its_cell(clerk, bureau_clerk, changes, sentence):
    taken = AppraisalFactory()
    values = {
        "appraised_on": today(),
        "appraisers": ["王建国", "李秀英"],
        "report_number": "TAKEN",
        "site": "a",
        "disaster_measures": "full",
        "advice": "keep",
    }
    record_result(taken, values, by=bureau_clerk, seen=1)
    appraisal = AppraisalFactory()
    page = clerk.post(GRID, sent(cells(appraisal, **changes)))
    assert page.status_code == 422
    assert sentence in page.text
    if "version" not in changes:
        assert page.text.count('aria-invalid="true"') == 1
    appraisal.refresh_from_db()
    assert appraisal.state == "assigned"


def test_what_was_changed_meanwhile_is_told_and_can_be_saved_after_that(clerk):
    appraisal = AppraisalFactory()
    Appraisal.objects.update(version=2)
    page = clerk.post(GRID, sent(cells(appraisal)))
    assert "他人修改" in page.text
    assert f'name="{appraisal.pk}-version" value="2"' in " ".join(page.text.split())
    clerk.post(GRID, sent(cells(appraisal, version=2)))
    appraisal.refresh_from_db()
    assert appraisal.state == "recorded"


def test_sent_twice_is_saved_once(clerk):
    appraisal = AppraisalFactory()
    data = sent(cells(appraisal))
    clerk.post(GRID, data)
    again = clerk.post(GRID, data, follow=True)
    assert "已录入 1 户" in again.text
    assert Entry.objects.filter(act="appraisal_recorded").count() == 1
    changed = clerk.post(GRID, sent(cells(appraisal, report_number="OTHER")))
    assert "报告编号与已录入的不一致" in changed.text


def test_a_wrong_state_says_why(clerk, bureau_clerk):
    moved, taken_back = AppraisalFactory(), AppraisalFactory()
    happen(moved.household, "exempted")
    cancel(taken_back, bureau_clerk, "改期")
    page = clerk.post(GRID, sent(cells(moved, 1), cells(taken_back, 2)))
    assert "该户目前为“无需排查”" in page.text
    assert "该鉴定目前为“已撤销”" in page.text


def test_one_report_number_in_two_rows(clerk):
    first, second = AppraisalFactory(), AppraisalFactory()
    page = clerk.post(GRID, sent(cells(first, 1), cells(second, 1)))
    assert "报告编号已用于另一户" in page.text
    assert Appraisal.objects.recorded().count() == 1


def test_nothing_typed_is_told(clerk):
    page = clerk.post(GRID, sent(untouched(AppraisalFactory())), follow=True)
    assert "还没有填写任何一户" in page.text


@pytest.mark.parametrize("row", ["", "x", "0", "-1", "9" * 30, "²"])
def test_a_row_that_is_none_is_left_out(clerk, row):
    appraisal = AppraisalFactory()
    page = clerk.post(GRID, {"row": row} | cells(appraisal), follow=True)
    assert page.status_code == 200
    assert Appraisal.objects.open().count() == 1


def test_what_one_may_not_see_is_not_saved(sign_in, bureau_clerk):
    appraisal = AppraisalFactory()
    bureau_clerk.region_id = "610114005"
    bureau_clerk.save()
    sign_in(bureau_clerk).post(GRID, sent(cells(appraisal)))
    appraisal.refresh_from_db()
    assert appraisal.state == "assigned"


def test_only_the_bureau_enters_results(sign_in, office_lead, supervisor):
    appraisal = AppraisalFactory()
    for person in (office_lead, supervisor):
        client = sign_in(person)
        assert client.get(GRID).status_code == 403
        assert client.post(GRID, sent(cells(appraisal))).status_code == 403
    assert Appraisal.objects.open().exists()


def test_the_earliest_due_come_first_and_filters_narrow(clerk):
    late = AppraisalFactory(due_on=today() + dt.timedelta(days=9))
    early = AppraisalFactory(
        due_on=today(), household=suspected_household(region_id="610114005200")
    )
    other = AppraisalFactory(
        organisation=OrganisationFactory(name="西安另一鉴定所"),
        due_on=today() + dt.timedelta(days=3),
    )

    def shown(**query) -> list[Appraisal]:
        return [row.appraisal for row in clerk.get(GRID, query).context["rows"]]

    assert shown() == [early, other, late]
    assert shown(office="610114007") == [other, late]
    assert shown(organisation=other.organisation_id) == [other]
    assert "筛选条件无法识别" in clerk.get(GRID, {"office": "x"}).text


def test_fifty_at_a_time_with_as_many_queries_as_five(clerk):
    asked, made = [], 0
    for count in (5, ROWS + 3):
        for _ in range(count - made):
            AppraisalFactory()
        made = count
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page = clerk.get(GRID)
        asked.append(len(captured))
        assert len(page.context["rows"]) == min(count, ROWS)
    assert asked[0] == asked[1]
    assert "先列最早到期的 50 户" in page.text


def test_the_grade_of_a_row_so_far(clerk):
    appraisal = AppraisalFactory(household=suspected_household(structure="TM"))
    address = reverse("inspections:result_grid_grade", args=[appraisal.pk])

    def grade(**typed) -> str:
        return clerk.get(address, {f"{appraisal.pk}-{k}": v for k, v in typed.items()}).text

    assert "—" in grade()
    assert "B级" in grade(site="Ａ", walls="a级")
    assert "C级" in grade(site="a", walls="C")
    assert "D级" in grade(site="a", dangerous_site="是")
    assert "—" in grade(site="a", walls="x")
    assert clerk.post(address).status_code == 405
