"""Foreign workbooks that must not be filled, and what others lose by it."""

import time
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from yanliang.tables import foreign
from yanliang.tables.foreign import WorkbookRefused, losses, open_checked

SHEET = "xl/worksheets/sheet1.xml"


def plain() -> bytes:
    workbook, stream = Workbook(), BytesIO()
    workbook.active["A1"] = "{{已排查}}"
    workbook.save(stream)
    return stream.getvalue()


def patched(parts: dict[str, bytes], replace: tuple[str, bytes, bytes] | None = None) -> bytes:
    """The plain workbook with parts added, or with some bytes of one part exchanged."""
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(plain())) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if replace and name == replace[0]:
                assert replace[1] in content
                content = content.replace(replace[1], replace[2])
            target.writestr(name, content)
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


def in_sheet(xml: bytes) -> bytes:
    return patched({}, (SHEET, b"</sheetData>", b"</sheetData>" + xml))


def refusal(content: bytes) -> str:
    with pytest.raises(WorkbookRefused) as caught:
        open_checked(content)
    return str(caught.value)


def test_a_plain_workbook_is_opened_and_loses_nothing():
    assert open_checked(plain()).sheetnames == ["Sheet"]
    assert losses(plain()) == []


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml", "xl/activeX/activeX1.bin"]
)
def test_macros_are_refused_by_content(part):
    assert refusal(patched({part: b"x"})) == foreign.MACROS


def test_a_macro_workbook_without_its_macros_is_refused_too():
    content = patched(
        {}, ("[Content_Types].xml", b"spreadsheetml.sheet.main", b"macroEnabled.main")
    )
    assert refusal(content) == foreign.MACROS


def test_links_to_other_files_are_refused():
    content = patched({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    assert refusal(content) == foreign.LINKED


@pytest.mark.parametrize(
    "xml",
    [
        b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b"<mergeCells count='1'><mergeCell ref='A:Z'/></mergeCells>",
        b'<hyperlinks><hyperlink ref="A1:XFD9999" location="Sheet!A1"/></hyperlinks>',
    ],
)
def test_an_area_of_millions_of_cells_is_refused_at_once(xml):
    began = time.monotonic()
    assert refusal(in_sheet(xml)) == foreign.TOO_WIDE
    assert time.monotonic() - began < 2


def test_too_much_to_be_a_form_is_refused_before_it_is_read():
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (n, n) for n in range(2, 300_000))
    content = patched({}, (SHEET, b"</sheetData>", rows + b"</sheetData>"))
    assert len(content) < foreign.MAX_FILE_BYTES
    assert refusal(content) == foreign.TOO_BIG
    assert refusal(bytes(foreign.MAX_FILE_BYTES + 1)) == foreign.TOO_BIG


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        plain()[:2000],
        patched({}, (SHEET, b"</sheetData>", b"</sheetDat>")),
        in_sheet(b'<mergeCells count="1"><mergeCell ref="A1:999"/></mergeCells>'),
    ],
)
def test_damaged_files_are_refused(content):
    assert refusal(content) == foreign.DAMAGED


def test_too_many_sheets_are_refused():
    workbook, stream = Workbook(), BytesIO()
    for _ in range(foreign.MAX_SHEETS):
        workbook.create_sheet()
    workbook.save(stream)
    assert refusal(stream.getvalue()) == foreign.TOO_MANY_SHEETS


def test_a_chart_is_told():
    workbook, stream = Workbook(), BytesIO()
    chart = BarChart()
    chart.add_data(Reference(workbook.active, min_col=1, min_row=1, max_row=3))
    workbook.active.add_chart(chart, "C3")
    workbook.save(stream)
    assert losses(stream.getvalue()) == ["图表可能变样"]


@pytest.mark.parametrize(
    ("part", "content", "told"),
    [
        (
            "xl/drawings/drawing1.xml",
            b"<xdr:wsDr><xdr:sp macro=''/></xdr:wsDr>",
            "文本框和图形会丢失",
        ),
        ("xl/media/image1.emf", b"x", "EMF、WMF 图片会丢失"),
        ("xl/ctrlProps/ctrlProp1.xml", b"<x/>", "按钮、下拉框等控件会丢失"),
        ("xl/embeddings/oleObject1.bin", b"x", "嵌入的文件会丢失"),
        ("xl/worksheets/sheet9.xml", b"<x14:sparklineGroups/>", "迷你图会丢失"),
        ("xl/worksheets/sheet9.xml", b'<legacyDrawingHF r:id="1"/>', "页眉页脚里的图片会丢失"),
        ("xl/threadedComments/threadedComment1.xml", b"<x/>", "新式批注会丢失"),
    ],
)
def test_what_the_filling_loses_is_told(part, content, told):
    assert losses(patched({part: content})) == [told]
