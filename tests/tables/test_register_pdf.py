"""The register as printed: what stands on which page, where it stands, and that none of it is cut."""

import re
import shutil
import subprocess
from collections import Counter
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import segno
from PIL import Image

from tests.tables.registers import (
    RARE_NAMES,
    REASON,
    SIGNATURES,
    id_number,
    register_row,
    register_table,
)
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import Column, DocumentProperties, Row, Table

pytestmark = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="apt-get install poppler-utils"
)
PROPERTIES = DocumentProperties(author="张三", subject="签字用")
CODE, ADDRESS = "7F3A-92C1-04BE", "http://10.1.2.3:8000/lists/7F3A-92C1-04BE/"
WORD = re.compile(
    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
)
PAGE_NUMBER = re.compile(r"第 (\d+) 页 共 (\d+) 页")


def poppler(tool, content, *arguments):
    """Return what the tool prints about the PDF; a complaint about the file fails the test."""
    done = subprocess.run([tool, *arguments], input=content, check=True, capture_output=True)
    assert done.stderr == b""
    return done.stdout


def texts(content):
    """Return the pages' text, in the order in which it was printed."""
    return poppler("pdftotext", content, "-raw", "-", "-").decode().split("\f")[:-1]


def joined(text):
    return "".join(text.split())


def words(content):
    """Return (left, top, right, bottom, word) for each page, in points from its upper left corner."""
    boxes = poppler("pdftotext", content, "-bbox", "-", "-").decode()
    return [
        [(*map(float, found[:4]), found[4]) for found in WORD.findall(page)]
        for page in boxes.split("<page ")[1:]
    ]


def pixels(content, *arguments):
    return Image.open(BytesIO(poppler("pdftoppm", content, "-png", *arguments, "-")))


@pytest.fixture(scope="module")
def printed():
    return register_pdf([register_table(150)], properties=PROPERTIES)


@pytest.fixture(scope="module")
def pages(printed):
    return texts(printed)


def test_the_first_page_says_what_the_register_is(pages):
    for said in (
        "附件3",
        "阎良区住房安全核查清单",
        "其他三类重点对象",
        "村：北冢村",
        "户数：150户",
    ):
        assert said in pages[0]


def test_every_row_is_printed_once(pages):
    found = Counter(re.findall(r"61011419580\d{6}X", joined("".join(pages))))

    assert found == Counter(id_number(number) for number in range(1, 151))


def test_rows_stand_in_their_order_with_all_their_cells(pages):
    everything = joined("".join(pages))

    # Row 121 stands in the middle of a page somewhere.
    assert "121关山街道北冢村第2村民小组李㐂61011419580000121X13800000121" in everything
    assert "建档立卡贫困户土木1201.5019882020-04-02李明、王芳基本安全———" in everything


def test_header_and_title_are_repeated_on_every_page(pages):
    assert len(pages) > 3
    for page in pages:
        for label in ("阎良区住房安全核查清单", "户主", "身份证号码", "核查人员", "补助"):
            assert label in joined(page)
        assert joined("".join(str(number) for number in range(1, 19))) in joined(page)


def test_pages_are_numbered_for_each_table_by_itself():
    content = register_pdf(
        [register_table(40), register_table(2), register_table(30)], properties=PROPERTIES
    )

    numbers = [tuple(map(int, PAGE_NUMBER.findall(page)[-1])) for page in texts(content)]
    first, third = numbers[0][1], numbers[-1][1]
    assert first > 1
    assert third > 1
    assert numbers == [
        *((number, first) for number in range(1, first + 1)),
        (1, 1),
        *((number, third) for number in range(1, third + 1)),
    ]


def test_a_long_reason_is_wrapped_inside_its_column_and_not_cut(printed):
    content = register_pdf(
        [register_table(1, rows=[Row({"number": 1, "reason": REASON * 3})])], properties=PROPERTIES
    )

    assert REASON * 3 in joined(texts(content)[0])
    found = words(content)[0]
    (head,) = [word for word in found if word[4] == "主要原因"]
    (following,) = [word for word in found if word[4] == "补助（元）"]
    lines = [word for word in found if word[4] in REASON * 3 and len(word[4]) > 8]
    assert len(lines) > 8
    # The column reaches as far to the left of its centred label as to the right.
    middle = (head[0] + head[2]) / 2
    for left, _, right, _, _ in lines:
        assert right < following[0]
        assert middle - left == pytest.approx(middle - lines[0][0], abs=0.1)
        assert right - middle <= middle - left + 0.1


def test_a_row_taller_than_a_page_goes_on_over_the_next_pages():
    reason = "".join(f"第{number}处：{REASON}" for number in range(1, 81))
    tall = Row({"number": 2, "name": "钱多多", "reason": reason})
    rows = [register_row(1), tall, register_row(3)]
    content = register_pdf([register_table(0, rows=rows)], properties=PROPERTIES)

    found = texts(content)
    assert len(found) > 2
    assert "".join(found).count("钱多多") == 1
    assert id_number(1) in found[0]
    assert id_number(3) in found[-1]
    # The lines of the reason are the words that begin where most words do.
    pages = words(content)
    edge = Counter(round(word[0]) for page in pages for word in page).most_common(1)[0][0]
    lines = [word[4] for page in pages for word in page if round(word[0]) == edge]
    assert "".join(lines) == reason


