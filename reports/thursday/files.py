"""The files that a paper is taken away as."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.annex2.faces import chinese_date
from reports.enums import FileFormat
from reports.thursday.annex_workbook import annex_workbook
from reports.thursday.dressing import title_of
from reports.thursday.paper import Paper
from reports.thursday.summary_docx import summary_docx
from reports.thursday.summary_pdf import summary_pdf
from reports.thursday.summary_workbook import summary_workbook
from yanliang.periods import now
from yanliang.tables.table import DocumentProperties

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending and content type, and how it is written."""

    ending: str
    content_type: str
    write: Callable[[Paper, DocumentProperties], bytes]


FORMATS: dict[FileFormat, Format] = {
    FileFormat.ANNEX_XLSX: Format("xlsx", EXCEL, annex_workbook),
    FileFormat.SUMMARY_PDF: Format("pdf", "application/pdf", summary_pdf),
    FileFormat.SUMMARY_XLSX: Format("xlsx", EXCEL, summary_workbook),
    FileFormat.SUMMARY_DOCX: Format("docx", WORD, summary_docx),
}


def written(paper: Paper, format: FileFormat, *, by=None, reason: str = "") -> bytes:
    """The paper as a file, which says of itself what it is, who took it, when, why, and its full hash."""
    properties = DocumentProperties(
        title=document_title(paper, format),
        author=str(by) if by is not None else "",
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
        keywords=paper.sha256,
    )
    return FORMATS[format].write(paper, properties)


def document_title(paper: Paper, format: FileFormat) -> str:
    if format != FileFormat.ANNEX_XLSX:
        return title_of(paper)
    draft = "" if paper.is_sealed else "（草稿）"
    return f"{paper.unit}{paper.annex[0].title}（{chinese_date(paper.thursday)}）{draft}"


def file_name(paper: Paper, format: FileFormat) -> str:
    return f"{document_title(paper, format)}.{FORMATS[format].ending}"
