"""Checking a code or a file: what the store says of it, to whom, and that hostile files get a sentence."""

import datetime as dt
import zipfile
from io import BytesIO
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from reports.checking import figures
from reports.checking.files import HIDDEN, Outcome, checked
from reports.enums import FileFormat
from reports.models import DistrictWeek, IssuedFile, Submission
from reports.thursday.district import forward
from reports.thursday.issuing import issue_file
from reports.thursday.papers import paper_of_report, paper_of_submission
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.reports.week_cases import IN_TIME, accepted, locked, submitted
from yanliang.audit.models import Entry
from yanliang.periods import told_at

pytestmark = pytest.mark.django_db
ANNEX, DOCX = FileFormat.ANNEX_XLSX, FileFormat.SUMMARY_DOCX


@pytest.fixture(autouse=True)
def households(reference):
    happen(HouseholdFactory(), "inspected:safe")
    HouseholdFactory()
    HouseholdFactory(region_id="610114005200")


@pytest.fixture
def submission():
    """What 关山 submitted."""
    return submitted()


@pytest.fixture
def check(sign_in):
    """Ask the page as somebody: for a code, or with a file."""

    def ask(staff, code: str = "", file: bytes | None = None, name: str = "文件.xlsx"):
        client = sign_in(staff)
        address = reverse("reports:document_check")
        if file is None:
            return client.get(address, {"code": code}).content.decode()
        return client.post(address, {"file": SimpleUploadedFile(name, file)}).content.decode()

    return ask


def issued(document, format=ANNEX, by=None) -> bytes:
    paper = (paper_of_submission if isinstance(document, Submission) else paper_of_report)(document)
    return issue_file(document, paper, format, by=by)


def edited(content: bytes, change) -> bytes:
    """The workbook after `change` was made to it and it was saved again."""
    book, saved = load_workbook(BytesIO(content)), BytesIO()
    change(book)
    book.save(saved)
    return saved.getvalue()


def row_named(sheet, name: str) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == name)


class TestCode:
    def test_a_submission_with_who_sealed_it_and_how_it_stands(
        self, check, submission, office_lead
    ):
        wide = submission.code.translate({ord(each): ord(each) + 0xFEE0 for each in "0123456789-"})
        for code in (submission.code, submission.code.lower().replace("-", ""), wide):
            page = check(office_lead, code)
            assert f"回执号 {submission.receipt}" in page
            assert "负责人7 于 2020年4月9日11时上报" in page
            assert "报告周状态：已报" in page
            assert "存档与校验码一致" in page
            assert "已有新版" not in page
            assert reverse("reports:submission_detail", args=[submission.pk]) in page

    def test_a_later_revision_took_its_place(self, check, submission, office_lead):
        submitted(at=IN_TIME + dt.timedelta(minutes=5))
        page = check(office_lead, submission.code)
        assert "已被第 2 次上报取代，以新的为准" in page
        assert "已有新版" in page

    def test_a_report_before_and_after_it_went_to_the_city(self, check, bureau_clerk):
        accepted()
        report = locked()
        assert "未转报市局" in check(bureau_clerk, report.code)
        with told_at(IN_TIME + dt.timedelta(hours=4)):
            lead = StaffFactory(username="bureau_lead", role="bureau_lead", region_id="610114")
            forward(
                report.region,
                report.thursday,
                forwarded_on=report.thursday,
                document_number="阎住建〔2020〕12号",
                recipient="西安市住房和城乡建设局",
                by=lead,
                seen=DistrictWeek.objects.get().version,
            )
        page = check(bureau_clerk, report.code)
        assert "2020年4月9日转报西安市住房和城乡建设局，文号 阎住建〔2020〕12号" in page

    def test_what_may_not_be_seen_is_not_described(
        self, check, submission, stranger, villager, bureau_clerk
    ):
        department = StaffFactory(username="fupin", role="department", region_id="610114")
        for staff in (stranger, villager, department):
            page = check(staff, submission.code)
            assert HIDDEN in page
            assert submission.receipt not in page
        assert submission.receipt in check(bureau_clerk, submission.code)

    def test_an_unknown_and_an_incomplete_code(self, check, office_lead):
        assert "存档中没有这个校验码" in check(office_lead, "0000-0000-0000")
        assert "校验码有 12 位" in check(office_lead, "1234")
        assert check(office_lead, " ").count("panel") == 2
        assert "80" in check(office_lead, "0" * 81)

    def test_a_damaged_copy_is_told(self, check, submission, office_lead):
        with mock.patch.object(Submission, "is_intact", False):
            assert "存档与校验码不符" in check(office_lead, submission.code)
        assert not Submission(content=b"?", sha256="0" * 64).is_intact

    def test_the_former_address_leads_here(self, sign_in, submission, office_lead):
        client = sign_in(office_lead)
        answer = client.get(reverse("reports:list_check"), {"code": submission.code}, follow=True)
        assert submission.receipt in answer.content.decode()

    def test_a_fixed_number_of_queries(
        self, sign_in, submission, bureau_clerk, django_assert_max_num_queries
    ):
        client = sign_in(bureau_clerk)
        client.get("/")
        with django_assert_max_num_queries(12):
            client.get(reverse("reports:document_check"), {"code": submission.code})


