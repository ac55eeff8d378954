"""The printed Annex 2: paper, pages, words, figures, fonts."""

import re
import shutil
import subprocess

import pytest

from households.models import Region
from reports.annex2.columns import COLUMNS
from reports.annex2.exports import exported
from reports.annex2.sheet import sheet_of
from tests.factories import HouseholdFactory, happen

pytestmark = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="apt-get install poppler-utils"
)
A3_LANDSCAPE = (1190.55, 841.89)


@pytest.fixture
def printed(reference, tmp_path):
    """Write a PDF of a district with two households; return its path."""
    happen(HouseholdFactory(), "inspected:suspected", "appraised:c")
    happen(HouseholdFactory(class_code="low_income"), "inspected:safe")
    sheet = sheet_of(Region.objects.get(code="610114"))

    def write(form: str):
        path = tmp_path / f"{form}.pdf"
        path.write_bytes(exported(sheet, form))
        return path

    return write


def poppler(tool, path, *arguments):
    output = ["-"] if tool == "pdftotext" else []
    command = [tool, *arguments, str(path), *output]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pages_of(path) -> list[str]:
    return ["".join(page.split()) for page in poppler("pdftotext", path).split("\f")[:-1]]


def test_one_section_fits_one_page_of_a3(printed):
    path = printed("pdf")
    (page,) = pages_of(path)
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", poppler("pdfinfo", path))
    assert tuple(map(float, size.groups())) == pytest.approx(A3_LANDSCAPE, abs=1)
    for words in (
        "附件2",
        "所有农户住房安全排查情况统计表",
        "（全部农户）",
        "填报单位（盖章）：西安市阎良区",
        "填报日期：",
        "单位：户",
        "关山街道",
        "合计",
        "100.00%",
        "填报人：",
        "审核人：",
        "单位负责人：",
        "联系电话：",
        "勾稽关系核对无误",
        "填表说明",
        "13+14=15+16+21",
    ):
        assert words in page, words
    assert all(column.label in page for column in COLUMNS)


def test_every_section_has_a_page_and_the_rules_stand_once(printed):
    pages = pages_of(printed("pdf-all"))
    sections = [
        "全部农户",
        "建档立卡户",
        "其他三类重点对象",
        "农村分散供养特困人员",
        "低保户",
        "贫困残疾人家庭",
        "一般农户",
    ]
    assert len(pages) == len(sections)
    for page, section in zip(pages, sections, strict=True):
        assert f"（{section}）" in page
        assert "填报人：" in page
    assert ["填表说明" in page for page in pages] == [True] + [False] * 6


def test_fonts_are_inside(printed):
    lines = poppler("pdffonts", printed("pdf")).splitlines()[2:]
    assert lines
    assert all(line.split()[-5:-3] == ["yes", "yes"] for line in lines)
