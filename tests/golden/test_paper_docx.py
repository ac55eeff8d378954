"""The weekly report as a Word document: paragraphs, fonts, paper, tables, code."""

from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from reports.enums import FileFormat
from reports.thursday.files import written
from reports.weekly.narrative import Part
from tests.factories import StaffFactory
from tests.reports.histories import undone
from tests.reports.papers import (
    PROVENANCE,
    SHA256,
    district_paper,
    preview,
    small_register,
)
from yanliang.tables.table import display

# The fixture of the module writes: without the mark, run alone, it would meet no test database.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def paper(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), undone():
        small_register()
        return district_paper()


def opened(paper):
    by = StaffFactory.build(full_name="李经办")
    return Document(BytesIO(written(paper, FileFormat.SUMMARY_DOCX, by=by, reason="报送市局")))


@pytest.fixture(scope="module")
def document(paper):
    return opened(paper)


def named(document, text: str):
    [paragraph] = [each for each in document.paragraphs if each.text == text]
    return paragraph


def look(paragraph) -> tuple[set, float]:
    """The fonts that its first run names, and its size in points."""
    [run, *_] = paragraph.runs
    fonts = run._r.rPr.rFonts
    return {fonts.get(qn(f"w:{slot}")) for slot in ("ascii", "hAnsi", "eastAsia")}, run.font.size.pt


def test_the_text_in_its_order(document, paper):
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    narrative = [line for part in paper.parts for line in (part.title, *part.paragraphs)]
    assert lines[: 6 + len(narrative)] == [
        "阎良区住房安全排查工作周报",
        "第3期",
        "阎良区住房和城乡建设局\t2020年4月9日",
        "（截至2020年4月9日12时）",
        *PROVENANCE,
        *narrative,
    ]
    closing = lines[6 + len(narrative) :]
    assert closing[:5] == [
        "附件：1．主要指标对比",
        "　　　2．所有农户住房安全排查情况统计表（另附）",
        "阎良区住房和城乡建设局",
        "2020年4月9日",
        "（填报人：李经办；审核人：王局；联系电话：029-86800000）",
    ]
    assert closing[5] == "附件1"


def test_fonts_and_sizes_of_official_papers(document, paper):
    assert look(named(document, paper.heading)) == ({"方正小标宋简体"}, 22)
    assert look(named(document, "一、总体进展")) == ({"黑体"}, 16)
    body = named(document, paper.parts[0].paragraphs[0])
    assert look(body) == ({"仿宋_GB2312"}, 16)
    assert body._p.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert body.paragraph_format.first_line_indent == Pt(32)
    normal = document.styles["Normal"].element.rPr.rFonts
    assert normal.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert not [key for key in normal.attrib if key.endswith("Theme")]


def test_paper_and_margins(document):
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(edge.mm) for edge in edges] == [37, 35, 28, 26]


def test_page_number_code_and_receipt_at_the_foot(document):
    number, marks = document.sections[0].footer.paragraphs
    assert number.text == "— 1 —"
    assert [each.text for each in number._p.iter(qn("w:instrText"))] == [" PAGE "]
    assert marks.text == "校验码 C73A-6774-D91C　　回执号 YL-20200409-2"


def test_the_comparison_and_the_statement_as_tables(document, paper):
    comparison, statement = document.tables
    table = paper.comparison
    shown = [[cell.text for cell in row.cells] for row in comparison.rows]
    assert shown[0][:4] == ["街办", "排查率", "排查率", "排查率"]
    assert shown[1][:4] == ["街办", "本周", "上周", "增减"]
    assert shown[2:] == [
        [display(row.cell(leaf.key).value, leaf.kind) for leaf in table.leaves]
        for row in table.rows
    ]
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in comparison.rows]
    assert heads == [True] * 2 + [False] * len(table.rows)
    assert [cell.text for cell in statement.rows[2].cells] == ["新兴街道", "未报", "—", "—", "—"]


def test_what_must_be_read_with_the_figures_stands_under_the_table_too(document):
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert all(lines.count(sentence) == 2 for sentence in PROVENANCE)


def test_the_file_says_what_it_is(document):
    properties = document.core_properties
    assert properties.title == "阎良区住房安全排查工作周报（2020年4月9日）"
    assert (properties.author, properties.comments) == ("李经办", "导出原因：报送市局")
    assert properties.keywords == SHA256


def test_a_draft_says_so_on_every_page_and_has_no_code(paper):
    drafted = opened(preview(paper))
    section = drafted.sections[0]
    assert section.header.paragraphs[0].text == "草稿（未封存，不得报送）"
    assert [paragraph.text for paragraph in section.footer.paragraphs] == ["— 1 —"]
    assert not drafted.core_properties.keywords


def test_what_xml_cannot_hold_is_left_out(paper):
    odd = replace(paper, parts=(Part("一、总体进展", ("前\x0b后", "=1+1")),))
    assert {"前后", "=1+1"} <= {paragraph.text for paragraph in opened(odd).paragraphs}
