"""The way of two households to safety and onto the signed lists, in a real browser.

One 一般农户 from the suspicion through D, ruling and a rebuilt house, one 建档立卡户 through A; then the four
lists (四清一责任), signed level by level, overtaken by a change, signed again, on screen and on paper.
"""

import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from households.events import folded
from households.models import Household
from reports.models import FrozenList, RowSignature, Signing
from tests.browser.test_photos import picture
from tests.browser.test_renovation import dated, fill_acceptance, press, upload
from tests.browser.test_walk import fill_visit, give, pass_the_rest, pdf_text
from tests.factories import HouseholdFactory
from tests.inspections.factories import OrganisationFactory
from tests.rectification.cases import scan
from tests.reports.list_cases import (
    HELPED,
    ORDINARY,
    VILLAGE,
    bureau_head,
    department_clerk,
    office_head,
    village_head,
)
from yanliang.periods import today

pytestmark = pytest.mark.django_db(transaction=True)
#: Names that only the wider fonts have.
RARE_NAMES = ("张䶮", "李𠮷", "王㐂")
PAPER = {"name": "扫描件.pdf", "mimeType": "application/pdf", "buffer": scan().read()}


@pytest.fixture
def at(live_server, new_page, sign_in_page):
    """Signs a person in on a machine of their own, and opens an address there."""
    machines: dict[int, Page] = {}

    def open_page(staff, path: str = "/") -> Page:
        page = machines.get(staff.pk)
        if page is None:
            page = machines[staff.pk] = sign_in_page(new_page(), staff)
        page.goto(live_server.url + path)
        return page

    return open_page


@pytest.fixture
def organisation(reference):
    return OrganisationFactory()


def list_path(kind: str, group: str) -> str:
    return f"/reports/lists/{VILLAGE}/{kind}/?group={group}"


# From the visit to the safe house


def photo(page: Page, box: str, code: str, colour: str) -> None:
    page.locator(f"{box} [data-photos-input]").set_input_files([picture(colour)])
    expect(page.locator(f"{box} input[name='photos.{code}']")).to_have_count(1)


def visit(page: Page, verdict: str) -> None:
    """Fill in the open inspection form; what is suspected has a wall that cracks."""
    fill_visit(page)
    photo(page, "#photo-front", "front", "steelblue")
    if verdict == "疑似不安全":
        give(page, "W01", "不符合")
        page.locator("#item-W01 textarea").fill("东墙裂缝宽 1 厘米")
        photo(page, "#item-W01", "W01", "sienna")
    pass_the_rest(page)
    expect(page.locator("[data-piece=summary]")).to_contain_text(verdict)
    page.locator("[data-go=stay]").click()
    page.wait_for_url(re.compile(r"/inspections/\d+/$"))


def assign(page: Page, household: Household, organisation, reason: str) -> None:
    """Take the household from the open queue, where its `reason` stands, to the organisation."""
    expect(page.get_by_role("row", name=household.head_name)).to_contain_text(reason)
    page.get_by_role("checkbox", name=household.head_name).check()
    page.select_option("#id_organisation", str(organisation.pk))
    page.fill("#id_due_on", today().isoformat())
    page.get_by_role("button", name="委托鉴定").click()
    expect(page.get_by_text(f"已委托{organisation}鉴定 1 户。")).to_be_visible()


def appraise(page: Page, walls: str, advice: str) -> None:
    """Enter the result from the household's page; the walls, a–d, are its worst component."""
    page.get_by_role("link", name="录入结果").click()
    page.select_option("#id_site", "a")
    page.select_option("#id_walls", walls)
    computed = page.locator("[hx-trigger='change from:closest form']")
    expect(computed).to_contain_text(f"{walls.upper()}级")
    page.fill("#id_appraised_on", today().isoformat())
    page.fill("#id_appraisers", "王建国、李秀英")
    page.fill("#id_report_number", f"JD-{walls}")
    page.select_option("#id_disaster_measures", "none")
    page.select_option("#id_advice", label=advice)
    page.set_input_files("#id_report", PAPER)
    press(page, "保存鉴定结果")
    expect(page.locator(".alert-success")).to_contain_text("已录入")


