"""From suspected through appraisal D to the ruling, in a real browser."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from households.models import Household
from tests.factories import suspected_household
from tests.inspections.factories import OrganisationFactory
from yanliang.periods import today

pytestmark = pytest.mark.django_db(transaction=True)


def test_suspected_assigned_graded_d_and_ruled_in(page, live_server, bureau_lead, sign_in_page):
    household = suspected_household(head_name="高疑似")
    suspected_household(head_name="李另户")
    organisation = OrganisationFactory()
    sign_in_page(page, bureau_lead)

    page.goto(f"{live_server.url}/inspections/appraisal-queue/")
    assign = page.get_by_role("button", name="委托鉴定")
    expect(assign).to_be_disabled()
    page.get_by_role("checkbox", name="高疑似").check()
    expect(assign).to_contain_text("（1 户）")
    page.select_option("#id_organisation", str(organisation.pk))
    page.fill("#id_due_on", (today() + dt.timedelta(days=7)).isoformat())
    assign.click()
    expect(page.get_by_text(f"已委托{organisation}鉴定 1 户。")).to_be_visible()
    expect(page.get_by_role("checkbox", name="高疑似")).to_be_disabled()

    page.goto(f"{live_server.url}/households/{household.pk}/")
    page.get_by_role("link", name="录入结果").click()
    page.select_option("#id_site", "a")
    page.select_option("#id_walls", "d")
    computed = page.locator("[hx-trigger='change from:closest form']")
    expect(computed).to_contain_text("D级")
    page.fill("#id_appraised_on", today().isoformat())
    page.fill("#id_appraisers", "王建国、李秀英")
    page.fill("#id_report_number", "JD-1")
    page.select_option("#id_disaster_measures", "none")
    page.select_option("#id_advice", "rebuild")
    page.get_by_role("button", name="保存鉴定结果").click()
    expect(page.get_by_text("已录入高疑似户的鉴定结果。")).to_be_visible()

    page.goto(f"{live_server.url}/inspections/rulings/")
    page.get_by_label("高疑似的审定结果").select_option(label="纳入改造")
    page.fill("#id_held_on", today().isoformat())
    page.fill("#id_document_number", "阎脱贫组发〔2020〕12 号")
    page.get_by_role("button", name="登记审定结果").click()
    expect(page.locator("h1")).to_contain_text("阎脱贫组发〔2020〕12 号")
    expect(page.get_by_role("row", name="高疑似")).to_contain_text("待改造")
    household = Household.objects.get(pk=household.pk)
    assert (household.stage, household.grade) == ("to_renovate", "d")
