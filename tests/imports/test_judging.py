"""What becomes of each row: the three offices' rosters, and layouts of other offices."""

import csv
from datetime import date, datetime

import pytest

from households.roster.headers import find_mapping
from households.roster.judging import judge_rows
from households.roster.reader import open_roster
from households.roster.reference import VillageRef

from . import sheets
from .sheets import (
    BEITUN,
    DISTRICT,
    GUANSHAN,
    HEADER,
    ROSTERS,
    TODAY,
    XINXING,
    judge,
    read,
    row,
    write_ods,
    write_sheets,
    write_xls,
    write_xlsx,
)


@pytest.mark.parametrize(
    ("filename", "expected", "region"),
    [
        ("关山街道农户花名册.xlsx", "关山街道.expected.csv", GUANSHAN),
        ("北屯街道农户花名册.xlsx", "北屯街道.expected.csv", BEITUN),
        ("新兴街道农户花名册.xls", "新兴街道.expected.csv", XINXING),
    ],
)
def test_offices_rosters_row_by_row(filename, expected, region):
    with (ROSTERS / expected).open(encoding="utf-8-sig", newline="") as lines:
        wanted = [tuple(entry.values()) for entry in csv.DictReader(lines)]
    judged = read(ROSTERS / filename, region)[2]
    assert [(r.sheet, str(r.row), r.outcome, r.codes_text) for r in judged] == wanted


def only(tmp_path, *rows, header=HEADER, region=GUANSHAN):
    """The judgement of rows under the plain header, without row numbers."""
    path = write_xlsx(tmp_path / "roster.xlsx", [header, *rows])
    return [(outcome, codes) for _, outcome, codes in judge(path, region)]


def values(tmp_path, **changes):
    """The clean values of one row."""
    judged = read(write_xlsx(tmp_path / "roster.xlsx", [HEADER, row(**changes)]))[2]
    assert judged[0].outcome == "new", judged[0].sentence
    return judged[0].values


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("户主姓名", "", "name_required"),
        ("户主姓名", "无", "name_required"),
        ("户主姓名", "张", "name_invalid"),
        ("户主姓名", "Zhang San", "name_invalid"),
        ("户主姓名", "张三1", "name_invalid"),
        ("身份证号", "", "id_required"),
        ("身份证号", "61011419491029318", "id_invalid"),
        ("身份证号", "610114194910293180", "id_invalid"),
        ("身份证号", "610114491029318", "id_invalid"),
        ("身份证号", 6.1011419491029318e17, "id_numeric"),
        ("身份证号", "6.10114194910293E+17", "id_numeric"),
        ("农户类别", "", "class_unknown"),
        ("农户类别", "商品房住户", "class_unknown"),
        ("农户类别", "低保、商品房住户", "class_unknown"),
        ("村", "", "village_unknown"),
        ("村", "桃花源村", "village_unknown"),
        ("村", "北屯村", "village_forbidden"),
        ("家庭人口", "", "population_invalid"),
        ("家庭人口", 0, "population_invalid"),
        ("家庭人口", 31, "population_invalid"),
        ("家庭人口", 2.5, "population_invalid"),
        ("家庭人口", True, "population_invalid"),
        ("建筑面积", 4.99, "area_invalid"),
        ("建筑面积", 2000.01, "area_invalid"),
        ("建筑面积", "很大", "area_invalid"),
        ("建成年份", 1899, "year_invalid"),
        ("建成年份", 2027, "year_invalid"),
        ("建成年份", "98年", "year_invalid"),
    ],
)
def test_refused(tmp_path, heading, value, code):
    judged = read(write_xlsx(tmp_path / "r.xlsx", [HEADER, row(**{heading: value}), row(2)]))[2]
    assert [(r.outcome, r.codes) for r in judged] == [("error", [code]), ("new", [])]
    problem = judged[0].problems[0]
    assert problem.column == HEADER.index(heading)
    assert "应" in problem.sentence
    assert judged[0].values is None


@pytest.mark.parametrize(
    ("heading", "value", "code", "field", "instead"),
    [
        ("联系电话", "12345", "phone_invalid", "phone", ""),
        ("房屋结构", "水晶宫", "structure_unknown", "structure", "QT"),
        ("层数", "很高", "storeys_invalid", "storeys", None),
    ],
)
def test_warned_and_imported(tmp_path, heading, value, code, field, instead):
    judged = read(write_xlsx(tmp_path / "r.xlsx", [HEADER, row(**{heading: value})]))[2][0]
    assert (judged.outcome, judged.codes) == ("new", [f"warn:{code}"])
    assert getattr(judged.values, field) == instead
    assert judged.sentence.startswith("提醒：")


