"""The weekly report of a paper as a Word document in the look of official papers (GB/T 9704), to be edited in WPS."""

from dataclasses import replace
from datetime import UTC
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from reports.annex2.faces import chinese_date
from reports.thursday.dressing import DRAFT, marks_of, remarked
from reports.thursday.paper import Paper
from yanliang.tables.excel import printable
from yanliang.tables.table import DocumentProperties, Table
from yanliang.tables.word import (
    BODY_FONT,
    HEAD_FONT,
    add_table,
    element,
    set_font,
    set_spacing,
    write_run,
)

TITLE_FONT, KAI_FONT, NUMBER_FONT = "方正小标宋简体", "楷体_GB2312", "宋体"
#: Points: 二号, 三号, 四号, 小四; and of a line, 22 of which fill a page.
SECOND, THIRD, FOURTH, SMALL_FOURTH, LEADING = 22.0, 16.0, 14.0, 12.0, 28.95
#: Twentieths of a point between two characters of 三号, so that 28 of them fill a line.
CLOSER = -4
WARNING = RGBColor(0xB3, 0x26, 0x1E)
#: What the format allows a property of a document.
PROPERTY_LIMIT = 255


def summary_docx(paper: Paper, properties: DocumentProperties) -> bytes:
    document = Document()
    set_up(document)
    describe(document, properties)
    write_margins(document.sections[0], paper)
    write_heading(document, paper)
    for part in paper.parts:
        head = add_paragraph(document, part.title, HEAD_FONT, THIRD)
        head.paragraph_format.keep_with_next = True
        indent(head)
        for paragraph in part.paragraphs:
            indent(add_paragraph(document, paragraph, BODY_FONT, THIRD, ALIGN.JUSTIFY))
    write_closing(document, paper)
    annex = add_paragraph(document, "附件1", HEAD_FONT, THIRD)
    annex.paragraph_format.page_break_before = True
    write_table(document, remarked(paper, paper.comparison))
    if paper.statement:
        write_table(document, paper.statement)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def set_up(document: WordDocument) -> None:
    """Upright A4 with the margins of official papers; the body's font as the document's own."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(20)
    # Word and LibreOffice read a grid of characters differently: lines and spaces are set by themselves.
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    normal = document.styles["Normal"]
    set_font(normal.element.get_or_add_rPr(), BODY_FONT)
    normal.font.size = Pt(THIRD)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def describe(document: WordDocument, properties: DocumentProperties) -> None:
    """Let the file say what it is, who made it, when and why."""
    described = document.core_properties
    described.title = cut(properties.title)
    described.author = described.last_modified_by = cut(properties.author)
    described.comments = cut(properties.subject)
    described.keywords = cut(properties.keywords)
    if properties.created:
        # The file format keeps naive times and reads them as UTC.
        created = properties.created.astimezone(UTC).replace(tzinfo=None)
        described.created = described.modified = created


def cut(text: str) -> str:
    return printable(text)[:PROPERTY_LIMIT]


def write_margins(section: Section, paper: Paper) -> None:
    """Page number, code and receipt at the foot of each page; over a draft that it is one."""
    foot = section.footer.paragraphs[0]
    lay(foot, ALIGN.CENTER)
    write_run(foot, "— ", NUMBER_FONT, FOURTH)
    add_page_number(foot)
    write_run(foot, " —", NUMBER_FONT, FOURTH)
    if marks := "　　".join(filter(None, marks_of(paper))):
        line = section.footer.add_paragraph()
        lay(line, ALIGN.CENTER)
        write_run(line, marks, BODY_FONT, 9.0)
    if not paper.is_sealed:
        head = section.header.paragraphs[0]
        lay(head, ALIGN.CENTER)
        write_run(head, DRAFT, HEAD_FONT, SECOND).font.color.rgb = WARNING


def add_page_number(paragraph: Paragraph) -> None:
    """A field that Word and WPS keep up to date."""
    for kind in ("begin", "instruction", "separate", "value", "end"):
        run = write_run(paragraph, "1" if kind == "value" else "", NUMBER_FONT, FOURTH)
        if kind == "instruction":
            instruction = element("w:instrText")
            instruction.text = " PAGE "
            run._r.append(instruction)
        elif kind != "value":
            run._r.append(element("w:fldChar", fldCharType=kind))


def write_heading(document: WordDocument, paper: Paper) -> None:
    """Title, number, unit and day over a line, until when, what must be read with the figures."""
    add_paragraph(document, paper.heading, TITLE_FONT, SECOND, ALIGN.CENTER, leading=33.0)
    add_paragraph(document, paper.issue, BODY_FONT, THIRD, ALIGN.CENTER)
    issuer = add_paragraph(
        document, f"{paper.unit}\t{chinese_date(paper.filed_on)}", BODY_FONT, THIRD
    )
    issuer.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
    underline(issuer)
    add_paragraph(document, f"（{paper.as_at}）", KAI_FONT, THIRD, ALIGN.CENTER)
    for sentence in paper.provenance:
        indent(add_paragraph(document, sentence, KAI_FONT, THIRD, ALIGN.JUSTIFY))


def write_closing(document: WordDocument, paper: Paper) -> None:
    """The annexes, unit and day, the signers whose names are known."""
    add_paragraph(document, "", BODY_FONT, THIRD)
    names = ("主要指标对比", f"{paper.annex[0].title}（另附）")
    for number, name in enumerate(names, start=1):
        start = "附件：" if number == 1 else "　　　"
        indent(add_paragraph(document, f"{start}{number}．{name}", BODY_FONT, THIRD))
    add_paragraph(document, "", BODY_FONT, THIRD)
    for line in (paper.unit, chinese_date(paper.filed_on)):
        signed = add_paragraph(document, line, BODY_FONT, THIRD, ALIGN.RIGHT)
        signed.paragraph_format.right_indent = Pt(2 * THIRD)
        signed.paragraph_format.keep_with_next = line is paper.unit
    if words := paper.signers_in_words:
        indent(add_paragraph(document, f"（{words}）", BODY_FONT, THIRD))


def write_table(document: WordDocument, table: Table) -> None:
    """A table under its title and facts, with the sentences that must be read with it."""
    title = add_paragraph(
        document, f"{table.title}{table.subtitle}", HEAD_FONT, FOURTH, ALIGN.CENTER
    )
    title.paragraph_format.keep_with_next = True
    if table.head_facts:
        facts = "　　".join(map(str, table.head_facts))
        line = add_paragraph(document, facts, BODY_FONT, SMALL_FOURTH, ALIGN.RIGHT)
        line.paragraph_format.keep_with_next = True
    add_table(document, replace(table, paper="A4 portrait"))
    for remark in table.remarks:
        add_paragraph(document, remark, BODY_FONT, SMALL_FOURTH, leading=18.0)
    add_paragraph(document, "", BODY_FONT, SMALL_FOURTH)


def add_paragraph(
    document: WordDocument,
    text: str,
    font: str,
    points: float,
    side: ALIGN = ALIGN.LEFT,
    leading: float = LEADING,
) -> Paragraph:
    paragraph = document.add_paragraph()
    lay(paragraph, side, leading)
    run = write_run(paragraph, text, font, points)
    if points == THIRD:
        run._r.rPr.insert_element_before(
            element("w:spacing", val=str(CLOSER)), "w:w", "w:kern", "w:position", "w:sz", "w:szCs"
        )
    return paragraph


def lay(paragraph: Paragraph, side: ALIGN, leading: float | None = None) -> None:
    paragraph.alignment = side
    set_spacing(paragraph, leading)


def indent(paragraph: Paragraph) -> None:
    """Set the first line in by two characters, whatever size they are given later."""
    paragraph.paragraph_format.first_line_indent = Pt(2 * THIRD)
    paragraph._p.pPr.ind.set(qn("w:firstLineChars"), "200")


def underline(paragraph: Paragraph) -> None:
    """Draw a line under the whole paragraph."""
    borders = element("w:pBdr")
    borders.append(element("w:bottom", val="single", sz="12", space="4", color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )
