"""The weekly report as printed: text page by page, paper, pictures, fonts inside the file."""

import datetime as dt
import shutil

import pytest
import time_machine

from households.models import Region
from households.reference import load_classes, load_regions
from rectification.reference import load_problem_kinds
from reports.weekly.exports import exported
from reports.weekly.gathering import weekly_of
from reports.weekly.weeks import Week
from tests.factories import HouseholdFactory, happen
from tests.golden.test_table_pdf import poppler
from tests.rectification.problem_cases import recurring_problem
from tests.reports.histories import undone
from yanliang.periods import SHANGHAI
from yanliang.tables.pdf import missing_parts

pytestmark = [
    # The fixture of the module writes: without the mark, run alone, it would meet no test database.
    pytest.mark.django_db,
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils"),
    pytest.mark.skipif(bool(missing_parts()), reason="；".join(missing_parts())),
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory, django_db_setup, django_db_blocker):
    """One of two households checked in the week, a problem that recurred; drawn once, what it wrote is undone."""
    path = tmp_path_factory.mktemp("weekly") / "weekly.pdf"
    with django_db_blocker.unblock(), undone():
        load_regions()
        load_classes()
        load_problem_kinds()
        with time_machine.travel(dt.datetime(2020, 4, 1, 9, tzinfo=SHANGHAI), tick=False):
            HouseholdFactory(region_id="610114005200")
            household = HouseholdFactory(class_code="low_income")
            recurring_problem()
        with time_machine.travel(dt.datetime(2020, 4, 8, 9, tzinfo=SHANGHAI), tick=False):
            happen(household, "inspected:suspected")
        weekly = weekly_of(Region.objects.get(pk="610114"), Week(dt.date(2020, 4, 9)))
        path.write_bytes(exported(weekly, "pdf"))
    return path


def test_the_report_and_its_annexes(printed):
    pages = [page.replace("\n", "").replace(" ", "") for page in text(printed)]
    first, annex1 = (
        pages[0],
        next(number for number, page in enumerate(pages) if "附件1" in page[:20]),
    )
    body = "".join(pages[:annex1])
    assert first.startswith("阎良区住房安全排查工作周报（截至2020年4月9日12时）一、总体进展")
    heads = ["一、总体", "二、分类", "三、问题", "四、长效", "五、存在", "六、下周", "附件："]
    places = [body.index(head) for head in heads]
    assert places == sorted(places)
    assert "累计已排查1户，本周新增1户，排查率50.00%，较上周提高50.00个百分点。" in body
    assert body.rstrip("—0123456789").endswith("西安市阎良区2020年4月9日")
    # The comparison and both pictures on one page, then Annex 2, a page for each section.
    for words in ("各街办主要指标对比", "全区排查率与住房安全率走势", "各街办未清零农户"):
        assert words in pages[annex1]
    # Then the three zeros with their course, and what recurred.
    sections = pages[-7:]
    mended = "".join(pages[annex1 + 1 : -7])
    for words in (
        "各街办三清零进度",
        "全区整改任务清零进度",
        "全区漏点短板清零进度",
        "屡改屡犯问题清单",
    ):
        assert words in mended
    assert mended.count("YL-2020-007-") == 1
    assert "附件2" not in mended
    assert all(page.startswith("附件2所有农户住房安全排查情况统计表") for page in sections)
    assert ["填表说明" in page for page in sections] == [True] + [False] * 6
    assert [f"—{number}—" in page for number, page in enumerate(pages, start=1)] == [True] * len(
        pages
    )


def test_body_upright_on_a4_and_annex_2_across_a3(printed):
    sizes = [
        line.split(":")[1].split("pts")[0].split()
        for line in poppler("pdfinfo", printed, "-l", "99").splitlines()
        if line.startswith("Page ") and "size" in line
    ]
    papers = ["A4" if float(size[0]) < float(size[2]) else "A3" for size in sizes]
    assert papers == ["A4"] * (len(papers) - 7) + ["A3"] * 7


def test_every_font_is_inside_the_file(printed):
    fonts = poppler("pdffonts", printed).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts)


def text(path) -> list[str]:
    return poppler("pdftotext", path).split("\f")[:-1]
