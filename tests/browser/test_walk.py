"""The main job end to end, in a real browser: from the office's roster to Thursday's tables."""

import io
import re
import subprocess

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Page, expect

from households.models import Household
from inspections.models import Inspection, InspectionDraft
from tests.imports.sheets import ROSTERS

pytestmark = pytest.mark.django_db(transaction=True)
HOUSEHOLDS = 9856


@pytest.fixture
def walls(tmp_path):
    """Two different photos: the front of a house, and a wall."""
    paths = []
    for name, colour in (("front", "steelblue"), ("wall", "sienna")):
        path = tmp_path / f"{name}.jpg"
        Image.new("RGB", (800, 600), colour).save(path)
        paths.append(path)
    return paths


def give(page: Page, code: str, label: str) -> None:
    page.locator(f"#item-{code} .answer", has_text=re.compile(f"^\\s*{label}\\s*$")).click()


def draft_saved(page: Page) -> None:
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存", timeout=4000)


def attach(page: Page, box: str, code: str, path) -> None:
    page.locator(f"{box} [data-photos-input]").set_input_files(path)
    expect(page.locator(f"{box} input[name='photos.{code}']")).to_have_count(1)


def fill_visit(page: Page) -> None:
    page.fill("#inspectors", "王建国")
    page.fill("#inspectors-2", "李秀英")


def pass_the_rest(page: Page) -> None:
    """Everything not answered yet: passes, the record items there, the wall measured."""
    page.get_by_role("button", name=re.compile("^全部符合")).click()
    for code in ("P01", "P02", "P03"):
        if page.locator(f"#item-{code}").is_visible():
            give(page, code, "有")
    if page.locator("#item-P04").is_visible():
        page.locator("[name='measures.P04']").fill("24")


def household_of(page: Page) -> int:
    return int(re.search(r"/households/(\d+)/inspect/", page.url)[1])


def import_guanshan(page: Page, url: str) -> None:
    page.goto(f"{url}/households/rosters/")
    page.set_input_files("#roster-file", ROSTERS / "关山街道农户花名册.xlsx")
    page.get_by_role("button", name="上传并核对").click(timeout=60_000)
    confirm = page.get_by_role("button", name="确认导入 9,856 行")
    expect(confirm).to_be_visible(timeout=60_000)
    confirm.click(timeout=120_000)
    expect(page.locator("h1")).to_contain_text("已导入", timeout=120_000)
    assert Household.objects.count() == HOUSEHOLDS


def inspect_three(page: Page, machine, url: str, walls) -> tuple[int, int, int]:
    """A safe household, a suspected one with a photo, and one whose draft is resumed on another machine."""
    front, wall = walls
    page.goto(f"{url}/inspections/start/?village=610114007200")
    safe = household_of(page)
    fill_visit(page)
    attach(page, "#photo-front", "front", front)
    pass_the_rest(page)
    expect(page.locator("[data-piece=summary]")).to_contain_text("基本安全")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda there: "inspect" in there and f"/{safe}/" not in there)

    suspected = household_of(page)
    expect(page.locator("#inspectors")).to_have_value("王建国")
    attach(page, "#photo-front", "front", front)
    give(page, "S01", "不符合")
    page.locator("#item-S01 textarea").fill("屋后陡坎塌落，距墙不到一米")
    attach(page, "#item-S01", "S01", wall)
    pass_the_rest(page)
    expect(page.locator("[data-piece=summary]")).to_contain_text("疑似不安全")
    page.locator("[data-go=next]").click()
    page.wait_for_url(lambda there: "inspect" in there and f"/{suspected}/" not in there)

    interrupted = household_of(page)
    attach(page, "#photo-front", "front", front)
    give(page, "F01", "不符合")
    page.locator("#item-F01 textarea").fill("东北角下沉，门框斜")
    draft_saved(page)
    page.context.close()
    machine.goto(f"{url}/inspections/drafts/")
    machine.locator("main table a, main .panel a").first.click()
    expect(machine.locator("#item-F01 textarea")).to_have_value("东北角下沉，门框斜")
    assert household_of(machine) == interrupted
    attach(machine, "#item-F01", "F01", wall)
    pass_the_rest(machine)
    machine.locator("[data-go=stay]").click()
    machine.wait_for_url(re.compile(r"/inspections/\d+/$"))
    return safe, suspected, interrupted


def figure(page: Page, row: str, column: int) -> int:
    """The figure of a row of Annex 2 as it stands on the page."""
    line = page.locator("table.tb-table tbody tr", has_text=row)
    return int(line.locator("th, td").nth(column).inner_text().replace(",", ""))


def download(page: Page, label: str) -> bytes:
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    with open(waiting.value.path(), "rb") as file:
        return file.read()


def pdf_text(content: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


def test_from_the_roster_to_thursdays_tables(
    new_page, live_server, recorder, bureau_lead, sign_in_page, walls
):
    url = live_server.url
    clerk, other_machine = new_page(), new_page()
    for page in (clerk, other_machine):
        sign_in_page(page, recorder)
    import_guanshan(clerk, url)
    safe, suspected, interrupted = inspect_three(clerk, other_machine, url, walls)
    stages = dict(Household.objects.exclude(stage="unchecked").values_list("pk", "stage"))
    assert stages == {safe: "safe", suspected: "suspected", interrupted: "suspected"}
    assert not InspectionDraft.objects.exists()
    assert Inspection.objects.count() == 3

    bureau = new_page()
    sign_in_page(bureau, bureau_lead)
    bureau.goto(f"{url}/inspections/appraisal-queue/")
    heads = Household.objects.filter(pk__in=(suspected, interrupted))
    for head in heads.values_list("head_name", flat=True):
        expect(bureau.locator("main table")).to_contain_text(head)
    expect(bureau.locator("main table")).to_contain_text("S01")

    bureau.goto(f"{url}/reports/annex2/")
    assert [figure(bureau, "关山街道", column) for column in (1, 4, 7, 8, 10)] == [
        HOUSEHOLDS,
        3,
        1,
        2,
        2,
    ]
    line = bureau.locator("table.tb-table tbody tr", has_text="关山街道")
    line.locator("th, td").nth(8).get_by_role("link").click()
    expect(bureau.locator("main")).to_contain_text(re.compile(r"共\s*2\s*户|2 户"))
    assert bureau.locator("main table tbody tr").count() == 2

    bureau.goto(f"{url}/reports/annex2/")
    workbook = load_workbook(io.BytesIO(download(bureau, "导出 Excel")))
    rows = {row[0].value: row for row in workbook.worksheets[0].iter_rows() if row[0].value}
    assert [rows["关山街道"][column].value for column in (1, 4, 8)] == [HOUSEHOLDS, 3, 2]
    text = pdf_text(download(bureau, "导出 PDF（全部农户）"))
    assert "所有农户住房安全排查情况统计表" in text
    assert re.search(r"关山街道\s+9,?856\s+0\s+9,?856\s+3\b", text)

    bureau.goto(f"{url}/reports/weekly/")
    weekly = pdf_text(download(bureau, "导出 PDF"))
    assert "一、总体进展" in weekly
    assert "关山街道" in weekly
    assert load_workbook(io.BytesIO(download(bureau, "导出 Excel"))).sheetnames