def test_nothing_is_printed_outside_the_margins_or_over_the_foot(printed):
    height = 297 / 25.4 * 72
    for page in words(printed):
        for left, top, right, bottom, word in page:
            assert left >= 15 / 25.4 * 72
            assert right <= 405 / 25.4 * 72
            assert top >= 14 / 25.4 * 72
            if bottom > height - 16 / 25.4 * 72:
                assert word in {"第", "页", "共"} or word.isdigit()


def test_numbers_end_and_dates_and_codes_stand_in_the_middle_of_their_columns(printed):
    found = words(printed)[1]

    subsidies = [word for word in found if re.fullmatch(r"\d{1,3},000", word[4])]
    assert {len(word[4]) for word in subsidies} == {6}
    areas = [word for word in found if re.fullmatch(r"\d{2,3}\.50", word[4])]
    for column in (subsidies, areas):
        assert len(column) > 2
        assert {round(word[2], 1) for word in column} == {round(column[0][2], 1)}
    dates = [word for word in found if re.fullmatch(r"2020-\d\d-\d\d", word[4])]
    (label,) = [word for word in found if word[4] == "日期"]
    for word in dates:
        assert (word[0] + word[2]) / 2 == pytest.approx((label[0] + label[2]) / 2, abs=0.2)


def test_a_text_a_little_too_wide_is_squeezed_a_number_also_further():
    columns = (
        Column("number", "数", "int", width=6),
        Column("class", "类", width=13),
        Column("group", "组", width=9),
        Column("wide", "文", width=60),
    )
    row = Row({"number": 12_345_678, "class": "建档立卡贫困户", "group": "第12村民小组\n东头"})
    content = register_pdf([Table("表", columns, [row])], properties=PROPERTIES)

    (page,) = texts(content)
    assert "12,345,678 建档立卡贫困户" in page
    # Lines of its own are never joined.
    assert "东头" in page.splitlines()


@pytest.mark.parametrize("name", RARE_NAMES)
def test_rare_characters_are_printed_and_copied(pages, name):
    assert name in "".join(pages)


def test_a_character_that_no_font_has_is_printed_as_a_geta():
    # Of the private area, of half a character, not to be seen at all.
    table = Table(
        "表", (Column("name", "姓名"),), [Row({"name": "王\ue863\ud800\x00\u200b\ufe00明"})]
    )

    (page,) = texts(register_pdf([table], properties=DocumentProperties(title="a\ud800")))

    assert "王〓〓明" in page


def test_lines_of_a_text_stay_lines():
    table = Table("表", (Column("text", "文"),), [Row({"text": "第一行\n第二行"})])

    (page,) = texts(register_pdf([table], properties=PROPERTIES))

    assert "第一行\n第二行" in page


def test_fonts_are_embedded_as_subsets(printed):
    lines = poppler("pdffonts", printed, "-").decode().splitlines()[2:]

    assert len(lines) == 3
    for line in lines:
        embedded, subset, unicode = line.split()[-5:-2]
        assert (embedded, subset, unicode) == ("yes", "yes", "yes")
    assert len(printed) < 400_000


def test_each_table_is_on_its_own_paper():
    papers = ("A3 landscape", "A4 portrait", "A4 landscape")
    content = register_pdf(
        [register_table(1, paper=paper) for paper in papers], properties=PROPERTIES
    )

    told = poppler("pdfinfo", content, "-f", "1", "-l", "3", "-").decode()
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", told)
    assert [[round(float(side)) for side in size] for size in sizes] == [
        [1191, 842],
        [595, 842],
        [842, 595],
    ]


@pytest.mark.parametrize("paper", ["A3 landscape", "A4 landscape", "A4 portrait"])
def test_signatures_stand_whole_on_the_last_page_below_rows(paper):
    """Whatever the number of rows, so that the block meets the end of a page at every height."""
    columns = (Column("id", "身份证号码", "code"), Column("name", "姓名"))
    tables = [
        Table(
            "清单",
            columns,
            [Row({"id": id_number(number), "name": "张䶮"}) for number in range(rows)],
            signatures=SIGNATURES,
            paper=paper,
        )
        for rows in range(1, 48)
    ]
    content = register_pdf(tables, properties=PROPERTIES)

    boxes = words(content)
    assert len(boxes) > len(tables)
    for page, text in zip(boxes, texts(content), strict=True):
        number, last = map(int, PAGE_NUMBER.findall(text)[-1])
        rows = re.findall(r"61011419580\d{6}X", text)
        labels = [word for word in page if word[4] in SIGNATURES]
        assert rows
        if number < last:
            assert not labels
            continue
        assert len(labels) == len(SIGNATURES)
        assert len(re.findall("年 *　*月 *　*日", text)) == len(SIGNATURES)
        days = [word for word in page if word[4].endswith("日")]
        # Room to sign, of at least 13 mm, and above the foot.
        for label in labels:
            below = [day for day in days if day[2] > label[0] and day[1] > label[3]]
            assert min(day[1] for day in below) - label[3] > 13 / 25.4 * 72 - 1
        foot = min(word[1] for word in page if word[4] == "共")
        assert max(day[3] for day in days) < foot


