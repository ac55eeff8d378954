"""Feedback lists and exported ledgers on their way into the problem ledger."""

import datetime as dt
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from households.roster.marking import REFUSED_FILL, WARNING_FILL
from households.roster.refusals import RosterRefused
from rectification.enums import EntryKind, ProblemSource
from rectification.models import Problem, ProblemEntry, ProblemImport
from rectification.problems import acting, importing
from rectification.problems.acting import Assignment
from rectification.problems.comparing import Known, new_progress
from rectification.problems.exporting import dated
from tests.factories import HouseholdFactory
from tests.imports.problem_lists import (
    FOUND,
    HEAD,
    act,
    book,
    books,
    edited,
    exported_by,
    given,
    imported,
    line,
    old_book,
    outcomes,
    told,
    upload_of,
    uploaded,
)
from tests.rectification.problem_cases import (
    VILLAGE,
    assigned,
    closed,
    kind,
    office_clerk,
    principal,
    proved,
    raised,
    submitted,
)
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults as trail_faults
from yanliang.tables.excel import printable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
UPLOAD = reverse("rectification:problem_import_upload")
LIST = reverse("rectification:problem_import_list")


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def state_of_the_ledger() -> tuple:
    """All that an import could change."""
    return (
        list(Problem.objects.order_by("pk").values()),
        list(ProblemEntry.objects.order_by("pk").values()),
        Entry.objects.exclude(act__startswith="problems_").count(),
    )


class TestRoundTrip:
    def test_the_exported_ledger_changes_nothing(self, bureau_clerk):
        principal()
        household = HouseholdFactory(region_id=VILLAGE, head_name="张三")
        problem = assigned(raised(household, description="=1+1\n第二行", measure="+补签"))
        acting.log_progress(problem.pk, "已联系\n户主", by=office_clerk())
        acting.log_progress(problem.pk, "-- 已补签", by=office_clerk())
        closed()
        raised(household=False, source=ProblemSource.CENTRAL)
        raised(household=False, region_id="610114007", source=ProblemSource.LETTER)
        raised(household=False, region_id="610114", source=ProblemSource.CITY, measure="无")
        returned = submitted()
        acting.send_back(returned.pk, "缺签字页", by=bureau_clerk)
        again = closed(raised_on(household))
        acting.reopen(again.pk, "又出现", dt.date(2020, 6, 1), by=bureau_clerk)
        void = raised()
        acting.void(void.pk, "误录", by=bureau_clerk)
        for query in ("state=all", "state=void"):
            before = state_of_the_ledger()
            found = uploaded(exported_by(bureau_clerk, query), bureau_clerk)
            assert set(found.counts) == {"unchanged", "ignored"}, told(found)
            with pytest.raises(ValidationError, match="没有可以登记或更新的行"):
                importing.confirm(found, bureau_clerk)
            assert state_of_the_ledger() == before

    def test_what_was_changed_in_it_is_changed_here(self, bureau_clerk):
        problem = assigned()
        acting.log_progress(problem.pk, "已联系户主", by=office_clerk())
        other = raised()
        content = exported_by(bureau_clerk)
        content = edited(
            content,
            problem.number,
            整改措施="入户补签",
            责任人="王 强",
            牵头领导="李镇长",
            进展="2020-04-21 已联系户主\n已补签字",
        )
        content = edited(content, other.number, 整改措施="重新归档")
        done = imported(content, bureau_clerk)
        assert done.counts == {"changed": 2, "ignored": done.counts["ignored"]}
        problem.refresh_from_db()
        assert (problem.measure, problem.responsible) == ("入户补签", "王强")
        assert (problem.leading_official, problem.assignee) == ("李镇长", None)
        lines = problem.entries.filter(kind=EntryKind.PROGRESS)
        assert [each.text for each in lines] == ["已联系户主", "已补签字"]
        other.refresh_from_db()
        assert (other.measure, other.state, other.responsible) == ("重新归档", "open", "")
        assert list(trail_faults()) == []
        # The same edited workbook once more finds all of it done.
        assert "changed" not in uploaded(content, bureau_clerk).counts

    def test_the_account_stays_with_the_name(self, bureau_clerk):
        problem = assigned()
        content = edited(exported_by(bureau_clerk), problem.number, 牵头领导="李镇长")
        imported(content, bureau_clerk)
        fresh = Problem.objects.get(pk=problem.pk)
        assert (fresh.assignee_id, fresh.responsible) == (problem.assignee_id, problem.responsible)

    @pytest.mark.parametrize(
        ("cell", "added"),
        [
            ("2020-04-21 已联系户主；已补签", ["已补签"]),
            ("已补签\n2020-04-21 已联系户主", ["已补签"]),
            ("已联系户主", []),
            ("", []),
            ("—", []),
            ("4月20日到户\n已补签", ["4月20日到户\n已补签"]),
        ],
    )
    def test_only_new_lines_of_progress_are_added(self, bureau_clerk, cell, added):
        problem = assigned()
        acting.log_progress(problem.pk, "已联系户主", by=office_clerk())
        found = uploaded(edited(exported_by(bureau_clerk), problem.number, 进展=cell), bureau_clerk)
        assert found.counts.get("changed", 0) == len(added)
        if added:
            importing.confirm(found, bureau_clerk)
        texts = [each.text for each in problem.entries.filter(kind=EntryKind.PROGRESS)]
        assert texts == ["已联系户主", *added]

    def test_lines_that_are_no_longer_printed_are_known_all_the_same(self, bureau_clerk):
        problem = assigned()
        for number in range(6):
            acting.log_progress(problem.pk, f"第{number}步", by=office_clerk())
        old = "2020-04-21 第0步\n2020-04-21 第1步"
        content = edited(exported_by(bureau_clerk), problem.number, 进展=old)
        assert "changed" not in uploaded(content, bureau_clerk).counts


