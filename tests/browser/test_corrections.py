"""A warning with its photo, the reason that a moved grade asks for, and a correction, in a real browser."""

import pytest
from playwright.sync_api import expect

from households.models import Household
from inspections.models import Appraisal
from tests.browser.test_photos import picture
from tests.factories import HouseholdFactory, happen
from tests.inspections.factories import AppraisalFactory
from yanliang.periods import today

pytestmark = pytest.mark.django_db(transaction=True)


def test_warned_with_a_photo_appraised_corrected(page, live_server, bureau_lead, sign_in_page):
    household = happen(HouseholdFactory(head_name="高新险"), "inspected:safe")
    sign_in_page(page, bureau_lead)

    page.goto(f"{live_server.url}/inspections/households/{household.pk}/warn/")
    box = page.locator('[data-photos="warning"]')
    box.locator("input[type=file]").set_input_files([picture("red")])
    expect(box.locator('input[name="photos.warning"]')).to_have_count(1)
    page.get_by_role("button", name="登记新险情").click()
    expect(page.get_by_text("请写明险情")).to_be_visible()
    # The photo outlives the refusal.
    expect(box.locator("img[src$='/thumbnail/']")).to_have_count(1)
    page.fill("#id_description", "后墙外闪")
    page.get_by_role("button", name="登记新险情").click()
    expect(page.get_by_text("该户回到待鉴定")).to_be_visible()

    page.goto(f"{live_server.url}/inspections/appraisal-queue/")
    row = page.get_by_role("row", name="高新险")
    expect(row).to_contain_text("新险情：后墙外闪")
    expect(row.locator("img")).to_have_count(1)

    appraisal = AppraisalFactory(household=household)
    page.goto(f"{live_server.url}/inspections/appraisals/{appraisal.pk}/record/")
    reason = page.locator("#id_override_reason")
    page.select_option("#id_site", "a")
    page.select_option("#id_walls", "d")
    expect(page.get_by_text("最差构件为d级")).to_be_visible()
    expect(reason).to_have_count(0)
    page.select_option("#id_grade", "c")
    expect(reason).to_be_visible()
    reason.fill("裂缝已稳定")
    # Another answer of the server leaves what was typed.
    page.evaluate(
        "() => { window.settled = new Promise("
        "done => document.addEventListener('htmx:afterSettle', () => done(), { once: true })) }"
    )
    page.select_option("#id_roof", "b")
    page.evaluate("window.settled")
    expect(reason).to_have_value("裂缝已稳定")
    page.fill("#id_appraised_on", today().isoformat())
    page.fill("#id_appraisers", "王建国、李秀英")
    page.fill("#id_report_number", "JD-1")
    page.select_option("#id_disaster_measures", "none")
    page.select_option("#id_advice", "rebuild")
    page.get_by_role("button", name="保存鉴定结果").click()
    expect(page.get_by_text("已录入高新险户的鉴定结果。")).to_be_visible()

    page.get_by_role("link", name="更正结果").click()
    expect(reason).to_have_value("裂缝已稳定")
    page.select_option("#id_grade", "")
    expect(reason).to_have_count(0)
    page.fill("#id_reason", "等级看错")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("鉴定结果已更正，原结果留存。")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("第 1 次鉴定")
    assert Household.objects.get().grade == "d"
    assert Appraisal.objects.get(state="replaced").grade == "c"
