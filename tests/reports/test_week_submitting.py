"""What an office does with its week, as the browser sends it: keep the text, draft it anew, confirm, submit."""

import datetime as dt

import pytest
from django.urls import reverse

from reports.enums import WeekState
from reports.models import OfficeWeek, Submission
from reports.thursday.reviewing import accept
from tests.factories import happen
from tests.inspections.factories import InspectionFactory
from tests.reports.week_cases import (
    GUANSHAN,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    lead_of,
    locked,
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
    week_of,
)
from yanliang.audit.models import Entry
from yanliang.periods import told_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("reference", "nobody_is_idle", "two_households"),
]
ACTS = ["week_save", "week_redraft", "week_confirm", "week_submit"]


# Saving the text


def test_text_and_explanations_are_kept(sign_in, recorder):
    client = sign_in(recorder)
    data = form_of(open_week(client))
    response = post(client, "week_save", data, part_0="自己写的。", **ANSWERED)
    assert response.status_code == 302
    page = open_week(client)
    assert form_of(page)["part_0"] == "自己写的。"
    assert form_of(page)["explanation-unchecked"] == ANSWERED["explanation-unchecked"]
    assert Entry.objects.filter(act="week_text_saved", staff=recorder).count() == 1


def test_what_somebody_else_saved_is_shown_beside_what_was_typed(sign_in, recorder, lead):
    mine = form_of(open_week(lead))
    other = sign_in(recorder)
    post(other, "week_save", form_of(open_week(other)), part_0="录入员写的。")
    lead = sign_in(lead_of(GUANSHAN))
    refused = post(lead, "week_save", mine, part_0="负责人写的。")
    page = text_of(refused)
    assert refused.status_code == 400
    assert "已被他人修改" in page
    assert "录入员写的。" in page
    again = form_of(refused)
    assert again["part_0"] == "负责人写的。"
    assert post(lead, "week_save", again).status_code == 302
    assert week_of().parts[0][1] == "负责人写的。"


def test_saving_twice_saves_once(lead):
    data = form_of(open_week(lead))
    assert post(lead, "week_save", data).status_code == 302
    assert post(lead, "week_save", data).status_code == 400
    assert Entry.objects.filter(act="week_text_saved").count() == 1


def test_an_accepted_or_locked_week_keeps_its_text(lead):
    data = form_of(open_week(lead))
    accepted()
    with told_at(LATE):
        locked(at=LATE)
    refused = post(lead, "week_save", data, LATE, part_0="晚了。")
    assert refused.status_code == 400
    assert "本周区级汇总已锁定" in text_of(refused)
    assert week_of().parts[0][1] != "晚了。"


# Drafting anew


def test_a_new_draft_replaces_the_text_and_shows_the_former(lead, two_households):
    post(lead, "week_save", form_of(open_week(lead)), part_0="旧文字。")
    with told_at(IN_TIME):
        happen(two_households[0], "inspected:safe")
    page = open_week(lead)
    assert "文字是按以前的数字起草的" in text_of(page)
    changes = {"part_0": "旧文字改过。", "responsible_name": "赵某"}
    drafted = post(lead, "week_redraft", form_of(page), **changes)
    said = text_of(drafted)
    assert "文字是按以前的数字起草的" not in said
    assert "旧文字改过。" in said
    assert form_of(drafted)["responsible_name"] == "赵某"
    assert "累计已排查 1 户" in form_of(drafted)["part_0"]
    assert week_of().parts[0][1].startswith("截至")
    assert post(lead, "week_save", form_of(drafted)).status_code == 302


def test_drafting_twice_drafts_once(lead):
    data = form_of(open_week(lead))
    assert post(lead, "week_redraft", data).status_code == 200
    assert post(lead, "week_redraft", data).status_code == 400
    assert Entry.objects.filter(act="week_text_saved").count() == 1


# Before submitting, and submitting


