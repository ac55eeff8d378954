"""Results by workbook: the table that goes out, what comes back, and what is recorded of it."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from households.models import Household
from households.roster.cleaning import CellFault, compact
from households.roster.marking import REFUSED_FILL
from households.roster.refusals import RosterRefused
from inspections.appraisal import RESULT_FIELDS, cancel, record_result
from inspections.batch import cells, entry, importing
from inspections.batch.columns import ENTERED, key_of
from inspections.batch.judging import MAX_RESULTS
from inspections.models import Appraisal, ResultImport
from tests.factories import happen, suspected_household
from tests.imports.result_tables import (
    FIRST_LINE,
    columns,
    fill,
    line_of,
    result,
    table_of,
    upload_of,
)
from tests.inspections.factories import AppraisalFactory, OrganisationFactory
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults as trail_faults
from yanliang.periods import now

EXPORT = reverse("inspections:result_export")
UPLOAD = reverse("inspections:result_upload")
LIST = reverse("inspections:result_import_list")
DONE_ON = dt.date(2020, 4, 20)


def act(name: str, result_import: ResultImport) -> str:
    return reverse(f"inspections:result_import_{name}", args=[result_import.pk])


def uploaded(workbook, by) -> ResultImport:
    return importing.upload_results(upload_of(workbook), by)


def told(result_import: ResultImport) -> dict[int, tuple[str, str]]:
    """Outcome and sentence by Excel's row number."""
    return {row.row: (row.outcome, row.sentence) for row in importing.rows_of(result_import)}


def filled_in(appraisals: list[Appraisal], *results: dict):
    """The table of `appraisals` with `results` from the first line down."""
    workbook = table_of(appraisals)
    for line, values in enumerate(results, start=FIRST_LINE):
        fill(workbook.worksheets[0], line, values)
    return workbook


# Cells


@pytest.mark.parametrize(
    "text",
    [
        "2020-04-02",
        "2020.4.2",
        "2020/4/2",
        "2020年4月2日",
        "２０２０．４．２",
        " 20200402 ",
        "2020年4月2号",
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert cells.day(text, "鉴定日期") == dt.date(2020, 4, 2)


@pytest.mark.parametrize(
    "text", ["4.2", "2020.4", "2020-4/2", "20.4.2", "202042", "43923", "2020年4月", "昨天", "True"]
)
def test_a_day_that_is_none_is_refused_with_what_was_typed(text):
    fault = cells.day(text, "鉴定日期")
    assert isinstance(fault, CellFault)
    assert f"鉴定日期“{text}”无法识别" in fault.sentence


def test_a_day_that_no_calendar_has():
    assert "没有这一天" in cells.day("2020-02-30", "鉴定日期").sentence


@settings(max_examples=60, deadline=None)
@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(
        ["{0}-{1}-{2}", "{0}.{1}.{2}", "{0}/{1:02}/{2:02}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}"]
    ),
    st.sampled_from(["", " ", "　"]),
)
def test_every_day_in_every_form(day, form, space):
    written = form.format(day.year, day.month, day.day)
    wide = written.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    assert cells.day(space + written + space, "日期") == day
    assert cells.day(wide, "日期") == day


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from("abcd"),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "级", " 级", "級"]),
)
def test_a_grade_is_one_letter_in_any_dress(letter, is_capital, is_wide, ending):
    written = letter.upper() if is_capital else letter
    written = chr(ord(written) + 0xFEE0) if is_wide else written
    expected = letter if ending != "級" else None
    found = cells.component(written + ending, "屋面")
    assert found == expected if expected else isinstance(found, CellFault)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=6))
def test_nothing_else_is_taken_for_a_grade(text):
    found = cells.component(text, "屋面")
    if found and not isinstance(found, CellFault):
        assert compact(text).casefold() in {found, f"{found}级"}


@pytest.mark.parametrize("text", ["ab", "e", "aa", "1", "优", "a、b", "A/B"])
def test_what_is_no_grade(text):
    assert f"“{text}”不对，应填 a、b、c、d 之一" in cells.component(text, "屋面").sentence


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_reading_never_breaks_whatever_is_typed(text):
    values, faults = entry.read_cells({column.name: text for column in ENTERED})
    assert values.keys() == set(RESULT_FIELDS) - {"report"}
    assert all(sentences for sentences in faults.values())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王建国、李秀英", ["王建国", "李秀英"]),
        ("王建国 李秀英", ["王建国", "李秀英"]),
        ("王 伟", ["王伟"]),
        ("王　伟；李秀英", ["王伟", "李秀英"]),
        ("王建国,王建国", ["王建国"]),
        ("无", []),
        ("", []),
        ("𠮷田、䶮明", ["𠮷田", "䶮明"]),
    ],
)
def test_names(text, found):
    assert cells.names(text, "鉴定人员") == found


