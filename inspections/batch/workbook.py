"""The table that goes out to be filled in: one row an open assignment, with lists to choose from."""

from collections.abc import Callable, Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from inspections.models import Appraisal
from yanliang.tables.excel import describe, write_text
from yanliang.tables.table import DocumentProperties

from .columns import BY_NAME, ENTERED, key_of

TITLE = "鉴定结果录入表"
#: Heading, width and text of the columns that only say whose result a row is.
GIVEN: tuple[tuple[str, int, Callable[[Appraisal], str]], ...] = (
    ("鉴定编号", 11, key_of),
    ("户主", 10, lambda appraisal: appraisal.household.head_name),
    ("村", 12, lambda appraisal: str(appraisal.household.region)),
    ("组", 7, lambda appraisal: appraisal.household.group),
    ("街办", 11, lambda appraisal: str(appraisal.household.region.parent)),
    ("户编号", 20, lambda appraisal: appraisal.household.code),
    ("农户类别", 14, lambda appraisal: str(appraisal.household.household_class)),
    ("房屋结构", 9, lambda appraisal: appraisal.household.get_structure_display()),
    ("鉴定机构", 24, lambda appraisal: str(appraisal.organisation)),
    ("应完成日期", 12, lambda appraisal: appraisal.due_on.isoformat()),
)
FROZEN_COLUMNS = 3
TITLE_ROW, HEADER_ROW = 1, 2

NOTES = (
    "一行一户。灰色各列由系统导出，不要改动；带 * 的列必填，其余没有就留空。",
    "没有做完的户整行留空即可，上传时跳过，以后再补。",
    "日期可写 2020-04-02、2020.4.2、2020年4月2日 或 20200402。",
    "鉴定人员至少两人，一格写一人。",
    "同一机构的报告编号不能用于两户。",
    "场地等六个构件填 a、b、c、d；没有的构件留空。",
    "场地判定为危险的，“场地危险”填“是”，整栋房屋为 D级。",
    "“鉴定等级”一般留空，由系统按最差构件计算。",
    "评定的等级与计算不一致的，才填“鉴定等级”，并在“调整理由”中写明理由。",
    f"防灾措施填{'、'.join(BY_NAME['disaster_measures'].choices)}之一；"
    f"处理建议填{'、'.join(BY_NAME['advice'].choices)}之一。",
    "鉴定报告扫描件不在本表内，录入后在该户的鉴定页面上传。",
    "填好后上传：先逐行核对给您看，确认后才录入。",
    "有错的行不影响其他行：下载标红的原表，改正后再上传，已录入的不会重复录入。",
)

_GREY = PatternFill("solid", fgColor="FFEDEFF2")
_HEAD = PatternFill("solid", fgColor="FFD9E2EF")
_HEAD_ENTERED = PatternFill("solid", fgColor="FFFFF2CC")
_THIN = Side(style="thin", color="FFBFC5CD")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_MIDDLE = Alignment(vertical="center")
_BOLD = Font(bold=True)


def entry_workbook(appraisals: Iterable[Appraisal], properties: DocumentProperties) -> bytes:
    """The workbook for these assignments, of which there is at least one, as .xlsx."""
    appraisals = list(appraisals)
    workbook = Workbook()
    _write_rows(workbook.active, appraisals, properties.title)
    _write_notes(workbook.create_sheet("填表说明"))
    describe(workbook, properties)
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _write_rows(sheet: Worksheet, appraisals: list[Appraisal], title: str) -> None:
    sheet.title = "鉴定结果"
    write_text(sheet.cell(TITLE_ROW, 1), title)
    sheet.cell(TITLE_ROW, 1).font = Font(bold=True, size=14)
    sheet.row_dimensions[TITLE_ROW].height = 24
    sheet.row_dimensions[HEADER_ROW].height = 34
    last = HEADER_ROW + len(appraisals)
    for position, (heading, width, text) in enumerate(GIVEN, start=1):
        _head(sheet, position, heading, width, _HEAD)
        for line, appraisal in enumerate(appraisals, start=HEADER_ROW + 1):
            cell = sheet.cell(line, position)
            write_text(cell, text(appraisal))
            cell.fill, cell.border, cell.alignment = _GREY, _GRID, _MIDDLE
    position = len(GIVEN)
    for column in ENTERED:
        for _, heading, _ in column.keys:
            position += 1
            star = "*" if column.is_required else ""
            _head(sheet, position, heading + star, column.width, _HEAD_ENTERED)
            letter = get_column_letter(position)
            if column.choices:
                _offer(sheet, column.choices, f"{letter}{HEADER_ROW + 1}:{letter}{last}")
            for line in range(HEADER_ROW + 1, last + 1):
                cell = sheet.cell(line, position)
                cell.border, cell.alignment = _GRID, _MIDDLE
                # As text, a number keeps its zeros and a date stays as it was typed.
                cell.number_format = "@"
    for line in range(HEADER_ROW + 1, last + 1):
        sheet.row_dimensions[line].height = 20
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, FROZEN_COLUMNS + 1)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(position)}{last}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def _head(sheet: Worksheet, position: int, heading: str, width: int, fill: PatternFill) -> None:
    cell = sheet.cell(HEADER_ROW, position)
    write_text(cell, heading)
    cell.font, cell.fill, cell.border, cell.alignment = _BOLD, fill, _GRID, _CENTRE
    sheet.column_dimensions[get_column_letter(position)].width = width


def _offer(sheet: Worksheet, choices: tuple[str, ...], cells: str) -> None:
    """A list to choose from; what is typed otherwise is asked about, and judged when it is uploaded."""
    offered = "、".join(choices)
    validation = DataValidation(
        type="list",
        formula1=f'"{",".join(choices)}"',
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle="请核对",
        error=f"一般填以下之一：{offered}。",
    )
    sheet.add_data_validation(validation)
    validation.add(cells)


def _write_notes(sheet: Worksheet) -> None:
    write_text(sheet.cell(1, 1), "填表说明")
    sheet.cell(1, 1).font = _BOLD
    sheet.column_dimensions["A"].width = 90
    for line, note in enumerate(NOTES, start=2):
        cell = sheet.cell(line, 1)
        write_text(cell, f"{line - 1}. {note}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
