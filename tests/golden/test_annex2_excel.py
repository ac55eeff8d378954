"""The workbook of Annex 2 read back: sheets, head, figures, signatures, print set-up."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from households.models import Region
from reports.annex2.columns import COLUMNS
from reports.annex2.exports import exported
from reports.annex2.sheet import sheet_of
from tests.factories import HouseholdFactory, StaffFactory, happen


@pytest.fixture
def sheet(reference):
    happen(HouseholdFactory(), "inspected:suspected", "appraised:c")
    happen(HouseholdFactory(class_code="low_income"), "inspected:safe")
    HouseholdFactory()
    return sheet_of(Region.objects.get(code="610114"))


@pytest.fixture
def workbook(sheet):
    by = StaffFactory(username="clerk", full_name="李经办")
    return load_workbook(BytesIO(exported(sheet, "xlsx", by=by, reason="报送市局")))


def test_a_sheet_for_each_section(workbook, sheet):
    assert workbook.sheetnames == [section.name for section in sheet.sections]
    assert workbook.properties.creator == "李经办"
    assert workbook.properties.title.startswith("阎良区所有农户住房安全排查情况统计表（")
    assert workbook.properties.description == "导出原因：报送市局"


def test_title_facts_and_head(workbook):
    page = workbook["低保户"]
    assert [page[f"A{line}"].value for line in (1, 2, 3)] == [
        "附件2",
        "所有农户住房安全排查情况统计表",
        "（低保户）",
    ]
    facts = [cell.value for cell in page[4] if cell.value]
    assert facts[0] == "填报单位（盖章）：西安市阎良区"
    assert facts[1].startswith("填报日期：")
    assert facts[2] == "单位：户"
    merged = {str(area) for area in page.merged_cells.ranges}
    assert {"A5:A6", "B5:I5", "J5:P5", "Q5:V5", "W5:X5"} <= merged
    assert [cell.value for cell in page[5] if cell.value] == [
        "街办",
        "排查",
        "鉴定",
        "改造",
        "清零",
    ]
    assert [cell.value for cell in page[6]][1:] == [column.label for column in COLUMNS]
    assert [cell.value for cell in page[7]] == [None, *range(1, 24)]


def test_every_figure_is_a_number_that_equals_the_table(workbook, sheet):
    for section in sheet.sections:
        page = workbook[section.name]
        for line, row in zip(sheet.lines(section), page.iter_rows(min_row=8), strict=False):
            assert row[0].value == line.name
            for column, cell in zip(COLUMNS, row[1:], strict=True):
                value = column.value(line.figures)
                if value is None:
                    assert (cell.value, cell.data_type) == ("—", "s")
                else:
                    assert cell.value == pytest.approx(float(value))
                    assert cell.data_type == "n"
                    assert cell.number_format == ("0.00%" if column.number == 5 else "#,##0")
    assert workbook["全部农户"]["A15"].value == "合计"
    assert workbook["全部农户"]["B15"].value == 3


def test_foot_has_signatures_check_and_rules(workbook):
    texts = [
        str(cell.value)
        for row in workbook["全部农户"].iter_rows(min_row=16)
        for cell in row
        if cell.value
    ]
    assert texts[:4] == ["填报人：", "审核人：", "单位负责人：", "联系电话："]
    assert "勾稽关系核对无误" in texts
    rules = "".join(texts[texts.index("填表说明：") :])
    assert all(f"{column.number} {column.label}——{column.hint}" in rules for column in COLUMNS)
    assert "13+14=15+16+21" in rules


def test_prints_on_a3_one_page_wide_with_the_head_repeated(workbook):
    for page in workbook:
        assert (page.page_setup.paperSize, page.page_setup.orientation) == (8, "landscape")
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.print_title_rows == "$5:$7"
        assert page.print_area.startswith(f"'{page.title}'!$A$1:$X$")