@pytest.mark.parametrize(
    ("heading", "value", "field", "clean"),
    [
        ("户主姓名", "　田 兰 社 ", "head_name", "田兰社"),
        ("户主姓名", "阿依古丽•买买提", "head_name", "阿依古丽·买买提"),
        ("户主姓名", "王𠮷䶮", "head_name", "王𠮷䶮"),
        ("家庭人口", "４人", "population", 4),
        ("家庭人口", "三口人", "population", 3),
        ("联系电话", 13800001234, "phone", "13800001234"),
        ("联系电话", "029-86201234", "phone", "029-86201234"),
        ("联系电话", "无", "phone", ""),
        ("联系电话", "12345/13900001111", "phone", "13900001111"),
        ("房屋结构", "混杂", "structure", "ZTH"),
        ("房屋结构", "砖混结构", "structure", "ZH"),
        ("房屋结构", "", "structure", ""),
        ("层数", "2层", "storeys", 2),
        ("建筑面积", "１２０．５㎡", "floor_area", 120.5),
        ("建筑面积", "120平方米", "floor_area", 120),
        ("建筑面积", "", "floor_area", None),
        ("建成年份", "1998年", "built_year", 1998),
        ("建成年份", "1998年5月", "built_year", 1998),
        ("建成年份", date(1998, 5, 1), "built_year", 1998),
        ("建成年份", datetime(1998, 5, 1), "built_year", 1998),
        ("建成年份", date(1905, 6, 20), "built_year", 1998),
        ("建成年份", 2026, "built_year", 2026),
        ("组别", "第八组", "group", "8组"),
        ("组别", 8, "group", "8组"),
        ("组别", "十二小组", "group", "12组"),
        ("组别", "张家堡", "group", "张家堡"),
        ("村", "关山", "village_code", "610114007200"),
        ("村", "关山村委会", "village_code", "610114007200"),
        ("村", "关山村民委员会", "village_code", "610114007200"),
        ("村", "关山街道关山村", "village_code", "610114007200"),
        ("村", "康村", "village_code", "610114007221"),
        ("村", "康村村", "village_code", "610114007221"),
        ("村", "康村村村委会", "village_code", "610114007221"),
        ("村", "永丰社区", "village_code", "610114007001"),
        ("村", "永丰居委会", "village_code", "610114007001"),
        ("农户类别", "五保户", "class_code", "destitute"),
        ("农户类别", "建档立卡", "class_code", "registered_poor"),
    ],
)
def test_cleaned_silently(tmp_path, heading, value, field, clean):
    assert getattr(values(tmp_path, **{heading: value}), field) == clean


def test_several_identities_count_under_the_first_in_precedence(tmp_path):
    judged = read(write_xlsx(tmp_path / "r.xlsx", [HEADER, row(农户类别="低保、建档立卡")]))[2][0]
    assert judged.codes == ["class=建档立卡贫困户"]
    assert judged.values.identities == ("registered_poor", "low_income")


def test_all_faults_of_a_row_in_the_order_of_the_rules(tmp_path):
    bad = row(户主姓名="", 身份证号="1", 村="北屯村", 家庭人口=0, 联系电话="1")
    assert only(tmp_path, bad) == [
        (
            "error",
            "name_required;id_invalid;village_forbidden;population_invalid;warn:phone_invalid",
        )
    ]


def test_duplicate_names_the_first_row_across_sheets(tmp_path):
    path = write_sheets(
        tmp_path / "r.xlsx", {"一": [HEADER, row(1), row(1)], "二": [HEADER, row(2), row(1)]}
    )
    judged = read(path)[2]
    assert [r.codes for r in judged] == [[], ["id_duplicate_in_file"], [], ["id_duplicate_in_file"]]
    assert "第 2 行重复" in judged[1].sentence
    assert "工作表“一”第 2 行重复" in judged[3].sentence


