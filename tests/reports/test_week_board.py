"""The bureau's board: what it shows to whom, accepting, returning with marks, exceptions, punctuality."""

import datetime as dt
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from households.models import Region
from reports.enums import WeekState
from reports.models import OfficeWeek, SubmissionReview
from reports.thursday.reviewing import extend
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    GUANSHAN,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    locked,
    submitted,
)
from yanliang.audit.models import Entry
from yanliang.periods import SHANGHAI, told_at

WEEK = dt.timedelta(weeks=1)
AFTERNOON = dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI)
BOARD = reverse("reports:week_board")


@pytest.fixture(autouse=True)
def afternoon(reference):
    """Thursday, an hour after the cut-off; 关山 has two households, 北屯 one, since the morning before."""
    with told_at(IN_TIME - dt.timedelta(days=1)):
        HouseholdFactory.create_batch(2)
        HouseholdFactory(region_id="610114005200")
    with told_at(AFTERNOON):
        yield


@pytest.fixture
def lead(sign_in):
    return sign_in(bureau())


def text_of(response) -> str:
    return response.content.decode()


def row_of(text: str, office: str) -> str:
    """The board's row of an office, which its name begins."""
    return next(row for row in text.split("<tr>")[1:] if office in row)


def seen_of(submission) -> int:
    return OfficeWeek.objects.get(pk=submission.week_id).version


def state_of(submission) -> str:
    return OfficeWeek.objects.get(pk=submission.week_id).state


class TestBoard:
    def test_every_office_stands_there_with_how_it_stands(self, lead):
        submission = submitted()
        submitted(BEITUN, at=AFTERNOON - dt.timedelta(minutes=15))
        text = text_of(lead.get(BOARD, {"week": "2020-04-09"}))
        assert submission.receipt in row_of(text, "关山街道")
        assert "准时" in row_of(text, "关山街道")
        assert "王主任" in row_of(text, "关山街道")
        assert "迟报 0:45" in row_of(text, "北屯街道")
        assert "缺报" in row_of(text, "振兴街道")
        assert "已报 2 个（准时 1、迟报 1），未报 5 个；待审核 2 个" in text

    def test_households_that_count_anew_since_are_told_with_their_list(self, lead):
        submission = submitted()
        happen(HouseholdFactory(), "inspected:safe")
        row = row_of(text_of(lead.get(BOARD)), "关山街道")
        assert reverse("reports:submission_changes", args=[submission.pk]) in row
        assert "1 户" in row

    def test_a_moved_cut_off_says_why(self, lead):
        with told_at(dt.datetime(2020, 6, 23, 9, tzinfo=SHANGHAI)):
            assert "6月24日（周三）12:00截止" in text_of(lead.get(BOARD))

    @pytest.mark.parametrize(
        ("role", "region", "buttons"),
        [
            ("bureau_clerk", DISTRICT, True),
            ("supervisor", DISTRICT, False),
            ("viewer", DISTRICT, False),
        ],
    )
    def test_readers_have_no_buttons(self, sign_in, role, region, buttons):
        submitted()
        client = sign_in(StaffFactory(username=role, role=role, region_id=region))
        text = text_of(client.get(BOARD))
        assert "关山街道" in text
        assert ("审核通过</button>" in text) is buttons

    @pytest.mark.parametrize("role", ["recorder", "office_lead", "viewer"])
    def test_an_office_is_sent_to_its_own(self, sign_in, role):
        client = sign_in(StaffFactory(username=role, role=role, region_id=GUANSHAN))
        assert client.get(BOARD).url == reverse("reports:submission_list")

    def test_as_many_queries_for_one_submission_as_for_three(self, lead):
        submitted()
        lead.get(BOARD)
        with CaptureQueriesContext(
            connection,
        ) as one:
            lead.get(BOARD)
        submitted(BEITUN)
        accepted("610114006")
        submitted()
        with CaptureQueriesContext(connection) as more:
            lead.get(BOARD)
        assert len(more) == len(one)

    @pytest.mark.parametrize("week", ["2020-13-01", "2019-01-03", "2020-09-03"])
    def test_a_week_outside_the_campaign_or_to_come_is_not_found(self, lead, week):
        assert lead.get(BOARD, {"week": week}).status_code == 404