def rule_in(page: Page, household: Household) -> None:
    page.get_by_label(f"{household.head_name}的审定结果").select_option(label="纳入改造")
    page.fill("#id_held_on", today().isoformat())
    page.fill("#id_document_number", "阎脱贫组发〔2020〕12 号")
    press(page, "登记审定结果")
    expect(page.get_by_role("row", name=household.head_name)).to_contain_text("待改造")


def rebuild(page: Page) -> None:
    """Plan, start, photos and finish, from the household's page."""
    page.get_by_role("link", name="登记改造方案").click()
    page.select_option("#id_mode", label="原址重建")
    page.fill("#id_contractor", "关中建筑队")
    page.fill("#id_planned_area", "90")
    page.fill("#id_planned_finish", today().isoformat())
    page.fill("#id_funding_central", "35000")
    press(page, "登记改造方案")
    dated(page, "登记开工", today().isoformat())
    for moment, colour in (("before", "sienna"), ("after", "steelblue")):
        upload(page, moment, picture(colour))
    dated(page, "登记竣工", today().isoformat())
    expect(page.locator("h1")).to_contain_text("待验收")


def accept(page: Page) -> None:
    """Refused as long as the old house stands; the page says so and leads to its demolition."""
    page.get_by_role("link", name="质量验收").click()
    expect(page.locator(".alert-warning")).to_contain_text("旧房还没有拆除")
    fill_acceptance(page, today().isoformat())
    expect(page.locator("main .alert-danger")).to_contain_text("旧房还没有拆除")
    page.locator(".alert-warning").get_by_role("link", name="登记旧房拆除").click()
    page.fill("#id_on", today().isoformat())
    press(page, "登记旧房拆除")
    page.get_by_role("link", name="质量验收").click()
    fill_acceptance(page, today().isoformat())
    expect(page.locator("h1")).to_contain_text("验收合格")


# The lists


def name_for_all_lists(page: Page) -> None:
    """One person who answers for every list of the village, from the page of one of them."""
    page.get_by_role("link", name="登记责任人").click()
    page.fill("#id_name", "李包村")
    page.fill("#id_post", "包村干部")
    page.get_by_label("同时作为本村其他尚无责任人的清单的责任人").check()
    press(page, "保存")
    expect(page.locator("main")).to_contain_text("李包村（包村干部）")


def sign_button(page: Page):
    return page.get_by_role("button", name=re.compile("^已核对，签字"))


def sign_open(page: Page, rows: int) -> None:
    """Sign the open list of the village, of which `rows` wait; then there is nothing left to sign."""
    expect(sign_button(page)).to_have_text(f"已核对，签字 {rows} 行")
    sign_button(page).click()
    expect(page.locator(".alert-success")).to_contain_text(f"已签字 {rows} 行")
    expect(page.get_by_text("这份清单现在没有等您签字的行")).to_be_visible()
    expect(sign_button(page)).to_have_count(0)


def sign_waiting(page: Page, lists: dict[str, int]) -> None:
    """Sign each of `lists` (name and rows) as they wait, from the task on the home page to none left."""
    tile = page.locator(".tile", has_text="待签字的清单")
    expect(tile.locator(".figure")).to_have_text(str(len(lists)))
    tile.click()
    waiting = page.url
    for name, rows in lists.items():
        page.get_by_role("row", name=name).get_by_role("link").click()
        sign_open(page, rows)
        page.goto(waiting)
    expect(page.get_by_text("现在没有等您签字的清单")).to_be_visible()


def signed_by(page: Page, household: Household, *names: str) -> None:
    row = page.get_by_role("row", name=household.code)
    for name in names:
        expect(row).to_contain_text(name)


def change_population(page: Page, population: int) -> None:
    page.get_by_role("link", name="修改").click()
    page.fill("#id_population", str(population))
    press(page, "保存")
    expect(page.locator(".alert-success")).to_be_visible()