def test_rows_that_are_no_household(tmp_path):
    blank = [""] * len(HEADER)
    numbered = [7, *blank[1:]]
    subtotal = ["", "关山村小计", "", "", "", "", 12, *blank[7:]]
    total = ["合 计", "", "", "", "", "", 1234, *blank[7:]]
    footer = ["填报人：张三", "", "", "审核人：李四", *blank[4:]]
    note = ["注：以上数据截至三月底", *blank[1:]]
    rows = [row(1), blank, numbered, subtotal, HEADER, row(2), total, footer, note]
    assert only(tmp_path, *rows) == [
        ("new", ""),
        ("ignored", "blank"),
        ("ignored", "blank"),
        ("ignored", "total"),
        ("ignored", "header"),
        ("new", ""),
        ("ignored", "total"),
        ("ignored", "footer"),
        ("ignored", "footer"),
    ]


def test_a_row_with_any_fact_of_a_household_is_not_ignored(tmp_path):
    lost = row(户主姓名="", 身份证号="")
    assert only(tmp_path, lost) == [("error", "name_required;id_required")]


TWO_ROWS = [
    ["关山街道农户住房情况登记表", *[""] * 11],
    ["填报单位：关山街道办事处", *[""] * 10, "单位：户"],
    ["序号", "所在村", "户主信息", "", "", "帮扶干部", "", "户类型", "住房情况", "", "", "备注"],
    [
        "",
        "",
        "姓  名",
        "公民身份号码",
        "手机",
        "姓名",
        "电话",
        "",
        "结构",
        "面积\n(㎡)",
        "建造年份",
        "",
    ],
    [str(n) for n in range(1, 13)],
]
TWO_ROW_MERGES = ["A1:L1", "A3:A4", "B3:B4", "C3:E3", "F3:G3", "H3:H4", "I3:K3", "L3:L4"]


@pytest.mark.parametrize("merged", [True, False])
def test_two_row_header_with_group_headings(tmp_path, merged):
    data = [1, "关山村", "田兰社", sheets.id_of(1), "13800001234", "李干部", "13900001111"]
    data += ["一般农户", "土木", "88㎡", "1975年", "临街"]
    path = write_xlsx(
        tmp_path / "r.xlsx", [*TWO_ROWS, data], merges=TWO_ROW_MERGES if merged else ()
    )
    _, mapping, judged = read(path)
    assert mapping.sheets[0].header_rows == (3, 4, 5)
    assert [(r.row, r.outcome, r.codes_text) for r in judged] == [(6, "new", "")]
    clean = judged[0].values
    assert (clean.head_name, clean.phone, clean.structure, clean.floor_area, clean.built_year) == (
        "田兰社",
        "13800001234",
        "TM",
        88,
        1975,
    )
    assert (clean.remark, clean.helper) == ("临街", "李干部")
    assert clean.population is None
    assert [column.heading for column in mapping.sheets[0].unmapped] == ["帮扶干部 电话"]


def place_rows():
    """Two villages, written once each."""
    return [
        row(1, 村="关山村", 组别="1组"),
        row(2, 村="", 组别=""),
        row(3, 村="", 组别="2组"),
        row(4, 村="苏赵村", 组别="5组"),
        row(5, 村="", 组别=""),
        row(6, 村="", 组别=""),
    ]


PLACES = [
    ("610114007200", "1组"),
    ("610114007200", "1组"),
    ("610114007200", "2组"),
    ("610114007201", "5组"),
    ("610114007201", "5组"),
    ("610114007201", "5组"),
]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "left blank"])
def test_places_written_once_for_a_block(tmp_path, kind):
    rows = [HEADER, *place_rows()]
    if kind == "xls":
        path = write_xls(
            tmp_path / "r.xls", rows, [(1, 3, 1, 1), (4, 6, 1, 1), (1, 2, 2, 2), (4, 6, 2, 2)]
        )
    elif kind == "ods":
        path = write_ods(tmp_path / "r.ods", rows, {(1, 1): 3, (4, 1): 3, (1, 2): 2, (4, 2): 3})
    else:
        merges = ["B2:B4", "B5:B7", "C2:C3", "C5:C7"] if kind == "xlsx" else []
        path = write_xlsx(tmp_path / "r.xlsx", rows, merges=merges)
    judged = read(path)[2]
    assert [(r.values.village_code, r.values.group) for r in judged] == PLACES


def test_an_occasional_blank_village_is_not_guessed(tmp_path):
    rows = [row(1), row(2), row(3, 村=""), row(4)]
    assert only(tmp_path, *rows)[2] == ("error", "village_unknown")


