"""Filling in the table of open assignments as an organisation does, and reading back what came of it."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from inspections.batch.columns import key_of
from inspections.batch.workbook import HEADER_ROW, TITLE, entry_workbook
from inspections.models import Appraisal
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
