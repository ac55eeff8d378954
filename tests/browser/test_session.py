"""A sign-out for idleness never costs what was typed."""

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD
from yanliang.accounts.models import Staff

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "Yellow-River9"


def type_new_password(page, live_server):
    page.goto(f"{live_server.url}/accounts/password/")
    page.fill("#id_old_password", PASSWORD)
    page.fill("#id_new_password1", NEW)
    page.fill("#id_new_password2", NEW)


@pytest.fixture
def impatient(settings):
    """The page asks the server about the session after one second instead of a minute."""
    settings.IDLE_SIGN_OUT_SECONDS = 2


def test_sign_in_opens_in_place_and_the_form_is_sent_afterwards(
    page, live_server, recorder, sign_in_page, impatient
):
    sign_in_page(page, recorder)
    type_new_password(page, live_server)
    page.wait_for_timeout(2600)
    page.click("main button[type=submit]")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("密码", exact=True).fill("Wrong-0000")
    dialog.get_by_role("button", name="登录并继续").click()
    expect(dialog.get_by_role("alert")).to_contain_text("不正确")
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="登录并继续").click()
    page.wait_for_url(f"{live_server.url}/")
    assert Staff.objects.get(pk=recorder.pk).check_password(NEW)


def test_escape_does_not_close_the_sign_in(page, live_server, recorder, sign_in_page, impatient):
    sign_in_page(page, recorder)
    type_new_password(page, live_server)
    page.wait_for_timeout(2600)
    page.click("main button[type=submit]")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(page.locator("#id_new_password1")).to_have_value(NEW)