LINES = st.lists(
    st.tuples(
        st.sampled_from([EntryKind.PROGRESS, EntryKind.RETURNED, EntryKind.REOPENED]),
        st.text(alphabet="已补签=-+；。 \n\r\t\x07\u2028Ａa1—无", min_size=1, max_size=12),
    ),
    max_size=6,
)


@settings(max_examples=150)
@drawn(entries=LINES, first=st.integers(0, 5))
def test_whatever_was_written_is_never_new_when_it_comes_back(entries, first):
    """Any stretch of the log, printed, put into a workbook and read again."""
    at = dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC)
    known = Known(None, [], set())
    for entry, text in entries:
        known.add(entry, printable(text), at)
    cell = printable("\n".join(dated(entry, text, at) for entry, text in entries[first:]))
    assert new_progress(cell, known) == ""
    typed = printable("\n".join(text for _, text in entries[first:]))
    assert new_progress(typed, known) == ""


def raised_on(household):
    return submitted(proved(assigned(raised(household, code="policy_not_known"))))


class TestWhatAnImportLeavesAlone:
    @pytest.mark.parametrize(
        ("heading", "value", "said"),
        [
            ("是否销号", "是", "销号须有佐证"),
            ("问题描述", "另一个问题", "问题描述与台账不同"),
            ("问题来源", "中央巡视", "问题来源与台账（自查排查）不同"),
            ("问题类别", "其他", "问题类别与台账（档案资料不规范）不同"),
            ("整改时限", "2020-12-31", "整改时限与台账（2020-06-30）不同"),
            ("发现日期", "2020-01-01", "发现日期与台账（2020-04-21）不同"),
        ],
    )
    def test_it_warns_and_changes_nothing(self, bureau_clerk, heading, value, said):
        problem = assigned()
        before = state_of_the_ledger()
        content = edited(exported_by(bureau_clerk), problem.number, **{heading: value})
        found = uploaded(content, bureau_clerk)
        assert (found.counts["unchanged"], found.counts["warning"]) == (1, 1)
        assert said in "".join(sentence for _, sentence in told(found).values())
        assert state_of_the_ledger() == before

    def test_a_closed_problem_is_refused(self, bureau_clerk):
        problem = closed()
        content = edited(exported_by(bureau_clerk), problem.number, 整改措施="另一措施")
        [(outcome, said)] = told(uploaded(content, bureau_clerk)).values()
        assert (outcome, said) == ("error", "该问题已销号，不能再修改")

    @pytest.mark.parametrize(
        ("heading", "value", "said"),
        [
            ("编号", "YL-2020-007-99999", "台账中没有编号“YL-2020-007-99999”"),
            ("责任人", "刘建设、王强", "只能填一个人的姓名"),
            ("责任人", "刘A", "不像姓名"),
            ("街办、村", "北屯街道 腰张村", "与编号不符"),
            ("农户", "61011400720099999 李四", "与编号不符"),
            ("整改措施", "长" * 1001, "最多 1000 个"),
        ],
    )
    def test_a_wrong_cell_is_refused(self, bureau_clerk, heading, value, said):
        problem = assigned()
        content = edited(exported_by(bureau_clerk), problem.number, **{heading: value})
        [(outcome, sentence)] = told(uploaded(content, bureau_clerk)).values()
        assert outcome == "error"
        assert said in sentence

    def test_the_principal_leader_leads_what_recurs(self, bureau_clerk):
        principal()
        problem = closed()
        problem = acting.reopen(problem.pk, "又出现", dt.date(2020, 6, 1), by=bureau_clerk)
        content = edited(exported_by(bureau_clerk), problem.number, 牵头领导="李副主任")
        found = uploaded(content, bureau_clerk)
        assert (found.counts["unchanged"], found.counts["warning"]) == (1, 1)

    def test_a_leader_without_a_responsible_person_is_refused(self, bureau_clerk):
        problem = raised()
        content = edited(exported_by(bureau_clerk), problem.number, 牵头领导="李镇长")
        [(outcome, said)] = told(uploaded(content, bureau_clerk)).values()
        assert (outcome, "须同时填写责任人" in said) == ("error", True)

    def test_another_office_changes_nothing(self, bureau_clerk, stranger):
        problem = assigned()
        content = edited(exported_by(bureau_clerk), problem.number, 整改措施="另一措施")
        [(outcome, said)] = told(uploaded(content, stranger)).values()
        assert (outcome, "不是您辖区的问题" in said) == ("error", True)

    def test_the_same_problem_twice_in_a_file(self, bureau_clerk):
        problem = assigned()
        head = ["编号", "整改措施", "责任人"]
        content = book(head, [problem.number, "甲", ""], [problem.number, "乙", ""])
        assert outcomes(uploaded(content, bureau_clerk)) == ["changed", "error"]


