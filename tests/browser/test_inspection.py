"""The inspection form as hands use it: keyboard alone, interruptions, two machines, Chinese input."""

import re

import pytest
from playwright.sync_api import Page, expect

from households.enums import Stage
from inspections import drafts
from inspections.models import Inspection, InspectionDraft
from inspections.submission import submit
from tests.factories import PASSWORD, HouseholdFactory
from tests.inspections.factories import photo_of
from tests.inspections.filled import filled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def household(reference):
    return HouseholdFactory()


@pytest.fixture
def open_form(live_server, sign_in_page):
    def open_page(page: Page, staff, household) -> Page:
        sign_in_page(page, staff)
        page.goto(f"{live_server.url}/inspections/households/{household.pk}/inspect/")
        return page

    return open_page


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存", timeout=4000)


def answer(page: Page, code: str, value: str):
    return page.locator(f"#item-{code} input[value={value}]")


def give(page: Page, code: str, label: str) -> None:
    page.locator(f"#item-{code} .answer", has_text=re.compile(f"^\\s*{label}\\s*$")).click()


def test_a_household_without_defects_takes_seven_keystrokes(page, recorder, household, open_form):
    """The second household of a village: inspectors and date are kept, its front photo is there already.

    A (all items pass), 1 1 1 (P01–P03: there), 2 4 (P04: wall of 24 cm), Ctrl+Enter: 7 keystrokes, 15 allowed.
    """
    submit(household, filled(household, recorder), recorder)
    second, third = HouseholdFactory(), HouseholdFactory()
    front = photo_of(second, recorder)
    typed = filled(second, recorder) | {"answers": {}, "measures": {}}
    typed["photos"] = {"front": [str(front.pk)]}
    drafts.save_draft(second, typed, recorder, seen=drafts.Seen("", 0))
    open_form(page, recorder, second)
    keystrokes = ["a", "1", "1", "1", "2", "4", "Control+Enter"]
    for key in keystrokes:
        page.keyboard.press(key)
    page.wait_for_url(re.compile(f"/households/{third.pk}/inspect/"))
    assert len(keystrokes) <= 15
    expect(page.locator("#messages")).to_contain_text(f"已提交 {second.head_name}户：基本安全")
    expect(page.get_by_text("已排查 2 / 应排查 3")).to_be_visible()
    expect(page.locator("#inspectors")).to_have_value("王建国")
    second.refresh_from_db()
    assert second.stage == Stage.SAFE
    assert second.inspections.get().measures == {"P04": "24"}


def test_a_suspected_household_with_a_photo(page, recorder, household, open_form, tmp_path):
    open_form(page, recorder, household)
    page.fill("#inspectors", "王建国")
    page.fill("#inspectors-2", "李秀英")
    picture = tmp_path / "墙.jpg"
    picture.write_bytes(photo_of(household, recorder, "green").file.read())
    page.locator("#photo-front [data-photos-input]").set_input_files(picture)
    expect(page.locator("#photo-front input[name='photos.front']")).to_have_count(1)
    give(page, "W01", "不符合")
    expect(page.locator("[data-piece=summary]")).to_contain_text("疑似不安全")
    expect(page.locator("[data-piece=detail]")).to_contain_text("W01 不符合，请至少拍一张照片")
    page.locator("#item-W01 textarea").fill("东墙竖缝，长约两米")
    page.locator("#item-W01 [data-photos-input]").set_input_files(picture)
    expect(page.locator("#item-W01 input[name='photos.W01']")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^全部符合")).click()
    for code in ("P01", "P02", "P03"):
        give(page, code, "部分有")
    page.locator("[name='measures.P04']").fill("24 厘米")
    page.locator("[data-go=stay]").click()
    page.wait_for_url(re.compile(r"/inspections/\d+/$"))
    expect(page.locator("main")).to_contain_text("W01 承重墙有没有较多或较宽的受力裂缝：不符合")
    household.refresh_from_db()
    assert household.stage == Stage.SUSPECTED


def test_a_draft_is_resumed_on_another_machine(new_page, recorder, household, open_form):
    first = open_form(new_page(), recorder, household)
    give(first, "S01", "不符合")
    first.locator("#item-S01 textarea").fill("屋后陡坎，有新裂缝")
    saved(first)
    first.context.close()
    second = open_form(new_page(), recorder, household)
    expect(answer(second, "S01", "fail")).to_be_checked()
    expect(second.locator("#item-S01 textarea")).to_have_value("屋后陡坎，有新裂缝")


def test_what_never_reached_the_server_is_restored(page, recorder, household, open_form):
    open_form(page, recorder, household)
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#inspectors").fill("王建国")
    give(page, "S01", "不符合")
    page.locator("#item-S01 textarea").fill("断网时填的")
    expect(page.locator("[data-draft-state]")).to_contain_text("已存在本机")
    assert not InspectionDraft.objects.exists()
    page.unroute("**/draft/")
    page.reload()
    expect(page.locator("[data-restored]")).to_be_visible()
    expect(page.locator("#item-S01 textarea")).to_have_value("断网时填的")
    assert InspectionDraft.objects.get().data["inspectors"][0] == "王建国"


def test_an_expired_sign_in_loses_nothing(page, recorder, household, open_form):
    open_form(page, recorder, household)
    page.context.clear_cookies(name="sessionid")
    page.locator("#inspectors").fill("王建国")
    dialog = page.locator("#sign-in-in-place")
    expect(dialog).to_be_visible()
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="登录并继续").click()
    saved(page)
    expect(page.locator("#inspectors")).to_have_value("王建国")
    assert InspectionDraft.objects.get().data["inspectors"][0] == "王建国"


