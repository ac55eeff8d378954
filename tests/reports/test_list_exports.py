"""The lists as files: what stands in them, who gets them, and the worker's progress."""

import datetime as dt
import subprocess
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from households.models import Household, Region
from reports.enums import JobState, ListKind
from reports.lists import exporting
from reports.lists.freezing import freeze
from reports.models import ListExport
from reports.tasks import run_list_export
from tests.factories import HouseholdFactory
from tests.reports.list_cases import (
    HELPED,
    ORDINARY,
    VILLAGE,
    bureau_head,
    household_of,
    listed,
    office_head,
    sign_now,
    signer,
    village_head,
)
from yanliang.audit.models import Entry
from yanliang.periods import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

LISTS = [
    *(f"建档立卡户-{name}" for name in ("帮扶对象", "住房鉴定", "危房改造", "质量验收")),
    *(f"其他三类重点对象-{name}" for name in ("住房核查", "住房鉴定", "危房改造", "质量验收")),
    *(f"一般农户-{name}" for name in ("住房核查", "住房鉴定", "危房改造", "质量验收")),
]


def ask(client, region: str, **data):
    given = {"region": region, "format": "xlsx", "reason": "报区里"} | data
    return client.post(reverse("reports:list_export"), given)


def export_of(region: str, by, **fields) -> ListExport:
    given = {"format": "xlsx", "requested_by": by, "requested_at": now()} | fields
    return ListExport.objects.create(region=Region.objects.get(pk=region), **given)


def workbook_of(content: bytes):
    return load_workbook(BytesIO(content))


def rows_under_header(sheet) -> list[tuple]:
    """The rows of the body: those that begin with a serial number."""
    return [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]


