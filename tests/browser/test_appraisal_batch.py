"""Many results at once: in the grid by keyboard alone, and by workbook, in a real browser."""

import datetime as dt

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from households.models import Household
from inspections.models import Appraisal
from tests.factories import suspected_household
from tests.imports.result_tables import columns, fill, line_of, result
from tests.inspections.factories import AppraisalFactory
from yanliang.periods import today

pytestmark = pytest.mark.django_db(transaction=True)


def assignments(*names: str) -> list[Appraisal]:
    return [
        AppraisalFactory(
            household=suspected_household(head_name=name), due_on=today() + dt.timedelta(days=days)
        )
        for days, name in enumerate(names)
    ]


def test_the_grid_by_keyboard(page, live_server, bureau_clerk, sign_in_page):
    first, second, third = assignments("高一户", "李二户", "王三户")
    sign_in_page(page, bureau_clerk)
    page.goto(f"{live_server.url}/inspections/appraisals/")
    page.get_by_role("link", name="成批录入").click()
    keys = page.keyboard

    def cell(appraisal: Appraisal, name: str):
        return page.locator(f"[name='{appraisal.pk}-{name}']")

    expect(cell(first, "appraised_on")).to_be_focused()
    keys.type("2020.4.20")
    keys.press("Tab")
    keys.type("王建国、李秀英")
    keys.press("ArrowRight")
    keys.type("JD-1")
    keys.press("ArrowRight")
    # Each letter goes on to the next component; the grade is computed as one goes.
    keys.type("aBc")
    expect(cell(first, "timber")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    keys.type("b")
    expect(cell(first, "dangerous_site")).to_be_focused()
    row = page.get_by_role("row", name="高一户")
    expect(row.locator("[hx-get]")).to_contain_text("C级")
    cell(first, "disaster_measures").select_option(label="部分具备")
    cell(first, "advice").select_option(label="加固")

    cell(first, "appraised_on").focus()
    keys.press("Enter")
    expect(cell(second, "appraised_on")).to_be_focused()
    for _ in range(5):
        keys.press("Control+d")
        keys.press("ArrowRight")
    expect(cell(second, "appraised_on")).to_have_value("2020.4.20")
    expect(cell(second, "foundation")).to_have_value("B")
    keys.press("ArrowUp")
    expect(cell(first, "walls")).to_be_focused()
    keys.press("Control+Enter")

    expect(page.get_by_text("已录入 1 户：高一户 C级。")).to_be_visible()
    expect(page.get_by_text("1 户没有保存")).to_be_visible()
    expect(page.get_by_role("row", name="高一户")).to_contain_text("已保存")
    wrong = cell(second, "report_number")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_value("JD-1")
    keys.type("JD-2")
    cell(second, "disaster_measures").select_option(label="具备")
    cell(second, "advice").select_option(label="维修")
    keys.press("Control+Enter")
    expect(page.get_by_text("已录入 1 户：李二户 B级。")).to_be_visible()
    expect(page.get_by_role("row", name="王三户")).to_be_visible()
    expect(page.get_by_role("row", name="李二户")).to_have_count(0)
    assert list(Appraisal.objects.open()) == [third]
    assert Household.objects.get(pk=first.household_id).grade == "c"


def test_the_workbook_there_and_back(page, live_server, bureau_clerk, sign_in_page, tmp_path):
    appraisals = assignments("高一户", "李二户", "王三户")
    sign_in_page(page, bureau_clerk)
    page.goto(f"{live_server.url}/inspections/appraisals/")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出待录入表").click()
    path = tmp_path / "录入表.xlsx"
    download.value.save_as(path)

    workbook = load_workbook(path)
    sheet = workbook.worksheets[0]
    first, second = (line_of(sheet, each) for each in appraisals[:2])
    fill(sheet, first, result(1))
    fill(sheet, second, result(2, 屋面="ab"))
    workbook.save(path)

    page.get_by_role("link", name="Excel 录入").click()
    page.set_input_files("#result-file", path)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("row", name="李二户")).to_contain_text("屋面“ab”不对")
    expect(page.get_by_role("row", name="高一户")).to_contain_text("变为“待审定”")
    expect(page.get_by_role("row", name="王三户")).to_contain_text("没有填写")
    page.get_by_role("button", name="确认录入 1 户").click()
    expect(page.get_by_text("已录入 1 户的鉴定结果。另有 1 行有错误，没有录入。")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="下载原表（错误处标红）").click()
    download.value.save_as(path)
    marked = load_workbook(path)
    sheet = marked.worksheets[0]
    at = columns(sheet)
    assert "屋面“ab”不对" in sheet.cell(second, at["错误信息"]).value
    fill(sheet, second, {"屋面": "b"})
    marked.save(path)
    page.get_by_role("link", name="返回列表").click()
    page.set_input_files("#result-file", path)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="确认录入 1 户").click()
    expect(page.get_by_text("已录入 1 户的鉴定结果。")).to_be_visible()
    assert Appraisal.objects.recorded().count() == 2
