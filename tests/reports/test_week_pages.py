"""The week of a street office on screen: what it shows, and the acts upon it, as the browser sends them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households.models import Region
from reports.models import OfficeWeek
from reports.thursday.reviewing import extend
from tests.factories import HouseholdFactory, happen
from tests.reports.week_cases import (
    GUANSHAN,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    lead_of,
    submitted,
)
from tests.reports.week_pages import (
    ANSWERED,
    LATE,
    WEEK,
    form_of,
    open_week,
    post,
    returned_submission,
    submit_by_hand,
    text_of,
    url,
)
from yanliang.periods import SHANGHAI, cut_off, told_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("reference", "nobody_is_idle", "two_households"),
]
ACTS = ["week_save", "week_redraft", "week_confirm", "week_submit"]


# What the page shows


def test_the_page_shows_state_cut_off_checks_figures_and_a_draft(lead):
    page = text_of(open_week(lead))
    for words in (
        "未报",
        "4月9日（周四）12:00",
        "还有 1 小时 0 分钟",
        "还有 2 户未排查",
        "打开未排查农户",
        "本周与上周对比",
        "累计已排查 0 户",
        "核对无误，去上报",
    ):
        assert words in page


def test_after_the_cut_off_it_says_how_late(lead):
    assert "现在上报记为迟报 1:05" in text_of(open_week(lead, at=LATE))


def test_a_moved_cut_off_and_an_extension_are_told(lead):
    holiday = dt.date(2020, 6, 25)
    page = text_of(open_week(lead, holiday, dt.datetime(2020, 6, 23, 9, tzinfo=SHANGHAI)))
    assert "6月24日（周三）12:00" in page
    assert "端午" in page
    with told_at(IN_TIME):
        region = Region.objects.get(pk=GUANSHAN)
        until = dt.datetime(2020, 4, 10, 9, tzinfo=SHANGHAI)
        extend(region, THURSDAY, until, "停电", by=bureau(), seen=0)
    page = text_of(open_week(lead, at=LATE))
    assert "4月10日（周五）09:00" in page
    assert "批准延期：停电" in page
    assert "现在上报记为" not in page


def test_a_recorder_sees_who_may_submit_and_cannot(sign_in, recorder):
    lead_of(GUANSHAN)
    page = text_of(open_week(sign_in(recorder)))
    assert "由街办负责人上报：负责人7" in page
    assert "disabled" in page.split("核对无误，去上报")[0].rsplit("<button", 1)[1]


def test_the_difference_to_last_week_leads_to_its_submission(lead, two_households):
    last = submitted(thursday=THURSDAY - WEEK, at=IN_TIME - WEEK)
    with told_at(IN_TIME - dt.timedelta(days=1)):
        happen(two_households[0], "inspected:safe")
    response = open_week(lead)
    page = text_of(response)
    assert "上周数为上周上报的数字" in page
    households_then = reverse("reports:submission_households", args=[last.pk])
    assert f"{households_then}?region={GUANSHAN}&amp;section=all&amp;column=6" in page
    assert "本周新增 1 户" in page


def test_what_was_explained_last_week_of_a_lasting_matter_need_not_be_typed_again(lead):
    submitted(
        thursday=THURSDAY - WEEK,
        at=IN_TIME - WEEK,
        explanations={"unchecked": "整户外出", "moved-4": "上周的话", "moved-1": "新增"},
    )
    page = open_week(lead)
    assert form_of(page)["explanation-unchecked"] == "整户外出"
    assert "上周的话" not in text_of(page)


def test_a_returned_week_begins_with_the_reason_and_the_marked_cells(lead):
    submission = returned_submission()
    page = text_of(open_week(lead, at=LATE))
    assert "退回" in page
    assert "未排查户数不符" in page
    assert "关山街道 全部农户 6 未排查" in page
    assert f"{reverse('reports:submission_households', args=[submission.pk])}?region=" in page
    assert "（核实）" in page


def test_what_can_no_longer_be_submitted_says_why(lead):
    missed = text_of(open_week(lead, THURSDAY - WEEK, at=LATE))
    assert "这一周不能再补报" in missed
    accepted()
    page = text_of(open_week(lead, at=LATE))
    assert "本周已经审核通过" in page
    assert "核对无误，去上报" not in page


def test_weeks_to_choose_are_the_open_ones_and_those_submitted(lead):
    submitted(thursday=THURSDAY - 2 * WEEK, at=IN_TIME - 2 * WEEK)
    page = open_week(lead, at=LATE)
    assert page.context["weeks"] == [THURSDAY + WEEK, THURSDAY, THURSDAY - 2 * WEEK]


@pytest.mark.parametrize("asked", ["2020-02-06", "2031-01-02", "kein Tag"])
def test_a_week_that_is_none_is_not_to_be_found(lead, asked):
    with told_at(IN_TIME):
        assert lead.get(url("week_office", asked)).status_code == 404
        assert post(lead, "week_save", {"week": asked}).status_code == 404


def test_as_many_queries_for_fifty_households_as_for_five(lead):
    open_week(lead)
    counts = []
    for number in (5, 50):
        with told_at(IN_TIME - dt.timedelta(days=10)):
            HouseholdFactory.create_batch(number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            open_week(lead)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_looking_changes_nothing(lead):
    open_week(lead)
    page = form_of(open_week(lead))
    post(lead, "week_confirm", page, **ANSWERED)
    assert not OfficeWeek.objects.exists()


# On the home page


def tile(client, at: dt.datetime, label: str):
    with told_at(at):
        tasks = client.get(reverse("home")).context["tasks"]
    return next((task for task in tasks if task.label == label), None)


def test_home_asks_for_the_week_and_presses_from_the_afternoon_before(lead):
    wednesday = cut_off(THURSDAY) - dt.timedelta(days=1)
    calm = tile(lead, wednesday - dt.timedelta(minutes=1), "本周周报待上报")
    assert (calm.count, calm.is_urgent) == (1, False)
    assert tile(lead, wednesday, "本周周报待上报").is_urgent
    late = tile(lead, LATE, "本周周报待上报")
    assert late.is_urgent
    assert late.hint == "迟报 1:05"
    submit_by_hand(lead, at=LATE)
    assert tile(lead, LATE, "本周周报待上报").count == 0


def test_home_names_last_week_as_long_as_it_can_be_submitted(lead):
    friday = LATE + dt.timedelta(days=1)
    assert tile(lead, friday, "以前周的周报没有上报").is_urgent
    assert tile(lead, cut_off(THURSDAY + WEEK), "以前周的周报没有上报").count == 1
    after = cut_off(THURSDAY + WEEK) + dt.timedelta(minutes=1)
    assert tile(lead, after, "以前周的周报没有上报") is None


def test_home_leads_to_the_returned_week(lead):
    assert tile(lead, IN_TIME, "被退回的周报").count == 0
    returned_submission()
    task = tile(lead, LATE + 2 * WEEK, "被退回的周报")
    assert task.is_urgent
    assert task.url.endswith(f"?week={THURSDAY}")


def test_home_names_an_older_week_that_was_extended(lead):
    friday = LATE + 2 * WEEK + dt.timedelta(days=1)
    assert tile(lead, friday, "以前周的周报没有上报").count == 1
    with told_at(IN_TIME + 2 * WEEK):
        region = Region.objects.get(pk=GUANSHAN)
        until = friday + dt.timedelta(days=1)
        extend(region, THURSDAY, until, "停电", by=bureau(), seen=0)
    task = tile(lead, friday, "以前周的周报没有上报")
    assert task.count == 2
    assert task.url.endswith(f"?week={THURSDAY}")
    assert "延期至" in task.hint
