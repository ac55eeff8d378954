"""The table of results that goes out, and what can be wrong with one that comes back."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from households.roster.refusals import RosterRefused
from inspections.batch.columns import key_of
from inspections.batch.judging import MAX_RESULTS
from inspections.models import ResultImport
from tests.factories import suspected_household
from tests.imports.result_tables import (
    FIRST_LINE,
    act,
    columns,
    filled_in,
    result,
    table_of,
    told,
    upload_of,
    uploaded,
)
from tests.inspections.factories import AppraisalFactory, OrganisationFactory
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db
EXPORT = reverse("inspections:result_export")
UPLOAD = reverse("inspections:result_upload")


def test_the_table_has_one_row_an_open_assignment_of_the_filters(sign_in, bureau_clerk):
    mine = AppraisalFactory(household=suspected_household(head_name="䶮𠮷㐂"))
    other = AppraisalFactory(organisation=OrganisationFactory(name="西安另一鉴定所"))
    AppraisalFactory(state="cancelled", cancel_reason="改期")
    client = sign_in(bureau_clerk)
    response = client.post(EXPORT, {"organisation": mine.organisation_id, "reason": "交机构填写"})
    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    assert [cell.value for cell in sheet["A"]][2:] == [key_of(mine)]
    at = columns(sheet)
    assert sheet.cell(FIRST_LINE, at["户主"]).value == "䶮𠮷㐂"
    assert sheet.cell(FIRST_LINE, at["户编号"]).value == mine.household.code
    assert not {"身份证号", "联系电话"} & at.keys()
    written = Entry.objects.get(act="exported")
    assert (written.after["户数"], written.reason) == (1, "交机构填写")
    everything = load_workbook(BytesIO(client.post(EXPORT).content)).worksheets[0]
    assert {cell.value for cell in everything["A"][2:]} == {key_of(mine), key_of(other)}


def test_fixed_choices_are_offered_and_the_notes_are_there(reference):
    workbook = table_of([AppraisalFactory(), AppraisalFactory()])
    sheet = workbook.worksheets[0]
    offered = {each.formula1: str(each.sqref) for each in sheet.data_validations.dataValidation}
    at = columns(sheet)
    assert offered['"具备,部分具备,不具备"'] == "{0}3:{0}4".format(
        sheet.cell(3, at["防灾措施"]).column_letter
    )
    assert '"维持,维修,加固,拆除重建,迁址"' in offered
    assert '"A级,B级,C级,D级"' in offered
    assert '"是,否"' in offered
    assert (
        len([each for each in sheet.data_validations.dataValidation if "a,b,c,d" in each.formula1])
        == 6
    )
    assert workbook.sheetnames == ["鉴定结果", "填表说明"]
    assert "一行一户" in workbook["填表说明"]["A2"].value


def test_a_formula_in_a_name_stays_text(reference):
    appraisal = AppraisalFactory(household=suspected_household(group="=1+1"))
    sheet = table_of([appraisal]).worksheets[0]
    assert sheet.cell(FIRST_LINE, columns(sheet)["组"]).data_type == "s"


def test_nothing_to_export_says_so(sign_in, bureau_clerk):
    page = sign_in(bureau_clerk).post(EXPORT, follow=True)
    assert "没有可以导出的" in page.text
    assert not Entry.objects.filter(act="exported").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"鉴定编号": None}, "鉴定编号为空"),
        ({"户编号": "61011400720099999"}, "户编号与鉴定编号不符：JD"),
        ({"鉴定日期": None}, "请填写鉴定日期"),
        ({"报告编号": None}, "请填写报告编号"),
        ({"防灾措施": None}, "请填写防灾措施"),
        ({"场地": None}, "请填写场地"),
        ({"鉴定人员二": "王建国"}, "鉴定人员不得少于两人"),
        ({"鉴定人员二": "Li Ming"}, "不像姓名"),
        ({"场地危险": "可能"}, "应填“是”或“否”"),
        ({"报告编号": "长" * 41}, "报告编号有 41 个字，最多 40 个"),
        ({"户主确认日期": "2020-02-30"}, "户主确认日期“2020-02-30”没有这一天"),
        (
            {"场地": None, "地基基础": None, "承重墙": None, "屋面": None},
            "请至少评定一个构件的等级",
        ),
        ({"鉴定等级": "E"}, "鉴定等级“E”不对"),
    ],
)
def test_a_fault_has_its_own_sentence(reference, bureau_clerk, changes, sentence):
    workbook = filled_in([AppraisalFactory()], result(1, **changes))
    ((outcome, said),) = told(uploaded(workbook, bureau_clerk)).values()
    assert outcome == "error"
    assert sentence in said


def test_several_faults_of_a_row_are_all_told(reference, bureau_clerk):
    changes = {"鉴定日期": "昨天", "鉴定人员二": None, "屋面": "x", "处理建议": None}
    workbook = filled_in([AppraisalFactory()], result(1, **changes))
    ((_, said),) = told(uploaded(workbook, bureau_clerk)).values()
    assert said.count("；") == 3
    assert "请填写鉴定日期" not in said


def test_an_appraisal_of_another_district_is_unknown(reference, bureau_clerk):
    appraisal = AppraisalFactory()
    workbook = filled_in([appraisal], result(1))
    bureau_clerk.region_id = "610114005"
    ((_, said),) = told(uploaded(workbook, bureau_clerk)).values()
    assert f"没有“{key_of(appraisal)}”这个鉴定编号" in said
    assert appraisal.household.head_name not in said


def test_other_columns_and_their_order_do_not_matter(reference, bureau_clerk):
    workbook = filled_in([AppraisalFactory()], result(1))
    sheet = workbook.worksheets[0]
    sheet.insert_cols(2)
    sheet.cell(2, 2).value = "我的备注"
    sheet.insert_rows(1)
    sheet.cell(1, 1).value = "阎良区农村住房安全性鉴定"
    sheet.delete_cols(columns_of_row(sheet, 3)["户编号"])
    assert uploaded(workbook, bureau_clerk).counts == {"new": 1}


def columns_of_row(sheet, line: int) -> dict[str, int]:
    return {str(cell.value).rstrip("*"): cell.column for cell in sheet[line] if cell.value}


def test_a_table_without_a_needed_column_is_refused(sign_in, bureau_clerk):
    workbook = filled_in([AppraisalFactory()], result(1))
    sheet = workbook.worksheets[0]
    sheet.delete_cols(columns(sheet)["报告编号"])
    page = sign_in(bureau_clerk).post(UPLOAD, {"file": upload_of(workbook)})
    assert page.status_code == 400
    assert "没有“报告编号”列" in page.text.replace("&quot;", "")
    assert not ResultImport.objects.exists()
    assert Entry.objects.get(act="results_refused").after == {"文件": "鉴定结果.xlsx"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.4", "这不是 Excel 工作簿"),
        (b"PK\x03\x04rubbish", "文件已损坏"),
        (b"", "不是 Excel"),
    ],
)
def test_other_files_are_refused(sign_in, bureau_clerk, content, sentence):
    file = SimpleUploadedFile("结果.xlsx", content)
    page = sign_in(bureau_clerk).post(UPLOAD, {"file": file})
    assert page.status_code == 400
    assert sentence in page.text or "请先选择" in page.text


def test_a_roster_is_no_table_of_results(reference, bureau_clerk):
    workbook = table_of([AppraisalFactory()])
    del workbook["鉴定结果"]
    with pytest.raises(RosterRefused, match="没有找到鉴定结果的表头"):
        uploaded(workbook, bureau_clerk)


def test_too_many_rows_at_once_are_refused(reference, bureau_clerk, monkeypatch):
    monkeypatch.setattr("inspections.batch.judging.MAX_RESULTS", 1)
    workbook = filled_in([AppraisalFactory(), AppraisalFactory()], result(1), result(2))
    with pytest.raises(RosterRefused, match="填写了 2 户，一次最多录入 1 户"):
        uploaded(workbook, bureau_clerk)
    assert MAX_RESULTS >= 200


def test_the_refused_rows_alone_can_be_taken_home(sign_in, bureau_clerk):
    appraisals = [AppraisalFactory(), AppraisalFactory()]
    workbook = filled_in(appraisals, result(1), result(2, 屋面="x"))
    result_import = uploaded(workbook, bureau_clerk)
    client = sign_in(bureau_clerk)
    content = client.post(act("download", result_import), {"only": "refused"}).content
    refused = load_workbook(BytesIO(content))
    sheet = refused.worksheets[0]
    assert [cell.value for cell in sheet["A"]][1:] == [key_of(appraisals[1])]
    at = columns_of_row(sheet, 1)
    sheet.cell(2, at["屋面"]).value = "a"
    assert uploaded(refused, bureau_clerk).counts == {"new": 1}
