"""The tables of a paper as they go into a file: with the sentences that belong to them, the signers, the code."""

from dataclasses import replace
from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.annex2.faces import chinese_date
from reports.thursday.paper import Paper
from yanliang.tables.excel import describe
from yanliang.tables.table import DocumentProperties, Fact, Table

DRAFT = "草稿（未封存，不得报送）"
VILLAGES = "各村"


def title_of(paper: Paper) -> str:
    """The heading with the day of the week's Thursday, and that it is a draft where it is."""
    draft = "" if paper.is_sealed else "（草稿）"
    return f"{paper.heading}（{chinese_date(paper.thursday)}）{draft}"


def marks_of(paper: Paper) -> tuple[str, str]:
    """What stands in the two corners of a page's foot: the code and the receipt; a draft has none."""
    if not paper.is_sealed:
        return "", ""
    return f"校验码 {paper.code}", f"回执号 {paper.receipt}" if paper.receipt else ""


def annex_of(paper: Paper) -> list[Table]:
    """The sections of Annex 2, ready to be signed; the 填表说明 stand elsewhere."""
    return [signed(paper, table) for table in paper.annex]


def villages_of(paper: Paper) -> Table:
    return replace(signed(paper, paper.villages), sheet_name=VILLAGES)


def signed(paper: Paper, table: Table) -> Table:
    """A table of Annex 2 with the names of the signers that are known."""
    signers = tuple(Fact(*signer) for signer in paper.signers) or table.signatures
    return replace(remarked(paper, table), signatures=signers, notes=())


def remarked(paper: Paper, table: Table) -> Table:
    """`table`, made of what the offices submitted, with the sentences that must be read with it.

    Tables of the bureau's own ledger count every office and go without. A draft's table says that it is one.
    """
    subtitle = table.subtitle if paper.is_sealed else f"{table.subtitle}　{DRAFT}".strip()
    return replace(table, subtitle=subtitle, remarks=(*table.remarks, *paper.provenance))


def finished(book: Workbook, paper: Paper, properties: DocumentProperties) -> bytes:
    """The workbook of a paper as a file, every sheet stamped."""
    for sheet in book:
        stamp(sheet, paper)
    describe(book, properties)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def stamp(sheet: Worksheet, paper: Paper) -> None:
    """Print code and receipt at the foot of every page of `sheet`, over a draft's that it is one."""
    # An ampersand begins a code of the sheet's footer.
    left, right = (mark.replace("&", "&&") or None for mark in marks_of(paper))
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = left, right
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    if not paper.is_sealed:
        sheet.oddHeader.center.text = DRAFT
