"""A cut-off that a holiday moved, and a year without holidays, are told wherever a reporting week is shown."""

import datetime as dt
import shutil
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from households.models import Region
from reports.weekly.exports import exported
from reports.weekly.gathering import weekly_of
from reports.weekly.weeks import Week
from tests.factories import HouseholdFactory
from tests.golden.test_weekly_pdf import text
from yanliang.periods import SHANGHAI
from yanliang.tables.pdf import missing_parts

HOLIDAY = dt.date(2020, 6, 25)
WHY = "周四（6月25日）为端午节假日，截止时间提前到6月24日（周三）12:00"
WEEKLY = "reports:weekly_summary"
PAGES = ["home", WEEKLY, "reports:dashboard", "reports:zeros"]


def at(month: int, day: int, hour: int = 9, *, year: int = 2020) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def read(sign_in, bureau_lead):
    """The text of a page at a moment, as the bureau's lead reads it."""

    def page(url_name: str, moment: dt.datetime, **asked) -> str:
        with time_machine.travel(moment, tick=False):
            response = sign_in(bureau_lead).get(reverse(url_name), asked)
        assert response.status_code == 200
        return response.content.decode()

    return page


@pytest.mark.parametrize("url_name", [*PAGES, "rectification:visit_list"])
def test_the_page_says_why_and_only_in_that_week(read, url_name):
    assert WHY in read(url_name, at(6, 23))
    assert "截止时间提前到" not in read(url_name, at(6, 17))


@pytest.mark.parametrize("url_name", ["home", "reports:dashboard", "reports:zeros"])
@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (at(6, 17), "本报告周于6月18日（周四）12:00截止"),
        (at(6, 24, 11), "本报告周于6月24日（周三）12:00截止"),
        (at(6, 24, 12), "本报告周已于6月24日（周三）12:00截止"),
    ],
)
def test_the_page_says_when_the_week_closes(read, url_name, moment, told):
    assert told in read(url_name, moment)


def test_the_weeks_to_choose_from_name_the_moved_cut_off(read):
    page = read(WEEKLY, at(6, 30), week=HOLIDAY)
    assert "2020年6月25日（周四），已于6月24日（周三）12:00截止</option>" in page
    assert "2020年7月2日（周四）</option>" in page
    assert "截至2020年6月24日12时" in page


@pytest.mark.parametrize("url_name", PAGES)
def test_the_page_warns_of_a_year_whose_holidays_nobody_entered(read, url_name):
    warning = "2099 年节假日安排未录入，按周一至周五为工作日计；请系统管理员更新工作日表。"
    assert warning in read(url_name, at(1, 6, year=2099))
    assert "节假日安排未录入" not in read(url_name, at(1, 6))


def test_home_names_the_next_milestone_until_the_last(read):
    assert "下一时限：2020年3月31日前入户核查完成" in read("home", at(3, 31))
    assert "下一时限：2020年6月30日前全部清零" in read("home", at(6, 1))
    assert "下一时限" not in read("home", at(7, 1))


def test_offices_are_to_be_visited_before_the_holiday(sign_in, supervisor):
    def task(moment):
        with time_machine.travel(moment, tick=False):
            tasks = sign_in(supervisor).get(reverse("home")).context["tasks"]
        return next(each for each in tasks if each.label == "本周未督导的街办")

    assert "6 月 24 日前完成" in task(at(6, 23)).hint
    assert not task(at(6, 23)).is_urgent
    assert task(at(6, 24)).is_urgent


class TestFiles:
    @pytest.fixture
    def file(self, reference):
        """The weekly report of the district for a Thursday, in a format."""
        with time_machine.travel(at(4, 1), tick=False):
            HouseholdFactory()

        def written(thursday: dt.date, form: str) -> bytes:
            weekly = weekly_of(Region.objects.get(pk="610114"), Week(thursday))
            return exported(weekly, form)

        return written

    def test_the_workbook_says_so_under_its_heading(self, file):
        sheet = load_workbook(BytesIO(file(HOLIDAY, "xlsx")))["周报"]
        assert [sheet.cell(row, 1).value for row in (2, 3)] == [
            "（截至2020年6月24日12时）",
            f"（{WHY}）",
        ]
        # The longer line has room for two.
        assert sheet.row_dimensions[3].height == 2 * sheet.row_dimensions[2].height
        ordinary = load_workbook(BytesIO(file(dt.date(2020, 6, 18), "xlsx")))["周报"]
        assert ordinary.cell(3, 1).value == "一、总体进展"

    @pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
    @pytest.mark.skipif(bool(missing_parts()), reason="；".join(missing_parts()))
    def test_the_pdf_says_so_under_its_heading(self, file, tmp_path):
        path = tmp_path / "weekly.pdf"
        path.write_bytes(file(HOLIDAY, "pdf"))
        assert "".join(text(path)[0].split()).startswith(
            f"阎良区住房安全排查工作周报（截至2020年6月24日12时）（{WHY}）一、总体进展"
        )