#: What is otherwise in a row, and what becomes of it: outcome, a part of the sentence.
DIRTY = {
    "faultless": ({}, "new", ""),
    "kind by alias": ({"问题类别": "1.档案不规范（一般）"}, "new", ""),
    "kind with 问题 behind": ({"问题类别": "档案资料不规范问题"}, "new", ""),
    "其他": ({"问题类别": "其 他"}, "new", ""),
    "unknown kind": (
        {"问题类别": "作风问题"},
        "error",
        "没有“作风问题”这个问题类别，应填以下之一：政策宣传",
    ),
    "no kind": ({"问题类别": ""}, "error", "问题类别为空"),
    "central": ({"问题来源": "中央脱贫攻坚专项巡视“回头看”"}, "new", ""),
    "unknown source": ({"问题来源": "媒体曝光"}, "error", "没有“媒体曝光”这个问题来源"),
    "source from nowhere": ({"问题来源": ""}, "error", "没有问题来源"),
    "village long": ({"村": "关山村村民委员会"}, "new", ""),
    "village with its group": ({"村": "关山村3组"}, "new", ""),
    "office alone": ({"村": ""}, "new", ""),
    "whole office in the village column": ({"村": "关山街道", "街办": ""}, "new", ""),
    "no place": ({"村": "", "街办": ""}, "error", "街办、村为空"),
    "unknown village": ({"村": "桃花村"}, "error", "没有“桃花村”这个村"),
    "unknown office": ({"村": "", "街办": "桃花街道"}, "error", "没有“桃花街道”这个街办"),
    "another office's village": ({"村": "腰张村", "街办": "北屯街道"}, "error", "不在您的辖区"),
    "the whole district": ({"村": "全区", "街办": ""}, "error", "应由区住建局导入"),
    "a householder": ({"户主": "张三"}, "new", ""),
    "a householder with a note": ({"户主": " 张 三（低保） "}, "new", ""),
    "nobody": ({"户主": "/"}, "new", ""),
    "unknown householder": ({"户主": "赵六"}, "error", "没有户主“赵六”"),
    "two of that name": ({"户主": "李四"}, "error", "有 2 户“李四”"),
    "several households": ({"户主": "张三等5户"}, "error", "应填一户的户主姓名"),
    "no description": ({"存在问题": ""}, "error", "问题描述为空"),
    "description too long": ({"存在问题": "长" * 1001}, "error", "最多 1000 个"),
    "a date cell": ({"发现时间": dt.datetime(2020, 4, 10)}, "new", ""),
    "no day": ({"发现时间": ""}, "new", ""),
    "wrong day": ({"发现时间": "四月"}, "error", "发现日期“四月”无法识别"),
    "tomorrow": ({"发现时间": "2020-04-22"}, "error", "发现日期不能晚于今天"),
    "due by": ({"整改时限": "5月20日前"}, "new", ""),
    "end of month": ({"整改时限": "2020年5月底前"}, "new", ""),
    "at once": (
        {"整改时限": "立行立改"},
        "new",
        "提醒：整改时限“立行立改”无法识别，按规定的时限登记",
    ),
    "due before it was found": ({"整改时限": "2020-03-01"}, "error", "整改时限不能早于发现日期"),
    "nobody answers": ({"责任人": ""}, "new", ""),
    "with his office": ({"责任人": "刘建设（副主任）13800001234"}, "new", ""),
    "two answer": ({"责任人": "刘建设、王强"}, "error", "责任人只能填一个人的姓名"),
    "two answer after a space": ({"责任人": "刘建设 王大强"}, "error", "责任人只能填一个人的姓名"),
    "no name": ({"责任人": "刘某123"}, "error", "不像姓名"),
}


