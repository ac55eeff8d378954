"""Workbooks as they are read: true row numbers, merges, hidden sheets, and headers of any wording."""

import openpyxl
import pytest

from households.roster import fields
from households.roster.headers import Mapping, find_mapping
from households.roster.judging import judge_rows
from households.roster.reader import open_roster

from . import sheets
from .sheets import (
    HEADER,
    TODAY,
    judge,
    read,
    row,
    write_ods,
    write_sheets,
    write_xls,
    write_xlsx,
)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_row_numbers_are_those_of_the_office_program(tmp_path, kind):
    writer = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}[kind]
    blank = [""] * 12
    path = writer(tmp_path / f"r.{kind}", [blank, blank, HEADER, row(1), blank, row(2)])
    assert judge(path) == [(4, "new", ""), (5, "ignored", "blank"), (6, "new", "")]
    assert open_roster(path).kind == kind


def test_a_table_that_starts_in_a_later_column(tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", [["", "", *HEADER], ["", "", *row()]])
    roster, mapping, judged = read(path)
    assert mapping.sheets[0].fields["village"] == 3
    assert [r.outcome for r in judged] == ["new"]
    assert roster.sheets[0].rows[1][3] == "关山村"


def test_merges_of_every_format(tmp_path):
    rows = [["甲", "乙"], ["丙", "丁"], ["", "戊"]]
    expected = [(1, 0, 2, 0)]
    assert (
        open_roster(write_xlsx(tmp_path / "r.xlsx", rows, merges=["A2:A3"])).sheets[0].merges
        == expected
    )
    assert (
        open_roster(write_xls(tmp_path / "r.xls", rows, [(1, 2, 0, 0)])).sheets[0].merges
        == expected
    )
    assert (
        open_roster(write_ods(tmp_path / "r.ods", rows, {(1, 0): 2})).sheets[0].merges == expected
    )


def test_hidden_sheets_are_not_imported(tmp_path):
    path = write_sheets(tmp_path / "r.xlsx", {"名册": [HEADER, row(1)], "旧": [HEADER, row(2)]})
    workbook = openpyxl.load_workbook(path)
    workbook["旧"].sheet_state = "hidden"
    workbook.save(path)
    _, mapping, judged = read(path)
    assert [r.sheet for r in judged] == ["名册"]
    assert [(entry.sheet, entry.reason) for entry in mapping.ignored] == [
        ("旧", "隐藏的工作表，不导入")
    ]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓 名", "head_name"),
        ("户主", "head_name"),
        ("户主\n姓名", "head_name"),
        ("公民身份号码", "id_number"),
        ("身份证号（18位）", "id_number"),
        ("户主身份证号码", "id_number"),
        ("村(社区)", "village"),
        ("行政村", "village"),
        ("村民小组", "group"),
        ("所在街道（镇）", "office"),
        ("建筑面积(㎡)", "floor_area"),
        ("住房面积（平方米）", "floor_area"),
        ("房屋修建年份", "built_year"),
        ("建房时间", "built_year"),
        ("户类型", "household_class"),
        ("农户类别（四类重点对象、一般农户）", "household_class"),
        ("家庭人口（人）", "population"),
        ("手机号码", "phone"),
        ("结构类型", "structure"),
        ("房屋层数", "storeys"),
        ("间数", "bays"),
        ("备 注", "remark"),
        ("错误信息", "message"),
        ("帮扶干部姓名", "helper"),
        ("村负责人电话", None),
        ("配偶身份证号", None),
        ("宅基地面积", None),
        ("开户银行", None),
        ("是否安全", None),
    ],
)
def test_headings(heading, field):
    recognised = fields.recognise(heading)
    assert (recognised and recognised[1]) == field


def test_the_surer_of_two_headings_wins(tmp_path):
    header = ["姓名" if heading == "户主姓名" else heading for heading in HEADER]
    path = write_xlsx(
        tmp_path / "r.xlsx", [["户主姓名", *header], ["田兰社", *row(户主姓名="李四")]]
    )
    assert read(path)[2][0].values.head_name == "田兰社"


def test_samples_show_a_person_what_each_column_holds(tmp_path):
    header = [*HEADER, "是否常住"]
    rows = [[*row(n, 村="苏赵村"), "是" if n % 2 else "否"] for n in range(1, 9)]
    mapping = read(write_xlsx(tmp_path / "r.xlsx", [header, *rows]))[1]
    extra = mapping.sheets[0].unmapped
    assert [(c.index, c.heading, c.samples) for c in extra] == [(12, "是否常住", ("是", "否"))]
    assert mapping.sheets[0].columns[1].samples == ("苏赵村",)


def test_missing_required_column_can_be_pointed_out(tmp_path):
    header = ["代号" if heading == "身份证号" else heading for heading in HEADER]
    roster = open_roster(write_xlsx(tmp_path / "r.xlsx", [header, row()]))
    known = sheets.reference()
    mapping = find_mapping(roster, known.villages)
    assert "“身份证号”" in mapping.missing_message
    with pytest.raises(ValueError, match="身份证号"):
        list(judge_rows(roster, mapping, known, TODAY))

    stored = Mapping.from_json(mapping.with_column("id_number", 4).to_json())
    assert stored.missing_message == ""
    assert [r.outcome for r in judge_rows(roster, stored, known, TODAY)] == ["new"]


def test_moving_a_field_frees_its_former_column(tmp_path):
    mapping = read(write_xlsx(tmp_path / "r.xlsx", [HEADER, row()]))[1]
    moved = mapping.with_column("remark", 9)
    assert moved.sheets[0].fields["remark"] == 9
    assert "storeys" not in moved.sheets[0].fields
    assert "storeys" in mapping.sheets[0].fields
    with pytest.raises(KeyError):
        mapping.with_column("colour", 1)
