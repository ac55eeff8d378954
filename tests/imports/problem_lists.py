"""Feedback lists as they come from above, and what became of their rows."""

import datetime as dt
from io import BytesIO

import openpyxl
import xlwt
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from rectification.enums import ProblemSource
from rectification.models import Problem, ProblemImport
from rectification.problems import importing
from rectification.problems.exporting import Ledger, ledger_workbook
from rectification.problems.filters import ProblemFilters
from rectification.problems.judging import Given
from yanliang.periods import now

#: The usual head of a feedback list.
HEAD = [
    "序号",
    "问题来源",
    "问题类别",
    "街办",
    "村",
    "户主",
    "存在问题",
    "发现时间",
    "整改时限",
    "责任人",
]
FOUND = dt.date(2020, 4, 10)


def line(**changes) -> list:
    """A faultless row under HEAD, by heading."""
    values = {
        "序号": 1,
        "问题来源": "省级督查",
        "问题类别": "档案资料不规范",
        "街办": "关山街道",
        "村": "关山村",
        "户主": "",
        "存在问题": "一户一档缺户主签字",
        "发现时间": "2020.4.10",
        "整改时限": "2020年5月20日",
        "责任人": "刘建设",
    }
    return list((values | changes).values())


def book(*rows: list, name: str = "Sheet1", merges=()) -> bytes:
    """An .xlsx of one sheet with these rows."""
    return books({name: rows}, merges)


def books(sheets: dict, merges=()) -> bytes:
    """An .xlsx with these rows by the name of their sheet; `merges` apply to each."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
        for area in merges:
            sheet.merge_cells(area)
    return saved(workbook)


def saved(workbook) -> bytes:
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def old_book(*rows: list) -> bytes:
    """The same as .xls."""
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("反馈问题")
    for number, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value != "":
                sheet.write(number, column, value)
    return saved(workbook)


def upload_of(content: bytes, name: str = "反馈问题清单.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def given(source: ProblemSource | None = None, kind=None) -> Given:
    return Given(source, kind, FOUND)


def uploaded(content: bytes, by, said: Given | None = None) -> ProblemImport:
    return importing.upload_problems(upload_of(content), said or given(), by)


def imported(content: bytes, by, said: Given | None = None) -> ProblemImport:
    return importing.confirm(uploaded(content, by, said), by)


def feedback_list(region_id: str, filename: str, by) -> ProblemImport:
    """A list of one row as it waits to be confirmed in a region."""
    problem_import = ProblemImport(
        region_id=region_id,
        file=ContentFile(book(HEAD, line()), "list.xlsx"),
        filename=filename,
        size=1,
        uploaded_by=by,
        uploaded_at=now(),
    )
    importing.keep(problem_import, given(), (), [])
    problem_import.save()
    return problem_import


def told(problem_import: ProblemImport) -> dict[int, tuple[str, str]]:
    """Outcome and sentence by Excel's row number, for the rows that are problems."""
    return {
        row.row: (row.outcome, row.sentence or row.note)
        for row in importing.rows_of(problem_import)
        if row.outcome != "ignored"
    }


def outcomes(problem_import: ProblemImport) -> list[str]:
    return [outcome for outcome, _ in told(problem_import).values()]


def exported_by(staff, query: str = "state=all") -> bytes:
    """The ledger as `staff` takes it away."""
    filters = ProblemFilters(QueryDict(query), staff=staff)
    problems = filters.apply(Problem.objects.visible_to(staff))
    return ledger_workbook(Ledger(problems, filters.in_words, staff, now()))


def edited(content: bytes, number: str, **changes) -> bytes:
    """An exported ledger in which somebody changed cells of one problem, by heading."""
    workbook = openpyxl.load_workbook(BytesIO(content))
    for sheet in workbook:
        rows = list(sheet.iter_rows())
        head = next(row for row in rows if row[0].value == "序号")
        at = {cell.value: cell.column for cell in head}
        for row in rows:
            if row[at["编号"] - 1].value == number:
                for heading, value in changes.items():
                    sheet.cell(row[0].row, at[heading]).value = value
    return saved(workbook)


def act(name: str, problem_import: ProblemImport) -> str:
    return reverse(f"rectification:problem_import_{name}", args=[problem_import.pk])
