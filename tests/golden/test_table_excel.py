"""The workbook read back: values, types, formats, merged ranges and print set-up."""

from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from tests.tables.samples import RARE, sample_table
from yanliang.tables.excel import workbook_bytes
from yanliang.tables.table import DocumentProperties, Row


@pytest.fixture(scope="module")
def sheet():
    content = workbook_bytes([sample_table()], properties=DocumentProperties())
    return load_workbook(BytesIO(content)).active


def test_title_block(sheet):
    assert sheet["A1"].value == "附件2"
    assert sheet["A1"].alignment.horizontal == "left"
    assert sheet["A2"].value == "所有农户住房安全排查情况统计表"
    assert (sheet["A2"].font.name, sheet["A2"].font.size) == ("方正小标宋简体", 22)
    assert sheet["A2"].alignment.horizontal == "center"
    assert sheet["A3"].value == "全部农户"
    facts = [(cell.value, cell.alignment.horizontal) for cell in sheet[4] if cell.value]
    assert facts == [
        ("填报单位（盖章）：区住建局", "left"),
        ("填报日期：2020年6月24日", "center"),
        ("单位：户", "right"),
    ]


def test_header_is_merged_as_the_column_tree_says(sheet):
    merged = {str(area) for area in sheet.merged_cells.ranges}

    assert {"A1:F1", "A2:F2", "A3:F3", "A5:A6", "B5:C5", "D5:F5"} <= merged
    assert [sheet[place].value for place in ("A5", "B5", "D5")] == ["填报单位", "排查", "其他"]
    assert [cell.value for cell in sheet[6]][1:] == [
        "农户总数",
        "排查率",
        "面积",
        "日期",
        "身份证号",
    ]
    assert [cell.value for cell in sheet[7]] == [None, 1, 2, None, None, None]
    named = [cell for line in sheet["A5:F6"] for cell in line if cell.value]
    assert len(named) == 8
    assert {cell.font.name for cell in named} == {"黑体"}
    frame = (sheet["D5"].border.left, sheet["E5"].border.bottom, sheet["F5"].border.right)
    assert {side.style for side in frame} == {"thin"}


def test_values_types_and_formats(sheet):
    found = [(cell.value, cell.data_type, cell.number_format) for cell in sheet[8]]
    assert found == [
        ("关山街道", "s", "General"),
        (9856, "n", "#,##0"),
        (0.98125, "n", "0.00%"),
        (1234.5, "n", "#,##0.00"),
        (datetime(2020, 6, 24), "d", "yyyy-mm-dd"),
        ("61011419580301004X", "s", "@"),
    ]


def test_texts_dashes_and_long_codes(sheet):
    found = [(cell.value, cell.data_type, cell.alignment.horizontal) for cell in sheet[9]]
    assert found == [
        (f"=HYPERLINK({RARE})", "s", "left"),
        ("未报", "s", "center"),
        ("—", "s", "center"),
        (0, "n", "right"),
        ("—", "s", "center"),
        ("610114195803010047", "s", "center"),
    ]
    assert sheet["B9"].comment.text == "本周没有上报"


def test_total_stands_out_and_every_cell_has_its_border(sheet):
    assert [cell.font.bold for cell in sheet[10]] == [True] * 6
    assert not sheet["A9"].font.bold
    for line in sheet["A7:F10"]:
        for cell in line:
            sides = (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
            assert {side.style for side in sides} == {"thin"}
    assert {cell.font.name for line in sheet["A8:F10"] for cell in line} == {"仿宋_GB2312"}


def test_signatures_checks_and_notes_stand_below(sheet):
    signed = [cell.value for cell in sheet[11] if cell.value]
    assert signed == ["填报人：", "审核人：", "单位负责人：", "联系电话："]
    assert [sheet.cell(line, 1).value for line in (12, 13, 14)] == [
        "勾稽关系核对无误",
        "填表说明：",
        "1. 每户只计一次。",
    ]
    assert sheet.max_row == 14


def test_print_set_up(sheet):
    assert sheet.page_setup.paperSize == 8
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_area == "'全部农户'!$A$1:$F$14"
    assert sheet.print_title_rows == "$5:$7"
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.freeze_panes == "B8"


def test_failing_identities_are_listed_in_red():
    table = sample_table(checks=("1＝2＋3 不成立：关山街道",))
    content = workbook_bytes([table], properties=DocumentProperties())
    sheet = load_workbook(BytesIO(content)).active

    assert [sheet.cell(line, 1).value for line in (12, 13)] == [
        "有 1 条勾稽关系不成立：",
        "· 1＝2＋3 不成立：关山街道",
    ]
    assert sheet["A12"].font.color.rgb == "FFB3261E"


def test_one_sheet_for_each_table_and_what_the_file_says_of_itself():
    made = datetime(2020, 6, 24, 11, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    properties = DocumentProperties("附件2", "张三", "报送市局", made)
    tables = [sample_table(), sample_table(), sample_table(sheet_name="一般[农户]")]

    workbook = load_workbook(BytesIO(workbook_bytes(tables, properties=properties)))

    assert workbook.sheetnames == ["全部农户", "全部农户(2)", "一般农户"]
    said = workbook.properties
    assert (said.title, said.creator, said.description) == ("附件2", "张三", "报送市局")
    assert said.created == made.astimezone(UTC).replace(tzinfo=None)


def test_paper_of_a_small_upright_table():
    table = sample_table(paper="A4 portrait", rows=[Row({"name": "关山街道"})])
    content = workbook_bytes([table], properties=DocumentProperties())
    sheet = load_workbook(BytesIO(content)).active

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")


def test_a_workbook_without_tables_is_refused():
    with pytest.raises(ValueError, match="at least one table"):
        workbook_bytes([], properties=DocumentProperties())
