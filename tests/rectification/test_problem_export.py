"""The ledger taken away: sheets, values, print set-up and pages; who may, what the trail says, how many queries."""

import datetime as dt
import shutil
import subprocess
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from rectification.enums import ProblemSource
from rectification.models import Problem
from rectification.problems import acting
from rectification.problems.columns import COLUMNS
from rectification.problems.exporting import SIGNATURES, Ledger, Places, ledger_workbook
from rectification.problems.filters import ProblemFilters
from tests.factories import HouseholdFactory
from tests.rectification.problem_cases import (
    VILLAGE,
    assigned,
    closed,
    office_clerk,
    principal,
    proved,
    raised,
    submitted,
)
from yanliang.accounts.models import Staff
from yanliang.audit.models import Entry
from yanliang.periods import now
from yanliang.tables.pdf import missing_parts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
EXPORT = reverse("rectification:problem_export")
HEADER = [column.label for column in COLUMNS]


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def take(client, extension="xlsx", **filters):
    query = QueryDict(mutable=True)
    query.update(filters)
    return client.post(
        f"{EXPORT}?{query.urlencode()}", {"format": extension, "reason": "报区里开会"}
    )


def book_of(response):
    return load_workbook(BytesIO(response.content))


def rows_of(sheet) -> list[dict]:
    """The problems on a sheet by heading."""
    lines = list(sheet.iter_rows(values_only=True))
    start = next(number for number, line in enumerate(lines) if line[0] == "序号")
    return [
        dict(zip(lines[start], line, strict=True))
        for line in lines[start + 1 :]
        if isinstance(line[0], int)
    ]


def test_a_sheet_for_each_source_that_has_problems(sign_in, bureau_clerk):
    for source in (ProblemSource.LETTER, ProblemSource.CENTRAL, ProblemSource.CENTRAL):
        raised(source=source)
    book = book_of(take(sign_in(bureau_clerk), state="all"))
    assert book.sheetnames == ["中央巡视", "信访"]
    assert [len(rows_of(sheet)) for sheet in book] == [2, 1]


def test_every_value_of_a_problem(sign_in, bureau_clerk):
    principal()
    household = HouseholdFactory(region_id=VILLAGE, head_name="张三")
    problem = assigned(raised(household, description="=档案缺签字", found_on=dt.date(2020, 4, 1)))
    acting.log_progress(problem.pk, "已联系\n户主", by=office_clerk())
    closed(submitted(proved(problem)))
    again = raised(household)
    sheet = book_of(take(sign_in(bureau_clerk), state="all"))["自查排查"]
    first, second = rows_of(sheet)
    assert list(first) == HEADER
    assert first == {
        "序号": 1,
        "编号": "YL-2020-007-00001",
        "问题来源": "自查排查",
        "问题类别": "档案资料不规范",
        "街办、村": "关山街道 关山村",
        "农户": f"{household.code} 张三",
        "问题描述": "=档案缺签字",
        "发现日期": dt.datetime(2020, 4, 1),
        "整改措施": "补签并复印归档",
        "责任单位": "关山街道",
        "责任人": "刘建设",
        "牵头领导": "赵主任",
        "整改时限": dt.datetime(2020, 6, 30),
        "进展": "2020-04-21 已联系 户主",
        "佐证": "佐证材料 整改照片及签字.pdf",
        "是否销号": "是",
        "销号时间": dt.datetime(2020, 4, 21),
        "屡改屡犯": "—",
    }
    assert (second["编号"], second["屡改屡犯"], second["是否销号"]) == (again.number, "是", "否")
    cell = next(cell for row in sheet for cell in row if cell.value == "=档案缺签字")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    shown = "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert household.id_number not in shown
    assert household.phone not in shown


def test_progress_tells_the_last_three_lines_with_returns_and_reopenings(sign_in, bureau_clerk):
    principal()
    problem = submitted()
    acting.send_back(problem.pk, "缺签字页", by=bureau_clerk)
    for text in ("补了签字", "报送区局"):
        acting.log_progress(problem.pk, text, by=office_clerk())
    [row] = rows_of(book_of(take(sign_in(bureau_clerk)))["自查排查"])
    assert row["进展"] == "2020-04-21 退回：缺签字页\n2020-04-21 补了签字\n2020-04-21 报送区局"
    assert row["销号时间"] == "—"


