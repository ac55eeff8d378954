"""One house from 待改造 to the paid subsidy, in a real browser."""

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from households.events import folded
from rectification.models import Renovation
from tests.rectification.cases import scan, to_renovate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pictures(tmp_path):
    paths = {}
    for moment, colour in (("before", "sienna"), ("after", "steelblue")):
        paths[moment] = tmp_path / f"{moment}.jpg"
        Image.new("RGB", (800, 600), colour).save(paths[moment])
    return paths


def press(page: Page, label: str) -> None:
    page.locator("main").get_by_role("button", name=label, exact=True).click()


def dated(page: Page, label: str, day: str) -> None:
    """Open the act from the renovation's page and enter its date."""
    page.locator(".page-actions").get_by_role("link", name=label).click()
    page.fill("#id_on", day)
    press(page, label)


def fill_plan(page: Page) -> None:
    page.get_by_role("link", name="登记改造方案").click()
    page.select_option("#id_mode", label="原址重建")
    page.fill("#id_contractor", "关中建筑队")
    page.fill("#id_planned_area", "90")
    page.fill("#id_planned_finish", "2020-06-10")
    page.fill("#id_funding_central", "35000")
    page.fill("#id_funding_own", "20000")
    press(page, "登记改造方案")


def upload(page: Page, moment: str, path) -> None:
    page.select_option("#photos_moment", moment)
    page.set_input_files("#photos_photos", path)
    press(page, "上传照片")
    expect(page.locator(".alert-success")).to_contain_text("照片 1 张")


def fill_acceptance(page: Page, on: str = "2020-06-08") -> None:
    page.fill("#id_accepted_on", on)
    page.fill("#id_acceptor", "王立新")
    page.fill("#id_acceptor_2", "张建军")
    for mark in page.locator(".item .answer label", has_text="√").all():
        mark.click()
    page.select_option("#id_grade_after", label="A级")
    page.select_option("#id_opinion", label="同意")
    page.select_option("#id_result", label="合格")
    press(page, "登记验收")


@pytest.mark.parametrize("width", [1366, 375])
def test_from_the_plan_to_the_subsidy(
    new_page, live_server, bureau_clerk, sign_in_page, pictures, tmp_path, width
):
    household = to_renovate()
    page = sign_in_page(new_page(width=width), bureau_clerk)
    page.goto(f"{live_server.url}/households/{household.pk}/")
    fill_plan(page)
    expect(page.locator("h1")).to_contain_text("待开工")
    expect(page.locator("main")).to_contain_text("55,000.00 元")

    dated(page, "登记开工", "2020-05-01")
    expect(page.locator("h1")).to_contain_text("改造中")
    expect(page.locator(".page-actions").get_by_role("button", name="登记竣工")).to_be_disabled()
    for moment, path in pictures.items():
        upload(page, moment, path)
    contract = tmp_path / "contract.pdf"
    contract.write_bytes(scan().read())
    page.select_option("#document_kind", "contract")
    page.set_input_files("#document_file", contract)
    press(page, "上传材料")
    expect(page.locator("main")).to_contain_text("缺 8 种")

    dated(page, "登记竣工", "2020-06-05")
    expect(page.locator("h1")).to_contain_text("待验收")
    page.get_by_role("link", name="质量验收").click()
    expect(page.locator(".alert-warning")).to_contain_text("旧房还没有拆除")
    fill_acceptance(page)
    expect(page.locator("main .alert-danger")).to_contain_text("旧房还没有拆除")
    assert Renovation.objects.get().state == "finished"

    page.locator(".alert-warning").get_by_role("link", name="登记旧房拆除").click()
    page.fill("#id_on", "2020-06-07")
    press(page, "登记旧房拆除")
    page.get_by_role("link", name="质量验收").click()
    fill_acceptance(page)
    expect(page.locator("h1")).to_contain_text("验收合格")

    page.locator(".page-actions").get_by_role("link", name="登记补助发放").click()
    page.fill("#id_amount", "35000")
    page.fill("#id_on", "2020-06-20")
    press(page, "登记补助发放")
    expect(page.locator("main")).to_contain_text("2020-06-20，35,000.00 元")
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    household.refresh_from_db()
    assert household.stage == "accepted"
    assert folded(household) == household.summary
    page.goto(f"{live_server.url}/households/{household.pk}/")
    expect(page.locator("main")).to_contain_text("关中建筑队")
