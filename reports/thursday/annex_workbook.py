"""Annex 2 of a paper as a workbook: every section, the villages, how it is filled in, how it is checked."""

from openpyxl import Workbook

from reports.annex2.city_workbook.filled import in_use_filled
from reports.thursday.dressing import annex_of, finished, villages_of
from reports.thursday.paper import Paper
from reports.thursday.verification import notes_table, verification_table
from yanliang.tables.excel import write_sheet
from yanliang.tables.table import DocumentProperties, Table


def figure_tables(paper: Paper) -> list[Table]:
    """The tables whose figures the workbook holds, in the order of its sheets."""
    return [*annex_of(paper), villages_of(paper)]


def annex_workbook(paper: Paper, properties: DocumentProperties) -> bytes:
    """The city's own form, filled, where one is in use for such a paper; else the program's."""
    return in_use_filled(paper, properties) or own_workbook(paper, properties)


def own_workbook(paper: Paper, properties: DocumentProperties) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for table in annex_of(paper):
        # A section is one page to be signed, however many places it has.
        write_sheet(book, table).page_setup.fitToHeight = 1
    for table in (villages_of(paper), notes_table(paper), verification_table(paper)):
        write_sheet(book, table)
    return finished(book, paper, properties)