def test_notes_and_checks_stand_under_the_table():
    content = register_pdf(
        [register_table(2, checks=("1＝2＋3 不成立",), notes=("说" * 900, "第二条"))],
        properties=PROPERTIES,
    )

    text = joined("".join(texts(content)))
    assert "有1条勾稽关系不成立：·1＝2＋3不成立填表说明：1.说" in text
    assert text.count("说") == 901
    assert "2.第二条" in text


@pytest.mark.parametrize("rows", [(), iter(())])
def test_a_register_without_rows_has_a_line_of_dashes(rows):
    (page,) = texts(register_pdf([register_table(0, rows=rows)], properties=PROPERTIES))

    assert "—" * 18 in joined(page)
    assert SIGNATURES[0] in page


def test_totals_are_set_bold_on_grey_and_levels_are_indented():
    columns = (Column("name", "单位"), Column("count", "户数", "int"))
    rows = [
        Row({"name": "关山街道", "count": 2}),
        Row({"name": "北冢村", "count": 1}, level=1),
        Row({"name": "合计", "count": 2}, kind="total"),
    ]
    content = register_pdf([Table("表", columns, rows, paper="A4 portrait")], properties=PROPERTIES)

    places = {word[4]: word for word in words(content)[0]}
    assert places["北冢村"][0] - places["关山街道"][0] == pytest.approx(4 / 25.4 * 72, abs=0.1)
    page = pixels(content, "-r", "72").convert("L")
    grey = page.getpixel((int(places["合计"][2]) + 20, int(places["合计"][1]) + 4))
    white = page.getpixel((int(places["关山街道"][2]) + 20, int(places["关山街道"][1]) + 4))
    assert grey < white == 255


def test_the_code_and_its_qr_stand_on_every_page():
    content = register_pdf([register_table(30)], properties=PROPERTIES, code=CODE, address=ADDRESS)

    found = texts(content)
    assert len(found) > 1
    for page in found:
        assert f"校验码 {CODE}" in page
        assert ADDRESS in joined(page)
    # 16 mm wide at the right margin, 6 mm above the edge: looked at in the middle of each module.
    modules = [[bool(module) for module in row] for row in segno.make(ADDRESS, error="m").matrix]
    scale = 150 / 25.4
    corner = ("-x", str(round(388 * scale)), "-y", str(round(275 * scale)), "-W", "95", "-H", "95")
    for page in (1, len(found)):
        picture = pixels(content, "-r", "150", "-f", str(page), "-l", str(page), *corner).convert(
            "L"
        )
        middles = [(place + 0.5) * 16 / len(modules) * scale for place in range(len(modules))]
        assert [
            [picture.getpixel((int(x), int(y))) < 128 for x in middles] for y in middles
        ] == modules


def test_the_qr_holds_the_code_where_there_is_no_address(monkeypatch):
    made = []
    make = segno.make
    monkeypatch.setattr(
        segno, "make", lambda content, **kw: made.append(content) or make(content, **kw)
    )

    (page,) = texts(register_pdf([register_table(1)], properties=PROPERTIES, code=CODE))

    assert made == [CODE]
    assert "扫码核对" not in page


def test_without_a_code_nothing_of_it_is_printed(pages):
    assert not any("校验码" in page for page in pages)


def test_the_file_says_what_it_is_who_made_it_when_and_why(printed):
    made = datetime(2020, 6, 24, 6, 30, tzinfo=UTC)
    properties = DocumentProperties("核查清单", "张三", "签字用", made)

    told = poppler(
        "pdfinfo", register_pdf([register_table(1)], properties=properties), "-isodates", "-"
    ).decode()

    for said in ("核查清单", "张三", "签字用"):
        assert said in told
    assert re.search(r"CreationDate: +2020-06-24T", told)
    # The title of the first table, where none is given.
    assert "阎良区住房安全核查清单" in poppler("pdfinfo", printed, "-").decode()


def test_a_date_among_texts_is_written_like_a_date():
    table = Table("表", (Column("text", "文"),), [Row({"text": date(2020, 4, 1)})])

    assert "2020-04-01" in texts(register_pdf([table], properties=PROPERTIES))[0]


def test_a_pdf_without_tables_is_refused():
    with pytest.raises(ValueError, match="at least one table"):
        register_pdf([], properties=PROPERTIES)