def printed(page: Page) -> str:
    """The text of the open list printed for signing."""
    page.locator("summary", has_text="纸质签字与已冻结的版本").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="冻结并打印签字（PDF）").click()
    with open(waiting.value.path(), "rb") as file:
        return pdf_text(file.read())


def enter_paper(page: Page, frozen: FrozenList) -> None:
    """Upload the signed page of the newest version of the open list, signed by the village's head."""
    page.reload()
    page.locator("summary", has_text="纸质签字与已冻结的版本").click()
    expect(page.locator("main")).to_contain_text(f"校验码 {frozen.code}")
    page.get_by_role("link", name=f"第 {frozen.number} 版").click()
    page.locator("summary", has_text="登记纸质签字").click()
    page.get_by_label("签字级别").select_option(label="村")
    page.get_by_label("签字人姓名").fill("王村长")
    page.get_by_label("签字人职务").fill("村委会主任")
    page.get_by_label("签字页扫描件").set_input_files(PAPER)
    press(page, "登记签字")


def enter_nationally(page: Page, household: Household, path) -> None:
    """Take the rows to enter as a workbook, and bring it back with the reference that the system gave."""
    page.get_by_role("row", name="关山村").get_by_role("link", name="1", exact=True).last.click()
    row = page.get_by_role("row", name=household.code)
    expect(row).to_contain_text("可录入")
    expect(row).to_contain_text("鉴定安全")
    page.go_back()
    page.get_by_label("含完整身份证号和电话").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    waiting.value.save_as(path)
    workbook = load_workbook(path)
    sheet = workbook.active
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, heads["身份证号"]).value == household.id_number
    assert sheet.max_row == 2
    sheet.cell(2, heads["国家系统编号"]).value = "ZF6101140001"
    workbook.save(path)

    page.get_by_role("link", name="导入返回的编号").click()
    page.set_input_files("#reference-file", path)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="确认登记新编号 1 户").click()
    expect(page.locator("main")).to_contain_text("登记 1 户")


def made_safe(at, household: Household, organisation, recorder, clerk, lead) -> None:
    """Suspected, D, ruled, rebuilt, the old house gone, accepted; every act by whose it is."""
    home = f"/households/{household.pk}/"
    visit(at(recorder, f"/inspections{home}inspect/"), "疑似不安全")
    queue = at(clerk, "/inspections/appraisal-queue/")
    expect(queue.get_by_role("row", name=household.head_name).locator("img")).to_have_count(1)
    assign(queue, household, organisation, "W01")
    appraise(at(clerk, home), "d", "拆除重建")
    rule_in(at(lead, "/inspections/rulings/"), household)
    page = at(clerk, home)
    rebuild(page)
    accept(page)


def overtaken_and_signed_again(at, household: Household, recorder, head, office) -> None:
    """The population changes: every signature on the household's rows falls, and those of others stand."""
    change_population(at(recorder, f"/households/{household.pk}/"), 5)
    checked = list_path("checked", ORDINARY)
    row = at(recorder, checked).get_by_role("row", name=household.code)
    expect(row).to_contain_text("签字后有变动")
    expect(at(head).locator(".tile", has_text="待签字的清单")).to_contain_text("须重签的 4 行")

    page = at(head, checked)
    expect(page.locator("main")).to_contain_text("家庭人口：3 → 5")
    expect(page.get_by_role("row", name=RARE_NAMES[0])).to_contain_text("高局长")
    sign_open(page, 1)
    row = page.get_by_role("row", name=household.code)
    expect(row).to_contain_text("王村长")
    expect(row).not_to_contain_text("苏主任")
    page = at(office, checked)
    expect(page.locator("main")).to_contain_text("家庭人口：3 → 5")
    expect(sign_button(page)).to_have_text("已核对，签字 1 行")


def signed_on_paper(at, household: Household, recorder, office) -> None:
    """Printed, signed by hand in the village, the scan uploaded by the office: then the office may sign."""
    path = list_path("appraised", ORDINARY)
    page = at(recorder, path)
    assert household.head_name in printed(page)
    enter_paper(page, FrozenList.objects.filter(kind="appraised").latest("number"))
    expect(page.locator(".alert-success")).to_contain_text("已登记村纸质签字 1 行")
    expect(page.get_by_role("link", name="扫描件")).to_be_visible()
    signing = Signing.objects.latest("pk")
    assert (signing.means, signing.level) == ("paper", "village")
    assert signing.rows.get().household_id == household.pk
    expect(sign_button(at(office, path))).to_have_text("已核对，签字 1 行")


