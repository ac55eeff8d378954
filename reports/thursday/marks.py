"""The cells of a submission that the bureau pointed at when it returned it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from reports.models import Submission, SubmissionReview
from reports.thursday.changes import Cell
from reports.thursday.content import Content
from reports.thursday.papers import addresses_of
from reports.thursday.reviewing import Mark
from yanliang.tables.table import Row, Table

MARKED = "区住建局退回时标记"


class MarkedCell(NamedTuple):
    """A marked figure as it was submitted: `name` says which, `url` opens its households."""

    name: str
    value: int
    url: str
    remark: str


def marks_of(reviews: Iterable[SubmissionReview]) -> Mapping[Cell, str]:
    """The marked cells with the remark on each, "" without one."""
    marks = (Mark(*mark) for review in reviews for mark in review.marks)
    return {Cell(mark.section, mark.place, mark.column): mark.remark for mark in marks}


def marked_cells(submission: Submission, review: SubmissionReview) -> list[MarkedCell]:
    """The cells of a review, in the order of its marks; what is no cell of the submission is left out."""
    content, addresses = Content(submission.data), addresses_of(submission)
    names = {place.code: place.short_name for place in (*content.places, content.region)}
    found = []
    for cell, remark in marks_of([review]).items():
        section = content.sheet.section(cell.section)
        column = content.layout.column(cell.number)
        if section is None or column is None or column.is_rate or cell.place not in names:
            continue
        found.append(
            MarkedCell(
                f"{names[cell.place]} {section.name} {column.number} {column.label}",
                column.value(content.sheet.figures[cell.place, cell.section]),
                addresses.figure(cell.place, cell.section, cell.number),
                remark,
            )
        )
    return found


def with_marks(table: Table, section: str, marks: Mapping[Cell, str]) -> Table:
    """The table of a section, whose rows bear the codes of their places, with the marked cells standing out."""
    return replace(table, rows=[marked_row(row, section, marks) for row in table.rows])


def marked_row(row: Row, section: str, marks: Mapping[Cell, str]) -> Row:
    cells = {
        key: replace(row.cell(key), flag="warning", note=said(marks[cell]))
        if key.isdigit() and (cell := Cell(section, row.key, int(key))) in marks
        else each
        for key, each in row.cells.items()
    }
    return replace(row, cells=cells)


def said(remark: str) -> str:
    return f"{MARKED}：{remark}" if remark else MARKED
