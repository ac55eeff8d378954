"""The pages of the roster import."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from households.models import Household, RosterImport
from tests.factories import StaffFactory
from yanliang.audit.models import Entry

from .sheets import HEADER, row, write_xlsx

pytestmark = pytest.mark.django_db
LIST = "/households/rosters/"


@pytest.fixture
def clerk(sign_in, recorder):
    return sign_in(recorder)


def post_file(client, path, name="花名册.xlsx"):
    file = SimpleUploadedFile(name, path.read_bytes())
    return client.post(f"{LIST}upload/", {"file": file})


@pytest.fixture
def preview(clerk, tmp_path):
    rows = [HEADER, row(1), row(2), row(3, 户主姓名="")]
    post_file(clerk, write_xlsx(tmp_path / "r.xlsx", rows))
    return RosterImport.objects.get()


def page_of(roster_import, act=""):
    return f"{LIST}{roster_import.pk}/{act}"


def test_upload_preview_confirm(clerk, preview):
    page = clerk.get(page_of(preview)).content.decode()
    assert "确认导入 2 行" in page
    assert "户主姓名" in page
    assert "6101************" in page
    assert clerk.post(page_of(preview, "confirm/")).status_code == 302
    assert Household.objects.count() == 2
    assert "撤销导入" in clerk.get(page_of(preview)).content.decode()
    assert "花名册.xlsx" in clerk.get(LIST).content.decode()


def test_confirm_twice_imports_once(clerk, preview):
    clerk.post(page_of(preview, "confirm/"))
    again = clerk.post(page_of(preview, "confirm/"), follow=True).content.decode()
    assert "不能再这样操作" in again
    assert Household.objects.count() == 2


def test_a_refused_file_says_why_and_is_written_down(clerk, tmp_path):
    (tmp_path / "x").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    response = post_file(clerk, tmp_path / "x")
    assert response.status_code == 400
    assert "没有导入" in response.content.decode()
    assert Entry.objects.filter(act="roster_refused").count() == 1
    assert clerk.post(f"{LIST}upload/").status_code == 400
    assert RosterImport.objects.count() == 0


def test_downloads_are_workbooks_and_written_down(clerk, preview):
    marked = clerk.post(page_of(preview, "download/"))
    sheet = load_workbook(BytesIO(marked.content)).active
    assert sheet.max_row == 4
    assert sheet.auto_filter.ref
    refused = clerk.post(page_of(preview, "download/"), {"only": "refused"})
    assert load_workbook(BytesIO(refused.content)).active.max_row == 2
    assert Entry.objects.filter(act="exported").count() == 2


def test_mapping_can_be_corrected(clerk, preview):
    remark = {"0.remark": str(HEADER.index("组别"))}
    clerk.post(page_of(preview, "mapping/"), remark)
    preview.refresh_from_db()
    columns = preview.mapping["sheets"][0]["columns"]
    assert {column["field"]: column["heading"] for column in columns}["remark"] == "组别"
    unknown = clerk.post(page_of(preview, "mapping/"), {"0.group": "999"}, follow=True)
    assert unknown.status_code == 200


def test_cancel_and_undo(clerk, preview):
    clerk.post(page_of(preview, "confirm/"))
    assert "理由" in clerk.post(page_of(preview, "undo/"), follow=True).content.decode()
    clerk.post(page_of(preview, "undo/"), {"reason": "传错了文件"})
    assert Household.objects.count() == 0
    again = clerk.post(page_of(preview, "cancel/"), follow=True).content.decode()
    assert "不能再这样操作" in again


ACTS = ["mapping/", "confirm/", "run/", "cancel/", "undo/", "download/"]


@pytest.mark.parametrize("act", ["", "progress/", *ACTS])
def test_strangers_find_nothing_and_others_may_not(
    sign_in, preview, stranger, viewer, bureau_clerk, act
):
    for staff, status in [(stranger, 404), (viewer, 403), (bureau_clerk, 403)]:
        client = sign_in(staff)
        method = client.post if act in ACTS else client.get
        assert method(page_of(preview, act)).status_code == status
    preview.refresh_from_db()
    assert preview.state == "preview"


@pytest.mark.parametrize("act", ACTS)
def test_acts_are_not_done_by_looking(clerk, preview, act):
    assert clerk.get(page_of(preview, act)).status_code == 405
    wrong = f"{LIST}00000000-0000-0000-0000-000000000000/{act}"
    assert clerk.post(wrong).status_code == 404


def test_progress_reloads_when_the_work_is_over(clerk, preview):
    clerk.post(page_of(preview, "confirm/"))
    assert clerk.get(page_of(preview, "progress/"))["HX-Refresh"] == "true"


def test_waiting_without_a_worker_offers_to_import_at_once(clerk, preview):
    RosterImport.objects.update(state="queued")
    assert "在本页导入" not in clerk.get(page_of(preview, "progress/")).content.decode()
    assert "在本页导入" in clerk.get(page_of(preview, "progress/?asked=9")).content.decode()
    clerk.post(page_of(preview, "run/"))
    assert Household.objects.count() == 2


def test_large_rosters_go_to_the_worker(clerk, preview, monkeypatch, recorder):
    monkeypatch.setattr("households.roster.importing.ROWS_IN_REQUEST", 1)
    clerk.post(page_of(preview, "confirm/"))
    assert Household.objects.count() == 2


def test_list_asks_the_same_number_of_queries(clerk, preview, django_assert_num_queries):
    clerk.get(LIST)
    with django_assert_num_queries(5):
        clerk.get(LIST)
    for number in range(30):
        RosterImport.objects.create(
            region_id="610114007",
            filename=f"{number}.xlsx",
            size=1,
            uploaded_by=StaffFactory(username=f"u{number}"),
            uploaded_at=preview.uploaded_at,
        )
    with django_assert_num_queries(5):
        clerk.get(LIST)
