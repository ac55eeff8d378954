"""Annex 2 as a file to take away, with who took it, when and why inside it and in the trail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reports.annex2.faces import TITLE, chinese_date, table_of
from reports.annex2.sections import Section
from reports.annex2.sheet import Sheet
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.tables.excel import workbook_bytes
from yanliang.tables.pdf import table_pdf
from yanliang.tables.table import DocumentProperties, Table


def workbook(tables: Sequence[Table], properties: DocumentProperties) -> bytes:
    return workbook_bytes(tables, properties=properties)


def pdf(tables: Sequence[Table], properties: DocumentProperties) -> bytes:
    """Each section from a new page; the 填表说明 once, for it takes the paper of eight rows."""
    first, *others = tables
    return table_pdf(
        [first, *(replace(table, notes=()) for table in others)], properties=properties
    )


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending and content type, how it is written, and whether it holds every section."""

    ending: str
    content_type: str
    write: Callable[[Sequence[Table], DocumentProperties], bytes]
    every_section: bool


#: The PDF of one section is a page ready to sign at once; that of all takes a second for each.
FORMATS: dict[str, Format] = {
    "xlsx": Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        workbook,
        every_section=True,
    ),
    "pdf": Format("pdf", "application/pdf", pdf, every_section=False),
    "pdf-all": Format("pdf", "application/pdf", pdf, every_section=True),
}


def exported(
    sheet: Sheet, form: str, section: Section | None = None, *, by=None, reason: str = ""
) -> bytes:
    """The table as a file of the format `form` (a key of FORMATS); what holds one section takes `section`,
    or the one for everyone without it."""
    chosen = FORMATS[form]
    sections = sheet.sections if chosen.every_section else [section or sheet.sections[0]]
    properties = DocumentProperties(
        title=title_of(sheet),
        author=str(by) if by is not None else "",
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
    )
    return chosen.write([table_of(sheet, each) for each in sections], properties)


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