def test_a_name_of_letters_is_refused():
    assert "“Wang”不像姓名" in cells.names("王建国、Wang", "鉴定人员").sentence


@pytest.mark.parametrize(
    ("text", "found"),
    [("是", True), ("√", True), ("True", True), ("否", False), ("", False), ("Ｎ", False)],
)
def test_yes_and_no(text, found):
    assert cells.yes_no(text, "场地危险") is found


def test_neither_yes_nor_no():
    assert "应填“是”或“否”" in cells.yes_no("也许", "场地危险").sentence


# The table that goes out

pytestmark = pytest.mark.django_db


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


# Upload, preview, confirm


def whole(report_number: str) -> dict:
    """A result's values as the forms give them."""
    return {
        "appraised_on": DONE_ON,
        "appraisers": ["王建国", "李秀英"],
        "report_number": report_number,
        "site": "a",
        "walls": "c",
        "disaster_measures": "partial",
        "advice": "reinforce",
    }


#: Row (from 0), heading, what is written there, the sentence, and the heading of the cell that is marked.
FAULTS = [
    (0, "鉴定日期", "4月20日", "鉴定日期“4月20日”无法识别", "鉴定日期"),
    (1, "鉴定日期", "2999-01-01", "鉴定日期不能晚于今天", "鉴定日期"),
    (2, "鉴定人员二", None, "鉴定人员不得少于两人", "鉴定人员一"),
    (3, "报告编号", "USED-1", "该机构的这个报告编号已用于另一户", "报告编号"),
    (4, "屋面", "ab", "屋面“ab”不对，应填 a、b、c、d 之一", "屋面"),
    (5, "鉴定等级", "B级", "按构件计算为C级，评为B级须写明调整理由", "调整理由"),
    (6, "处理建议", "随便", "应填以下之一：维持、维修、加固、拆除重建、迁址", "处理建议"),
    (7, "鉴定编号", "JD999999", "没有“JD999999”这个鉴定编号", "鉴定编号"),
    (8, "鉴定机构", "西安另一鉴定所", "该户委托的是西安航城房屋安全鉴定所，不是", "鉴定机构"),
    (150, "报告编号", "JD-20", "报告编号与第 23 行", "报告编号"),
    (160, "鉴定编号", "第 31 行的", "与第 33 行是同一户的鉴定，只能保留一行", "鉴定编号"),
]
EXEMPT = 9


