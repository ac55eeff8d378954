"""Photos in the inspection form, as a clerk with mouse, keyboard and a poor network adds them."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from inspections.models import InspectionDraft, Photo
from tests.factories import PASSWORD, HouseholdFactory

pytestmark = pytest.mark.django_db(transaction=True)

UPLOADS = "**/inspections/households/*/photos/"


def picture(colour: str, name: str = "photo.jpg") -> dict:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


@pytest.fixture
def household(reference):
    return HouseholdFactory()


@pytest.fixture
def form(page, live_server, recorder, household, sign_in_page):
    """The open inspection form of the household."""
    sign_in_page(page, recorder)
    page.goto(f"{live_server.url}/inspections/households/{household.pk}/inspect/")
    return page


@pytest.fixture
def box(form):
    """The place for photos of the front of the house."""
    return form.locator('[data-photos="front"]')


def choose(box, *pictures):
    box.locator("input[type=file]").set_input_files(list(pictures))


def kept(box):
    return box.locator('input[name="photos.front"]')


def test_several_at_once_come_up_and_survive_a_reload(form, box):
    choose(box, picture("red"), picture("blue"), picture("green"))
    expect(kept(box)).to_have_count(3)
    expect(box.locator("[role=status]")).to_be_empty()
    expect(form.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    expect(box.locator("img[src$='/thumbnail/']")).to_have_count(3)
    assert box.locator("img").evaluate_all("all => all.every(i => i.naturalWidth > 0)")
    ids = kept(box).evaluate_all("all => all.map(i => i.value)")
    assert InspectionDraft.objects.get().data["photos"]["front"] == ids
    form.reload()
    assert kept(box).evaluate_all("all => all.map(i => i.value)") == ids


def test_the_button_opens_the_chooser_and_the_same_photo_comes_once(form, box):
    for _ in range(2):
        with form.expect_file_chooser() as chooser:
            box.get_by_role("button", name="添加照片").press("Enter")
        chooser.value.set_files([picture("red")])
        expect(box.locator("[role=status]")).to_be_empty()
    expect(box.get_by_role("alert")).to_have_text("这张照片已经在这里了。")
    expect(kept(box)).to_have_count(1)


def test_removing_by_keyboard(form, box):
    choose(box, picture("red"), picture("blue"))
    expect(kept(box)).to_have_count(2)
    second = kept(box).nth(1).input_value()
    box.get_by_role("button", name="移除").first.press("Enter")
    expect(kept(box)).to_have_count(1)
    expect(kept(box)).to_have_value(second)
    expect(box.get_by_role("button", name="移除")).to_be_focused()
    box.get_by_role("button", name="移除").press("Enter")
    expect(box.get_by_role("button", name="添加照片")).to_be_focused()


def test_what_is_no_photo_is_explained_beside_the_input(box):
    choose(box, {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"})
    expect(box.get_by_role("alert")).to_contain_text("请上传 JPG、PNG、WebP 或 HEIC")
    expect(kept(box)).to_have_count(0)
    box.get_by_role("button", name="移除").click()
    expect(box.locator("[data-photo]")).to_have_count(0)


def test_a_failed_upload_can_be_sent_again(form, box):
    form.route(UPLOADS, lambda route: route.abort(), times=1)
    choose(box, picture("red"), picture("blue"))
    expect(box.get_by_role("alert")).to_contain_text("网络不通")
    expect(kept(box)).to_have_count(1)
    box.get_by_role("button", name="重新上传").click()
    expect(kept(box)).to_have_count(2)
    expect(box.get_by_role("alert")).to_be_empty()
    assert Photo.objects.count() == 2


def test_an_expired_session_costs_no_photo(form, box):
    form.context.clear_cookies(name="sessionid")
    choose(box, picture("red"))
    dialog = form.get_by_role("dialog")
    dialog.get_by_label("密码", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="登录并继续").click()
    expect(kept(box)).to_have_count(1)


def test_a_pasted_photo(form, box):
    box.evaluate(
        """async box => {
            const canvas = new OffscreenCanvas(60, 40);
            canvas.getContext("2d").fillRect(0, 0, 30, 40);
            const blob = await canvas.convertToBlob({ type: "image/png" });
            const data = new DataTransfer();
            data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
            const target = box.querySelector("[data-photos-add]");
            target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(kept(box)).to_have_count(1)


def test_a_photo_of_another_household_is_pointed_out(form, box, live_server, household):
    choose(box, picture("red"))
    expect(kept(box)).to_have_count(1)
    expect(form.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    other = HouseholdFactory()
    form.goto(f"{live_server.url}/inspections/households/{other.pk}/inspect/")
    choose(box, picture("red"))
    expect(box.get_by_role("alert")).to_contain_text("这张照片已用于另一户")
    expect(kept(box)).to_have_count(1)


def test_leaving_with_a_photo_on_its_way_asks_first(form, box, live_server):
    form.route(UPLOADS, lambda route: route.abort())
    choose(box, picture("red"))
    expect(box.get_by_role("alert")).to_contain_text("网络不通")
    asked = []
    form.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.goto(f"{live_server.url}/inspections/drafts/")
    assert asked == ["beforeunload"]
