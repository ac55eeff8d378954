"""Annex 2 as a file to take away, with who took it, when and why inside it and in the trail."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reports.annex2.faces import TITLE, chinese_date, tables_of
from reports.annex2.sheet import Sheet
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.tables.excel import workbook_bytes
from yanliang.tables.pdf import table_pdf
from yanliang.tables.table import DocumentProperties, Table


def workbook(tables: Sequence[Table], properties: DocumentProperties) -> bytes:
    return workbook_bytes(tables, properties=properties)


def pdf(tables: Sequence[Table], properties: DocumentProperties) -> bytes:
    """One page for each section; the 填表说明 once, for it takes the paper of eight rows."""
    first, *others = tables
    return table_pdf(
        [first, *(replace(table, notes=()) for table in others)], properties=properties
    )


#: Content type and writer of each file format.
FORMATS: dict[str, tuple[str, Callable[[Sequence[Table], DocumentProperties], bytes]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    "pdf": ("application/pdf", pdf),
}


def exported(sheet: Sheet, form: str, *, by=None, reason: str = "") -> bytes:
    """The whole table as a file of the format `form` (a key of FORMATS), one sheet or page for each section."""
    _, write = FORMATS[form]
    properties = DocumentProperties(
        title=title_of(sheet),
        author=str(by) if by is not None else "",
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
    )
    return write(tables_of(sheet), properties)


def recorded_export(sheet: Sheet, form: str, *, by=None, reason: str = "") -> None:
    """Write the export to the trail; nobody's name when it was asked for on the command line."""
    record(
        "exported",
        sheet.region,
        by=by,
        after={
            "内容": TITLE,
            "截至": chinese_date(sheet.day or today()),
            "格式": form,
            "户数": sheet.counts.total(),
        },
        reason=reason,
    )


def title_of(sheet: Sheet) -> str:
    """“关山街道所有农户住房安全排查情况统计表（2020年6月24日）”; with the ending, the name of the file."""
    return f"{sheet.region.short_name}{TITLE}（{chinese_date(sheet.day or today())}）"