def test_group_of_one_village_does_not_run_into_the_next(tmp_path):
    rows = [
        row(1, 组别="1组"),
        row(2, 组别=""),
        row(3, 村="苏赵村", 组别=""),
        row(4, 村="苏赵村", 组别=""),
    ]
    judged = read(write_xlsx(tmp_path / "r.xlsx", [HEADER, *rows]))[2]
    assert [r.values.group for r in judged] == ["1组", "1组", "", ""]


def test_village_from_sheet_name_or_title(tmp_path):
    header = [heading for heading in HEADER if heading != "村"]
    first, second = ([c for i, c in enumerate(row(n)) if i != 1] for n in (1, 2))
    path = write_sheets(
        tmp_path / "r.xlsx",
        {"苏赵村": [header, first], "Sheet2": [["关山街道东兴村民委员会花名册"], header, second]},
    )
    assert [r.values.village_code for r in read(path)[2]] == ["610114007201", "610114007202"]


def test_village_and_group_in_one_cell(tmp_path):
    header = [
        "家庭住址" if heading == "村" else "x" if heading == "组别" else heading
        for heading in HEADER
    ]
    judged = read(write_xlsx(tmp_path / "r.xlsx", [header, row(村="关山村第三组")]))[2]
    assert (judged[0].values.village_code, judged[0].values.group) == ("610114007200", "3组")


def test_sheets_that_are_no_roster_are_left_aside(tmp_path):
    path = write_sheets(
        tmp_path / "r.xlsx",
        {
            "汇总": [["村", "户数", "人口"], ["关山村", 514, 1800]],
            "名册": [HEADER, row()],
            "空": [],
        },
    )
    _, mapping, judged = read(path)
    assert [sheet.sheet for sheet in mapping.sheets] == ["名册"]
    assert {entry.sheet for entry in mapping.ignored} == {"汇总", "空"}
    assert [r.sheet for r in judged] == ["名册"]


def test_members_of_the_household_are_not_households(tmp_path):
    header = [*HEADER, "与户主关系"]
    rows = [[*row(1), "户主"], [*row(2), "配偶"], [*row(3), "长子"]]
    assert [codes for _, codes in only(tmp_path, *rows, header=header)] == ["", "member", "member"]


def test_ids_in_capitals_and_spaces(tmp_path):
    number = next(n for n in range(200) if sheets.id_of(n).endswith("X"))
    written = sheets.id_of(number)
    spread = f" {written[:6]} {written[6:14]}　{written[14:].lower()} "
    assert values(tmp_path, 身份证号=spread).id_number == written


def test_same_name_in_two_offices(tmp_path):
    twin = VillageRef("610114005299", "关山村委会", "北屯街道")
    roster = open_roster(
        write_xlsx(
            tmp_path / "r.xlsx",
            [
                [*HEADER, "街办"],
                [*row(1), ""],
                [*row(2), "北屯街办"],
                [*row(3), "关山街道办事处"],
            ],
        )
    )

    def codes(region):
        known = sheets.reference(region, [twin])
        mapping = find_mapping(roster, known.villages)
        return [
            r.codes_text or r.values.village_code for r in judge_rows(roster, mapping, known, TODAY)
        ]

    assert codes(GUANSHAN) == ["610114007200", "village_forbidden", "610114007200"]
    assert codes(DISTRICT) == ["village_unknown", "610114005299", "610114007200"]


def test_village_that_contradicts_the_office_column(tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", [[*HEADER, "街办"], [*row(1), "北屯街道"]])
    assert judge(path, DISTRICT) == [(2, "error", "village_unknown")]


@pytest.mark.parametrize(
    ("heading", "written", "helper", "codes"),
    [
        ("帮扶干部", " 赵 一心 ", "赵一心", ""),
        ("帮扶责任人", "无", "", ""),
        ("帮扶人", "张三、李四", "", "warn:helper_invalid"),
        ("帮扶责任人姓名", "李海13800001234", "", "warn:helper_invalid"),
    ],
)
def test_a_helper_is_taken_or_left_blank_with_a_warning(tmp_path, heading, written, helper, codes):
    path = write_xlsx(tmp_path / "r.xlsx", [[*HEADER, heading], [*row(), written]])
    judged = read(path)[2][0]
    assert (judged.outcome, judged.codes_text, judged.values.helper) == ("new", codes, helper)
