"""The rows still to enter as a workbook: the header in the first line, as the national system takes it in."""

import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.db import transaction
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from households.exports import heading_cell, text_cell
from households.models import Household, Region
from reports.models import NationalExport, NationalLayout
from reports.national.fields import BY_KEY, FIXED, Entry
from reports.national.gathering import rows_to_enter
from reports.national.layouts import LayoutColumn, columns_of
from yanliang.accounts.permissions import may_enter_national, may_see_full_id
from yanliang.audit.trail import record
from yanliang.periods import SHANGHAI, now
from yanliang.tables.excel import NUMBER_FORMATS, PAPER_SIZES
from yanliang.tables.table import WIDTHS, Kind, Value

TITLE = "待录入国家系统农户"
ADVICE = (
    "录入后，把系统返回的编号填入“国家系统编号”一列（没有这一列的补上），"
    "在“国家系统”页导入本表即可登记，不必逐户填写。"
)


def export_rows(region: Region, layout: NationalLayout, *, by, reason: str) -> tuple[bytes, int]:
    """The workbook of the households of `region` still to enter, and their number; who took it is kept.

    It holds full ID numbers, because the national system asks for them (domain rules §9). Raises
    PermissionDenied without the right to enter or to see those.
    """
    if not (may_enter_national(by) and may_see_full_id(by)):
        raise PermissionDenied("您没有导出完整证件号的权限。")
    with transaction.atomic():
        visible = Household.objects.visible_to(by)
        entries = rows_to_enter(visible.within(region.code))
        export = NationalExport.objects.create(
            region=region,
            layout=layout,
            row_count=len(entries),
            reason=reason,
            exported_by=by,
            exported_at=now(),
        )
        record(
            "exported",
            export,
            by=by,
            after={
                "内容": TITLE,
                "户数": len(entries),
                "列对应": f"第{layout.number}版",
                "完整证件号": True,
            },
            reason=reason,
        )
        return written(export, columns_of(layout), entries), len(entries)


def written(
    export: NationalExport, columns: Sequence[LayoutColumn], entries: Iterable[Entry]
) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("待录入")
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize = PAPER_SIZES["A3"]
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for position, column in enumerate(columns, start=1):
        width = max(WIDTHS[kind_of(column)], 2 * len(column.label) + 2)
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.append([heading_cell(sheet, column.label) for column in columns])
    readers = [(kind_of(column), value_reader(column)) for column in columns]
    for entry in entries:
        sheet.append([cell(sheet, read(entry), kind) for kind, read in readers])
    note_sheet(workbook, export)
    workbook.properties.title = TITLE
    workbook.properties.creator = str(export.exported_by)
    workbook.properties.description = f"导出原因：{export.reason}" if export.reason else ""
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def kind_of(column: LayoutColumn) -> Kind:
    return "text" if column.field == FIXED else BY_KEY[column.field].kind


def value_reader(column: LayoutColumn):
    """From an entry to what stands in the column."""
    if column.field == FIXED:
        return lambda entry: column.text
    return BY_KEY[column.field].read


def cell(sheet: WriteOnlyWorksheet, value: Value, kind: Kind) -> Cell:
    """What is not known stays empty: the national system takes no dash for a date."""
    made = text_cell(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value)
    made.number_format = NUMBER_FORMATS[kind]
    return made


def note_sheet(workbook: Workbook, export: NationalExport) -> None:
    """Who took the rows away, when and why (domain rules §9), and what to do with them."""
    sheet = workbook.create_sheet("说明")
    sheet.column_dimensions["A"].width = 14
    sheet.column_dimensions["B"].width = 90
    at: dt.datetime = export.exported_at.astimezone(SHANGHAI)
    staff = export.exported_by
    for label, value in (
        ("内容", f"{export.region} {TITLE} {export.row_count} 户"),
        ("列对应", f"第{export.layout.number}版"),
        ("导出人", f"{staff}（{staff.get_role_display()}）"),
        ("导出时间", f"{at:%Y-%m-%d %H:%M}"),
        ("用途", export.reason or "未填写"),
        ("保密", "含完整身份证号和电话，只用于录入国家系统，用后请删除。"),
        ("编号返回", ADVICE),
    ):
        sheet.append([text_cell(sheet, label), text_cell(sheet, value)])
