"""A foreign workbook filled: placeholders become values, everything else stays as its designer made it."""

import datetime as dt
import zipfile
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image

from yanliang.tables.filling import (
    IN_FORMULA,
    NAMELESS,
    UNCLOSED,
    Answer,
    fill,
    open_foreign,
    placeholders_in,
)

ANSWERS = {
    "户数": Answer(1234, "1,234"),
    "率": Answer(Decimal("0.9667"), "96.67%", "0.00%"),
    "日期": Answer(dt.date(2020, 6, 25), "2020年6月25日", 'yyyy"年"m"月"d"日"'),
    "单位": Answer("阎良区", "阎良区"),
    "公式": Answer("=1+1", "=1+1"),
    "无": Answer(None, "—"),
    "未报": Answer("未报", "未报"),
    "与": Answer("甲&乙", "甲&乙"),
    "空": Answer("", ""),
}


def answer_to(placeholder):
    return ANSWERS.get(placeholder.name)


def content_of(workbook: Workbook) -> bytes:
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def filled(workbook: Workbook) -> Workbook:
    return load_workbook(BytesIO(fill(content_of(workbook), answer_to)), rich_text=True)


def cell_filled(value, number_format="General"):
    workbook = Workbook()
    workbook.active["B2"] = value
    workbook.active["B2"].number_format = number_format
    return filled(workbook).active["B2"]


# Values


@pytest.mark.parametrize(
    ("text", "number_format", "value", "data_type", "format_after"),
    [
        ("{{户数}}", "General", 1234, "n", "General"),
        (" ｛｛ 户数 ｝｝ ", '#,##0"户"', 1234, "n", '#,##0"户"'),
        ("{{率}}", "General", 0.9667, "n", "0.00%"),
        ("{{率}}", "@", 0.9667, "n", "0.00%"),
        ("{{率}}", "0.0%", 0.9667, "n", "0.0%"),
        ("{{率}}", "0.0000", 0.9667, "n", "0.0000"),
        ("{{无}}", "#,##0", "—", "s", "#,##0"),
        ("{{未报}}", "#,##0", "未报", "s", "#,##0"),
        ("{{空}}", "General", None, "n", "General"),
        ("{{公式}}", "General", "=1+1", "s", "General"),
        ("共{{户数}}户，{{率}}", "General", "共1,234户，96.67%", "s", "General"),
        ("{{公式}}吗", "General", "=1+1吗", "s", "General"),
        ("{{户数}}{{率}}", "General", "1,23496.67%", "s", "General"),
        ("{{没有的}}", "General", "{{没有的}}", "s", "General"),
        ("{{没有的}}{{单位}}", "General", "{{没有的}}阎良区", "s", "General"),
        ("不是占位符", "General", "不是占位符", "s", "General"),
    ],
)
def test_what_stands_in_a_cell(text, number_format, value, data_type, format_after):
    cell = cell_filled(text, number_format)

    assert (cell.value, cell.data_type, cell.number_format) == (value, data_type, format_after)


@pytest.mark.parametrize(
    ("number_format", "after"), [("General", 'yyyy"年"m"月"d"日"'), ("yyyy-mm-dd", "yyyy-mm-dd")]
)
def test_a_date_is_a_date_in_the_designers_format(number_format, after):
    cell = cell_filled("{{日期}}", number_format)

    assert (cell.value.date(), cell.is_date) == (dt.date(2020, 6, 25), True)
    assert cell.number_format == after


@pytest.mark.parametrize("text", ["{{公式}}", "{{公式}}户"])
def test_a_text_that_looks_like_a_formula_stays_one_when_it_is_edited(text):
    assert cell_filled(text).quotePrefix


def test_a_placeholder_inside_a_text_of_several_fonts_takes_the_font_it_begins_in():
    bold, red = InlineFont(b=True), InlineFont(color="FFFF0000")
    workbook = Workbook()
    workbook.active["A1"] = CellRichText(
        "截至",
        TextBlock(bold, "{{日"),
        TextBlock(red, "期}}，共"),
        TextBlock(bold, "{{户数}}"),
        "户",
    )

    value = filled(workbook).active["A1"].value

    assert str(value) == "截至2020年6月25日，共1,234户"
    told = [(str(run), bool(getattr(getattr(run, "font", None), "b", False))) for run in value]
    assert told == [
        ("截至", False),
        ("2020年6月25日", True),
        ("，共", False),
        ("1,234", True),
        ("户", False),
    ]


def test_a_cell_of_several_fonts_that_is_one_placeholder_gets_the_number():
    workbook = Workbook()
    workbook.active["A1"] = CellRichText("{{户", TextBlock(InlineFont(b=True), "数}}"))

    assert filled(workbook).active["A1"].value == 1234


