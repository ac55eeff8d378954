"""Thursday at the bureau in a real browser: returned with a mark, resubmitted, locked with a gap, forwarded."""

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
import time_machine
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from households.models import Region
from reports.models import DistrictReport, OfficeWeek
from tests.browser.test_renovation import press
from tests.factories import HouseholdFactory
from tests.reports.week_cases import (
    DISTRICT,
    GUANSHAN,
    IN_TIME,
    accepted,
    bureau,
    lead_of,
    submitted,
)
from yanliang.periods import told_at

pytestmark = pytest.mark.django_db(transaction=True)

AFTERNOON = IN_TIME + dt.timedelta(hours=2)
MISSING = "610114003"
REASON = "已鉴定户数与鉴定报告份数不一致"


@pytest.fixture
def week(reference):
    """All offices but one have submitted and are accepted; 关山 waits for the bureau."""
    with told_at(IN_TIME - dt.timedelta(days=1)):
        HouseholdFactory.create_batch(2)
        HouseholdFactory(region_id="610114005200")
    for office in Region.objects.get(pk=DISTRICT).children.exclude(pk__in=[GUANSHAN, MISSING]):
        accepted(office.code)
    submitted()


@pytest.fixture
def afternoon(week):
    with time_machine.travel(AFTERNOON):
        yield


@pytest.mark.usefixtures("afternoon")
def test_a_week_from_return_to_correction(new_page, sign_in_page, live_server, tmp_path):
    page = sign_in_page(new_page(), bureau())
    return_with_a_mark(page, live_server.url)
    resubmit(sign_in_page(new_page(), lead_of(GUANSHAN)), live_server.url)
    accept_and_lock(page, live_server.url)
    look_at_files(page, tmp_path)
    stale = page.context.new_page()
    stale.goto(f"{live_server.url}/reports/weeks/district/")
    forward(page)
    refused_to_unlock(stale)
    correct(page)


def return_with_a_mark(page: Page, url: str) -> None:
    """From the home page to the office's figures; the box is ticked with the keyboard."""
    page.goto(url)
    page.get_by_role("link", name="待审核的上报").click()
    page.get_by_role("link", name="退回关山街道").click()
    box = page.locator('input[value="all|610114007|9"]')
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    press(page, "退回")
    expect(page.locator("main")).to_contain_text("请写明退回的理由")
    expect(box).to_be_checked()
    page.get_by_label("退回理由").fill(REASON)
    press(page, "退回")
    expect(page.locator("main")).to_contain_text("已退回关山街道的上报")


def resubmit(page: Page, url: str) -> None:
    """The office reads why, and submits again with a reason."""
    page.goto(url)
    page.get_by_role("link", name="被退回的周报").click()
    expect(page.locator("main")).to_contain_text(REASON)
    press(page, "核对无误，去上报")
    page.get_by_label("重报理由").fill("已与鉴定机构核对，数字无误")
    press(page, "确认上报")
    expect(page.locator("main")).to_contain_text("ZB-20200409-007-02")
    assert OfficeWeek.objects.get(region_id=GUANSHAN).revision == 2


def accept_and_lock(page: Page, url: str) -> None:
    page.goto(f"{url}/reports/weeks/")
    page.get_by_role("checkbox", name="勾选关山街道").check()
    press(page, "所选审核通过")
    expect(page.locator("main")).to_contain_text("已审核通过：关山街道")
    page.get_by_role("link", name="区级汇总").click()
    expect(page.locator("#section-0")).to_contain_text("合计（不含振兴街道）")
    page.get_by_label("五、存在困难").fill("振兴街道经办人隔离观察。")
    press(page, "锁定本周")
    expect(page.get_by_role("alert")).to_contain_text("请勾选“缺报锁定”")
    expect(page.get_by_label("五、存在困难")).to_have_value("振兴街道经办人隔离观察。")
    page.get_by_label("缺报锁定").check()
    press(page, "锁定本周")
    expect(page.locator("main")).to_contain_text("本周已锁定")
    expect(page.locator("main")).to_contain_text("振兴街道经办人隔离观察。")
    row = page.locator("#section-0 tbody tr", has_text="振兴街道").first
    expect(row.locator("td").first).to_have_text("未报")


def look_at_files(page: Page, folder: Path) -> None:
    """The missing office is printed as such in the workbook and in the PDF."""
    page.get_by_role("link", name="导出、查验这一版周报").click()
    book = load_workbook(taken(page, "附件2 Excel", folder / "annex.xlsx"))
    values = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert values.count("未报") >= 23
    assert "合计（不含振兴街道）" in values
    if shutil.which("pdftotext") is None:
        return
    file = taken(page, "周报 PDF", folder / "weekly.pdf")
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True).stdout
    assert "振兴街道未报" in "".join(text.split())
    assert text.count("未报") > 23


def taken(page: Page, button: str, file: Path) -> Path:
    with page.expect_download() as got:
        page.get_by_role("button", name=button).click()
    got.value.save_as(file)
    return file


def forward(page: Page) -> None:
    page.get_by_role("link", name="本周汇总").click()
    press(page, "登记转报")
    expect(page.locator("main")).to_contain_text("请填写文号")
    page.get_by_label("文号").fill("阎住建函〔2020〕8号")
    press(page, "登记转报")
    expect(page.locator("main")).to_contain_text("已登记转报市局")
    expect(page.locator("main")).to_contain_text("阎住建函〔2020〕8号")
    expect(page.get_by_role("button", name="解锁")).to_have_count(0)


def refused_to_unlock(stale: Page) -> None:
    """A page that was opened before the week was forwarded still has the button."""
    stale.get_by_label("解锁的理由").fill("再看一看")
    press(stale, "解锁")
    expect(stale.locator("main")).to_contain_text("已被他人修改")
    assert DistrictReport.objects.get().week.state == "forwarded"
    stale.close()


def correct(page: Page) -> None:
    page.get_by_label("更正的理由").fill("市局要求补充说明")
    press(page, "开始更正")
    expect(page.locator("main")).to_contain_text("更正理由：市局要求补充说明")
    page.get_by_label("缺报锁定").check()
    press(page, "锁定本周")
    expect(page.locator("main")).to_contain_text("第 2 版")
    page.get_by_role("link", name="第 1 版").click()
    expect(page.locator("main")).to_contain_text("已由第 2 版更正")
    expect(page.locator("main")).to_contain_text("阎住建函〔2020〕8号")
    first, second = DistrictReport.objects.order_by("revision")
    assert (first.revision, second.revision, second.reason) == (1, 2, "市局要求补充说明")
