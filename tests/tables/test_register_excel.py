"""A long register as a workbook, read back by two readers: it looks like the designed one, whatever its rows hold."""

import os
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from tests.tables.registers import COLUMNS, register_row, register_table
from tests.tables.samples import RARE, sample_table
from yanliang.tables.excel import printable, workbook_bytes
from yanliang.tables.register_excel import LongSheet, save_with_rows, write_register
from yanliang.tables.table import Cell, Column, DocumentProperties, Row, Table

KINDS = ("text", "int", "percent", "decimal", "date", "code")
COLUMNS_OF_ALL_KINDS = tuple(Column(kind, kind, kind) for kind in KINDS)
PLAIN = DocumentProperties()
#: Characters that Excel takes into one cell.
EXCEL_LIMIT = 32_767


def written(*tables, properties=PLAIN, progress=None):
    stream = BytesIO()
    write_register(stream, tables, properties=properties, progress=progress)
    return stream.getvalue()


def opened(content):
    return load_workbook(BytesIO(content)).worksheets[0]


def read_back(*tables, **options):
    return opened(written(*tables, **options))


def calamine_rows(content):
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return sheet.to_python(skip_empty_area=False)


def table_of(*rows, columns=COLUMNS_OF_ALL_KINDS, **changes):
    """Title in line 1, header in line 2, the rows from line 3 on."""
    return Table("清单", columns, iter(rows), **changes)


def body(sheet):
    return [list(line) for line in sheet.iter_rows(min_row=3)]


def looks(cell):
    font, alignment, border = cell.font, cell.alignment, cell.border
    return (
        cell.value,
        cell.data_type,
        cell.number_format,
        cell.quotePrefix,
        (font.name, font.size, font.bold, font.color and font.color.rgb),
        (alignment.horizontal, alignment.vertical, alignment.wrap_text, alignment.indent),
        [side.style for side in (border.left, border.right, border.top, border.bottom)],
    )


@pytest.mark.parametrize("table", [sample_table(), register_table(230)])
def test_it_looks_like_the_designed_workbook(table):
    designed = load_workbook(BytesIO(workbook_bytes([table], properties=PLAIN))).active
    streamed = read_back(table)

    assert streamed.dimensions == designed.dimensions
    for line, expected in zip(streamed.iter_rows(), designed.iter_rows(), strict=True):
        assert [looks(cell) for cell in line] == [looks(cell) for cell in expected]
    for part in ("print_area", "print_title_rows", "freeze_panes", "title"):
        assert getattr(streamed, part) == getattr(designed, part)
    assert set(map(str, streamed.merged_cells)) == set(map(str, designed.merged_cells))
    for of in ("row_dimensions", "column_dimensions"):
        sizes = [
            {key: getattr(each, "height", None) or each.width for key, each in found.items()}
            for found in (getattr(streamed, of), getattr(designed, of))
        ]
        assert sizes[0] == sizes[1]


def test_golden_register():
    sheet = read_back(register_table(0, rows=map(register_row, range(1, 301))))

    assert (sheet["A2"].value, sheet["A2"].font.name, sheet["A2"].font.size) == (
        "阎良区住房安全核查清单",
        "方正小标宋简体",
        22,
    )
    assert {"A2:R2", "D5:F5", "I5:L5", "A5:A6"} <= set(map(str, sheet.merged_cells))
    assert sheet["D5"].font.name == "黑体"
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[12]] == [
        (5, "n", "#,##0"),
        ("关山街道北冢村", "s", "General"),
        ("第6村民小组", "s", "General"),
        ("周昇", "s", "General"),
        ("61011419580000005X", "s", "@"),
        ("13800000005", "s", "@"),
        (6, "n", "#,##0"),
        ("建档立卡贫困户", "s", "General"),
        ("土木", "s", "General"),
        (1, "n", "#,##0"),
        (85.5, "n", "#,##0.00"),
        ("1988", "s", "@"),
        (datetime(2020, 4, 6), "d", "yyyy-mm-dd"),
        ("李明、王芳", "s", "General"),
        ("疑似不安全", "s", "General"),
        (register_row(5).cells["reason"], "s", "General"),
        (5000, "n", "#,##0"),
        ("—", "s", "General"),
    ]
    assert {cell.font.name for cell in sheet[12]} == {"仿宋_GB2312"}
    assert sheet["O12"].font.color.rgb == "FFB3261E"
    assert [sheet[place].alignment.horizontal for place in ("A12", "B12", "E12", "R12")] == [
        "right",
        "left",
        "center",
        "center",
    ]
    assert sheet["P12"].alignment.wrap_text
    assert (sheet.row_dimensions[8].height, sheet.row_dimensions[12].height) == (38, 128)
    assert [cell.value for cell in sheet[308] if cell.value] == [
        "村负责人（签字）：",
        "街办负责人（签字）：",
        "区住建局负责人（签字）：",
        "扶贫部门（签字）：",
    ]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$5:$7"
    assert sheet.freeze_panes == "B8"
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"


