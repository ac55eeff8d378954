"""The register as a long workbook, its rows streamed so that 45,000 households stay cheap."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from households.enums import Grade, Stage, Structure, Verdict
from households.filters import HouseholdFilters
from yanliang.periods import SHANGHAI
from yanliang.tables.excel import describe, write_text
from yanliang.tables.register_excel import LongSheet, save_with_rows
from yanliang.tables.table import Column, DocumentProperties, Value
from yanliang.ui.masking import mask_id, mask_phone

TITLE = "农户台账"
COLUMNS = (
    Column("code", "户编号", "code", width=20),
    Column("office", "街办", width=12),
    Column("village", "村（社区）", width=14),
    Column("group", "村民小组", width=10),
    Column("head_name", "户主姓名", width=12),
    Column("id_number", "身份证号", "code", width=22),
    Column("phone", "联系电话", "code", width=15),
    Column("class", "农户类别", width=22),
    Column("population", "家庭人口", "int", width=9),
    Column("structure", "房屋结构", width=10),
    Column("floor_area", "建筑面积（㎡）", "decimal", width=14),
    Column("built_year", "建成年份", "int", width=9),
    Column("verdict", "核查结论", width=12),
    Column("grade", "鉴定等级", width=10),
    Column("stage", "进度", width=14),
    Column("remark", "备注", width=30),
)
FIELDS = (
    "code",
    "region_id",
    "group",
    "head_name",
    "id_number",
    "phone",
    "household_class_id",
    "population",
    "structure",
    "floor_area",
    "built_year",
    "verdict",
    "grade",
    "stage",
    "remark",
)
STRUCTURES, VERDICTS = dict(Structure.choices), dict(Verdict.choices)
GRADES, STAGES = dict(Grade.choices), dict(Stage.choices)
TITLE_FONT = Font(name="黑体", size=16)
HEAD_FONT = Font(name="黑体", size=11)
HEAD_FILL = PatternFill("solid", fgColor="FFE8EDF4")
HEADER_LINE = 4


class RegisterSheet(LongSheet):
    """The bare rows of the register under a header with a filter."""

    def finish(self, line: int) -> None:
        last = get_column_letter(len(self.columns))
        self.sheet.auto_filter.ref = f"A{HEADER_LINE}:{last}{line - 1}"


def register_workbook(
    households: QuerySet,
    filters: HouseholdFilters,
    *,
    by,
    at: dt.datetime,
    reason: str,
    full_numbers: bool,
) -> tuple[bytes, int]:
    """The workbook of `households` (in their order) and the number of its rows.

    Above the table stand who took it, when, why and under which filters (domain rules §9). ID and phone
    numbers are masked unless `full_numbers`.
    """
    conditions = "；".join(label for _, label in filters.in_words()) or "全部"
    moment = at.astimezone(SHANGHAI)
    taken = f"导出人：{by}（{by.get_role_display()}）　导出时间：{moment:%Y-%m-%d %H:%M}　用途：{reason or '未填写'}"
    hidden = "含完整证件号，请妥善保管" if full_numbers else "证件号、电话已隐去中间位"
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = TITLE
    for position, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.freeze_panes = f"B{HEADER_LINE + 1}"
    set_up_print(sheet)
    sheet.append([text_cell(sheet, TITLE, TITLE_FONT)])
    sheet.append([text_cell(sheet, taken)])
    sheet.append([text_cell(sheet, f"筛选条件：{conditions}　（{hidden}）")])
    sheet.append([heading_cell(sheet, column.label) for column in COLUMNS])
    describe(workbook, DocumentProperties(TITLE, str(by), taken, at))
    rows = register_rows(households, filters, full_numbers)
    stream = BytesIO()
    body = RegisterSheet(sheet, HEADER_LINE + 1, COLUMNS, rows)
    count = save_with_rows(stream, workbook, [body])
    return stream.getvalue(), count


def register_rows(
    households: QuerySet, filters: HouseholdFilters, full_numbers: bool
) -> Iterator[tuple[Value, ...]]:
    """The values of each household in the order of COLUMNS."""
    for (
        code,
        region_id,
        group,
        head_name,
        id_number,
        phone,
        class_id,
        population,
        structure,
        floor_area,
        built_year,
        verdict,
        grade,
        stage,
        remark,
    ) in households.values_list(*FIELDS).iterator(chunk_size=2000):
        village = filters.regions[region_id]
        office = filters.regions.get(village.office_code)
        yield (
            code,
            str(office) if office else "",
            str(village),
            group,
            head_name,
            id_number if full_numbers else mask_id(id_number),
            phone if full_numbers else mask_phone(phone),
            filters.class_names[class_id],
            population,
            STRUCTURES.get(structure, ""),
            floor_area,
            built_year,
            VERDICTS[verdict],
            GRADES[grade],
            STAGES[stage],
            remark,
        )


def text_cell(sheet: Worksheet, text: str, font: Font | None = None) -> Cell:
    """A cell to append whose text stays a text for ever: “=1+1” must not become a formula."""
    cell = WriteOnlyCell(sheet)
    write_text(cell, text)
    if font is not None:
        cell.font = font
    return cell


def heading_cell(sheet: Worksheet, label: str) -> Cell:
    cell = text_cell(sheet, label, HEAD_FONT)
    cell.fill = HEAD_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center")
    return cell


def set_up_print(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize = 8
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_LINE}:{HEADER_LINE}"
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