def test_what_a_sheet_says_of_itself_and_how_it_prints(sign_in, recorder):
    raised()
    sheet = book_of(take(sign_in(recorder), region=VILLAGE)).active
    lines = [[cell for cell in row if cell] for row in sheet.iter_rows(values_only=True)]
    assert lines[0] == ["问题整改台账（自查排查）"]
    conditions, shown = lines[1][0].split("　")
    assert (set(conditions.split("；")), shown) == (
        {"状态：未销号", "区划：关山村"},
        "共 1 个问题",
    )
    assert lines[2] == [
        "填报单位：关山街道",
        "填报日期：2020年4月21日",
        f"导出人：{recorder}　用途：报区里开会",
    ]
    assert [cell.rstrip("：") for cell in lines[-1]] == list(SIGNATURES)
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation) == (8, "landscape")
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B5", "$4:$4")
    properties = sheet.parent.properties
    assert (properties.title, properties.creator, properties.description) == (
        "问题整改台账（关山街道）",
        str(recorder),
        "用途：报区里开会",
    )


def test_an_empty_ledger_says_so(sign_in, bureau_clerk):
    sheet = book_of(take(sign_in(bureau_clerk), source="letter")).active
    assert sheet.title == "问题整改台账"
    assert "没有符合条件的问题" in sheet["A2"].value
    assert rows_of(sheet) == []


def test_filters_and_region_narrow_the_file(sign_in, stranger, recorder):
    mine = raised()
    raised(HouseholdFactory(region_id="610114005200"))
    closed()
    [row] = rows_of(book_of(take(sign_in(recorder)))["自查排查"])
    assert row["编号"] == mine.number
    [row] = rows_of(book_of(take(sign_in(stranger)))["自查排查"])
    assert row["责任单位"] == "北屯街道"


def test_the_unit_is_the_problem_s_own():
    places = Places()
    for region_id in ("610114", "610114007", VILLAGE):
        problem = Problem(region_id=region_id)
        assert places.unit(region_id) == problem.unit


def test_the_trail_says_who_took_what_and_why(sign_in, recorder):
    raised()
    take(sign_in(recorder), "pdf", kind="file_irregular")
    entry = Entry.objects.get(act="exported")
    assert (entry.staff_id, entry.reason) == (recorder.pk, "报区里开会")
    assert (entry.after["内容"], entry.after["格式"]) == ("问题整改台账（关山街道）", "PDF")
    assert "类别：档案资料不规范" in entry.after["条件"]


def test_who_may_not_export_and_what_cannot_be_asked_for(sign_in, villager, recorder):
    raised()
    assert take(sign_in(villager)).status_code == 403
    client = sign_in(recorder)
    assert take(client, "docx").status_code == 404
    assert client.get(EXPORT).status_code == 405
    assert take(client, kind="nothing").status_code == 200
    assert Entry.objects.filter(act="exported").count() == 1


def queries_of(staff) -> int:
    staff = Staff.objects.select_related("region").get(pk=staff.pk)
    filters = ProblemFilters(QueryDict("state=all"), staff=staff)
    problems = filters.apply(Problem.objects.visible_to(staff))
    ledger = Ledger(problems, filters.in_words, staff, now())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ledger_workbook(ledger)
    return len(asked)


def test_as_many_queries_for_two_rows_as_for_twenty(bureau_clerk):
    for source in (ProblemSource.SELF, ProblemSource.CITY):
        submitted(source=source)
    few = queries_of(bureau_clerk)
    for number in range(18):
        submitted(source=ProblemSource.SELF, description=f"问题{number}")
    assert queries_of(bureau_clerk) == few


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
@pytest.mark.skipif(bool(missing_parts()), reason="；".join(missing_parts()))
def test_the_paper_page_by_page(sign_in, bureau_clerk):
    for number in range(30):
        raised(source=ProblemSource.CITY, description=f"第{number}个问题：" + "档案不全" * 30)
    closed(source=ProblemSource.CENTRAL, description="巡视反馈")
    pdf = take(sign_in(bureau_clerk), "pdf", state="all").content
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    pages = ["".join(page.split()) for page in text.split("\f")[:-1]]
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
        assert "序号" in page, "the header on every page"
    assert pages[0].startswith("问题整改台账（阎良区）")
    for said in ("填报单位：区住建局", "用途：报区里开会", "共31个问题"):
        assert said in pages[0]
    assert pages[0].index("巡视反馈") < pages[0].index("第0个问题")
    for label in SIGNATURES:
        assert label in pages[-1]
    assert "填报人" not in "".join(pages[:-1])
    info = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True)
    assert "1190.55 x 841.89" in info.stdout.decode()