def test_a_tuple_is_a_row_in_the_order_of_the_columns():
    rows = [register_row(number) for number in range(1, 8)]
    keys = [leaf.key for leaf in register_table(0).leaves]
    tuples = [tuple(row.cells.get(key) for key in keys) for row in rows]

    sheets = [read_back(Table("清单", COLUMNS, iter(given))) for given in (rows, tuples)]

    found = [[[looks(cell) for cell in line] for line in sheet.iter_rows()] for sheet in sheets]
    assert found[0] == found[1]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "\x01=1"])
def test_no_text_becomes_a_formula_in_any_kind_of_column(text):
    ordinary = dict.fromkeys(KINDS, "字")
    sheet = read_back(table_of(Row(ordinary), Row(dict.fromkeys(KINDS, text)), Row(ordinary)))

    shown = text.replace("\x01", "")
    assert [(c.value, c.data_type, c.quotePrefix) for c in sheet[4]] == [(shown, "s", True)] * 6
    assert not any(cell.quotePrefix for cell in [*sheet[3], *sheet[5]])


def test_codes_stay_texts_and_years_among_them():
    codes = ["010114195803010047", 610114007200, 1988, None, "-1", -2]
    sheet = read_back(table_of(*((code,) for code in codes), columns=COLUMNS_OF_ALL_KINDS[5:]))

    found = [(cell.value, cell.data_type, cell.number_format) for (cell,) in body(sheet)]
    assert found == [
        (shown, "s", "@")
        for shown in ("010114195803010047", "610114007200", "1988", "—", "-1", "-2")
    ]


def test_dates_are_dates():
    days = [date(2020, 2, 29), None, datetime(2020, 3, 1, 12, 30), date(1949, 10, 1), "不详"]
    table = table_of(*((day,) for day in days), columns=(Column("day", "日期", "date"),))
    content = written(table)

    cells = [cell for (cell,) in body(opened(content))]
    assert [cell.value for cell in cells] == [
        datetime(2020, 2, 29),
        "—",
        datetime(2020, 3, 1, 12, 30),
        datetime(1949, 10, 1),
        "不详",
    ]
    assert [cell.is_date for cell in cells] == [True, False, True, True, False]
    assert [row[0] for row in calamine_rows(content)[2:]] == [
        date(2020, 2, 29),
        "—",
        datetime(2020, 3, 1, 12, 30),
        date(1949, 10, 1),
        "不详",
    ]


def test_what_is_no_number_prints_a_dash_and_never_breaks_the_file():
    values = [Decimal("NaN"), float("inf"), None, True, 0, Decimal("-0.50"), 1.5, Decimal("1E+3")]
    sheet = read_back(
        table_of(
            *((value, value) for value in values),
            columns=(Column("a", "甲", "decimal"), Column("b", "乙", "int")),
        )
    )

    shown = ["—", "—", "—", 1, 0, -0.5, 1.5, 1000]
    assert [[cell.value for cell in line] for line in body(sheet)] == [[v, v] for v in shown]


def test_sums_stand_out_and_levels_are_indented():
    rows = (
        Row({"text": "关山街道", "int": Cell(3, flag="warning")}, level=2),
        Row({"text": "合计", "int": 12345}, kind="total"),
    )
    first, total = body(read_back(table_of(*rows)))

    assert (first[0].alignment.indent, first[1].alignment.indent) == (2, 0)
    assert (first[1].font.color.rgb, first[1].font.bold) == ("FFB3261E", False)
    assert [cell.font.bold for cell in total] == [True] * 6


@pytest.mark.parametrize("kind", ["text", "code", "int"])
@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=12))
@example(texts=["<a>&amp;\"'", "]]>", " 前", "后 ", "\n", "两\n行", "\r\n", "\t", RARE, "％#%b"])
@example(texts=["半\ud800个", "\x00", "\ufffe", "\x0b1", "a<b", "&", "x" * 40_000, "字"])
@example(texts=["", "平常"])
@example(texts=["#1 100%d"] * 3)
def test_any_text_comes_back_by_two_readers(kind, texts):
    content = written(table_of(*((text,) for text in texts), columns=(Column("a", "甲", kind),)))

    expected = [
        printable(text).replace("\r\n", "\n").replace("\r", "\n")[:EXCEL_LIMIT] or "—"
        for text in texts
    ]
    assert [line[0].value for line in body(opened(content))] == expected
    assert [row[0] for row in calamine_rows(content)[2:]] == expected


