"""What the placeholders of the city's workbook mean, what is wrong with it, and what it is filled with."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from households.models import Region
from reports.annex2.city_workbook.filled import filled, in_use_filled
from reports.annex2.city_workbook.findings import (
    NO_PLACEHOLDER,
    NO_PROVENANCE,
    Examination,
    faults,
)
from reports.annex2.city_workbook.keeping import take_into_use, upload_workbook
from reports.annex2.city_workbook.names import FACTS
from reports.annex2.city_workbook.sample import (
    made_up_paper,
    made_up_sheet,
    made_up_tables,
    sample_workbook,
)
from reports.annex2.exports import workbook as own_workbook
from reports.annex2.faces import table_of
from reports.annex2.sheet import sheet_of as annex_of
from reports.models import CityWorkbook
from reports.thursday.annex_workbook import annex_workbook
from reports.thursday.dressing import DRAFT
from tests.factories import HouseholdFactory, happen
from tests.reports.city_cases import (
    BEITUN,
    COMPLETE,
    DISTRICT,
    GUANSHAN,
    figures,
    paper,
    sheet_of,
    table,
    tables,
    uploaded,
    workbook_of,
)
from tests.reports.papers import (
    MISSING,
    district_paper,
    office_paper,
    preview,
    small_register,
)
from yanliang.tables.table import DocumentProperties, Row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _(reference):
    """Regions have names."""


def fill(content: bytes, of=None):
    of = of or paper()
    done = filled(of, Examination(content, of.annex), DocumentProperties(author="李经办"))
    return load_workbook(BytesIO(done))


def read(text: str, *, row: str = "", section: str = "", of=None):
    """What `text` becomes in a cell, in a row and on a sheet that say what they stand for."""
    sheet = fill(sheet_of(A1=section, A2=row, C2=text), of).active
    return sheet["C2"].value


# Names


@pytest.mark.parametrize(
    ("text", "row", "section", "value"),
    [
        ("{{1}}", "{{行:关山街道}}", "", 200),
        ("{{已排查}}", "{{行:关山街道}}", "", 150),
        ("{{ 已 排查 }}", "{{行：关山街道}}", "", 150),
        ("{{２}}", "{{行:北屯街道}}", "", 40),
        ("{{排查率}}", "{{行:关山街道}}", "", 0.75),
        ("率{{排查率}}", "{{行:关山街道}}", "", "率75.00%"),
        ("{{已排查}}", "{{行:合计}}", "", 190),
        ("{{已排查}}", "{{行:合计}}", "{{表:一般农户}}", 95),
        ("{{已排查}}", "{{行:合计}}", "（{{表：一般农户}}）", 95),
        ("{{关山街道.已排查}}", "", "", 150),
        ("{{关山街道.已排查}}", "{{行:北屯街道}}", "{{表:一般农户}}", 75),
        ("{{一般农户.关山街道.2}}", "", "", 75),
        ("{{全部农户．合计．农户总数}}", "", "{{表:一般农户}}", 300),
        ("{{行:关山街道}}", "", "", "关山街道"),
        ("{{表:一般农户}}", "", "", "一般农户"),
    ],
)
def test_figures_and_names_of_the_table(text, row, section, value):
    assert read(text, row=row, section=section) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("填报单位", "西安市阎良区"),
        ("填报人", "张三"),
        ("联系电话", "029-00000000"),
        ("校验码", "0000-0000-0000"),
        ("回执号", "示例-0000"),
        ("说明", "示例数字，不是实际数据"),
    ],
)
def test_facts_of_the_document(name, value):
    assert read(f"{{{{{name}}}}}") == value


def test_dates_are_dates():
    of = paper()
    assert read("数字截至{{截至}}", of=of) == f"数字{of.as_at}"
    assert read("{{填报日期}}", of=of).date() == of.filed_on
    assert read("{{报告周}}", of=of).date() == of.thursday
    thursday = of.thursday
    assert read("截至{{报告周}}止", of=of) == f"截至{thursday:%Y年%-m月%-d日}止"


def test_every_fact_can_be_read():
    for fact in FACTS:
        assert read(f"事项：{{{{{fact.name}}}}}") != f"事项：{{{{{fact.name}}}}}"


def test_a_missing_office_is_shown_as_missing_and_a_stand_in_by_its_full_name():
    missing = Row(
        dict.fromkeys(("1", "2", "3", "4", "5"), "未报") | {"place": "关山街道"}, key=GUANSHAN
    )
    annex = [
        table(
            "全部农户",
            [
                missing,
                figures("北屯街道（台账数）", BEITUN, 100, 40),
                figures("合计（不含未报）", DISTRICT, 100, 40, kind="total"),
            ],
        )
    ]
    sheet = fill(sheet_of(**COMPLETE, B3="{{1}}", B4="{{1}}"), paper(annex)).active

    assert [sheet[place].value for place in ("A2", "B2", "D2")] == ["关山街道", "未报", "未报"]
    assert [sheet[place].value for place in ("A3", "B3")] == ["北屯街道（台账数）", 100]
    assert [sheet[place].value for place in ("A4", "B4")] == ["合计（不含未报）", 100]


def test_header_and_footer_take_facts_and_absolute_figures():
    book = load_workbook(BytesIO(sheet_of(A1="x")))
    book.active.oddFooter.right.text = "{{校验码}} {{关山街道.已排查}}"
    stream = BytesIO()
    book.save(stream)

    assert fill(stream.getvalue()).active.oddFooter.right.text == "0000-0000-0000 150"


# Faults


def test_what_follows_from_one_mistake_is_told_once():
    content = workbook_of(
        {
            "一": {"A2": "{{行:关山镇}}", "B2": "{{1}}", "C2": "{{2}}和{{2}}"},
            "二": {"A1": "{{表:一搬农户}}", "A2": "{{行:关山街道}}", "B2": "{{1}}"},
        }
    )
    found = faults(content, tables())
    assert [each.partition("：")[0] for each in found] == ["工作表“一”A2", "工作表“二”A1"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"A1": "没有"}, NO_PLACEHOLDER),
        ({"A2": "{{行:关山街道}}", "B2": "{{已排察}}"}, "B2：不认识“已排察”，现行版式没有这一栏，是不是“已排查”"),
        ({"A2": "{{填报单味}}"}, "A2：不认识“填报单味”，现行版式没有这一栏，是不是“填报单位”"),
        ({"C3": "{{已排查}}"}, "C3：这一行没有 {{行:街办}}"),
        ({"A2": "{{行:关山街道}}", "B2": "{{99}}"}, "B2：没有第 99 栏，现行版式到第 5 栏为止"),
        ({"A2": "{{行:关山街道}}", "B2": "{{其他}}"}, "B2：有几栏都叫“其他”，请改写栏号（4、5）"),
        ({"A1": "{{表:一搬农户}}"}, "A1：没有“一搬农户”这一类农户，是不是“一般农户”"),
        ({"A2": "{{行:关山镇}}"}, "A2：没有“关山镇”这个街办，是不是“关山街道”"),
        ({"A2": "{{不存在.已排查}}"}, "A2：没有“不存在”这个街办"),
        ({"A2": "{{无.关山街道.已排查}}"}, "A2：没有“无”这一类农户"),
        ({"A2": "{{甲.乙.丙.丁}}"}, "A2：点号最多两个"),
        ({"A2": "{{行:关山街道}}", "A5": "{{行:关山街道办事处}}"}, "“行:关山街道办事处”重复：A2 已有这一行"),
        ({"A2": "{{行:关山街道}}", "A5": "{{行:关山街道}}"}, "A5：“行:关山街道”重复：A2 已有这一行"),
        ({"A2": "{{行:关山街道}}", "F2": "{{行:北屯街道}}"}, "F2：一行只能有一个“行:”，A2 已写“行:关山街道”"),
        ({"A1": "{{表:全部农户}}", "A9": "{{表:一般农户}}"}, "A9：一张工作表只填一类农户"),
        ({"A2": "{{已排查}"}, "A2：花括号不成对"),
        ({"A2": '=A1&"{{4}}"'}, "A2：公式里不能写占位符"),
    ],
)  # fmt: skip
def test_a_fault_names_sheet_and_cell_and_what_was_meant(cells, told):
    found = faults(sheet_of(**cells), tables())

    assert any(told in each for each in found), found
    assert told == NO_PLACEHOLDER or all(each.startswith("工作表“表一”") for each in found)


def test_a_row_mark_in_a_header_is_refused():
    book = load_workbook(BytesIO(sheet_of(**COMPLETE)))
    book.active.oddHeader.center.text = "{{行:关山街道}}"
    stream = BytesIO()
    book.save(stream)

    (fault,) = faults(stream.getvalue(), tables())
    assert fault.startswith("工作表“表一”页眉（中）：页眉、页脚里没有行")


def test_the_same_office_may_stand_on_two_sheets():
    assert not faults(workbook_of({"一": COMPLETE, "二": COMPLETE}), tables())


def test_a_complete_form_has_no_fault_and_no_warning():
    examination = Examination(sheet_of(**COMPLETE), tables())
    assert (examination.faults, examination.warnings) == ([], [])


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("A3", "表样里没有：北屯街道"),
        ("A4", "表样里没有：合计"),
        ("C2", "没有用到：2 已排查"),
        ("A5", NO_PROVENANCE),
    ],
)
def test_what_is_left_out_is_a_warning(left_out, told):
    cells = {place: text for place, text in COMPLETE.items() if place != left_out}
    examination = Examination(sheet_of(**cells), tables())

    assert not examination.faults
    (warning,) = examination.warnings
    assert told in warning.sentence


def test_a_rate_in_a_format_without_percent_is_a_warning():
    book = load_workbook(BytesIO(sheet_of(**COMPLETE)))
    book.active["D2"].number_format = "0.00"
    stream = BytesIO()
    book.save(stream)

    (warning,) = Examination(stream.getvalue(), tables()).warnings
    assert str(warning).startswith("工作表“表一”D2：“排查率”是百分数")


# The sample


def test_the_sample_passes_without_fault_or_warning():
    examination = Examination(sample_workbook(made_up_tables()), made_up_tables())

    assert (examination.faults, examination.warnings) == ([], [])


def test_made_up_figures_agree_with_one_another():
    sheet = made_up_sheet()
    assert not [fault for section in sheet.sections for fault in sheet.faults(section)]


def test_made_up_figures_owe_nothing_to_the_register():
    before = [list(table.rows) for table in made_up_tables()]
    happen(HouseholdFactory(), "inspected:safe")
    assert [list(table.rows) for table in made_up_tables()] == before


def real_tables():
    happen(HouseholdFactory(), "inspected:suspected", "appraised:c")
    happen(HouseholdFactory(class_code="low_income"), "inspected:safe")
    happen(HouseholdFactory(region_id="610114005200"), "inspected:safe")
    HouseholdFactory()
    sheet = annex_of(Region.objects.get(pk=DISTRICT))
    return [table_of(sheet, section, notes=False) for section in sheet.sections]


def test_the_sample_filled_with_real_figures_equals_annex_2_itself():
    annex = real_tables()
    own = load_workbook(BytesIO(own_workbook(annex, DocumentProperties())))
    sample = fill(sample_workbook(made_up_tables()), made_up_paper(annex))

    assert sample.sheetnames == own.sheetnames
    compared = 0
    for name in own.sheetnames:
        for line in own[name].iter_rows(min_row=1, max_row=15):
            for cell in line:
                twin = sample[name][cell.coordinate]
                assert twin.value == cell.value, (name, cell.coordinate)
                assert twin.data_type == cell.data_type
                if cell.data_type == "n" and cell.value is not None:
                    assert twin.number_format == cell.number_format
                    compared += 1
        assert sample[name].print_title_rows == own[name].print_title_rows
        assert {str(area) for area in sample[name].merged_cells.ranges} >= {"A5:A6", "B5:I5"}
    assert compared > 7 * 8 * 22


# The one in use


@pytest.fixture
def in_use(bureau_lead):
    content = sample_workbook(made_up_tables())
    workbook = upload_workbook(uploaded(content), note="", by=bureau_lead)
    return take_into_use(workbook.pk, by=bureau_lead, seen=1, seen_in_use=None)


def test_the_one_in_use_is_filled_in_place_of_the_programs_own(in_use):
    small_register()
    of = district_paper()
    content = annex_workbook(of, DocumentProperties(author="李经办", keywords=of.sha256))
    book = load_workbook(BytesIO(content))

    sheet = book["全部农户"]
    assert sheet["A4"].value == "填报单位（盖章）：阎良区住房和城乡建设局"
    rows = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=8, max_row=15)}
    assert (rows["关山街道"], rows["北屯街道"], rows["合计"]) == (2, 1, 3)
    assert rows[MISSING] == "未报"
    remarks = [row[0].value for row in sheet.iter_rows(min_row=16, max_row=17)]
    assert remarks[0] == "；".join(each.rstrip("。") for each in of.provenance)
    assert of.code in remarks[1]
    assert (book.properties.creator, book.properties.keywords) == ("李经办", of.sha256)


def test_the_sheet_for_checking_comes_last(in_use):
    small_register()
    of = district_paper()
    book = load_workbook(BytesIO(in_use_filled(of, DocumentProperties())))

    assert book.sheetnames == [*(table.sheet_name for table in of.annex), "校验"]
    told = [cell.value for row in book["校验"].iter_rows() for cell in row if cell.value]
    assert {of.code, of.sha256, of.receipt} <= set(told)


def test_a_draft_says_that_it_is_one_on_every_page(in_use):
    small_register()
    book = load_workbook(BytesIO(in_use_filled(preview(district_paper()), DocumentProperties())))

    assert {sheet.oddHeader.center.text for sheet in book} == {DRAFT}


def test_without_one_in_use_the_program_writes_its_own(bureau_lead):
    small_register()
    upload_workbook(uploaded(sheet_of(**COMPLETE)), note="", by=bureau_lead)
    of = district_paper()

    assert in_use_filled(of, DocumentProperties()) is None
    assert "填表说明" in load_workbook(BytesIO(annex_workbook(of, DocumentProperties()))).sheetnames


def test_an_offices_own_paper_is_the_programs(in_use):
    small_register()
    assert in_use_filled(office_paper(), DocumentProperties()) is None


def test_one_that_does_not_fit_the_papers_layout_is_not_used(in_use):
    assert in_use_filled(paper(tables()), DocumentProperties()) is None
    assert CityWorkbook.objects.in_use() == in_use


@pytest.mark.parametrize(("named", "is_used"), [("{{2}}", False), ("{{已排查}}", True)])
def test_a_number_that_means_another_column_now_is_not_believed(bureau_lead, named, is_used):
    """In the small layout 2 is 已排查; in the one in force, for which the workbook was taken, it is not."""
    content = sheet_of(A1="{{行:关山街道}}", B1=named)
    workbook = upload_workbook(uploaded(content), note="", by=bureau_lead)
    take_into_use(workbook.pk, by=bureau_lead, seen=1, seen_in_use=None)

    assert (in_use_filled(paper(tables()), DocumentProperties()) is not None) == is_used


def test_a_stored_file_that_is_gone_leaves_the_programs_own(in_use):
    in_use.file.storage.delete(in_use.file.name)
    assert in_use_filled(district_paper(), DocumentProperties()) is None