def test_two_hundred_rows_with_twelve_faults(sign_in, bureau_clerk):
    """Looked at, confirmed; the marked workbook mended and uploaded again: all recorded, nothing twice."""
    appraisals = [AppraisalFactory() for _ in range(200)]
    used = AppraisalFactory()
    record_result(used, whole("USED-1"), by=bureau_clerk, seen=1)
    happen(appraisals[EXEMPT].household, "exempted")
    workbook = filled_in(appraisals, *(result(number) for number in range(200)))
    sheet = workbook.worksheets[0]
    fill(sheet, 100, {"鉴定日期": dt.datetime(2020, 4, 20), "承重墙": "Ｃ级", "场地": " A "})
    fill(sheet, 101, {"鉴定日期": 20200420, "场地危险": "否", "鉴定等级": "c"})
    fill(sheet, 102, {"鉴定日期": "2020年4月20日", "鉴定人员一": "王 伟", "场地危险": "是"})
    at = columns(sheet)
    right = {
        number: {heading: sheet.cell(FIRST_LINE + number, at[heading]).value}
        for number, heading, *_ in FAULTS
    }
    for number, heading, value, *_ in FAULTS:
        fill(sheet, FIRST_LINE + number, {heading: value})
    right[160]["户编号"] = appraisals[160].household.code
    twin = appraisals[30]
    fill(sheet, FIRST_LINE + 160, {"鉴定编号": key_of(twin), "户编号": twin.household.code})
    expected = {FIRST_LINE + number: (said, mark) for number, _, _, said, mark in FAULTS}
    expected[FIRST_LINE + EXEMPT] = ("该户目前为“无需排查”", "错误信息")

    client = sign_in(bureau_clerk)
    response = client.post(UPLOAD, {"file": upload_of(workbook)})
    first = ResultImport.objects.get()
    assert response.url == act("detail", first)
    assert first.counts == {"new": 188, "error": 12}
    found = told(first)
    for line in range(FIRST_LINE, FIRST_LINE + 200):
        outcome, sentence = found[line]
        assert outcome == ("error" if line in expected else "new"), line
        assert expected.get(line, ("",))[0] in sentence
        assert "；" not in sentence, "one fault, one sentence"
    page = client.get(response.url)
    assert "确认录入 188 户" in page.text
    assert "评为B级须写明调整理由" in page.text
    assert Appraisal.objects.recorded().count() == 1

    client.post(act("confirm", first))
    first.refresh_from_db()
    assert first.counts == {"recorded": 188, "error": 12}
    assert Appraisal.objects.recorded().count() == 189
    graded = {each.pk: each for each in Appraisal.objects.recorded()}
    assert graded[appraisals[100 - FIRST_LINE].pk].grade == "c"
    assert graded[appraisals[102 - FIRST_LINE].pk].grade == "d"
    assert graded[appraisals[102 - FIRST_LINE].pk].appraisers == ["王伟", "李秀英"]

    marked = load_workbook(BytesIO(client.post(act("download", first)).content))
    sheet = marked.worksheets[0]
    at = columns(sheet)
    red = {
        (cell.row, cell.column)
        for line in sheet.iter_rows(min_row=FIRST_LINE)
        for cell in line
        if cell.fill.fgColor.rgb == REFUSED_FILL.fgColor.rgb
    }
    assert red == {(line, at[mark]) for line, (_, mark) in expected.items()}
    for line in range(FIRST_LINE, FIRST_LINE + 200):
        said = sheet.cell(line, at["错误信息"]).value or ""
        assert bool(said) == (line in expected)
        assert expected.get(line, ("",))[0] in said

    for number, values in right.items():
        fill(sheet, FIRST_LINE + number, values)
    happen(appraisals[EXEMPT].household, "reinstated")
    again = uploaded(marked, bureau_clerk)
    assert again.counts == {"new": 12, "unchanged": 188}
    client.post(act("confirm", again))
    again.refresh_from_db()
    assert again.counts == {"recorded": 12, "unchanged": 188}
    assert not Appraisal.objects.open().exists()
    assert Entry.objects.filter(act="appraisal_recorded").count() == 201
    assert list(trail_faults()) == []
    assert Household.objects.get(pk=appraisals[0].household_id).grade == "c"
    acts = Entry.objects.filter(object_type="inspections.resultimport").order_by("number")
    assert [entry.act for entry in acts] == [
        "results_uploaded",
        "results_recorded",
        "exported",
        "results_uploaded",
        "results_recorded",
    ]
    assert acts[1].after == {"文件": "鉴定结果.xlsx", "已录入": 188, "有错误": 12}


def test_rows_left_empty_are_skipped_and_the_whole_table_can_come_again(reference, bureau_clerk):
    appraisals = [AppraisalFactory() for _ in range(3)]
    workbook = filled_in(appraisals, {}, result(1))
    result_import = uploaded(workbook, bureau_clerk)
    assert [row[0] for row in told(result_import).values()] == ["ignored", "new", "ignored"]
    importing.confirm(result_import, bureau_clerk)
    assert [each.pk for each in Appraisal.objects.recorded()] == [appraisals[1].pk]
    assert uploaded(workbook, bureau_clerk).counts == {"ignored": 2, "unchanged": 1}


def test_the_preview_says_what_would_change(sign_in, bureau_clerk):
    poor = AppraisalFactory(household=suspected_household(class_code="registered_poor"))
    ordinary, sound = AppraisalFactory(), AppraisalFactory()
    workbook = filled_in(
        [poor, ordinary, sound],
        result(1),
        result(2, 鉴定等级="D", 调整理由="承重墙裂缝发展"),
        result(3, 承重墙="b"),
    )
    result_import = uploaded(workbook, bureau_clerk)
    page = sign_in(bureau_clerk).get(act("detail", result_import)).text
    assert "该户由“疑似不安全”变为“待改造”" in page
    assert "该户由“疑似不安全”变为“待审定”" in page
    assert "该户由“疑似不安全”变为“鉴定安全”" in page
    assert "（按构件计算C级）" in page


