"""The way of a problem in a real browser: from a failed item to 已销号, back again as 屡改屡犯, and to its end."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from inspections.models import InspectionPhoto
from inspections.photos import take_photo
from rectification.models import Problem
from tests.browser.test_renovation import press
from tests.factories import HouseholdFactory
from tests.inspections.factories import InspectionFactory
from tests.rectification.problem_cases import scene
from yanliang.periods import today

pytestmark = pytest.mark.django_db(transaction=True)
FAILED = "W01"
LEADER = "赵主任"


@pytest.fixture
def inspection(reference, recorder):
    """A visit of 2020-04-08 whose wall failed, with a photo of it that notes no time."""
    with transaction.atomic():
        inspection = InspectionFactory(
            household=HouseholdFactory(head_name="高问题"),
            facts={"structure": "ZH"},
            answers={FAILED: "fail"},
            remarks={FAILED: "东墙裂缝宽 1 厘米"},
            verdict="suspected",
        )
    photo = take_photo(scene(1), inspection.household, recorder)
    InspectionPhoto.objects.create(inspection=inspection, photo=photo, item_code=FAILED)
    return inspection


@pytest.fixture
def machine(new_page, sign_in_page):
    """The person's own page, signed in."""
    return lambda staff: sign_in_page(new_page(), staff)


def picture(seed: int) -> dict:
    content = scene(seed).read()
    return {"name": f"现场{seed}.jpg", "mimeType": "image/jpeg", "buffer": content}


def upload(page: Page, seed: int, taken_at: str) -> None:
    """A photo from after the repair."""
    page.select_option("#photo_kind", "after")
    page.set_input_files("#photo_photo", picture(seed))
    page.fill("#photo_taken_at", taken_at)
    press(page, "上传照片")


def act(page: Page, label: str, **fields: str) -> None:
    """Open an act from the problem's page, fill in its form and press."""
    acts(page).get_by_role("link", name=label, exact=True).click()
    for name, value in fields.items():
        page.fill(f"#id_{name}", value)
    press(page, label)


def acts(page: Page):
    return page.get_by_role("region", name="办理")


def waits_for(page: Page, label: str, sentence: str) -> None:
    """The act cannot be done, and says what for."""
    expect(acts(page).get_by_role("button", name=label, exact=True)).to_be_disabled()
    expect(acts(page)).to_contain_text(sentence)


def stands_at(page: Page, state: str) -> None:
    expect(page.locator("h1 .badge").first).to_have_text(state)


def enter_from_the_visit(page: Page, url: str, inspection) -> None:
    page.goto(f"{url}/inspections/{inspection.pk}/")
    press(page, f"{FAILED} 登记为问题")
    stands_at(page, "待整改")
    expect(page.locator("main")).to_contain_text("东墙裂缝宽 1 厘米")
    photos = page.locator("#evidence img")
    expect(photos).to_have_count(1)
    photos.evaluate("image => image.decode()")
    assert photos.evaluate("image => image.naturalWidth") > 0


def prove(page: Page) -> None:
    """Refused at each thing that is missing: the photo, its time, another picture, a later one."""
    waits_for(page, "申请销号", "还没有整改后照片")
    upload(page, 2, "")
    expect(page.locator("#evidence")).to_contain_text("没有拍摄时间，请填写拍摄时间")
    upload(page, 1, "2020-04-20T09:00")
    expect(page.locator("#evidence")).to_contain_text("不能重复使用")
    upload(page, 2, "2020-04-01T09:00")
    waits_for(page, "申请销号", "拍摄时间应晚于整改前照片")
    page.locator("#evidence .col-sm-6", has_text="整改后照片").get_by_role(
        "link", name="作废"
    ).click()
    page.fill("#id_reason", "时间填错")
    press(page, "作废佐证")
    upload(page, 2, "2020-04-20T09:00")
    expect(acts(page).get_by_role("link", name="申请销号")).to_be_visible()


def verify(page: Page, address: str) -> None:
    page.goto(address)
    act(page, "核实销号")
    expect(page.locator("main")).to_contain_text("请选择核实方式")
    page.select_option("#id_manner", label="现场核实")
    press(page, "核实销号")
    stands_at(page, "已销号")


def come_again(page: Page, address: str) -> None:
    """The supervisor finds it again: no more than a reason and a date, and it is 屡改屡犯."""
    page.goto(address)
    act(page, "重新整改", due_on=today().isoformat())
    expect(page.locator("main")).to_contain_text("请填写重新整改的理由")
    page.fill("#id_reason", "雨后又开裂")
    press(page, "重新整改")
    stands_at(page, "重新整改")
    expect(page.locator("h1")).to_contain_text("屡改屡犯")


def lead_by_the_principal(page: Page, address: str) -> None:
    """Nobody can be named before the office's principal leader is, and nobody else leads."""
    page.goto(address)
    waits_for(page, "交办", "请先登记街办主要领导")
    acts(page).get_by_role("link", name="登记街办主要领导").first.click()
    page.get_by_label("关山街道").fill(LEADER)
    press(page, "保存")
    page.goto(address)
    acts(page).get_by_role("link", name="交办", exact=True).click()
    expect(page.locator("#id_leading_official")).to_be_disabled()
    expect(page.locator("#id_leading_official")).to_have_value(LEADER)
    press(page, "交办")
    stands_at(page, "整改中")


def test_from_a_failed_item_to_its_end_and_again(
    machine, live_server, inspection, recorder, bureau_clerk, supervisor
):
    office = machine(recorder)
    enter_from_the_visit(office, live_server.url, inspection)
    address = office.url
    act(office, "交办", responsible="刘建设")
    stands_at(office, "整改中")
    prove(office)
    act(office, "申请销号", result="裂缝灌浆加固")
    stands_at(office, "申请销号")

    bureau = machine(bureau_clerk)
    bureau.goto(address)
    act(bureau, "退回", reason="看不出是同一面墙")
    stands_at(bureau, "退回")
    office.goto(address)
    expect(office.locator("main")).to_contain_text("看不出是同一面墙")
    upload(office, 3, "2020-04-21T09:00")
    act(office, "申请销号")
    verify(bureau, address)

    come_again(machine(supervisor), address)
    lead_by_the_principal(office, address)
    waits_for(office, "申请销号", "重新整改须有新的佐证")
    upload(office, 4, "2020-05-01T09:00")
    act(office, "申请销号", result="拆除重砌")
    verify(bureau, address)

    problem = Problem.objects.get()
    assert problem.is_recurrent
    assert problem.leading_official == LEADER
    assert (problem.submitted_by, problem.closed_by) == (recorder, bureau_clerk)
    assert [entry.kind for entry in problem.entries.exclude(kind="evidence")] == [
        "raised",
        "assigned",
        "submitted",
        "returned",
        "submitted",
        "verified",
        "reopened",
        "assigned",
        "submitted",
        "verified",
    ]