def text_of(content: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return done.stdout.decode()


def test_a_village_gets_all_its_lists_at_once(sign_in):
    key = listed(3)
    HouseholdFactory(class_code="registered_poor")
    sign_now(key, village_head())
    answer = ask(sign_in(office_head()), VILLAGE)
    book = workbook_of(answer.content)
    assert book.sheetnames == LISTS
    rows = rows_under_header(book["一般农户-住房核查"])
    assert [row[1] for row in rows] == [each.values[0] for each in key.rows()]
    assert all("王村长" in row[-3] for row in rows)
    assert not ListExport.objects.exists()
    entry = Entry.objects.filter(act="exported").get()
    assert (entry.region_id, entry.reason) == (VILLAGE, "报区里")


def test_one_list_is_one_sheet_ready_to_print(sign_in):
    listed(2, ListKind.HELPED, HELPED)
    answer = ask(sign_in(office_head()), VILLAGE, kind="helped", group=HELPED)
    (sheet,) = workbook_of(answer.content).worksheets
    assert sheet["A1"].value == "关山村建档立卡户帮扶对象清单"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 8
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$3:$4"
    assert "B3:B4" in {str(area) for area in sheet.merged_cells.ranges}
    heads = {cell.value for cell in sheet[3]} | {cell.value for cell in sheet[4]}
    assert {"帮扶干部", "第一书记", "签字背书", "村", "街办", "部门", "区住建局"} <= heads
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"


def test_numbers_stand_in_full_only_for_who_asks_and_may(sign_in):
    key = listed(1)
    number = household_of(key).id_number
    client = sign_in(office_head())

    def texts(**data):
        book = workbook_of(ask(client, VILLAGE, kind="checked", group=ORDINARY, **data).content)
        return {cell for row in rows_under_header(book.active) for cell in row}

    assert number not in texts()
    assert number in texts(full="1")
    assert Entry.objects.filter(act="exported").latest("number").after["证件号"] == "完整"


@pytest.mark.parametrize("role", ["viewer", "supervisor", "department"])
def test_full_numbers_are_refused_without_the_right(sign_in, role):
    by = signer(role, "某人", department="扶贫" if role == "department" else "")
    assert ask(sign_in(by), VILLAGE, full="1").status_code == 403
    assert ask(sign_in(by), VILLAGE).status_code == 200


@pytest.mark.parametrize(
    "data", [{"format": "doc"}, {"kind": "helped", "group": ORDINARY}, {"group": "没有"}]
)
def test_what_no_page_offers_is_not_to_be_found(sign_in, data):
    assert ask(sign_in(office_head()), VILLAGE, **data).status_code == 404


def test_an_office_orders_and_fetches(sign_in):
    HouseholdFactory(head_name="甲村人")
    HouseholdFactory(region_id="610114007201", head_name="李𠮷")
    HouseholdFactory(region_id="610114005200", head_name="外街人")
    client = sign_in(office_head())
    page = client.get(ask(client, VILLAGE[:9]).url).content.decode()
    assert "下载文件" in page
    export = ListExport.objects.get()
    assert (export.state, export.done, export.total) == (JobState.DONE, 2, 2)
    fetched = client.get(reverse("reports:list_export_file", args=[export.pk]))
    book = workbook_of(b"".join(fetched.streaming_content))
    rows = rows_under_header(book["一般农户-住房核查"])
    other = Region.objects.get(pk="610114007201").short_name
    assert [row[1:3] for row in rows] == [("关山街道", "关山村"), ("关山街道", other)]
    assert [row[5] for row in rows] == ["甲村人", "李𠮷"]


def test_nobody_else_fetches_it(sign_in):
    HouseholdFactory()
    client = sign_in(office_head())
    ask(client, VILLAGE[:9])
    export = ListExport.objects.get()
    for name in ("list_export_detail", "list_export_file"):
        address = reverse(f"reports:{name}", args=[export.pk])
        assert sign_in(bureau_head()).get(address).status_code == 404


def test_the_worker_tells_how_far_it_is(monkeypatch):
    HouseholdFactory.create_batch(3)
    export, seen = export_of(VILLAGE[:9], office_head()), []
    monkeypatch.setattr(exporting, "advance", lambda export, done: seen.append(done))
    exporting.run(export)
    assert seen[-1] == 3
    export.refresh_from_db()
    assert export.percent == 100


def test_a_task_done_twice_writes_once():
    HouseholdFactory()
    export = export_of(VILLAGE[:9], office_head())
    run_list_export.enqueue(str(export.pk))
    first = ListExport.objects.get().file.name
    run_list_export.enqueue(str(export.pk))
    assert ListExport.objects.get().file.name == first


def test_a_failure_is_told(sign_in, monkeypatch):
    export = export_of(VILLAGE[:9], office_head())
    monkeypatch.setattr(exporting, "written", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exporting.run(export)
    page = sign_in(office_head()).get(reverse("reports:list_export_detail", args=[export.pk]))
    assert "生成文件时出错" in page.content.decode()


def test_without_a_worker_the_page_offers_to_do_it(sign_in):
    HouseholdFactory()
    export = export_of(VILLAGE[:9], office_head(), requested_at=now() - dt.timedelta(seconds=30))
    client = sign_in(office_head())
    page = client.get(reverse("reports:list_export_detail", args=[export.pk])).content.decode()
    assert "在本页生成" in page
    client.post(reverse("reports:list_export_now", args=[export.pk]))
    export.refresh_from_db()
    assert export.state == JobState.DONE


def test_what_looks_like_a_formula_stays_text(sign_in):
    key = listed(1)
    Household.objects.filter(pk=household_of(key).pk).update(group="=1+1")
    book = workbook_of(ask(sign_in(office_head()), VILLAGE, kind="checked", group=ORDINARY).content)
    cell = next(row[2] for row in book.active.iter_rows(min_row=5) if row[0].value == 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


class TestPaper:
    """The print that is signed by hand."""

    @pytest.fixture
    def printed(self):
        key = listed(60)
        names = ("张䶮", "李𠮷", "王㐂")
        for row, name in zip(key.rows(), names, strict=False):
            Household.objects.filter(pk=row.household_id).update(head_name=name)
        frozen = freeze(key, key.rows(), village_head())
        content = exporting.printed_pdf(
            frozen, "http://testserver/x/", by=village_head(), full_numbers=False
        )
        return key, frozen, content

    def test_every_page_has_header_number_and_code(self, printed):
        _, frozen, content = printed
        pages = text_of(content).strip("\f\n").split("\f")
        assert len(pages) > 1
        for number, page in enumerate(pages, start=1):
            squeezed = page.replace(" ", "")
            assert f"第{number}页共{len(pages)}页" in squeezed
            assert f"校验码{frozen.code}" in squeezed
            assert "户主姓名" in page

    def test_every_row_stands_once_with_rare_names(self, printed):
        key, _, content = printed
        text = text_of(content)
        for row in key.rows():
            assert text.count(row.values[0]) == 1
        assert all(name in text for name in ("张䶮", "李𠮷", "王㐂"))

    def test_a_block_for_each_level_stands_at_the_end(self, printed):
        *_, content = printed
        last = text_of(content).strip("\f\n").split("\f")[-1]
        for label in ("村负责人", "街办负责人", "区住建局"):
            assert label in last
        assert "认定部门（签字" not in last

    def test_numbers_are_hidden(self, printed):
        key, _, content = printed
        assert household_of(key).id_number not in text_of(content)

    def test_it_prints_what_was_frozen_not_what_is_now(self, printed):
        key, frozen, _ = printed
        Household.objects.filter(pk=household_of(key).pk).update(head_name="后来人")
        again = exporting.printed_pdf(frozen, "", by=village_head(), full_numbers=False)
        assert "后来人" not in text_of(again)
        assert "张䶮" in text_of(again)


def test_the_list_of_a_district_is_pdf_with_places(sign_in):
    HouseholdFactory(head_name="甲村人")
    HouseholdFactory(region_id="610114005200", head_name="北屯人")
    export = export_of("610114", bureau_head(), format="pdf", kind="checked", group=ORDINARY)
    text = text_of(exporting.written(export))
    assert "阎良区一般农户住房核查清单" in text
    assert "关山村" in text
    assert "北屯街道" in text