class TestFile:
    @pytest.mark.parametrize("format", [ANNEX, FileFormat.SUMMARY_XLSX, DOCX])
    def test_the_very_file_that_was_handed_out(self, check, submission, office_lead, format):
        content = issued(submission, format, office_lead)
        page = check(office_lead, file=content)
        assert "与出具的文件完全一致" in page
        assert f"由 {office_lead} 导出（{format.label}）" in page
        assert submission.receipt in page

    def test_of_another_office_nothing_is_told(self, check, submission, stranger):
        content = issued(submission)
        for file in (content, edited(content, lambda book: None)):
            page = check(stranger, file=file)
            assert HIDDEN in page
            assert submission.receipt not in page

    def test_changed_figures_are_listed_cell_by_cell(self, check, submission, office_lead):
        def change(book):
            sheet = book["全部农户"]
            number = row_named(sheet, "关山村")
            sheet[f"B{number}"], sheet[f"F{number}"] = 7, "50%"

        page = check(office_lead, file=edited(issued(submission), change))
        assert "是这份文件的改动版本，有 2 处数字与存档不同" in page
        answer = checked(edited(issued(submission), change), office_lead)
        first, second = answer.comparison.differences
        number = first.row.removeprefix("关山村（第 ").removesuffix(" 行）")
        assert number.isdigit()
        assert (first.sheet, first.column) == ("全部农户", "1 农户总数（B 列）")
        assert (first.found, first.stored) == ("7", "2")
        assert (second.column, second.found, second.stored) == ("5 排查率（F 列）", "50%", "0.00%")

    def test_only_saved_again(self, submission, office_lead):
        answer = checked(edited(issued(submission), lambda book: None), office_lead)
        assert answer.outcome == Outcome.CHANGED
        assert "全部与存档一致" in answer.sentence
        assert answer.comparison.compared > 1000

    def test_a_row_pushed_down_is_no_difference(self, submission, office_lead):
        def change(book):
            book["全部农户"].insert_rows(1, 2)
            book["全部农户"].insert_cols(1)

        answer = checked(edited(issued(submission), change), office_lead)
        assert (answer.comparison.total, answer.comparison.missing) == (0, ())

    def test_rows_taken_out_and_put_in(self, submission, office_lead):
        def change(book):
            sheet = book["低保户"]
            number = row_named(sheet, "关山村")
            sheet[f"A{number}"] = "无此村"

        answer = checked(edited(issued(submission), change), office_lead)
        told = [(each.column, each.found, each.stored) for each in answer.comparison.differences]
        assert told == [("整行", "没有这一行", "有"), ("整行", "有", "没有这一行")]

    def test_sheets_taken_out_are_named(self, submission, office_lead):
        def change(book):
            del book["各村"], book["低保户"]

        answer = checked(edited(issued(submission), change), office_lead)
        assert answer.comparison.missing == ("低保户", "各村")
        assert "缺少工作表" in answer.sentence

    def test_many_differences_are_counted_and_the_first_listed(
        self, check, submission, office_lead
    ):
        def change(book):
            for row in book["全部农户"].iter_rows(min_row=8, min_col=2, max_row=12):
                for cell in row:
                    cell.value = 99

        content = edited(issued(submission), change)
        comparison = checked(content, office_lead).comparison
        assert comparison.total == 5 * 23
        assert len(comparison.differences) == figures.LISTED
        assert "共 115 处" in "".join(check(office_lead, file=content).split("\n")).replace(
            "                ", ""
        )

    def test_a_report_of_the_district_with_missing_offices(self, bureau_clerk):
        accepted()
        report = locked()
        for format in (ANNEX, FileFormat.SUMMARY_XLSX):
            answer = checked(edited(issued(report, format), lambda book: None), bureau_clerk)
            assert (answer.comparison.total, answer.comparison.missing) == (0, ())
            assert answer.comparison.compared

    def test_the_code_stands_in_the_properties_and_on_the_verification_sheet(
        self, submission, office_lead
    ):
        def without_properties(book):
            book.properties.keywords = ""

        def without_both(book):
            without_properties(book)
            del book["校验"]

        content = issued(submission)
        assert checked(edited(content, without_properties), office_lead).found
        answer = checked(edited(content, without_both), office_lead)
        assert answer.outcome == Outcome.UNKNOWN
        assert "校验页已被删除" in answer.sentence

    def test_a_word_document_is_known_by_properties_or_foot(self, submission, office_lead):
        document = Document(BytesIO(issued(submission, DOCX)))
        document.paragraphs[0].text = "改过的标题"
        for keywords in (submission.sha256, ""):
            document.core_properties.keywords = keywords
            saved = BytesIO()
            document.save(saved)
            answer = checked(saved.getvalue(), office_lead)
            assert answer.found.document == submission
            assert "不能逐格比对" in answer.sentence

    def test_a_pdf_is_known_by_its_properties(self, check, submission, office_lead):
        content = issued(submission, FileFormat.SUMMARY_PDF)
        assert "完全一致" in check(office_lead, file=content, name="周报.pdf")
        answer = checked(content + b"\n", office_lead)
        assert answer.outcome == Outcome.CHANGED
        assert answer.found.document == submission

    def test_a_code_that_is_in_no_store(self, submission, office_lead):
        content = edited(
            issued(submission), lambda book: setattr(book.properties, "keywords", "a" * 64)
        )
        foreign = edited(content, lambda book: book.remove(book["校验"]))
        answer = checked(foreign, office_lead)
        assert answer.outcome == Outcome.UNKNOWN
        assert f"{'a' * 64} 不在存档中" in answer.sentence

    def test_the_trail_tells_and_nothing_else_is_kept(self, check, submission, office_lead):
        content = edited(issued(submission), lambda book: None)
        before = IssuedFile.objects.count()
        check(office_lead, file=content)
        entry = Entry.objects.get(act="file_checked")
        assert entry.staff_id == office_lead.pk
        assert entry.object_id == str(submission.pk)
        assert entry.after["文件"] == "文件.xlsx"
        assert entry.after["结论"].startswith("是这份文件的改动版本")
        assert IssuedFile.objects.count() == before
        assert not default_storage.exists("") or default_storage.listdir("") == ([], [])

    def test_no_file_and_a_file_too_large(self, sign_in, office_lead, monkeypatch):
        client = sign_in(office_lead)
        address = reverse("reports:document_check")
        answer = client.post(address)
        assert answer.status_code == 400
        assert "请先选择文件" in answer.content.decode()
        monkeypatch.setattr("reports.checking.forms.MAX_BYTES", 3)
        answer = client.post(address, {"file": SimpleUploadedFile("大.xlsx", b"1234")})
        assert answer.status_code == 400
        assert "超过 20 MB" in answer.content.decode()
        assert not Entry.objects.filter(act="file_checked").exists()


