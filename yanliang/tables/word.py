"""The table in a Word document, and how its paragraphs are set, for documents that offices go on editing."""

from typing import Final

from docx.document import Document
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from yanliang.tables.excel import printable
from yanliang.tables.pdf import PAPER_WIDTHS, type_size
from yanliang.tables.table import NUMERIC, Kind, Row, Table, Value, display

HEAD_FONT: Final = "黑体"
BODY_FONT: Final = "仿宋_GB2312"
#: At least: a row with more lines grows.
ROW_HEIGHT: Final = Mm(6.5)
FONT_SLOTS: Final = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")


def add_table(document: Document, table: Table) -> WordTable:
    """Append `table` over the whole width of the paper, its header repeated on every page.

    Title, facts and what stands under the rows are the document's own.
    """
    points = type_size(table)
    rows = list(table.rows)
    drawn = document.add_table(table.depth + len(rows), len(table.leaves))
    lay_out(drawn, table)
    lines = [drawn.row_cells(number) for number in range(table.depth + len(rows))]
    for line in table.header_lines:
        for cell in line:
            top = lines[cell.line][cell.position]
            bottom = lines[cell.line + cell.rowspan - 1][cell.position + cell.colspan - 1]
            fill(top.merge(bottom), cell.column.label, HEAD_FONT, points, ALIGN.CENTER)
    for row, cells in zip(rows, lines[table.depth :], strict=True):
        fill_row(row, cells, table, points)
    for number, row in enumerate(drawn.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        row.height = ROW_HEIGHT
        if number < table.depth:
            properties.append(OxmlElement("w:tblHeader"))
    return drawn


def fill_row(row: Row, cells: tuple[WordCell, ...], table: Table, points: float) -> None:
    for place, (leaf, cell) in enumerate(zip(table.leaves, cells, strict=True)):
        value = row.cell(leaf.key).value
        text = display(value, leaf.kind)
        side = ALIGN.LEFT if place == 0 else side_of(value, leaf.kind)
        fill(cell, text, BODY_FONT, points, side, bold=row.kind != "detail")


def side_of(value: Value, kind: Kind) -> ALIGN:
    if kind in NUMERIC and value is not None and not isinstance(value, str):
        return ALIGN.RIGHT
    return ALIGN.LEFT if kind == "text" and value else ALIGN.CENTER


def lay_out(drawn: WordTable, table: Table) -> None:
    """Give the columns their shares of the paper, and every cell its lines."""
    drawn.autofit = False
    total = sum(leaf.characters for leaf in table.leaves)
    for column, leaf in zip(drawn.columns, table.leaves, strict=True):
        width = Mm(PAPER_WIDTHS[table.paper] * leaf.characters / total)
        column.width = width
        for cell in column.cells:
            cell.width = width
    properties = drawn._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{edge}", val="single", sz="4", space="0", color="000000"))
    margins = OxmlElement("w:tblCellMar")
    for edge in ("left", "right"):
        margins.append(element(f"w:{edge}", w="20", type="dxa"))
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(margins, "w:tblLook")


def fill(
    cell: WordCell, text: str, font: str, points: float, side: ALIGN, *, bold: bool = False
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    set_spacing(paragraph)
    write_run(paragraph, text, font, points).bold = bold or None
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER


def write_run(paragraph: Paragraph, text: str, font: str, points: float) -> Run:
    """Append `text` in `font`, Chinese and all else alike."""
    run = paragraph.add_run(printable(text))
    set_font(run._r.get_or_add_rPr(), font)
    run.font.size = Pt(points)
    return run


def set_font(properties: BaseOxmlElement, font: str) -> None:
    """Name `font` for every script: without its eastAsia slot Word sets Chinese in another one."""
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for slot in FONT_SLOTS:
        fonts.set(qn(slot), font)


def set_spacing(paragraph: Paragraph, leading: float | None = None) -> None:
    """Lines of `leading` points, single ones without it, nothing before and after."""
    spacing = paragraph.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing = Pt(leading) if leading else 1.0


def element(name: str, **attributes: str) -> BaseOxmlElement:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
