"""The PDF as printed: text page by page, fonts inside the file, paper size; nothing is fetched."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as project

from tests.tables.samples import RARE, sample_table
from yanliang.tables import pdf
from yanliang.tables.checks import check_pdf_parts
from yanliang.tables.pdf import missing_parts, table_pdf
from yanliang.tables.table import DocumentProperties, Row

needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="apt-get install poppler-utils"
)
PROPERTIES = DocumentProperties(author="张三", subject="报送市局")


def poppler(tool, path, *arguments):
    return subprocess.run(
        [tool, *arguments, str(path), *(["-"] if tool == "pdftotext" else [])],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Two tables: the sample, and sixty short rows on upright A4."""
    rows = [Row({"name": f"第{number}村民小组", "total": number}) for number in range(1, 61)]
    long = sample_table(rows=rows, paper="A4 portrait", checks=("1＝2＋3 不成立：关山街道",))
    path = tmp_path_factory.mktemp("pdf") / "tables.pdf"
    path.write_bytes(table_pdf([sample_table(), long], properties=PROPERTIES))
    return path


@pytest.fixture(scope="module")
def pages(printed):
    return [" ".join(page.split()) for page in poppler("pdftotext", printed).split("\f")[:-1]]


@needs_poppler
def test_a_page_tells_all_that_the_table_says(pages):
    for words in (
        "附件2",
        "所有农户住房安全排查情况统计表",
        "填报单位（盖章）：区住建局",
        "9,856",
        "98.13%",
        "61011419580301004X",
        "勾稽关系核对无误",
        "填报人：",
        "联系电话：",
        "每户只计一次。",
    ):
        assert words in pages[0]


@needs_poppler
def test_pages_are_numbered_as_in_official_papers(pages):
    for number, page in enumerate(pages, start=1):
        assert f"—{number}—" in page.replace(" ", "")


@needs_poppler
def test_rare_characters_are_printed(pages):
    assert RARE in pages[0]


@needs_poppler
def test_header_is_repeated_and_signed_once_at_the_end(pages):
    assert len(pages) > 2
    assert all("农户总数" in page for page in pages[1:])
    assert ["填报人：" in page for page in pages[1:]] == [False] * (len(pages) - 2) + [True]
    assert "有 1 条勾稽关系不成立： · 1＝2＋3 不成立：关山街道" in pages[-1]


@needs_poppler
def test_each_table_is_on_its_own_paper(printed):
    told = poppler("pdfinfo", printed, "-f", "1", "-l", "2")

    sizes = [line.split("size:")[1].split()[:3:2] for line in told.splitlines() if "size:" in line]
    assert [[round(float(side)) for side in size] for size in sizes[:2]] == [
        [1191, 842],
        [595, 842],
    ]
    assert "Title:           所有农户住房安全排查情况统计表" in told
    assert "Author:          张三" in told


@needs_poppler
def test_every_font_is_inside_the_file_as_a_subset(printed):
    fonts = [line.split() for line in poppler("pdffonts", printed).splitlines()[2:]]

    assert fonts
    for font in fonts:
        embedded, subset = font[-5:-3]
        assert (embedded, subset) == ("yes", "yes")


def test_only_static_files_and_data_are_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    static = Path(project.STATICFILES_DIRS[0]).as_uri()
    fetch = pdf._fetcher().fetch

    assert b"@page" in fetch(f"{static}/css/print.css").read()
    assert fetch("data:text/plain,ok").read() == b"ok"
    for address in (
        "http://127.0.0.1/",
        "https://example.com/",
        "ftp://example.com/",
        secret.as_uri(),
        f"{static}/../yanliang/settings.py",
        f"{static}/%2e%2e/manage.py",
        "file://localhost/etc/passwd",
    ):
        with pytest.raises(ValueError):
            fetch(address)


def test_a_pdf_without_tables_is_refused():
    with pytest.raises(ValueError, match="at least one table"):
        table_pdf([], properties=PROPERTIES)


def test_missing_parts_name_the_packages(monkeypatch):
    monkeypatch.setattr(pdf, "_loads", lambda library: "harfbuzz" not in library)
    monkeypatch.setattr(pdf, "_has_chinese_font", lambda: False)

    slow, fontless = missing_parts()

    assert "apt-get install libharfbuzz-subset0" in slow
    assert "apt-get install fonts-noto-cjk" in fontless
    assert [warning.msg for warning in check_pdf_parts(None)] == [slow, fontless]


def test_nothing_is_said_where_all_is_there(monkeypatch):
    monkeypatch.setattr(pdf, "_loads", lambda library: True)
    monkeypatch.setattr(pdf, "_has_chinese_font", lambda: True)

    assert missing_parts() == []


def test_a_library_that_does_not_exist_does_not_load():
    assert not pdf._loads("libno-such-thing.so.9")