def test_a_week_is_submitted_and_shows_its_receipt(lead):
    response = submit_by_hand(lead)
    submission = Submission.objects.get()
    assert response.url == reverse("reports:submission_detail", args=[submission.pk])
    page = text_of(lead.get(response.url))
    assert "已上报，回执号 ZB-20200409-007-01" in page
    assert "准时" in page
    assert submission.responsible_name == "负责人7"
    assert submission.data["checks"][0]["explanation"] == ANSWERED["explanation-unchecked"]


def test_late_is_late_to_the_minute(lead):
    response = submit_by_hand(lead, at=LATE)
    assert "迟报 1:05" in text_of(lead.get(response.url))


def test_nothing_typed_is_lost_when_something_is_in_the_way(lead):
    data = form_of(open_week(lead))
    refused = post(lead, "week_confirm", data, part_1="", part_0="只写了这个。")
    page = text_of(refused)
    assert refused.status_code == 400
    assert "“二、存在问题”还没有内容" in page
    assert "请先处理，或写明说明" in page
    assert form_of(refused)["part_0"] == "只写了这个。"


def test_a_returned_inspection_keeps_the_week_until_it_is_answered(lead):
    with told_at(IN_TIME):
        InspectionFactory(state="returned", return_reason="缺照片")
    data = form_of(open_week(lead))
    refused = post(lead, "week_confirm", data, **ANSWERED)
    assert "被退回的核查 1 户还没有更正" in text_of(refused)
    answered = {"explanation-returned": "户主外出，下周更正。"}
    assert post(lead, "week_confirm", form_of(refused), **answered).status_code == 200


def test_figures_that_moved_since_are_told_and_not_submitted(lead, two_households):
    page = open_week(lead)
    confirmation = post(lead, "week_confirm", form_of(page), **ANSWERED)
    with told_at(IN_TIME + dt.timedelta(minutes=1)):
        happen(two_households[0], "inspected:safe")
    later = IN_TIME + dt.timedelta(minutes=2)
    refused = post(lead, "week_submit", form_of(confirmation), later, responsible_post="书记")
    said = text_of(refused)
    assert refused.status_code == 400
    assert "数字在您打开后有变动" in said
    assert "已排查 0 → 1、" in said
    assert "文字是按以前的数字起草的" in said
    data = form_of(refused)
    assert data["responsible_post"] == "书记"
    assert data["part_0"] == form_of(page)["part_0"]
    # The draft still tells the former figures: it is not let through unread.
    assert post(lead, "week_confirm", data, later).status_code == 400
    again = post(lead, "week_confirm", data, later, part_0="已核改，排查 1 户。")
    assert again.status_code == 200
    assert not Submission.objects.exists()
    assert post(lead, "week_submit", form_of(again), later).status_code == 302


def test_saved_text_of_older_figures_must_be_looked_at(lead, two_households):
    post(lead, "week_save", form_of(open_week(lead)), **ANSWERED)
    with told_at(IN_TIME):
        happen(two_households[0], "inspected:safe")
    data = form_of(open_week(lead))
    assert post(lead, "week_confirm", data).status_code == 400
    assert post(lead, "week_submit", data).status_code == 400
    assert post(lead, "week_confirm", data, part_0="核改过的文字。").status_code == 200
    assert post(lead, "week_confirm", data, **{"explanation-text": "已核对。"}).status_code == 200


def test_an_unchanged_week_is_a_zero_report_only_with_its_tick(lead):
    submitted(thursday=THURSDAY - WEEK, at=IN_TIME - WEEK)
    confirmation = post(lead, "week_confirm", form_of(open_week(lead)), **ANSWERED)
    assert "零报告：本周每一户都与上周上报时相同" in text_of(confirmation)
    data = form_of(confirmation)
    refused = post(lead, "week_submit", data)
    assert "请勾选“零报告”" in text_of(refused)
    assert post(lead, "week_submit", form_of(refused), is_zero="on").status_code == 302
    assert week_of().submissions.get().is_zero


