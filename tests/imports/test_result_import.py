"""Results by workbook: uploaded, looked at, confirmed, mended and uploaded again."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from households.models import Household
from households.roster.marking import REFUSED_FILL
from inspections.appraisal import cancel, record_result
from inspections.batch import importing
from inspections.batch.columns import key_of
from inspections.models import Appraisal, ResultImport
from tests.factories import happen, suspected_household
from tests.imports.result_tables import (
    FIRST_LINE,
    act,
    columns,
    fill,
    filled_in,
    line_of,
    result,
    table_of,
    told,
    upload_of,
    uploaded,
)
from tests.inspections.factories import AppraisalFactory
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults as trail_faults
from yanliang.periods import now

pytestmark = pytest.mark.django_db
UPLOAD = reverse("inspections:result_upload")
LIST = reverse("inspections:result_import_list")
DONE_ON = dt.date(2020, 4, 20)


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
