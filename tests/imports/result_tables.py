"""Filling in the table of open assignments as an organisation does, and reading back what came of it."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from inspections.batch import importing
from inspections.batch.columns import key_of
from inspections.batch.workbook import HEADER_ROW, TITLE, entry_workbook
from inspections.models import Appraisal, ResultImport
from yanliang.periods import now
from yanliang.tables.table import DocumentProperties

FIRST_LINE = HEADER_ROW + 1


def result(number: int, **changes: object) -> dict[str, object]:
    """A faultless result of grade C by heading; `number` makes its report's number."""
    return {
        "鉴定日期": "2020-04-20",
        "鉴定人员一": "王建国",
        "鉴定人员二": "李秀英",
        "报告编号": f"JD-{number}",
        "场地": "a",
        "地基基础": "b",
        "承重墙": "c",
        "屋面": "b",
        "防灾措施": "部分具备",
        "处理建议": "加固",
        **changes,
    }


def table_of(appraisals: list[Appraisal]) -> Workbook:
    """The table to fill in, as it goes out."""
    content = entry_workbook(appraisals, DocumentProperties(title=TITLE, author="", created=now()))
    return load_workbook(BytesIO(content))


def columns(sheet: Worksheet) -> dict[str, int]:
    """Column by heading, without the star of the required ones."""
    return {str(cell.value).rstrip("*"): cell.column for cell in sheet[HEADER_ROW] if cell.value}


def fill(sheet: Worksheet, line: int, values: dict[str, object]) -> None:
    at = columns(sheet)
    for heading, value in values.items():
        sheet.cell(line, at[heading]).value = value


def line_of(sheet: Worksheet, appraisal: Appraisal) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == key_of(appraisal))


def as_bytes(workbook: Workbook) -> bytes:
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def upload_of(workbook: Workbook, name: str = "鉴定结果.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_bytes(workbook))


def act(name: str, result_import: ResultImport) -> str:
    return reverse(f"inspections:result_import_{name}", args=[result_import.pk])


def uploaded(workbook, by) -> ResultImport:
    return importing.upload_results(upload_of(workbook), by)


def told(result_import: ResultImport) -> dict[int, tuple[str, str]]:
    """Outcome and sentence by Excel's row number."""
    return {row.row: (row.outcome, row.sentence) for row in importing.rows_of(result_import)}


def filled_in(appraisals: list[Appraisal], *results: dict):
    """The table of `appraisals` with `results` from the first line down."""
    workbook = table_of(appraisals)
    for line, values in enumerate(results, start=FIRST_LINE):
        fill(workbook.worksheets[0], line, values)
    return workbook