def test_submitting_again_asks_for_a_reason(lead):
    submit_by_hand(lead)
    page = open_week(lead)
    assert "可以在审核前重报" in text_of(page)
    confirmation = post(lead, "week_confirm", form_of(page))
    assert "重报理由" in text_of(confirmation)
    data = form_of(confirmation) | {"responsible_name": "李副主任"}
    refused = post(lead, "week_submit", data)
    assert "再次上报请写明理由" in text_of(refused)
    assert form_of(refused)["responsible_name"] == "李副主任"
    assert post(lead, "week_submit", form_of(refused), reason="补一户").status_code == 302
    assert [each.reason for each in week_of().submissions.order_by("revision")] == ["", "补一户"]


def test_who_answers_for_it_must_be_named(lead):
    confirmation = post(lead, "week_confirm", form_of(open_week(lead)), **ANSWERED)
    refused = post(lead, "week_submit", form_of(confirmation), responsible_post="")
    assert "请填写责任人的姓名和职务" in text_of(refused)
    too_long = post(lead, "week_submit", form_of(confirmation), responsible_name="长" * 21)
    assert too_long.status_code == 400
    assert "“责任人”" in text_of(too_long)
    assert not Submission.objects.exists()


def test_back_from_the_confirmation_with_everything_typed(lead):
    data = form_of(open_week(lead)) | ANSWERED
    confirmation = post(lead, "week_confirm", data, part_0="改过。")
    back = post(lead, "week_confirm", form_of(confirmation), edit="1", responsible_name="赵某")
    assert back.status_code == 200
    assert form_of(back)["part_0"] == "改过。"
    assert form_of(back)["responsible_name"] == "赵某"


def test_a_second_click_submits_nothing_more(lead):
    confirmation = post(lead, "week_confirm", form_of(open_week(lead)), **ANSWERED)
    data = form_of(confirmation)
    first, second = post(lead, "week_submit", data), post(lead, "week_submit", data)
    assert first.url == second.url
    assert Submission.objects.count() == 1
    assert "没有重复上报" in text_of(lead.get(second.url))


def test_an_accepted_week_is_submitted_no_more(lead):
    confirmation = post(lead, "week_confirm", form_of(open_week(lead)), **ANSWERED)
    submission = submitted()
    with told_at(IN_TIME):
        accept(submission, by=bureau(), seen=week_of().version)
    refused = post(lead, "week_submit", form_of(confirmation))
    assert refused.status_code == 400
    assert "本周已经审核通过" in text_of(refused)
    assert Submission.objects.count() == 1


def test_a_returned_week_is_submitted_again(lead):
    returned_submission()
    confirmation = post(lead, "week_confirm", form_of(open_week(lead, at=LATE)), LATE)
    assert confirmation.status_code == 200
    post(lead, "week_submit", form_of(confirmation), LATE, reason="已核实")
    week = week_of()
    assert (week.state, week.revision) == (WeekState.SUBMITTED, 2)


# Who may


@pytest.mark.parametrize("name", ACTS)
def test_other_offices_are_not_to_be_found(lead, name):
    assert post(lead, name, {"week": THURSDAY, "region": "610114005"}).status_code == 404


@pytest.mark.parametrize("name", ACTS)
def test_acts_are_posted(lead, name):
    assert lead.get(reverse(f"reports:{name}")).status_code == 405


@pytest.mark.parametrize("name", ["week_confirm", "week_submit"])
def test_a_recorder_submits_nothing(sign_in, recorder, name):
    client = sign_in(recorder)
    data = form_of(open_week(client)) | ANSWERED
    assert post(client, name, data).status_code == 403
    assert not Submission.objects.exists()


@pytest.mark.parametrize("name", ["week_save", "week_redraft"])
def test_only_an_office_writes(sign_in, bureau_lead, villager, name):
    for staff in (bureau_lead, villager):
        assert post(sign_in(staff), name, {"week": THURSDAY}).status_code == 403
    assert not OfficeWeek.objects.exists()