def test_ordinary_household_from_suspected_to_the_signed_lists(
    at, recorder, bureau_clerk, organisation
):
    household = HouseholdFactory(head_name="高志强", population=3)
    for name in RARE_NAMES:
        HouseholdFactory(head_name=name)
    head, office, lead = village_head(), office_head(), bureau_head()
    made_safe(at, household, organisation, recorder, bureau_clerk, lead)
    page = at(recorder, f"/households/{household.pk}/")
    expect(page.locator("main")).to_contain_text("验收合格")
    expect(page.locator("main")).to_contain_text("住房安全")
    household.refresh_from_db()
    assert folded(household) == household.summary == ("suspected", "accepted", "d")

    name_for_all_lists(at(recorder, list_path("checked", ORDINARY)))
    lists = {"住房核查": 1 + len(RARE_NAMES), "住房鉴定": 1, "危房改造": 1, "质量验收": 1}
    for staff in (head, office, lead):
        sign_waiting(at(staff), lists)
    for kind in ("checked", "appraised", "renovated", "accepted"):
        page = at(recorder, list_path(kind, ORDINARY))
        signed_by(page, household, "王村长", "苏主任", "高局长")

    overtaken_and_signed_again(at, household, recorder, head, office)
    text = printed(at(recorder, list_path("checked", ORDINARY)))
    frozen = FrozenList.objects.filter(kind="checked").latest("number")
    for words in (frozen.code, household.code, household.head_name, *RARE_NAMES):
        assert words in text
    signed_on_paper(at, household, recorder, office)


def test_helped_household_through_a_to_the_national_system(
    at, recorder, bureau_clerk, organisation, tmp_path
):
    household = HouseholdFactory(head_name="李桂英", class_code="registered_poor")
    head, office, department, lead = (
        village_head(),
        office_head(),
        department_clerk(),
        bureau_head(),
    )
    home = f"/households/{household.pk}/"
    visit(at(recorder, f"/inspections/households/{household.pk}/inspect/"), "基本安全")
    queue = at(bureau_clerk, "/inspections/appraisal-queue/?list=safe")
    assign(queue, household, organisation, "核查")
    appraise(at(bureau_clerk, home), "a", "维持")
    household.refresh_from_db()
    assert folded(household) == household.summary == ("safe", "appraised_safe", "a")

    helped, appraised = list_path("helped", HELPED), list_path("appraised", HELPED)
    name_for_all_lists(at(recorder, helped))
    for path in (list_path("renovated", HELPED), list_path("accepted", HELPED)):
        expect(at(recorder, path).locator("main")).not_to_contain_text(household.code)
    lists = {"帮扶对象": 1, "住房鉴定": 1}
    sign_waiting(at(head), lists)
    sign_waiting(at(office), lists)
    page = at(lead, helped)
    expect(page.get_by_text("这份清单现在没有等您签字的行")).to_be_visible()
    expect(sign_button(page)).to_have_count(0)
    sign_waiting(at(department), {"帮扶对象": 1})
    sign_waiting(at(lead), lists)
    signed_by(at(recorder, helped), household, "王村长", "苏主任", "扶贫赵科员", "高局长")
    page = at(recorder, appraised)
    signed_by(page, household, "王村长", "苏主任", "高局长", "A级")
    expect(page.locator("main table")).not_to_contain_text("部门")
    assert RowSignature.objects.standing().count() == 7

    expect(at(recorder, home).locator("main")).to_contain_text("未录入（鉴定安全，可以录入）")
    enter_nationally(at(recorder, "/reports/national/"), household, tmp_path / "待录入.xlsx")
    household.refresh_from_db()
    assert household.external_reference == "ZF6101140001"
    expect(at(recorder, home).locator("main")).to_contain_text("已录入")