class TestAccepting:
    @pytest.fixture
    def act(self, lead):
        def post(submission, client=lead, **changes):
            address = reverse("reports:submission_accept", args=[submission.pk])
            return client.post(address, {"seen": seen_of(submission)} | changes, follow=True)

        return post

    def test_it_enters_the_sum(self, act):
        submission = submitted()
        assert "已审核通过：关山街道" in text_of(act(submission))
        assert state_of(submission) == WeekState.ACCEPTED
        assert Entry.objects.filter(act="week_accepted").count() == 1

    def test_a_double_click_does_it_once(self, act):
        submission = submitted()
        seen = seen_of(submission)
        act(submission, seen=seen)
        assert "没有审核通过" in text_of(act(submission, seen=seen))
        assert SubmissionReview.objects.count() == 1

    def test_one_that_the_office_replaced_says_so(self, act):
        first = submitted()
        submitted()
        assert "已被街办重报替代" in text_of(act(first))
        assert state_of(first) == WeekState.SUBMITTED

    def test_after_locking_it_says_why_not(self, act):
        accepted()
        with told_at(AFTERNOON):
            locked()
        late = OfficeWeek.objects.get(region_id=GUANSHAN).submissions.get()
        assert "已锁定" in text_of(act(late))

    def test_a_stale_page_is_told(self, act):
        submission = submitted()
        assert "已被他人修改" in text_of(act(submission, seen=seen_of(submission) - 1))
        assert state_of(submission) == WeekState.SUBMITTED

    def test_no_right_bad_key_and_get_are_refused(self, sign_in, supervisor, lead):
        submission = submitted()
        address = reverse("reports:submission_accept", args=[submission.pk])
        assert lead.get(address).status_code == 405
        assert lead.post(reverse("reports:submission_accept", args=[0])).status_code == 404
        assert sign_in(supervisor).post(address, {"seen": 1}).status_code == 403

    def test_several_at_once_with_the_exceptions_by_office(self, lead):
        chosen = [submitted(), submitted(BEITUN), submitted("610114006")]
        values = [f"{each.pk}-{seen_of(each)}" for each in chosen]
        submitted(BEITUN)
        response = lead.post(
            reverse("reports:week_accept"),
            {"week": "2020-04-09", "chosen": values},
            follow=True,
        )
        assert "已审核通过：武屯街道、关山街道" in text_of(response)
        assert "北屯街道没有审核通过" in text_of(response)
        assert OfficeWeek.objects.filter(state=WeekState.ACCEPTED).count() == 2

    def test_nothing_ticked_says_so(self, lead):
        response = lead.post(reverse("reports:week_accept"), {"week": "2020-04-09"}, follow=True)
        assert "没有勾选街办" in text_of(response)


class TestReturning:
    @pytest.fixture
    def act(self, lead):
        def post(submission, client=lead, **changes):
            data = {
                "seen": seen_of(submission),
                "reason": "与鉴定报告份数不符",
                "remark": "请核对",
                "mark": ["all|610114007|9", "all|610114007200|1"],
            }
            address = reverse("reports:submission_return", args=[submission.pk])
            return client.post(address, data | changes)

        return post

    def test_every_count_of_every_section_can_be_ticked(self, lead):
        submission = submitted()
        page = text_of(lead.get(reverse("reports:submission_return", args=[submission.pk])))
        assert 'value="all|610114007|1"' in page
        assert 'value="ordinary|610114007200|6"' in page or "group-一般农户|610114007200|6" in page
        assert 'value="all|610114007|5"' not in page

    def test_it_goes_back_with_marks_and_reason(self, act):
        submission = submitted()
        assert act(submission).status_code == 302
        review = submission.reviews.get()
        assert review.reason == "与鉴定报告份数不符"
        assert sorted(review.marks) == [
            ["all", "610114007", 9, "请核对"],
            ["all", "610114007200", 1, "请核对"],
        ]
        assert state_of(submission) == WeekState.RETURNED

    def test_one_that_was_accepted_can_be_returned(self, act):
        submission = accepted()
        act(submission)
        assert state_of(submission) == WeekState.RETURNED

    def test_without_a_reason_nothing_ticked_is_lost(self, act):
        response = act(submitted(), reason=" ")
        assert response.status_code == 400
        assert "请写明退回的理由" in text_of(response)
        assert 'value="all|610114007|9" checked' in text_of(response)
        assert "请核对" in text_of(response)

    @pytest.mark.parametrize(
        "mark", ["all|610114005|1", "all|610114007|5", "nothing|610114007|1", "x"]
    )
    def test_a_mark_that_is_no_cell_of_it_is_refused(self, act, mark):
        submission = submitted()
        assert "所标的数字不在这次上报的表里" in text_of(act(submission, mark=[mark]))
        assert state_of(submission) == WeekState.SUBMITTED

    def test_a_stale_page_keeps_what_was_typed_and_can_be_sent_again(self, act):
        submission = submitted()
        response = act(submission, seen=seen_of(submission) + 5)
        assert "已被他人修改" in text_of(response)
        assert f'name="seen" value="{seen_of(submission)}"' in text_of(response)
        assert 'value="all|610114007|9" checked' in text_of(response)

    def test_a_second_click_does_nothing_more(self, act):
        submission = submitted()
        seen = seen_of(submission)
        act(submission, seen=seen)
        assert act(submission, seen=seen).status_code == 400
        assert "当前状态为“退回”" in text_of(act(submission))
        assert SubmissionReview.objects.count() == 1

    def test_no_right_and_bad_key_are_refused(self, act, sign_in, supervisor, lead):
        submission = submitted()
        assert lead.get(reverse("reports:submission_return", args=[0])).status_code == 404
        assert act(submission, client=sign_in(supervisor)).status_code == 403

    def test_the_number_of_queries_is_fixed(self, lead):
        submission = submitted()
        address = reverse("reports:submission_return", args=[submission.pk])
        lead.get(address)
        with CaptureQueriesContext(connection) as one:
            lead.get(address)
        HouseholdFactory.create_batch(3, region_id="610114007201")
        again = submitted()
        with CaptureQueriesContext(connection) as more:
            lead.get(reverse("reports:submission_return", args=[again.pk]))
        assert len(more) == len(one)


