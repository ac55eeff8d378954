"""The weekly workbook as it is read back: sheets, values, charts, print set-up."""

import datetime as dt
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from households.models import Region
from households.reference import load_classes, load_regions
from rectification.reference import load_problem_kinds
from reports.weekly.exports import exported
from reports.weekly.gathering import weekly_of
from reports.weekly.weeks import Week
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.rectification.problem_cases import recurring_problem
from tests.reports.histories import undone
from yanliang.periods import SHANGHAI

# The fixture of the module writes: without the mark, run alone, it would meet no test database.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def book(django_db_setup, django_db_blocker):
    """关山 checks one of two in the week, 北屯 none of one; written once, read back as a reader sees it."""
    with django_db_blocker.unblock(), undone():
        load_regions()
        load_classes()
        load_problem_kinds()
        with time_machine.travel(dt.datetime(2020, 4, 1, 9, tzinfo=SHANGHAI), tick=False):
            HouseholdFactory(region_id="610114005200")
            HouseholdFactory()
            household = HouseholdFactory(class_code="low_income")
            recurring_problem()
        with time_machine.travel(dt.datetime(2020, 4, 8, 9, tzinfo=SHANGHAI), tick=False):
            happen(household, "inspected:suspected")
        weekly = weekly_of(Region.objects.get(pk="610114"), Week(dt.date(2020, 4, 9)))
        content = exported(weekly, "xlsx", by=StaffFactory(full_name="王局"), reason="报送市局")
    return load_workbook(BytesIO(content))


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_narrative_comparison_trend_and_annex_each_have_their_sheets(book):
    assert book.sheetnames == [
        "周报",
        "本周上周对比",
        "各街办主要指标对比",
        "三清零",
        "屡改屡犯",
        "走势",
        "全部农户",
        "建档立卡户",
        "其他三类重点对象",
        "农村分散供养特困人员",
        "低保户",
        "贫困残疾人家庭",
        "一般农户",
    ]
    assert book.properties.title == "阎良区住房安全排查工作周报（2020年4月9日）"
    assert book.properties.creator.startswith("王局")
    assert book.properties.description == "导出原因：报送市局"


def test_the_narrative_is_text_that_prints_on_a4(book):
    sheet = book["周报"]
    lines = [row[0] for row in rows(sheet)]
    assert lines[:3] == ["阎良区住房安全排查工作周报", "（截至2020年4月9日12时）", "一、总体进展"]
    assert "累计已排查 1 户，本周新增 1 户，排查率 33.33%，较上周提高 33.33 个百分点" in lines[3]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert {cell.data_type for (cell,) in sheet.iter_rows()} == {"s"}


def test_every_column_is_compared_for_every_office(book):
    found = {tuple(row[:2]): row[2:] for row in rows(book["本周上周对比"]) if row[1]}
    this, last, change = (found["合计", face] for face in ("本周", "上周", "增减"))
    assert (this[0], this[3], this[5], this[7], this[22]) == (3, 1, 2, 1, 3)
    assert (last[0], last[3], last[5], last[7], last[22]) == (3, 0, 3, 0, 3)
    assert (change[0], change[3], change[5], change[7], change[22]) == (0, 1, -1, 1, 0)
    assert this[4] == pytest.approx(0.3333)
    # Nothing to check in 新兴: missing, not zero.
    assert found["新兴街道", "本周"][4] == "—"


def test_the_trend_has_a_line_and_bars(book):
    sheet = book["走势"]
    assert [row[0].date() for row in rows(sheet) if isinstance(row[0], dt.datetime)] == [
        dt.date(2020, 3, 26),
        dt.date(2020, 4, 9),
    ]
    line, bars = sheet._charts
    assert [line.tagname, bars.tagname] == ["lineChart", "barChart"]
    assert bars.series[0].val.numRef.f == "'各街办主要指标对比'!$K$5:$K$11"
    assert sheet.parent["各街办主要指标对比"]["K4"].value == "本周"


def test_annex_2_is_that_of_the_cut_off(book):
    total = next(row for row in rows(book["全部农户"]) if row[0] == "合计")
    assert (total[1], total[4], total[6], total[8], total[23]) == (3, 1, 2, 1, 3)
    assert "填报日期：2020年4月9日" in {value for row in rows(book["全部农户"]) for value in row}


def test_the_three_zeros_are_those_of_the_cut_off(book):
    found = {row[0]: row[1:] for row in rows(book["三清零"])}
    # Unsafe and its change, problems and their change, unchecked, policy, mechanism, all of them and the change.
    assert found["关山街道"] == [1, 1, 2, 0, 1, 0, 0, 1, -1]
    assert found["合计"] == [1, 1, 2, 0, 2, 0, 0, 2, -1]


def test_what_recurred_is_listed_without_a_word_on_the_household(book):
    [line] = [row for row in rows(book["屡改屡犯"]) if str(row[0]).startswith("YL-")]
    assert line[1:3] == ["关山街道 关山村", "档案资料不规范"]
    assert "屡改屡犯：未销号 1 件。" in "".join(row[0] for row in rows(book["周报"]))