def test_header_and_footer_are_filled_and_a_lone_ampersand_is_no_code():
    workbook = Workbook()
    sheet = workbook.active
    sheet.oddHeader.center.text = "{{单位}}统计表"
    sheet.oddHeader.center.size = 14
    sheet.oddFooter.left.text = "{{与}}"
    sheet.oddFooter.right.text = "第 &P 页 {{没有的}}"

    done = filled(workbook).active

    assert (done.oddHeader.center.text, done.oddHeader.center.size) == ("阎良区统计表", 14)
    assert done.oddFooter.left.text == "甲&&乙"
    assert done.oddFooter.right.text == "第 &P 页 {{没有的}}"


# Everything else stays


@pytest.fixture
def designed():
    """A form as an office would draw it."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "汇总"
    sheet["A1"] = "{{单位}}情况表"
    sheet["A1"].font = Font(name="方正小标宋简体", size=22, bold=True, color="FF112233")
    sheet.merge_cells("A1:D1")
    thick = Side(style="medium")
    for place in ("A2", "B2", "C2"):
        sheet[place].border = Border(left=thick, top=thick)
        sheet[place].fill = PatternFill("solid", fgColor="FFEEEEEE")
    sheet["B2"], sheet["B2"].number_format = "{{户数}}", "#,##0"
    sheet["C2"] = "=B2*2"
    sheet["D2"] = "=SUM(B2:C2)"
    sheet.row_dimensions[2].height = 33.5
    sheet.column_dimensions["B"].width = 17.25
    sheet.print_area = "A1:D9"
    sheet.print_title_rows = "1:2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8
    sheet.page_setup.scale = 71
    sheet.page_margins.left = 0.33
    sheet.print_options.horizontalCentered = True
    sheet.freeze_panes = "B3"
    rule = DataValidation(type="list", formula1='"是,否"')
    rule.add("D3")
    sheet.add_data_validation(rule)
    workbook.defined_names["合计格"] = DefinedName("合计格", attr_text="汇总!$D$2")
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    sheet.add_image(SheetImage(picture), "F2")
    workbook.create_sheet("附注")["A1"] = "照抄"
    return workbook


def test_the_design_stays(designed):
    done = filled(designed)
    sheet = done["汇总"]

    assert done.sheetnames == ["汇总", "附注"]
    assert sheet["A1"].value == "阎良区情况表"
    font = sheet["A1"].font
    assert (font.name, font.size, font.bold, font.color.rgb) == (
        "方正小标宋简体",
        22,
        True,
        "FF112233",
    )
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:D1"}
    assert (sheet["B2"].value, sheet["B2"].number_format) == (1234, "#,##0")
    assert (sheet["B2"].border.left.style, sheet["B2"].fill.fgColor.rgb) == ("medium", "FFEEEEEE")
    assert sheet.row_dimensions[2].height == 33.5
    assert sheet.column_dimensions["B"].width == 17.25
    assert sheet.freeze_panes == "B3"
    assert sheet.data_validations.dataValidation[0].formula1 == '"是,否"'
    assert done.defined_names["合计格"].attr_text == "汇总!$D$2"
    assert len(sheet._images) == 1


def test_the_print_set_up_stays(designed):
    sheet = filled(designed)["汇总"]

    assert sheet.print_area == "'汇总'!$A$1:$D$9"
    assert sheet.print_title_rows == "$1:$2"
    set_up = sheet.page_setup
    assert (set_up.orientation, set_up.paperSize, set_up.scale) == ("landscape", 8, 71)
    assert sheet.page_margins.left == 0.33
    assert sheet.print_options.horizontalCentered


def test_formulas_stay_and_are_reckoned_anew_on_opening(designed):
    done = filled(designed)

    assert done["汇总"]["C2"].value == "=B2*2"
    assert done["汇总"]["D2"].data_type == "f"
    assert done.calculation.fullCalcOnLoad


def test_a_template_becomes_a_workbook(designed):
    designed.template = True

    content = fill(content_of(designed), answer_to)

    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert b"template" not in archive.read("[Content_Types].xml")


# Finding


def found_in(**cells):
    workbook = Workbook()
    for place, value in cells.items():
        workbook.active[place] = value
    return placeholders_in(open_foreign(content_of(workbook)))


def test_placeholders_come_row_by_row_with_their_place():
    found, flaws = found_in(B2="{{丙}}", A2="{{甲}}和{{乙}}", C1="{{ 表：一般农户 }}")

    assert [(each.place, each.row, each.name, each.is_whole) for each in found] == [
        ("C1", 1, "表：一般农户", True),
        ("A2", 2, "甲", False),
        ("A2", 2, "乙", False),
        ("B2", 2, "丙", True),
    ]
    assert not flaws


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{已排查}", UNCLOSED),
        ("已排查}}", UNCLOSED),
        ("{{甲}}和{{乙", UNCLOSED),
        ("{{ }}", NAMELESS),
        ('=A1&"{{已排查}}"', IN_FORMULA),
    ],
)
def test_what_cannot_be_a_placeholder_is_told(text, sentence):
    _, flaws = found_in(C3=text)

    assert [(flaw.place, flaw.sentence) for flaw in flaws] == [("C3", sentence)]


def test_a_far_cell_costs_nothing():
    found, _ = found_in(XFD1048576="{{甲}}")

    assert [each.place for each in found] == ["XFD1048576"]