def test_a_row_overtaken_between_preview_and_confirm_is_told_and_the_others_go_through(
    reference, bureau_clerk, bureau_lead
):
    same, other, taken_back, touched, free = (AppraisalFactory() for _ in range(5))
    workbook = filled_in([same, other, taken_back, touched, free], *map(result, range(5)))
    result_import = uploaded(workbook, bureau_clerk)
    lines = {
        each: line_of(workbook.worksheets[0], each)
        for each in (same, other, taken_back, touched, free)
    }
    as_typed = whole("JD-0") | {"foundation": "b", "roof": "b"}
    record_result(same, as_typed, by=bureau_lead, seen=1)
    record_result(other, whole("OTHER"), by=bureau_lead, seen=1)
    cancel(taken_back, bureau_lead, "改期")
    Appraisal.objects.filter(pk=touched.pk).update(version=2)
    importing.confirm(result_import, bureau_clerk)
    result_import.refresh_from_db()
    found = told(result_import)
    assert found[lines[same]] == ("unchanged", "")
    assert found[lines[other]][0] == "error"
    assert "报告编号与已录入的不一致" in found[lines[other]][1]
    assert "该鉴定目前为“已撤销”" in found[lines[taken_back]][1]
    assert found[lines[touched]] == ("error", importing.STALE)
    assert found[lines[free]] == ("recorded", "")
    assert result_import.counts == {"unchanged": 1, "error": 3, "recorded": 1}
    other.refresh_from_db()
    assert other.report_number == "OTHER"


def test_confirmed_twice_records_once(sign_in, bureau_clerk):
    result_import = uploaded(filled_in([AppraisalFactory()], result(1)), bureau_clerk)
    client = sign_in(bureau_clerk)
    client.post(act("confirm", result_import))
    again = client.post(act("confirm", result_import), follow=True)
    assert "不能再这样操作" in again.text
    assert Entry.objects.filter(act="appraisal_recorded").count() == 1
    assert Entry.objects.filter(act="results_recorded").count() == 1


def test_a_recording_under_way_is_not_begun_again_until_it_was_broken_off(reference, bureau_clerk):
    appraisals = [AppraisalFactory(), AppraisalFactory()]
    result_import = uploaded(filled_in(appraisals, result(1), result(2)), bureau_clerk)
    ResultImport.objects.update(state="running", started_at=now())
    # The first row had been recorded when the machine went down.
    as_typed = whole("JD-1") | {"foundation": "b", "roof": "b"}
    record_result(appraisals[0], as_typed, by=bureau_clerk, seen=1)
    with pytest.raises(ValidationError, match="正在录入"):
        importing.confirm(result_import, bureau_clerk)
    ResultImport.objects.update(started_at=now() - importing.BROKEN_OFF_AFTER * 2)
    done = importing.confirm(result_import, bureau_clerk)
    assert (done.state, done.counts) == ("done", {"unchanged": 1, "recorded": 1})


def test_given_up(sign_in, bureau_clerk):
    result_import = uploaded(filled_in([AppraisalFactory()], result(1)), bureau_clerk)
    client = sign_in(bureau_clerk)
    assert "已放弃这份表" in client.post(act("cancel", result_import), follow=True).text
    assert "不能再这样操作" in client.post(act("confirm", result_import), follow=True).text
    assert not Appraisal.objects.recorded().exists()
    assert Entry.objects.filter(act="results_cancelled").count() == 1


def test_nothing_to_record_is_not_confirmed(reference, bureau_clerk):
    result_import = uploaded(filled_in([AppraisalFactory()]), bureau_clerk)
    with pytest.raises(ValidationError, match="没有可以录入的行"):
        importing.confirm(result_import, bureau_clerk)


# What can be wrong with a row, beside the twelve


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


# Who may


def test_only_the_bureau_of_the_district(reference, bureau_clerk, office_lead, sign_in):
    result_import = uploaded(filled_in([AppraisalFactory()], result(1)), bureau_clerk)
    with pytest.raises(PermissionDenied):
        importing.upload_results(upload_of(table_of([AppraisalFactory()])), office_lead)
    bureau_clerk.region_id = "610114005"
    with pytest.raises(PermissionDenied):
        importing.confirm(result_import, bureau_clerk)
    with pytest.raises(PermissionDenied):
        importing.cancel(result_import, bureau_clerk)
    client = sign_in(office_lead)
    for name in ("confirm", "cancel", "download"):
        assert client.post(act(name, result_import)).status_code == 404
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("name", ["confirm", "cancel", "download"])
def test_acts_are_posted(sign_in, bureau_clerk, name):
    result_import = uploaded(filled_in([AppraisalFactory()], result(1)), bureau_clerk)
    assert sign_in(bureau_clerk).get(act(name, result_import)).status_code == 405


def test_the_preview_asks_as_much_for_many_rows(
    sign_in, bureau_clerk, django_assert_max_num_queries
):
    client = sign_in(bureau_clerk)
    asked = []
    for count in (5, 50):
        appraisals = [AppraisalFactory() for _ in range(count)]
        values = [result(f"{count}-{number}") for number in range(count)]
        result_import = uploaded(filled_in(appraisals, *values), bureau_clerk)
        with django_assert_max_num_queries(15) as captured:
            client.get(act("detail", result_import))
            asked.append(len(captured))
    assert asked[0] == asked[1]