class TestFeedbackLists:
    @pytest.mark.parametrize(("changes", "outcome", "said"), DIRTY.values(), ids=DIRTY)
    def test_a_dirty_row(self, recorder, changes, outcome, said):
        HouseholdFactory(region_id=VILLAGE, head_name="张三")
        for _ in range(2):
            HouseholdFactory(region_id=VILLAGE, head_name="李四")
        found = uploaded(book(HEAD, line(**changes)), recorder)
        [(got, sentence)] = told(found).values()
        assert got == outcome, sentence
        assert said in sentence
        assert bool(sentence) == bool(said), sentence
        if outcome == "new":
            importing.confirm(found, recorder)
        assert Problem.objects.count() == (outcome == "new")

    def test_what_is_entered(self, recorder):
        household = HouseholdFactory(region_id=VILLAGE, head_name="张三")
        content = book([*HEAD, "进展"], [*line(户主="张三"), "已到户"], [*line(责任人=""), ""])
        done = imported(content, recorder)
        assert done.counts == {"new": 2}
        first, second = Problem.objects.order_by("number")
        assert (first.household, first.region_id) == (household, VILLAGE)
        assert (first.source, first.kind, first.direction) == (
            ProblemSource.PROVINCE,
            kind("file_irregular"),
            "problem",
        )
        assert (first.found_on, first.due_on) == (FOUND, dt.date(2020, 5, 20))
        assert (first.state, first.responsible) == ("in_progress", "刘建设")
        assert first.measure == kind("file_irregular").measure
        assert [entry.kind for entry in first.entries.all()] == ["raised", "assigned", "progress"]
        assert (second.state, second.household, second.responsible) == ("open", None, "")
        acts = Entry.objects.order_by("number").values_list("act", flat=True)
        assert list(acts) == [
            "problems_uploaded",
            "problem_raised",
            "problem_raised",
            "problem_assigned",
            "problem_progress",
            "problems_imported",
        ]
        assert list(trail_faults()) == []
        rows = importing.rows_of(done)
        assert [row.number for row in rows] == [first.number, second.number]

    def test_titles_totals_notes_and_signatures_are_no_problems(self, recorder):
        content = book(
            ["省级督查反馈问题清单"],
            ["填报单位：关山街道"],
            HEAD,
            line(),
            HEAD,
            line(序号=2, 存在问题="照片缺失一张"),
            [3],
            ["合计", "", "", "", "", "", "2 个"],
            ["填报人：", "", "", "审核人：", "", "", "负责人："],
            ["注：本表一式两份"],
        )
        found = uploaded(content, recorder)
        assert list(told(found)) == [4, 6]
        assert outcomes(found) == ["new", "new"]

    def test_columns_in_any_order_under_usual_names(self, recorder):
        content = book(
            [
                "编号",
                "反馈问题",
                "责任领导",
                "整改期限",
                "所在村",
                "问题类型",
                "检查单位",
                "整改责任人",
            ],
            [
                1,
                "一户一档缺签字",
                "赵主任",
                "2020/5/20",
                "关山",
                "档案问题",
                "西安市督查组",
                "刘建设",
            ],
        )
        imported(content, recorder)
        problem = Problem.objects.get()
        assert (problem.source, problem.region_id) == ("city", VILLAGE)
        assert (problem.leading_official, problem.responsible) == ("赵主任", "刘建设")
        assert problem.found_on == FOUND

    def test_merged_and_two_line_headers(self, recorder):
        HouseholdFactory(region_id=VILLAGE, head_name="张三")
        content = book(
            ["序号", "问题情况", "", "", "涉及对象", "", "整改", ""],
            ["", "来源", "类别", "问题描述", "村", "户主", "措施", "责任人"],
            [1, "市级", "档案资料不规范", "缺签字", "关山村", "张三", "补签", "刘建设"],
            [2, "", "", "缺照片", "", "", "补拍", "王强"],
            merges=["A1:A2", "B1:D1", "E1:F1", "G1:H1", "B3:B4", "C3:C4", "E3:E4", "F3:F4"],
        )
        done = imported(content, recorder)
        assert done.counts == {"new": 2}
        assert {(each.source, each.household.head_name) for each in Problem.objects.all()} == {
            ("city", "张三")
        }

    def test_several_sheets_tell_the_source(self, bureau_clerk):
        head = ["问题类别", "街办", "存在问题"]
        content = books(
            {
                "中央巡视反馈": [head, ["其他", "关山街道", "甲"]],
                "国考": [head, ["其他", "北屯街道", "乙"]],
                "说明": [["本表由区局汇总"]],
            }
        )
        done = imported(content, bureau_clerk)
        found = Problem.objects.values_list("source", "region_id", "description")
        assert set(found) == {
            ("central", "610114007", "甲"),
            ("national", "610114005", "乙"),
        }
        assert [each.sheet for each in importing.ignored_sheets(done)] == ["说明"]

    def test_what_the_list_does_not_say_is_said_at_the_upload(self, recorder):
        content = book(
            ["序号", "存在问题", "整改措施"], [1, "缺签字", "补签"], [2, "缺照片", "补拍"]
        )
        assert outcomes(uploaded(content, recorder)) == ["error", "error"]
        said = given(ProblemSource.LETTER, kind("other"))
        imported(content, recorder, said)
        found = Problem.objects.values_list("source", "kind__code", "region_id", "found_on")
        assert set(found) == {("letter", "other", "610114007", FOUND)}

    def test_an_old_workbook(self, recorder):
        rows = [[str(cell) for cell in each] for each in (HEAD, line())]
        found = importing.upload_problems(upload_of(old_book(*rows), "反馈.xls"), given(), recorder)
        assert found.counts == {"new": 1}

    def test_a_household_by_code_or_id_number_needs_no_village(self, recorder):
        first, second = (HouseholdFactory(region_id=VILLAGE) for _ in range(2))
        head = ["问题来源", "问题类别", "户编号", "身份证号", "问题描述"]
        content = book(
            head,
            ["市级", "其他", first.code, "", "甲"],
            ["市级", "其他", "", second.id_number, "乙"],
            ["市级", "其他", first.code, second.id_number, "丙"],
            ["市级", "其他", "61011400720099999", "", "丁"],
            ["市级", "其他", "", "61011419800101123X", "戊"],
        )
        found = told(uploaded(content, recorder))
        assert [outcome for outcome, _ in found.values()] == ["new", "new", *["error"] * 3]
        said = [sentence for _, sentence in found.values()]
        assert "不是同一户" in said[2]
        assert "没有户编号" in said[3]
        assert "身份证号" in said[4]

    def test_a_household_of_another_office_is_not_named(self, stranger):
        household = HouseholdFactory(region_id=VILLAGE, head_name="张三")
        content = book(
            ["问题来源", "问题类别", "户编号", "问题描述"], ["市级", "其他", household.code, "甲"]
        )
        [(outcome, said)] = told(uploaded(content, stranger)).values()
        assert (outcome, said) == ("error", "该户不在您的辖区")

    def test_the_same_list_twice_is_entered_once(self, recorder):
        content = book(
            HEAD,
            line(),
            line(序号=2),
            line(序号=3, 存在问题="旧房（张家）"),
            line(序号=4, 存在问题="旧房（李家）"),
        )
        done = imported(content, recorder)
        assert done.counts == {"new": 3, "known": 1}
        again = uploaded(content, recorder)
        assert again.counts == {"known": 4}
        assert "台账中已有：YL-2020-007-00001" in told(again)[2][1]

    def test_a_finding_that_was_struck_off_does_not_come_back_with_its_old_list(self, recorder):
        content = book(HEAD, line(责任人=""))
        imported(content, recorder)
        problem = Problem.objects.get()
        closed(submitted(proved(assigned(problem))))
        assert uploaded(content, recorder).counts == {"known": 1}
        later = uploaded(book(HEAD, line(发现时间="2020-04-21")), recorder)
        assert later.counts == {"new": 1, "warning": 1}
        [(_, said)] = told(later).values()
        assert "暂不交办" in said
        principal()
        done = imported(book(HEAD, line(发现时间="2020-04-21")), recorder)
        assert done.counts == {"new": 1}
        fresh = Problem.objects.order_by("pk").last()
        assert (fresh.is_recurrent, fresh.leading_official) == (True, "赵主任")
        assert fresh.state == "in_progress"


