"""The weekly report of a sealed week as printed: text page by page, paper, code, fonts inside the file."""

import gc
import shutil

import pytest

from reports.enums import FileFormat
from reports.thursday.files import written
from reports.thursday.summary_pdf import drawn, summary_pdf, uncollected
from tests.factories import StaffFactory
from tests.golden.test_table_pdf import poppler
from tests.reports.histories import undone
from tests.reports.papers import (
    PROVENANCE,
    SHA256,
    district_paper,
    office_paper,
    preview,
    small_register,
)
from yanliang.tables.pdf import missing_parts
from yanliang.tables.table import DocumentProperties

pytestmark = [
    # The fixture of the module writes: without the mark, run alone, it would meet no test database.
    pytest.mark.django_db,
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils"),
    pytest.mark.skipif(bool(missing_parts()), reason="；".join(missing_parts())),
]
SECTIONS = 7


@pytest.fixture(scope="module")
def printed(tmp_path_factory, django_db_setup, django_db_blocker):
    """The district's paper, the largest office's with many sentences, and a draft; each drawn once."""
    folder = tmp_path_factory.mktemp("papers")
    with django_db_blocker.unblock(), undone():
        small_register()
        many = (*PROVENANCE, *(f"第 {number} 句说明。" for number in range(1, 5)))
        papers = {
            "district": district_paper(),
            "office": office_paper(provenance=many),
            "draft": preview(district_paper(charts=(), tables=())),
        }
    by = StaffFactory.build(full_name="李经办")
    for name, paper in papers.items():
        content = written(paper, FileFormat.SUMMARY_PDF, by=by, reason="报送市局")
        (folder / f"{name}.pdf").write_bytes(content)
    return folder


def pages_of(path) -> list[str]:
    return ["".join(page.split()) for page in poppler("pdftotext", path).split("\f")[:-1]]


def papers_of(path) -> list[str]:
    """A4 or A3 for each page."""
    sizes = [
        line.split(":")[1].split("pts")[0].split()
        for line in poppler("pdfinfo", path, "-l", "99").splitlines()
        if line.startswith("Page ") and "size" in line
    ]
    return ["A4" if float(size[0]) < float(size[2]) else "A3" for size in sizes]


def test_title_number_unit_and_day_then_the_text(printed):
    pages = pages_of(printed / "district.pdf")
    assert pages[0].startswith(
        "阎良区住房安全排查工作周报第3期阎良区住房和城乡建设局2020年4月9日（截至2020年4月9日12时）"
        + "".join(PROVENANCE).replace(" ", "")
        + "一、总体进展"
    )
    body = "".join(pages[: next(n for n, page in enumerate(pages) if "附件1" in page[:20])])
    heads = ["一、总体", "二、分类", "三、问题", "四、长效", "五、存在", "六、下周", "附件：1．"]
    places = [body.index(head) for head in heads]
    assert places == sorted(places)
    assert "（填报人：李经办；审核人：王局；联系电话：" in body


def test_comparison_tables_pictures_and_statement_come_before_annex_2(printed):
    pages = pages_of(printed / "district.pdf")
    beside = "".join(pages[:-SECTIONS])
    words = (
        "各街办主要指标对比",
        "各街办三清零进度",
        "全区各周走势",
        "全区排查率与住房安全率走势",
        "各街办上报情况",
    )
    places = [beside.index(each) for each in words]
    assert places == sorted(places)
    assert "附件2" not in beside
    assert "新兴街道未报" in beside


@pytest.mark.parametrize("name", ["district", "office"])
def test_every_section_of_annex_2_is_one_page_of_a3(printed, name):
    path = printed / f"{name}.pdf"
    pages, papers = pages_of(path), papers_of(path)
    assert papers == ["A4"] * (len(papers) - SECTIONS) + ["A3"] * SECTIONS
    for page in pages[-SECTIONS:]:
        assert "附件2所有农户住房安全排查情况统计表" in page
        assert "合计" in page
        for sentence in PROVENANCE:
            assert sentence.replace(" ", "") in page
        for words in ("填报人：李经办", "审核人：王局", "单位负责人：", "联系电话：029-86800000"):
            assert words in page
        assert "填表说明" not in page


def test_a_missing_office_is_said_to_be_missing(printed):
    page = pages_of(printed / "district.pdf")[-SECTIONS]
    assert "新兴街道未报" + "—" * 22 in page


def test_every_page_has_its_number_and_the_code(printed):
    pages = pages_of(printed / "district.pdf")
    for number, page in enumerate(pages, start=1):
        is_annex = number > len(pages) - SECTIONS
        assert (f"第{number}页共{len(pages)}页" if is_annex else f"—{number}—") in page
        assert "校验码C73A-6774-D91C" in page
        assert "回执号YL-20200409-2" in page


def test_the_file_says_what_it_is(printed):
    told = poppler("pdfinfo", printed / "district.pdf")
    for words in (
        "阎良区住房安全排查工作周报（2020年4月9日）",
        SHA256,
        "李经办",
        "导出原因：报送市局",
    ):
        assert words in told


def test_a_draft_says_so_on_every_page_and_has_no_code(printed):
    pages = pages_of(printed / "draft.pdf")
    assert all("草稿（未封存，不得报送）" in page for page in pages)
    assert not any("校验码" in page or "回执号YL-20200409-2" in page for page in pages[:3])
    assert SHA256 not in poppler("pdfinfo", printed / "draft.pdf")


def test_every_font_is_inside_the_file(printed):
    for name in ("district", "office"):
        fonts = poppler("pdffonts", printed / f"{name}.pdf").splitlines()[2:]
        assert fonts
        assert all(line.split()[-5] == "yes" for line in fonts)


def test_drawing_in_haste_gives_the_same_pages_and_leaves_the_collector_on(tmp_path):
    small_register()
    paper = preview(district_paper(charts=(), tables=()))
    hasty, calm = tmp_path / "hasty.pdf", tmp_path / "calm.pdf"
    hasty.write_bytes(summary_pdf(paper, DocumentProperties()))
    assert gc.isenabled()
    calm.write_bytes(drawn(paper, DocumentProperties()))
    assert pages_of(hasty) == pages_of(calm)
    assert papers_of(hasty) == papers_of(calm)


def test_the_collector_is_on_again_after_a_failure_and_stays_off_where_it_was_off():
    with pytest.raises(ValueError, match="no"), uncollected():
        assert not gc.isenabled()
        raise ValueError("no")
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
