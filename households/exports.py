"""The register as a long workbook, written row by row so that 45,000 households stay cheap."""

import datetime as dt
from io import BytesIO

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from households.enums import Grade, Stage, Structure, Verdict
from households.filters import HouseholdFilters
from yanliang.periods import SHANGHAI
from yanliang.ui.masking import mask_id, mask_phone

#: Heading and width in characters.
COLUMNS = (
    ("户编号", 20),
    ("街办", 12),
    ("村（社区）", 14),
    ("村民小组", 10),
    ("户主姓名", 12),
    ("身份证号", 22),
    ("联系电话", 15),
    ("农户类别", 22),
    ("家庭人口", 9),
    ("房屋结构", 10),
    ("建筑面积（㎡）", 14),
    ("建成年份", 9),
    ("核查结论", 12),
    ("鉴定等级", 10),
    ("进度", 14),
    ("备注", 30),
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
TITLE_FONT = Font(name="黑体", size=16)
HEAD_FONT = Font(name="黑体", size=11)
HEAD_FILL = PatternFill("solid", fgColor="FFE8EDF4")
HEADER_LINE = 4


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
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("农户台账")
    for position, (_, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.freeze_panes = f"B{HEADER_LINE + 1}"
    set_up_print(sheet)
    conditions = "；".join(label for _, label in filters.in_words()) or "全部"
    moment = at.astimezone(SHANGHAI)
    sheet.append([text_cell(sheet, "农户台账", TITLE_FONT)])
    taken = f"导出人：{by}（{by.get_role_display()}）　导出时间：{moment:%Y-%m-%d %H:%M}　用途：{reason or '未填写'}"
    sheet.append([text_cell(sheet, taken)])
    hidden = "含完整证件号，请妥善保管" if full_numbers else "证件号、电话已隐去中间位"
    sheet.append([text_cell(sheet, f"筛选条件：{conditions}　（{hidden}）")])
    sheet.append([heading_cell(sheet, label) for label, _ in COLUMNS])
    count = 0
    for row in households.values_list(*FIELDS).iterator(chunk_size=2000):
        sheet.append(row_cells(sheet, row, filters, full_numbers))
        count += 1
    last = get_column_letter(len(COLUMNS))
    sheet.auto_filter.ref = f"A{HEADER_LINE}:{last}{HEADER_LINE + count}"
    workbook.properties.title = "农户台账"
    workbook.properties.creator = str(by)
    workbook.properties.description = taken
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue(), count


def row_cells(
    sheet: WriteOnlyWorksheet, row: tuple, filters: HouseholdFilters, full_numbers: bool
) -> list:
    (
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
    ) = row
    village = filters.regions[region_id]
    office = filters.regions.get(village.office_code)
    return [
        code,
        str(office) if office else "",
        str(village),
        safe_text(sheet, group),
        safe_text(sheet, head_name),
        id_number if full_numbers else mask_id(id_number),
        phone if full_numbers else mask_phone(phone),
        filters.class_names[class_id],
        population,
        Structure(structure).label if structure else "",
        floor_area,
        built_year,
        Verdict(verdict).label,
        Grade(grade).label,
        Stage(stage).label,
        safe_text(sheet, remark),
    ]


def safe_text(sheet: WriteOnlyWorksheet, text: str) -> str | Cell:
    """What people typed, as text for ever: “=1+1” must not become a formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return text_cell(sheet, text) if text.startswith(("=", "+", "-", "@")) else text


def text_cell(sheet: WriteOnlyWorksheet, text: str, font: Font | None = None) -> Cell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
    if font is not None:
        cell.font = font
    return cell


def heading_cell(sheet: WriteOnlyWorksheet, label: str) -> Cell:
    cell = text_cell(sheet, label, HEAD_FONT)
    cell.fill = HEAD_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center")
    return cell


def set_up_print(sheet: WriteOnlyWorksheet) -> None:
    sheet.page_setup.paperSize = 8
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_LINE}:{HEADER_LINE}"
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