class TestActs:
    def test_uploaded_previewed_confirmed(self, sign_in, recorder):
        client = sign_in(recorder)
        content = book(HEAD, line(), line(序号=2, 问题类别="作风"))
        response = client.post(UPLOAD, {"file": upload_of(content), "found_on": "2020-04-10"})
        problem_import = ProblemImport.objects.get()
        assert response.url == act("detail", problem_import)
        page = client.get(response.url)
        assert "确认登记 1 个、更新 0 个" in " ".join(page.text.split())
        assert "没有“作风”这个问题类别" in page.text
        assert not Problem.objects.exists()
        for _ in range(2):
            assert client.post(act("confirm", problem_import)).status_code == 302
        problem_import.refresh_from_db()
        assert (problem_import.state, problem_import.counts) == ("done", {"new": 1, "error": 1})
        assert Problem.objects.count() == 1
        assert Entry.objects.filter(act="problems_imported").count() == 1
        page = client.get(response.url)
        assert "已登记" in page.text
        assert Problem.objects.get().number in page.text
        assert "反馈问题清单.xlsx" in client.get(LIST).text

    def test_the_marked_workbook_mended_and_uploaded_again(self, sign_in, recorder):
        client = sign_in(recorder)
        found = uploaded(
            book(HEAD, line(整改时限="立行立改"), line(序号=2, 问题类别="作风"), line(序号=3)),
            recorder,
        )
        importing.confirm(found, recorder)
        marked = load_workbook(BytesIO(client.post(act("download", found)).content))
        sheet = marked.active
        assert sheet["C3"].fill.fgColor.rgb == REFUSED_FILL.fgColor.rgb
        assert sheet["I2"].fill.fgColor.rgb == WARNING_FILL.fgColor.rgb
        assert "没有“作风”" in sheet["K3"].value
        refused = client.post(act("download", found), {"only": "refused"}).content
        alone = load_workbook(BytesIO(refused))
        assert [cell.value for cell in alone.active["A"]] == ["序号", 2]
        alone.active["C2"].value = "其他"
        stream = BytesIO()
        alone.save(stream)
        assert imported(stream.getvalue(), recorder).counts == {"new": 1}

    def test_refused_rows_keep_what_was_merged(self, sign_in, recorder):
        content = book(HEAD, line(), line(序号=2, 问题来源="", 问题类别="作风"), merges=["B2:B3"])
        found = uploaded(content, recorder)
        refused = sign_in(recorder).post(act("download", found), {"only": "refused"}).content
        assert load_workbook(BytesIO(refused)).active["B2"].value == "省级督查"

    def test_given_up(self, sign_in, recorder):
        found = uploaded(book(HEAD, line()), recorder)
        client = sign_in(recorder)
        assert client.post(act("cancel", found)).url == LIST
        client.post(act("confirm", found))
        assert not Problem.objects.exists()
        assert Entry.objects.filter(act="problems_cancelled").count() == 1
        page = client.post(act("cancel", found), follow=True)
        assert "已放弃" in page.text

    def test_what_was_entered_since_the_preview_is_not_entered_twice(self, recorder, office_lead):
        first, second = (uploaded(book(HEAD, line()), recorder) for _ in range(2))
        importing.confirm(first, recorder)
        with pytest.raises(ValidationError, match="没有可以登记"):
            importing.confirm(second, office_lead)
        assert Problem.objects.count() == 1

    def test_what_was_changed_since_the_preview_is_compared_again(self, recorder):
        problem = assigned()
        content = edited(exported_by(recorder), problem.number, 责任人="王强")
        found = uploaded(content, recorder)
        acting.assign(problem.pk, Assignment("王强"), by=recorder)
        with pytest.raises(ValidationError, match="没有可以登记"):
            importing.confirm(found, recorder)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"nothing", "不是"),
            (book(["姓名", "电话", "住址"], ["张三", "1", "2"]), "没有找到问题台账的表头"),
            (book(["序号", "编号", "整改措施"]), ""),
        ],
    )
    def test_files_that_are_no_lists(self, sign_in, recorder, content, said):
        response = sign_in(recorder).post(UPLOAD, {"file": upload_of(content)})
        if not said:
            assert response.status_code == 302
            return
        assert response.status_code == 400
        assert said in response.text
        entry = Entry.objects.get(act="problems_refused")
        assert said in entry.reason
        assert not ProblemImport.objects.exists()

    def test_without_a_file(self, sign_in, recorder):
        response = sign_in(recorder).post(UPLOAD, {"source": "central"})
        assert (response.status_code, "请先选择问题清单" in response.text) == (400, True)

    def test_too_many_at_once(self, recorder, monkeypatch):
        monkeypatch.setattr("rectification.problems.judging.MAX_WRITTEN", 2)
        rows = [line(序号=number, 存在问题=f"问题{number}") for number in range(3)]
        with pytest.raises(RosterRefused, match="一次最多 2 行"):
            uploaded(book(HEAD, *rows), recorder)

    def test_who_may_not(self, sign_in, recorder, stranger, supervisor, villager):
        found = uploaded(book(HEAD, line()), recorder)
        for staff in (supervisor, villager):
            assert sign_in(staff).get(LIST).status_code == 403
            with pytest.raises(PermissionDenied):
                importing.confirm(found, staff)
        client = sign_in(stranger)
        for name in ("detail", "confirm", "cancel", "download"):
            method = client.get if name == "detail" else client.post
            assert method(act(name, found)).status_code == 404
        assert client.get(act("confirm", found)).status_code == 405
        with pytest.raises(PermissionDenied):
            importing.confirm(found, stranger)

    def test_as_many_queries_to_judge_five_rows_as_fifty(self, recorder):
        def asked(number: int) -> int:
            rows = [line(序号=each, 存在问题=f"问题{each}") for each in range(number)]
            content = book(HEAD, *rows)
            with CaptureQueriesContext(connection) as queries:
                uploaded(content, recorder)
            return len(queries)

        asked(1)
        assert asked(5) == asked(50)