def test_another_structure_shows_other_items_and_keeps_the_answers(
    page, recorder, household, open_form
):
    open_form(page, recorder, household)
    give(page, "T06", "无法判定")
    page.locator("#item-T06 textarea").fill("阳台根部看不清")
    expect(page.locator("#item-Y01")).to_be_hidden()
    page.select_option("#facts-structure", "YD")
    expect(page.locator("#item-Y01")).to_be_visible()
    expect(page.locator("#item-T06")).to_be_hidden()
    expect(page.locator("#item-U03")).to_be_hidden()
    page.select_option("#facts-renovated_mode", "rebuild")
    expect(page.locator("#item-U02")).to_be_visible()
    expect(page.locator("#item-U03")).to_be_visible()
    saved(page)
    page.reload()
    page.select_option("#facts-structure", "ZH")
    expect(answer(page, "T06", "unsure")).to_be_checked()
    expect(page.locator("#item-T06 textarea")).to_have_value("阳台根部看不清")


def test_enter_while_composing_chinese_never_submits(page, recorder, household, open_form):
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    open_form(page, recorder, household)
    page.focus("#inspectors")
    for composing in (
        {"key": "Enter", "isComposing": True, "ctrlKey": True, "bubbles": True},
        {"key": "Enter", "keyCode": 229, "ctrlKey": True, "bubbles": True},
    ):
        page.dispatch_event("#inspectors", "keydown", composing)
    page.keyboard.press("Enter")
    page.focus("#facts-storeys")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert not [url for url in requests if "/submit/" in url]
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-failure]")).to_contain_text("没有填好")
    assert [url for url in requests if "/submit/" in url]


def test_two_machines_choose_and_lose_nothing(
    new_page, recorder, office_lead, household, open_form
):
    mine = open_form(new_page(), recorder, household)
    theirs = open_form(new_page(), office_lead, household)
    theirs.locator("#inspectors").fill("赵卫东")
    saved(theirs)
    mine.locator("#inspectors").fill("王建国")
    dialog = mine.locator("#draft-conflict")
    expect(dialog).to_contain_text(str(office_lead))
    dialog.get_by_role("button", name="用我的内容覆盖").click()
    expect(mine.get_by_text("没有丢")).to_be_visible()
    expect(mine.locator("#inspectors")).to_have_value("王建国")
    mine.get_by_role("button", name="换成那一份").click()
    expect(mine.locator("#inspectors")).to_have_value("赵卫东")


def test_a_phone_sees_verdict_and_submit_without_sideways_scrolling(
    new_page, recorder, household, open_form
):
    page = open_form(new_page(width=375, height=700), recorder, household)
    expect(page.locator("[data-go=next]")).to_be_in_viewport()
    expect(page.locator("[data-piece=summary]")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    small = page.evaluate(
        "[...document.querySelectorAll('.item:not([hidden]) .answer .btn')]"
        ".filter(label => label.getBoundingClientRect().height < 44).length"
    )
    assert small == 0


def test_a_correction_goes_through_the_same_form(
    page, live_server, recorder, household, sign_in_page
):
    inspection = submit(household, filled(household, recorder), recorder)
    sign_in_page(page, recorder)
    page.goto(f"{live_server.url}/inspections/{inspection.pk}/correct/")
    page.locator("#inspectors-2").fill("赵卫东")
    page.locator("#correction_reason").fill("核查人记错")
    page.get_by_role("button", name="保存更正").click()
    page.wait_for_url(re.compile(rf"/inspections/(?!{inspection.pk}/)\d+/$"))
    expect(page.locator("main")).to_contain_text("核查人记错")
    assert Inspection.objects.get(replaces=inspection).inspectors == ["王建国", "赵卫东"]