def package(parts: dict[str, bytes | str]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
HOSTILE = {
    "text": ("关山村,2\n".encode(), "这不是 .xlsx"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "这不是 .xlsx"),
    "other zip": (package({"a.txt": "a"}), "这不是 .xlsx"),
    "cut off": (package({"word/document.xml": "<x/>" * 9999})[:60], "已损坏"),
    "bomb": (package({"word/document.xml": "<x>" + " " * 70_000_000}), "异常大"),
    "bomb of a workbook": (package({"xl/workbook.xml": "<x>" + " " * 70_000_000}), "异常大"),
    "entities": (package({"word/document.xml": ENTITIES}), "外部实体"),
    "entities in the properties": (
        package({"word/document.xml": "<x/>", "docProps/core.xml": ENTITIES}),
        "外部实体",
    ),
    "locked PDF": (b"%PDF-1.7\n trailer << /Encrypt 5 0 R >>", "加了密码"),
    "PDF of nothing": (b"%PDF-1.7", "不是本系统出具的文件"),
    "PDF of noise": (b"%PDF-1.7" + b"stream\n\x78\x9cnoise" * 1000, "不是本系统出具的文件"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_a_sentence(check, office_lead, name):
    content, words = HOSTILE[name]
    assert words in check(office_lead, file=content)
    assert Entry.objects.filter(act="file_checked").count() == 1


def test_a_damaged_file_of_ours_gets_a_sentence(submission, office_lead):
    for format in (ANNEX, DOCX):
        content = bytearray(issued(submission, format))
        for place in range(40, len(content), max(len(content) // 40, 1)):
            damaged = (
                bytes(content[:place])
                + bytes([content[place] ^ 0xFF])
                + bytes(content[place + 1 :])
            )
            assert checked(damaged, office_lead).sentence
        assert checked(bytes(content[: len(content) // 2]), office_lead).sentence
