"""The two downloads: what is red, what is said, and that the corrected rows can be uploaded again."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from households.roster import marking

from .sheets import (
    BEITUN,
    HEADER,
    ROSTERS,
    XINXING,
    id_of,
    read,
    row,
    write_ods,
    write_xls,
    write_xlsx,
)

FORMULA_LIKE = '=HYPERLINK("http://x","张三")'

BAD_ROWS = [
    row(1, 村="关山村", 身份证号=""),
    row(2, 村="", 户主姓名=FORMULA_LIKE),
    row(3, 村=""),
    row(4, 村="", 身份证号=6.1011419491029318e17, 家庭人口=0),
    row(5, 村="苏赵村", 联系电话="12345", 建成年份=date(1998, 1, 1)),
    ["合计", *[""] * 11],
]
TITLE = ["关山街道花名册", *[""] * 11]


def source(tmp_path, kind):
    rows = [TITLE, HEADER, *BAD_ROWS]
    if kind == "xls":
        texts = [
            [cell if not isinstance(cell, date) else "1998年" for cell in cells] for cells in rows
        ]
        return write_xls(tmp_path / "r.xls", texts, [(2, 5, 1, 1), (0, 0, 0, 11)])
    if kind == "ods":
        texts = [
            [cell if not isinstance(cell, date) else "1998年" for cell in cells] for cells in rows
        ]
        return write_ods(tmp_path / "r.ods", texts, {(2, 1): 4})
    path = write_xlsx(tmp_path / "r.xlsx", rows, merges=["A1:L1", "B3:B6"])
    workbook = openpyxl.load_workbook(path)
    worksheet = workbook.active
    # A text that looks like a formula, as an office's roster has it.
    worksheet["D4"].value = FORMULA_LIKE
    worksheet["D4"].data_type = "s"
    worksheet.column_dimensions["E"].width = 23
    workbook.save(path)
    return path


KINDS = ["xlsx", "xls", "ods"]


def filled(cell):
    return cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else None


@pytest.mark.parametrize("kind", [*KINDS, "huge xlsx"])
def test_marked_workbook(tmp_path, monkeypatch, kind):
    if kind == "huge xlsx":
        monkeypatch.setattr(marking, "MAX_ROWS_IN_PLACE", 3)
    roster, mapping, judged = read(source(tmp_path, kind))
    assert [r.outcome for r in judged] == ["error", "error", "new", "error", "new", "ignored"]
    target = BytesIO()
    marking.write_marked(roster, mapping, judged, target)

    workbook = openpyxl.load_workbook(target)
    worksheet = workbook.active
    assert worksheet["A1"].value == TITLE[0]
    assert [cell.value for cell in worksheet[2]][:12] == HEADER
    assert worksheet["M2"].value == "错误信息"
    assert worksheet.auto_filter.ref == "A2:M8"
    red, yellow = marking.REFUSED_FILL.fgColor.rgb, marking.WARNING_FILL.fgColor.rgb
    coloured = {
        cell.coordinate: filled(cell)
        for cells in worksheet.iter_rows()
        for cell in cells
        if filled(cell)
    }
    assert coloured == {"E3": red, "D4": red, "E6": red, "G6": red, "H7": yellow}
    assert worksheet["M3"].value == "身份证号为空，应填写 18 位身份证号"
    assert worksheet["M5"].value is None
    assert worksheet["M7"].value.startswith("提醒：联系电话")
    assert (worksheet["D4"].value, worksheet["D4"].data_type) == (FORMULA_LIKE, "s")
    # What is typed into the red cell must stay a text.
    assert worksheet["E3"].number_format == "@"
    assert worksheet["E5"].value == id_of(3)
    if "xlsx" in kind:
        assert worksheet.column_dimensions["E"].width == 23
        assert "A1:L1" in {str(merged) for merged in worksheet.merged_cells.ranges}


@pytest.mark.parametrize("kind", [*KINDS, "huge xlsx"])
def test_marked_workbook_read_again_is_judged_the_same(tmp_path, monkeypatch, kind):
    if kind == "huge xlsx":
        monkeypatch.setattr(marking, "MAX_ROWS_IN_PLACE", 3)
    roster, mapping, judged = read(source(tmp_path, kind))
    path = tmp_path / "marked.xlsx"
    marking.write_marked(roster, mapping, judged, path)
    again = read(path)
    assert [(r.row, r.codes) for r in again[2]] == [(r.row, r.codes) for r in judged]
    # And marked a second time, it has still one column of messages.
    marking.write_marked(*again, path)
    header = [cell.value for cell in openpyxl.load_workbook(path).active[2]]
    assert header == [*HEADER, "错误信息"]


@pytest.mark.parametrize("kind", KINDS)
def test_refused_rows_corrected_and_uploaded_again(tmp_path, kind):
    roster, mapping, judged = read(source(tmp_path, kind))
    path = tmp_path / "refused.xlsx"
    assert marking.write_refused(roster, mapping, judged, path) == 3

    workbook = openpyxl.load_workbook(path)
    worksheet = workbook.active
    assert [cell.value for cell in worksheet[1]] == [*HEADER, "错误信息"]
    assert worksheet.max_row == 4
    assert [worksheet.cell(n, 2).value for n in (2, 3, 4)] == ["关山村"] * 3
    assert [worksheet.cell(n, 5).number_format for n in (2, 3, 4)] == ["@"] * 3
    assert [worksheet.cell(n, 5).data_type for n in (3, 4)] == ["s", "s"]
    assert (worksheet["D3"].value, worksheet["D3"].data_type) == (FORMULA_LIKE, "s")
    uncorrected = read(path)[2]
    assert [r.codes for r in uncorrected] == [r.codes for r in judged if r.outcome == "error"]

    worksheet["E2"], worksheet["D3"], worksheet["E4"], worksheet["G4"] = (
        id_of(7),
        "张三",
        id_of(8),
        3,
    )
    workbook.save(path)
    corrected = read(path)[2]
    assert [(r.outcome, r.codes) for r in corrected] == [("new", [])] * 3
    assert {r.values.village_code for r in corrected} == {"610114007200"}


def test_a_duplicate_does_not_slip_in_without_its_first_row(tmp_path):
    roster, mapping, judged = read(
        write_xlsx(tmp_path / "r.xlsx", [HEADER, row(1), row(1, 户主姓名="别的人")])
    )
    path = tmp_path / "refused.xlsx"
    marking.write_refused(roster, mapping, judged, path)
    assert [r.codes for r in read(path)[2]] == [["id_duplicate_in_file"]]

    workbook = openpyxl.load_workbook(path)
    workbook.active["E2"] = id_of(2)
    workbook.save(path)
    assert [r.outcome for r in read(path)[2]] == ["new"]

    workbook.active["E2"], workbook.active["M2"] = id_of(1), None
    workbook.save(path)
    assert [r.outcome for r in read(path)[2]] == ["new"]


def test_refused_rows_keep_a_two_row_header_and_the_village_of_the_title(tmp_path):
    rows = [
        ["苏赵村农户花名册", "", "", "", ""],
        ["户主", "", "类别", "人口", "备注"],
        ["姓名", "身份证号", "", "", ""],
        ["田兰社", id_of(1), "一般农户", 0, ""],
        ["田芳军", id_of(2), "一般农户", 3, ""],
    ]
    merges = ["A1:E1", "A2:B2", "C2:C3", "D2:D3", "E2:E3"]
    roster, mapping, judged = read(write_xlsx(tmp_path / "r.xlsx", rows, merges=merges))
    path = tmp_path / "refused.xlsx"
    marking.write_refused(roster, mapping, judged, path)
    worksheet = openpyxl.load_workbook(path).active
    assert {"A1:E1", "A2:B2", "C2:C3"} <= {str(merged) for merged in worksheet.merged_cells.ranges}
    assert [r.codes for r in read(path)[2]] == [["population_invalid"]]

    marked = tmp_path / "marked.xlsx"
    marking.write_marked(roster, mapping, judged, marked)
    assert [r.codes for r in read(marked)[2]] == [["population_invalid"], []]


@pytest.mark.parametrize(
    ("filename", "region", "refused"),
    [("北屯街道农户花名册.xlsx", BEITUN, 159), ("新兴街道农户花名册.xls", XINXING, 22)],
)
def test_offices_rosters_come_back_whole(tmp_path, filename, region, refused):
    roster, mapping, judged = read(ROSTERS / filename, region)
    marked, rejected = tmp_path / "marked.xlsx", tmp_path / "refused.xlsx"
    marking.write_marked(roster, mapping, judged, marked)
    assert [(r.row, r.codes) for r in read(marked, region)[2]] == [(r.row, r.codes) for r in judged]
    assert marking.write_refused(roster, mapping, judged, rejected) == refused
    wrong = [r.codes for r in judged if r.outcome == "error"]
    assert [r.codes for r in read(rejected, region)[2]] == wrong


def test_nothing_refused_gives_the_bare_header(tmp_path):
    roster, mapping, judged = read(write_xlsx(tmp_path / "r.xlsx", [HEADER, row()]))
    path = tmp_path / "refused.xlsx"
    assert marking.write_refused(roster, mapping, judged, path) == 0
    assert [cell.value for cell in openpyxl.load_workbook(path).active[1]] == [*HEADER, "错误信息"]