def test_spaces_at_the_ends_are_marked_to_be_kept():
    """Both readers keep them anyway; Excel only so."""
    texts = (" 前", "后 ", "两\n行", "中 间")
    table = table_of(*((text,) for text in texts), columns=COLUMNS_OF_ALL_KINDS[:1])

    with ZipFile(BytesIO(written(table))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    for text in texts[:3]:
        assert f'<t xml:space="preserve">{text}</t>' in xml
    assert "<t>中 间</t>" in xml


def test_rows_are_taken_while_they_are_written_and_progress_is_told():
    taken, told = [], []

    def rows():
        for number in range(2500):
            taken.append(number)
            yield (number,)

    columns = (Column("number", "序号", "int"),)
    sheet = read_back(
        Table("清单", columns, rows()),
        progress=lambda count: told.append((count, len(taken))),
    )

    assert [count for count, _ in told] == [1000, 2000, 2500]
    assert told[0][1] < 1500
    assert [line[0].value for line in body(sheet)] == list(range(2500))


def test_memory_does_not_grow_with_the_rows():
    def peak(count):
        rows = ((f"第{number}户", number) for number in range(count))
        columns = (Column("name", "户主"), Column("number", "序号", "int"))
        with open(os.devnull, "wb") as nowhere:
            tracemalloc.start()
            write_register(nowhere, [Table("清单", columns, rows)], properties=PLAIN)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < 1.5 * peak(5_000)


def test_sheets_of_one_name_and_what_the_file_says_of_itself():
    made = datetime(2020, 6, 24, 3, 30, tzinfo=UTC)
    properties = DocumentProperties("四清清单", "张三", "报送市局", made)
    tables = [
        table_of(("甲",), columns=COLUMNS_OF_ALL_KINDS[:1], sheet_name="建档立卡户/鉴定"),
        table_of(("乙",), columns=COLUMNS_OF_ALL_KINDS[:1], sheet_name="建档立卡户鉴定"),
    ]
    stream = BytesIO()
    assert write_register(stream, iter(tables), properties=properties) == 2

    workbook = load_workbook(stream)
    assert workbook.sheetnames == ["建档立卡户鉴定", "建档立卡户鉴定(2)"]
    assert [sheet["A3"].value for sheet in workbook] == ["甲", "乙"]
    assert [sheet.print_area for sheet in workbook] == [
        "'建档立卡户鉴定'!$A$1:$A$3",
        "'建档立卡户鉴定(2)'!$A$1:$A$3",
    ]
    said = workbook.properties
    assert (said.title, said.creator, said.description) == ("四清清单", "张三", "报送市局")
    assert said.created == made.replace(tzinfo=None)


def test_a_register_without_rows_is_a_whole_workbook():
    told = []
    sheet = read_back(table_of(signatures=("填报人",)), progress=told.append)

    assert [cell.value for cell in sheet[2]] == list(KINDS)
    assert sheet["A3"].value == "填报人："
    assert told == [0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Row({"txt": "甲"}), "No column for \\['txt'\\]"),
        (("甲",), "shorter"),
        (("甲",) * 7, "longer"),
    ],
)
def test_a_row_that_does_not_fit_the_columns_is_refused(row, message):
    with pytest.raises(ValueError, match=message):
        written(table_of(row))


def test_a_short_row_among_others_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        written(table_of(("甲",) * 6, ("乙",) * 5))


def test_no_tables_no_workbook():
    with pytest.raises(ValueError, match="at least one table"):
        written()


def test_bare_rows_under_a_header_of_ones_own():
    workbook = Workbook()
    workbook.active.append(["姓名", "日期"])
    workbook.create_sheet("另一表").append(["不变"])
    columns = (Column("name", "姓名"), Column("day", "日期", "date"))
    rows = [("=1", date(2020, 6, 24)), (None, None), ("长" * 50, None)]
    stream = BytesIO()

    assert save_with_rows(stream, workbook, [LongSheet(workbook.active, 2, columns, rows)]) == 3

    sheet, other = load_workbook(stream).worksheets
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["姓名", "日期"],
        ["=1", datetime(2020, 6, 24)],
        [None, None],
        ["长" * 50, None],
    ]
    assert (sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("s", True)
    assert sheet["A2"].border.left.style is None
    assert sheet.row_dimensions[4].height is None
    assert other["A1"].value == "不变"


def test_rows_are_as_high_as_their_lines_drawn_at_once_or_one_by_one():
    """A column of texts with several lines is drawn as one; a text that needs care makes it go cell by cell."""
    texts = ["一行", "两\n行", "三\n\n行", "长" * 30, "", "短"]
    column = Column("text", "文", width=20)

    def heights(texts: list[str]) -> list[float]:
        sheet = read_back(Table("表", (column,), iter([(text,) for text in texts])))
        body = [cell.row for cell in sheet["A"] if cell.row > 2]
        return [sheet.row_dimensions[row].height for row in body][: len(texts)]

    assert heights(texts) == heights([*texts, "=1"])[: len(texts)] == [26, 38, 53, 53, 26, 26]
