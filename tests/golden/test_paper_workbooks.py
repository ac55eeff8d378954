"""The two workbooks of a sealed week read back: sheets, figures, sentences, code, print set-up."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from reports.enums import FileFormat
from reports.thursday.files import file_name, written
from tests.factories import StaffFactory
from tests.reports.histories import undone
from tests.reports.papers import (
    MISSING,
    PROVENANCE,
    SHA256,
    district_paper,
    office_paper,
    preview,
    small_register,
)

# The fixture of the module writes: without the mark, run alone, it would meet no test database.
pytestmark = pytest.mark.django_db
SECTIONS = [
    "全部农户",
    "建档立卡户",
    "其他三类重点对象",
    "农村分散供养特困人员",
    "低保户",
    "贫困残疾人家庭",
    "一般农户",
]


@pytest.fixture(scope="module")
def papers(django_db_setup, django_db_blocker):
    """The district's paper, an office's, and who takes them."""
    with django_db_blocker.unblock(), undone():
        small_register()
        by = StaffFactory.build(full_name="李经办")
        return district_paper(), office_paper(), by


def opened(paper, format, by):
    return load_workbook(BytesIO(written(paper, format, by=by, reason="报送市局")))


@pytest.fixture(scope="module")
def annex(papers, django_db_blocker):
    """The program's own: the database is asked whether a form of the city's is in use."""
    district, _, by = papers
    with django_db_blocker.unblock():
        return opened(district, FileFormat.ANNEX_XLSX, by)


@pytest.fixture(scope="module")
def summary(papers):
    district, _, by = papers
    return opened(district, FileFormat.SUMMARY_XLSX, by)


def texts(sheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


class TestAnnexWorkbook:
    def test_sections_villages_explanations_and_verification(self, annex):
        assert annex.sheetnames == [*SECTIONS, "各村", "填表说明", "校验"]

    def test_the_file_says_what_it_is_who_took_it_and_why(self, annex, papers):
        title = "阎良区住房和城乡建设局所有农户住房安全排查情况统计表（2020年4月9日）"
        assert annex.properties.title == title
        assert file_name(papers[0], FileFormat.ANNEX_XLSX) == f"{title}.xlsx"
        assert annex.properties.creator == "李经办"
        assert annex.properties.description == "导出原因：报送市局"
        assert annex.properties.keywords == SHA256

    def test_title_unit_day_signers_and_what_must_be_read_with_it(self, annex):
        for name in SECTIONS:
            found = texts(annex[name])
            assert found[:3] == ["附件2", "所有农户住房安全排查情况统计表", f"（{name}）"]
            assert found[3] == "填报单位（盖章）：西安市阎良区"
            assert {"填报日期：2020年4月9日", "单位：户"} <= set(found)
            assert {
                "填报人：李经办",
                "审核人：王局",
                "单位负责人：",
                "联系电话：029-86800000",
            } <= set(found)
            assert set(PROVENANCE) <= set(found)

    def test_figures_are_read_back_as_numbers(self, annex, papers):
        tables = [*papers[0].annex, papers[0].villages]
        for name, table in zip([*SECTIONS, "各村"], tables, strict=True):
            rows = annex[name].iter_rows(min_row=8)
            for row, cells in zip(table.rows, rows, strict=False):
                for leaf, cell in zip(table.leaves, cells, strict=True):
                    value = row.cell(leaf.key).value
                    if value is None:
                        assert cell.value == "—"
                    elif isinstance(value, str):
                        assert (cell.value, cell.data_type) == (value, "s")
                    else:
                        assert cell.value == pytest.approx(float(value))
                        assert cell.data_type == "n"

    def test_a_missing_office_is_said_to_be_missing(self, annex):
        [row] = [row for row in annex["全部农户"].iter_rows(values_only=True) if row[0] == MISSING]
        assert row[1] == "未报"
        assert set(row[2:]) == {"—"}
        [total] = [row for row in annex["全部农户"].iter_rows(values_only=True) if row[0] == "合计"]
        assert (total[1], total[4], total[6], total[23]) == (3, 1, 2, 3)

    def test_explanations_stand_once(self, annex):
        holding = [
            sheet.title for sheet in annex if any("13+14=15+16+21" in each for each in texts(sheet))
        ]
        assert holding == ["填表说明"]
        assert "22 住房安全——" in "".join(texts(annex["填表说明"]))

    def test_villages_stand_under_their_offices(self, annex):
        names = [cell.value for cell in annex["各村"]["A"]]
        assert names.index("关山街道") < names.index("关山村")
        assert annex["各村"].cell(names.index("关山村") + 1, 1).alignment.indent == 1

    def test_the_verification_sheet_tells_how_the_file_is_known(self, annex):
        sheet = annex["校验"]
        found = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
        assert found["校验码"] == "C73A-6774-D91C"
        assert found["SHA-256"] == SHA256
        assert found["回执号"] == "YL-20200409-2"
        assert found["封存人"] == "王局（区局负责人）"
        assert found["封存时间"] == "2020年4月9日14时30分"
        assert found["关山街道"].startswith("状态 已审；上报时间 2020年4月9日10时5分；回执号 YL-")
        assert found[MISSING] == "状态 未报"
        assert any(text.startswith("核对办法：") for text in texts(sheet))

    def test_prints_on_one_page_of_a3_with_page_numbers_and_code(self, annex):
        for name in SECTIONS:
            page = annex[name]
            assert (page.page_setup.paperSize, page.page_setup.orientation) == (8, "landscape")
            assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 1)
            assert page.print_title_rows == "$5:$7"
            assert {"A5:A6", "B5:I5", "W5:X5"} <= {str(area) for area in page.merged_cells.ranges}
        assert annex["各村"].page_setup.fitToHeight == 0
        for sheet in annex:
            assert sheet.oddFooter.left.text == "校验码 C73A-6774-D91C"
            assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
            assert sheet.oddFooter.right.text == "回执号 YL-20200409-2"

    def test_a_draft_says_so_and_has_no_code(self, papers):
        district, _, by = papers
        book = opened(preview(district), FileFormat.ANNEX_XLSX, by)
        assert book.properties.title.endswith("（草稿）")
        assert not book.properties.keywords
        for sheet in book:
            assert sheet.oddHeader.center.text == "草稿（未封存，不得报送）"
            assert not sheet.oddFooter.left.text
        assert "（全部农户）　草稿（未封存，不得报送）" in texts(book["全部农户"])
        assert "SHA-256" not in texts(book["校验"])

    def test_an_office_has_its_villages_as_rows(self, papers):
        _, office, by = papers
        book = opened(office, FileFormat.ANNEX_XLSX, by)
        names = [cell.value for cell in book["全部农户"]["A"]]
        assert {"关山村", "合计"} <= set(names)


class TestSummaryWorkbook:
    def test_text_comparison_tables_statement_annex_and_verification(self, summary):
        assert summary.sheetnames == [
            "周报",
            "各街办主要指标对比",
            "三清零",
            "走势",
            "上报情况",
            "全部农户",
            "校验",
        ]
        assert summary.properties.keywords == SHA256

    def test_the_text_under_number_unit_and_day(self, summary, papers):
        sheet = summary["周报"]
        lines = [row[0] for row in sheet.iter_rows(values_only=True)]
        assert lines[:7] == [
            "阎良区住房安全排查工作周报",
            "第3期",
            "阎良区住房和城乡建设局　　2020年4月9日",
            "（截至2020年4月9日12时）",
            *(f"　　{sentence}" for sentence in PROVENANCE),
            "一、总体进展",
        ]
        for part in papers[0].parts:
            assert part.title in lines
            assert {f"　　{paragraph}" for paragraph in part.paragraphs} <= set(lines)
        assert lines[-3:] == [
            "阎良区住房和城乡建设局",
            "2020年4月9日",
            "　　（填报人：李经办；审核人：王局；联系电话：029-86800000）",
        ]
        assert sheet["A1"].font.name == "方正小标宋简体"
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")

    def test_tables_carry_the_sentences_that_belong_to_them(self, summary):
        for name in ("各街办主要指标对比", "全部农户", "校验"):
            assert set(PROVENANCE) <= set(texts(summary[name]))
        # The bureau's own ledger counts every office.
        assert not set(PROVENANCE) & set(texts(summary["三清零"]))

    def test_the_comparison_is_that_of_the_paper(self, summary, papers):
        sheet = summary["各街办主要指标对比"]
        first = sheet[sheet.freeze_panes].row
        for row, cells in zip(
            papers[0].comparison.rows, sheet.iter_rows(min_row=first), strict=False
        ):
            for leaf, cell in zip(papers[0].comparison.leaves, cells, strict=True):
                value = row.cell(leaf.key).value
                if value is None:
                    assert cell.value == "—"
                elif not isinstance(value, str):
                    assert cell.value == pytest.approx(float(value))
