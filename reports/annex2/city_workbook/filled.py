"""The city's workbook filled with what a paper says."""

import logging

from openpyxl import Workbook

from reports.annex2.city_workbook.findings import Examination
from reports.annex2.city_workbook.names import Fact, key_of
from reports.annex2.city_workbook.reading import (
    Meaning,
    PlaceName,
    Reading,
    SectionName,
    Unreadable,
)
from reports.annex2.layouts import layout_on
from reports.models import CityWorkbook
from reports.thursday.dressing import DRAFT, stamp
from reports.thursday.paper import Paper
from reports.thursday.verification import verification_table
from yanliang.accounts.enums import RegionLevel
from yanliang.tables.excel import NUMBER_FORMATS, describe, write_sheet
from yanliang.tables.filling import Answer, AnswerTo, Placeholder, fill_workbook, saved
from yanliang.tables.foreign import WorkbookRefused
from yanliang.tables.table import Cell, Column, DocumentProperties, display

log = logging.getLogger(__name__)


def in_use_filled(paper: Paper, properties: DocumentProperties) -> bytes | None:
    """The city's workbook in use, filled for `paper`, with the sheet by which a file is checked at its end.

    None where the program's own Annex 2 is to be written: when none is in use, when the paper is not a district's
    (the city's form has a row for each street office), and when the workbook does not fit the paper's layout; the
    page of the workbooks says so where that is the layout in force.
    """
    chosen = CityWorkbook.objects.in_use()
    if chosen is None or not is_of_offices(paper):
        return None
    try:
        examination = Examination(read(chosen), paper.annex)
    except WorkbookRefused as refused:
        log.error("City workbook %s cannot be opened: %s", chosen.pk, refused)
        return None
    if examination.faults or counts_otherwise(examination):
        log.warning("City workbook %s does not fit the layout of %s", chosen.pk, paper.heading)
        return None
    workbook = filled_workbook(paper, examination)
    if not paper.is_sealed:
        for sheet in workbook.worksheets:
            sheet.oddHeader.center.text = DRAFT
    stamp(write_sheet(workbook, verification_table(paper)), paper)
    describe(workbook, properties)
    return saved(workbook)


def counts_otherwise(examination: Examination) -> bool:
    """Whether a column is named by a number that is another column's in the layout in force.

    The workbook was taken into use for that layout; the paper may be an old week's.
    """
    in_force = {str(column.number): column.label for column in layout_on(None).columns}
    of_paper = examination.vocabulary.labels_by_number
    return in_force != of_paper and any(map(Reading.is_by_number, examination.placeholders))


def read(workbook: CityWorkbook) -> bytes:
    """The workbook as it was uploaded; raises WorkbookRefused where the file is gone."""
    try:
        with workbook.file.open("rb") as stored:
            return stored.read()
    except FileNotFoundError as lost:
        raise WorkbookRefused("这份表样的文件不在了，请重新上传。") from lost


def is_of_offices(paper: Paper) -> bool:
    """Whether the rows of the paper's Annex 2 are street offices."""
    return all(
        len(row.key) == RegionLevel.OFFICE for row in paper.annex[0].rows if row.kind != "total"
    )


def filled(paper: Paper, examination: Examination, properties: DocumentProperties) -> bytes:
    """The examined workbook as a file that says what it is and who made it, when and why."""
    workbook = filled_workbook(paper, examination)
    describe(workbook, properties)
    return saved(workbook)


def filled_workbook(paper: Paper, examination: Examination) -> Workbook:
    """The examined workbook itself, filled; a placeholder that stands for nothing stays as it is."""
    fill_workbook(examination.workbook, answers_from(paper, examination.reading))
    return examination.workbook


def answers_from(paper: Paper, reading: Reading) -> AnswerTo:
    """What each placeholder becomes, by the figures and facts of `paper`."""
    tables = {table.sheet_name: table for table in paper.annex}
    rows = {(table.sheet_name, key_of(row)): row for table in paper.annex for row in table.rows}

    def answer_to(placeholder: Placeholder) -> Answer | None:
        try:
            meaning: Meaning = reading.meaning(placeholder)
        except Unreadable:
            return None
        if isinstance(meaning, Fact):
            return meaning.answer(paper)
        table = tables[meaning.section.sheet_name]
        if isinstance(meaning, SectionName):
            return Answer(table.sheet_name, table.sheet_name)
        row = rows[table.sheet_name, meaning.place]
        if isinstance(meaning, PlaceName):
            # As the row calls itself: “关山街道（台账数）” must not lose what stands in brackets.
            head = table.leaves[0]
            return answer_of(row.cell(head.key), head)
        return answer_of(row.cell(meaning.column.key), meaning.column)

    return answer_to


def answer_of(cell: Cell, column: Column) -> Answer:
    """A figure of the table: households stay bare numbers, a rate needs a format to be read."""
    is_plain = column.kind in ("int", "text")
    return Answer(
        cell.value,
        display(cell.value, column.kind),
        "" if is_plain else NUMBER_FORMATS[column.kind],
    )
