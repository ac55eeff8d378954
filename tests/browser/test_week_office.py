"""Thursday at a street office in a real browser, by the server's clock."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import transaction
from playwright.sync_api import Page, expect

from inspections.models import Inspection
from inspections.review import send_back
from inspections.submission import submit
from reports.models import Submission
from tests.browser.test_renovation import press
from tests.factories import HouseholdFactory, happen
from tests.inspections.filled import filled
from tests.reports.week_cases import GUANSHAN, IN_TIME, THURSDAY, lead_of, submitted
from yanliang.periods import told_at

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = dt.timedelta(weeks=1)
#: An hour, four minutes and a half after the cut-off.
LATE = IN_TIME + dt.timedelta(hours=2, minutes=4, seconds=30)
COUNT_CLICKS = """addEventListener("click", () => {
    sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
}, true)"""


@pytest.fixture
def lead(reference):
    return lead_of(GUANSHAN)


@pytest.fixture
def visited(reference, recorder):
    """Two households that were visited, one last week and one in this, and what was submitted last week."""
    first, second = HouseholdFactory.create_batch(2)
    with told_at(IN_TIME - WEEK - dt.timedelta(days=1)):
        happen(first, "inspected:safe")
    submitted(thursday=THURSDAY - WEEK, at=IN_TIME - WEEK)
    with told_at(IN_TIME - dt.timedelta(hours=2)), transaction.atomic():
        submit(second, filled(second, recorder), recorder)
    return second


def open_from_home(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("link", name="本周周报待上报").click()
    expect(page.locator("h1")).to_contain_text("2020年4月9日（周四）")


def test_a_clean_week_takes_three_clicks_from_home(
    new_page, sign_in_page, live_server, lead, visited
):
    with time_machine.travel(IN_TIME):
        page = sign_in_page(new_page(), lead)
        page.context.add_init_script(COUNT_CLICKS)
        open_from_home(page, live_server.url)
        expect(page.locator("main")).to_contain_text("还有 59 分钟")
        expect(page.locator("#comparison")).to_contain_text("增减")
        press(page, "核对无误，去上报")
        expect(page.get_by_role("textbox", name="责任人")).to_have_value("王主任")
        press(page, "确认上报")
        expect(page.locator("#messages")).to_contain_text("回执号 ZB-20200409-007-01")
        expect(page.locator("main")).to_contain_text("准时")
        assert page.evaluate("sessionStorage.clicks") == "3"
    assert Submission.objects.filter(thursday=THURSDAY).count() == 1


def test_refused_mended_and_late(new_page, sign_in_page, live_server, lead, visited):
    """A returned inspection is in the way; it is corrected, and the week comes an hour late."""
    with told_at(IN_TIME - dt.timedelta(hours=1)):
        send_back(visited.inspections.get(), lead, "核查日期写错")
    with time_machine.travel(IN_TIME):
        page = sign_in_page(new_page(), lead)
        open_from_home(page, live_server.url)
        page.get_by_label("二、存在问题").fill("一户核查日期待更正。")
        press(page, "核对无误，去上报")
        expect(page.get_by_role("alert")).to_contain_text("被退回的核查 1 户还没有更正")
        expect(page.get_by_label("二、存在问题")).to_have_value("一户核查日期待更正。")
        press(page, "保存文字")
        expect(page.locator("#messages")).to_contain_text("还没有上报")
    with time_machine.travel(LATE):
        page = sign_in_page(new_page(), lead)
        open_from_home(page, live_server.url)
        expect(page.locator("main")).to_contain_text("现在上报记为迟报 1:05")
        page.get_by_role("link", name="去更正").click()
        page.get_by_role("link", name="更正", exact=True).click()
        page.fill("#correction_reason", "日期写错")
        page.locator("[data-go=stay]").click()
        page.wait_for_url(re.compile(r"/inspections/\d+/$"))
        open_from_home(page, live_server.url)
        expect(page.locator("main")).not_to_contain_text("被退回的核查")
        expect(page.get_by_label("二、存在问题")).to_have_value("一户核查日期待更正。")
        press(page, "核对无误，去上报")
        press(page, "确认上报")
        expect(page.locator("main")).to_contain_text("迟报 1:05")
    submission = Submission.objects.get(thursday=THURSDAY)
    assert not submission.is_on_time
    assert Inspection.objects.returned().count() == 0
