"""A doubtful house reported from a phone: its place by the browser, photos over a slow network."""

import re

import pytest
from playwright.sync_api import expect

from rectification.models import MonitoringReport
from tests.browser.test_photos import UPLOADS, choose, picture
from tests.factories import HouseholdFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(new_page, live_server, villager, sign_in_page):
    """The report about one household, opened from the village's home page."""
    HouseholdFactory(head_name="田小麦")
    page = sign_in_page(new_page(375, 760), villager)
    page.get_by_role("link", name="报告疑点房屋").click()
    page.get_by_label("户主姓名").fill("田小")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="田小麦").click()
    page.get_by_label("看到的情况").fill("后墙裂缝两指宽")
    return page


def test_the_place_comes_from_the_phone(phone):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 34.66200049, "longitude": 109.226, "accuracy": 12})
    phone.get_by_role("button", name="用手机定位").click()
    expect(phone.get_by_text("已定位，误差约 12 米")).to_be_visible()
    phone.get_by_role("button", name="提交报告").click()
    expect(phone.get_by_text("报告已提交")).to_be_visible()
    filed = MonitoringReport.objects.get()
    assert (str(filed.latitude), str(filed.longitude)) == ("34.662000", "109.226000")


def test_a_browser_that_refuses_leaves_the_fields_to_be_typed_in(phone):
    phone.get_by_role("button", name="用手机定位").click()
    expect(phone.get_by_text("浏览器没有允许定位")).to_be_visible()
    phone.get_by_label("纬度").fill("34.66")
    phone.get_by_label("经度").fill("109.22")
    phone.get_by_role("button", name="提交报告").click()
    expect(phone.get_by_text("报告已提交")).to_be_visible()
    assert str(MonitoringReport.objects.get().latitude) == "34.660000"


def test_the_form_waits_for_its_photos_and_says_which_have_not_arrived(phone):
    held, answers = [], iter([False, True])
    phone.route(UPLOADS, lambda route: held.append(route) if next(answers) else route.abort())
    box = phone.locator("[data-photos]")
    choose(box, picture("red"))
    expect(box.get_by_text("未上传")).to_be_visible()
    phone.get_by_role("button", name="提交报告").click()
    expect(phone.get_by_text("有照片没有传上去")).to_be_visible()
    box.get_by_role("button", name="重新上传").click()
    phone.get_by_role("button", name="提交报告").click()
    expect(phone.get_by_text("照片传完后自动提交")).to_be_visible()
    assert not MonitoringReport.objects.exists()
    held.pop().continue_()
    phone.wait_for_url(re.compile(r"/reports/\d+/$"))
    assert MonitoringReport.objects.get().photo_links.count() == 1
