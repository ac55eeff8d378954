"""The weekly report of a paper as a PDF: text on upright A4, tables and pictures, then Annex 2 on A3."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reports.annex2.faces import chinese_date
from reports.thursday.dressing import DRAFT, annex_of, marks_of, remarked
from reports.thursday.paper import Paper
from yanliang.tables.pdf import render_pdf, table_face
from yanliang.tables.table import DocumentProperties, Table

#: More rows than these stand closer together, so that a section of Annex 2 stays on one page of A3.
DENSE_FROM = 14


def summary_pdf(paper: Paper, properties: DocumentProperties) -> bytes:
    with uncollected():
        return drawn(paper, properties)


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it nobody looks for garbage in cycles.

    Some eight thousand cells are millions of objects that live until the last page is drawn: to walk over them again
    and again takes a quarter of the whole time and frees nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def drawn(paper: Paper, properties: DocumentProperties) -> bytes:
    wide = [table for table in paper.tables if not is_upright(table)]
    return render_pdf(
        "pdf/weekly_paper.html",
        {
            "properties": properties,
            "paper": paper,
            "heading": paper.heading,
            "as_at": paper.as_at,
            "parts": paper.parts,
            "draft": "" if paper.is_sealed else DRAFT,
            "marks": marks_of(paper),
            "comparison": table_face(remarked(paper, paper.comparison)),
            "upright": [table_face(table) for table in paper.tables if is_upright(table)],
            "statement": paper.statement and table_face(paper.statement),
            "charts": paper.charts,
            "annex_title": paper.annex[0].title,
            "signed_by": paper.unit,
            "signed_on": chinese_date(paper.filed_on),
            # Tables too wide for the report's own paper keep theirs.
            "faces": [dense_face(table) for table in (*wide, *annex_of(paper))],
        },
    )


def is_upright(table: Table) -> bool:
    return table.paper == "A4 portrait"


def dense_face(table: Table) -> dict[str, Any]:
    return table_face(table) | {"dense": len(list(table.rows)) > DENSE_FROM}