class TestExceptions:
    @pytest.fixture
    def act(self, lead):
        def post(client=lead, **changes):
            data = {
                "region": GUANSHAN,
                "week": "2020-04-09",
                "seen": 0,
                "until": "2020-04-10T18:00",
                "reason": "停电",
            }
            return client.post(reverse("reports:week_extend"), data | changes)

        return post

    def test_it_stands_on_the_board_until_it_ends(self, act, lead, sign_in):
        assert act().status_code == 302
        row = row_of(text_of(lead.get(BOARD)), "关山街道")
        assert "至 4月10日 18:00（有效）" in " ".join(row.split())
        assert "停电" in row
        assert "未到时间" in row
        with told_at(AFTERNOON + dt.timedelta(days=2)):
            page = text_of(sign_in(bureau()).get(BOARD, {"week": "2020-04-09"}))
        assert "已到期" in row_of(page, "关山街道")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"until": ""}, "请填写延期至哪一天几点"),
            ({"until": "明天"}, "请填写日期和时间"),
            ({"until": "2020-04-09T12:30"}, "延期应晚于"),
            ({"until": "2020-06-09T12:30"}, "最长四周"),
            ({"reason": ""}, "请写明延期的理由"),
            ({"seen": 7}, "已被他人修改"),
        ],
    )
    def test_bad_input_is_told_and_kept(self, act, changes, told):
        response = act(**changes)
        assert response.status_code == 400
        assert told in text_of(response)
        assert ("停电" in text_of(response)) is ("reason" not in changes)

    def test_an_office_that_has_submitted_needs_none(self, act):
        submission = submitted()
        assert "已经上报，不需要延期" in text_of(act(seen=seen_of(submission)))

    def test_no_right_and_foreign_office_are_refused(self, act, sign_in, supervisor):
        assert act(region="610115001").status_code == 404
        assert act(region="610114007200").status_code == 404
        assert act(client=sign_in(supervisor)).status_code == 403


class TestPunctuality:
    @pytest.fixture
    def weeks(self):
        """Before: 关山 on time, 北屯 late. This week: 关山 late within its exception, 北屯 not at all."""
        submitted(GUANSHAN, THURSDAY - WEEK, IN_TIME - WEEK)
        submitted(BEITUN, THURSDAY - WEEK, IN_TIME - WEEK + dt.timedelta(minutes=125))
        until = AFTERNOON + dt.timedelta(hours=5)
        with told_at(IN_TIME):
            office = Region.objects.get(pk=GUANSHAN)
            extend(office, THURSDAY, until, "停电", by=bureau(), seen=0)
        submitted(GUANSHAN, at=AFTERNOON)

    def rows(self, lead) -> dict[str, list[str]]:
        content = lead.post(reverse("reports:week_timeliness_export"), {"reason": "通报"}).content
        sheet = load_workbook(BytesIO(content)).active
        return {row[0]: list(row[1:]) for row in sheet.iter_rows(values_only=True) if row[0]}

    @pytest.mark.usefixtures("weeks")
    def test_each_office_in_each_closed_week(self, lead):
        rows = self.rows(lead)
        assert rows["关山街道"] == ["缺报", "准时", "延期准时", 0.6667]
        assert rows["北屯街道"] == ["缺报", "迟报 1:05", "缺报", 0]
        assert rows["准时率"][:3] == ["0.00%", "14.29%", "14.29%"]

    @pytest.mark.usefixtures("weeks")
    def test_page_and_trail(self, lead):
        page = text_of(lead.get(reverse("reports:week_timeliness")))
        assert "迟报 1:05" in page
        self.rows(lead)
        assert Entry.objects.get(act="exported").reason == "通报"

    def test_an_exception_that_runs_is_not_counted(self, lead):
        data = {"region": BEITUN, "seen": 0, "until": "2020-04-09T18:00", "reason": "停电"}
        lead.post(reverse("reports:week_extend"), data)
        assert self.rows(lead)["北屯街道"][-2] == "延期中"

    def test_a_number_of_weeks_that_is_not_offered_is_not_found(self, lead):
        address = reverse("reports:week_timeliness")
        assert lead.get(address, {"weeks": "26"}).status_code == 200
        assert lead.get(address, {"weeks": "13"}).status_code == 404

    def test_the_number_of_queries_is_fixed(self, lead):
        address = reverse("reports:week_timeliness")
        lead.get(address)
        with CaptureQueriesContext(connection) as one:
            lead.get(address)
        submitted()
        submitted(BEITUN)
        with CaptureQueriesContext(connection) as more:
            lead.get(address)
        assert len(more) == len(one)
