"""The weekly report of a paper as a workbook: text, tables, the main section of Annex 2, how it is checked."""

from openpyxl import Workbook

from reports.annex2.faces import chinese_date
from reports.thursday.dressing import DRAFT, annex_of, finished, remarked
from reports.thursday.paper import Paper
from reports.thursday.verification import verification_table
from reports.weekly.narrative_sheet import (
    Line,
    closing_line,
    paragraph_line,
    subtitle_line,
    title_line,
    write_narrative,
)
from yanliang.tables.excel import write_sheet
from yanliang.tables.table import DocumentProperties, Table


def figure_tables(paper: Paper) -> list[Table]:
    """The tables whose figures the workbook holds, in the order of its sheets."""
    return [remarked(paper, paper.comparison), *paper.tables, annex_of(paper)[0]]


def summary_workbook(paper: Paper, properties: DocumentProperties) -> bytes:
    book = Workbook()
    write_narrative(book.active, heading_lines(paper), paper.parts, closing_lines(paper))
    *others, annex = figure_tables(paper)
    statement = [paper.statement] if paper.statement else []
    for table in (*others, *statement):
        write_sheet(book, table)
    write_sheet(book, annex).page_setup.fitToHeight = 1
    write_sheet(book, verification_table(paper))
    return finished(book, paper, properties)


def heading_lines(paper: Paper) -> list[Line]:
    """Title, number, unit and day, until when, what must be read with the figures."""
    return [
        title_line(paper.heading),
        *([] if paper.is_sealed else [subtitle_line(DRAFT)]),
        subtitle_line(paper.issue),
        subtitle_line(f"{paper.unit}　　{chinese_date(paper.filed_on)}"),
        subtitle_line(f"（{paper.as_at}）"),
        *map(paragraph_line, paper.provenance),
    ]


def closing_lines(paper: Paper) -> list[Line]:
    return [
        closing_line(paper.unit),
        closing_line(chinese_date(paper.filed_on)),
        *([paragraph_line(f"（{paper.signers_in_words}）")] if paper.signers_in_words else []),
    ]
