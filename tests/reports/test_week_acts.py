"""Submitting, reviewing, adding up, locking and forwarding: what each act does, and what it refuses."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from households.models import Region
from reports.enums import DistrictState, WeekState
from reports.models import (
    DistrictReport,
    DistrictWeek,
    Forwarding,
    OfficeWeek,
    Submission,
    SubmissionReview,
)
from reports.thursday import district as bureau_acts
from reports.thursday import reviewing
from reports.thursday.aggregating import district_of, last_report
from reports.thursday.content import Content
from reports.thursday.drafting import DISTRICT_PARTS, LONGEST, district_draft, part_from
from reports.thursday.gathering import standing_of
from reports.thursday.papers import paper_of_report, paper_of_submission, state_in
from reports.thursday.submitting import save_text, submit
from tests.factories import HouseholdFactory, StaffFactory
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    GUANSHAN,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    lead_of,
    locked,
    statement_for,
    submitted,
)
from yanliang.audit.models import Entry
from yanliang.audit.trail import ACT_LABELS, faults
from yanliang.periods import SHANGHAI, told_at

pytestmark = pytest.mark.usefixtures("reference")
NEXT = THURSDAY + dt.timedelta(weeks=1)
AFTERNOON = dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI)
EVENING = dt.datetime(2020, 4, 9, 20, tzinfo=SHANGHAI)
OTHER_DISTRICT = "610115"


@pytest.fixture(autouse=True)
def households(reference):
    """Two of 关山村 and one of 北屯."""
    HouseholdFactory.create_batch(2)
    HouseholdFactory(region_id="610114005200")


def region(code: str) -> Region:
    return Region.objects.get(pk=code)


def office_version(office: str = GUANSHAN, thursday: dt.date = THURSDAY) -> int:
    week = OfficeWeek.objects.filter(region_id=office, thursday=thursday).first()
    return week.version if week else 0


def district_version(thursday: dt.date = THURSDAY) -> int:
    week = DistrictWeek.objects.filter(region_id=DISTRICT, thursday=thursday).first()
    return week.version if week else 0


# Each act as it is done rightly; what a test changes of it comes by name.


def do_save(*, by=None, office=GUANSHAN, thursday=THURSDAY, seen=None, text="本周入户核查。"):
    return save_text(
        region(office),
        thursday,
        [part_from("一、本周工作", text)],
        {"unchecked": " 外出 ", "empty": " "},
        drafted_for="",
        by=by or lead_of(GUANSHAN),
        seen=office_version(office, thursday) if seen is None else seen,
    )


def do_submit(
    *,
    by=None,
    office=GUANSHAN,
    thursday=THURSDAY,
    seen=None,
    seen_digest=None,
    said=None,
    **changes,
):
    standing = standing_of(region(office), thursday)
    return submit(
        region(office),
        thursday,
        said or statement_for(standing, **changes),
        by=by or lead_of(GUANSHAN),
        seen=office_version(office, thursday) if seen is None else seen,
        seen_digest=standing.digest if seen_digest is None else seen_digest,
    )


def newest(office: str = GUANSHAN) -> Submission:
    return Submission.objects.filter(region_id=office).order_by("-thursday", "-revision").first()


def do_accept(*, by=None, submission=None, seen=None):
    submission = submission or newest()
    seen = office_version(submission.region_id, submission.thursday) if seen is None else seen
    return reviewing.accept(submission, by=by or bureau(), seen=seen)


def do_return(*, by=None, submission=None, seen=None, reason="鉴定数不符", marks=()):
    submission = submission or newest()
    seen = office_version(submission.region_id, submission.thursday) if seen is None else seen
    return reviewing.send_back(submission, reason, marks, by=by or bureau(), seen=seen)


def do_extend(
    *, by=None, office=GUANSHAN, thursday=THURSDAY, until=EVENING, reason="停电", seen=None
):
    return reviewing.extend(
        region(office),
        thursday,
        until,
        reason,
        by=by or bureau(),
        seen=office_version(office, thursday) if seen is None else seen,
    )


def at_district(act: Callable, *, by=None, where=DISTRICT, thursday=THURSDAY, seen=None, **said):
    return act(
        region(where),
        thursday,
        by=by or bureau(),
        seen=district_version(thursday) if seen is None else seen,
        **said,
    )


def do_save_district(*, text="全区进展。", **said):
    parts = [part_from("一、总体进展", text)]
    return at_district(bureau_acts.save_text, parts=parts, drafted_for="", **said)


def do_stand_in(*, office=BEITUN, reason="经办人隔离", **said):
    return at_district(bureau_acts.stand_in, office=region(office), reason=reason, **said)


def do_lock(*, parts=None, seen_digest=None, without_missing=True, **said):
    thursday = said.get("thursday", THURSDAY)
    week = DistrictWeek.objects.filter(region_id=DISTRICT, thursday=thursday).first()
    district = district_of(region(DISTRICT), thursday, week)
    drafted = district_draft(district.weekly.figures, district.gaps())
    return at_district(
        bureau_acts.lock_week,
        parts=drafted if parts is None else parts,
        seen_digest=district.digest if seen_digest is None else seen_digest,
        without_missing=without_missing,
        **said,
    )


def do_unlock(*, reason="北屯补报", **said):
    return at_district(bureau_acts.unlock, reason=reason, **said)


def do_correct(*, reason="市局要求补充", **said):
    return at_district(bureau_acts.correct, reason=reason, **said)


def do_forward(*, on=THURSDAY, number="阎住建函〔2020〕21号", recipient="市局", **said):
    return at_district(
        bureau_acts.forward, forwarded_on=on, document_number=number, recipient=recipient, **said
    )


# How far a week has come before the act.


def untouched() -> None:
    pass


def one_submitted() -> None:
    submitted()


def one_accepted() -> None:
    accepted()


def one_returned() -> None:
    submitted()
    with told_at(IN_TIME):
        do_return()


def week_locked() -> None:
    accepted()
    locked()


def week_forwarded() -> None:
    week_locked()
    with told_at(AFTERNOON):
        do_forward()


def week_correcting() -> None:
    week_forwarded()
    with told_at(AFTERNOON):
        do_correct()


def traces() -> list:
    """Everything that an act upon a week could leave behind."""
    models = (OfficeWeek, Submission, SubmissionReview, DistrictWeek, DistrictReport, Forwarding)
    return [list(model.objects.order_by("pk").values()) for model in (*models, Entry)]


def person(role: str, code: str):
    return StaffFactory(username=f"{role}-{code}", role=role, region_id=code)


ACTS = {
    do_save: (untouched, {"recorder", "office_lead"}, IN_TIME),
    do_submit: (untouched, {"office_lead"}, IN_TIME),
    do_accept: (one_submitted, {"bureau_clerk", "bureau_lead"}, IN_TIME),
    do_return: (one_submitted, {"bureau_clerk", "bureau_lead"}, IN_TIME),
    do_extend: (untouched, {"bureau_clerk", "bureau_lead"}, IN_TIME),
    do_save_district: (one_accepted, {"bureau_clerk", "bureau_lead"}, AFTERNOON),
    do_stand_in: (one_accepted, {"bureau_lead"}, AFTERNOON),
    do_lock: (one_accepted, {"bureau_lead"}, AFTERNOON),
    do_unlock: (week_locked, {"bureau_lead"}, AFTERNOON),
    do_forward: (week_locked, {"bureau_lead"}, AFTERNOON),
    do_correct: (week_forwarded, {"bureau_lead"}, AFTERNOON),
}
OFFICE_ACTS = (do_save, do_submit)
HOME = {
    "recorder": GUANSHAN,
    "office_lead": GUANSHAN,
    "bureau_clerk": DISTRICT,
    "bureau_lead": DISTRICT,
    "supervisor": DISTRICT,
    "department": DISTRICT,
    "viewer": GUANSHAN,
    "village": "610114007200",
}


class TestRights:
    @pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
    def test_by_role(self, act):
        prepare, may, moment = ACTS[act]
        prepare()
        refused = [role for role in HOME if role not in may]
        with told_at(moment):
            before = traces()
            for role in refused:
                with pytest.raises(PermissionDenied):
                    act(by=person(role, HOME[role]))
            assert traces() == before

    @pytest.mark.parametrize(
        ("act", "role"),
        [(act, role) for act, (_, may, _) in ACTS.items() for role in sorted(may)],
        ids=lambda value: getattr(value, "__name__", value),
    )
    def test_who_may_does_it_with_one_entry(self, act, role):
        prepare, _, moment = ACTS[act]
        prepare()
        entries = Entry.objects.count()
        with told_at(moment):
            by = person(role, HOME[role])
            act(by=by)
        entry = Entry.objects.latest("number")
        assert Entry.objects.count() == entries + 1
        assert entry.staff_id == by.pk
        assert entry.act in ACT_LABELS
        assert list(faults()) == []

    @pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
    def test_elsewhere(self, act):
        """The same post in another office, or in another district."""
        prepare, may, moment = ACTS[act]
        prepare()
        if act in OFFICE_ACTS:
            stranger = lead_of(BEITUN)
        else:
            Region.objects.create(code=OTHER_DISTRICT, name="临潼区", short_name="临潼区", level=6)
            stranger = person("bureau_lead", OTHER_DISTRICT)
        with told_at(moment):
            before = traces()
            with pytest.raises(PermissionDenied):
                act(by=stranger)
            assert traces() == before

    @pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
    def test_an_account_that_was_closed(self, act):
        prepare, may, moment = ACTS[act]
        prepare()
        role = max(may)
        with told_at(moment), pytest.raises(PermissionDenied):
            closed = person(role, HOME[role])
            closed.is_active = False
            act(by=closed)

    def test_an_office_acts_only_for_an_office(self):
        lead = person("office_lead", DISTRICT)
        with told_at(IN_TIME), pytest.raises(PermissionDenied):
            save_text(region(DISTRICT), THURSDAY, [], {}, drafted_for="", by=lead, seen=0)

    def test_an_office_of_another_district_is_not_stood_in_for(self):
        other = Region.objects.create(
            code=OTHER_DISTRICT, name="临潼区", short_name="临潼区", level=6
        )
        stranger = Region.objects.create(
            code="610115001", name="骊山街道", short_name="骊山街道", level=9, parent=other
        )
        with told_at(AFTERNOON), pytest.raises(PermissionDenied):
            do_stand_in(office=stranger.code)


CLOSED_WEEK = "本周区级汇总已锁定，不能再改动上报。"
SENT_WEEK = "本周区级汇总已转报市局，不能再改动上报。"
#: How far the week has come, the act, what is wrong with it, when, and what is answered.
REFUSED = [
    (untouched, do_save, {"seen": 3}, IN_TIME, "已被他人修改"),
    (week_locked, do_save, {}, AFTERNOON, CLOSED_WEEK),
    (untouched, do_save, {"thursday": dt.date(2020, 4, 8)}, IN_TIME, "以周四的日期为准"),
    (untouched, do_submit, {"seen": 3}, IN_TIME, "已被他人修改"),
    (untouched, do_submit, {"seen_digest": "0" * 64}, IN_TIME, "数字在您打开后有变动"),
    (untouched, do_submit, {"thursday": dt.date(2020, 4, 8)}, IN_TIME, "以周四的日期为准"),
    (untouched, do_submit, {"thursday": dt.date(2020, 3, 19)}, IN_TIME, "还没有开始"),
    (untouched, do_submit, {"thursday": NEXT}, IN_TIME, "这一周还没有开始。"),
    (untouched, do_submit, {"thursday": dt.date(2020, 3, 26)}, IN_TIME, "不能再补报"),
    (untouched, do_submit, {"responsible_name": " "}, IN_TIME, "请填写责任人的姓名和职务。"),
    (untouched, do_submit, {"responsible_post": ""}, IN_TIME, "请填写责任人的姓名和职务。"),
    (untouched, do_submit, {"responsible_name": "王" * 21}, IN_TIME, "20"),
    (untouched, do_submit, {"explanations": {}}, IN_TIME, "请先处理，或写明说明。"),
    (untouched, do_submit, {"is_zero": True}, IN_TIME, "不是零报告。"),
    (untouched, do_submit, {"parts": ()}, IN_TIME, "“三、下周计划”还没有内容。"),
    (one_submitted, do_submit, {"reason": " "}, IN_TIME, "再次上报请写明理由。"),
    (one_returned, do_submit, {"reason": ""}, IN_TIME, "再次上报请写明理由。"),
    (one_accepted, do_submit, {}, IN_TIME, "本周已经审核通过，要改动请先由区住建局退回。"),
    (week_locked, do_submit, {}, AFTERNOON, CLOSED_WEEK),
    (week_locked, do_submit, {"office": BEITUN, "by": BEITUN}, AFTERNOON, CLOSED_WEEK),
    (week_forwarded, do_submit, {}, AFTERNOON, SENT_WEEK),
    (one_submitted, do_accept, {"seen": 1}, IN_TIME, "已被他人修改"),
    (one_accepted, do_accept, {}, IN_TIME, "当前状态为“已审”，不能审核通过。"),
    (one_returned, do_accept, {}, IN_TIME, "当前状态为“退回”，不能审核通过。"),
    (week_locked, do_accept, {}, AFTERNOON, CLOSED_WEEK),
    (one_submitted, do_return, {"reason": "  "}, IN_TIME, "请写明退回的理由。"),
    (one_submitted, do_return, {"seen": 1}, IN_TIME, "已被他人修改"),
    (one_returned, do_return, {}, IN_TIME, "当前状态为“退回”，不能退回。"),
    (week_locked, do_return, {}, AFTERNOON, CLOSED_WEEK),
    (week_forwarded, do_return, {}, AFTERNOON, SENT_WEEK),
    (untouched, do_extend, {"reason": " "}, IN_TIME, "请写明延期的理由。"),
    (untouched, do_extend, {"until": IN_TIME}, IN_TIME, "延期应晚于本周截止时间"),
    (untouched, do_extend, {"until": AFTERNOON}, EVENING, "也应晚于现在"),
    (
        untouched,
        do_extend,
        {"until": dt.datetime(2020, 5, 7, 12, 1, tzinfo=SHANGHAI)},
        IN_TIME,
        "延期最长四周。",
    ),
    (one_submitted, do_extend, {}, IN_TIME, "本周已经上报，不需要延期。"),
    (one_accepted, do_extend, {}, IN_TIME, "本周已经上报，不需要延期。"),
    (one_returned, do_extend, {"seen": 1}, IN_TIME, "已被他人修改"),
    (week_locked, do_extend, {"office": BEITUN}, AFTERNOON, CLOSED_WEEK),
    (one_accepted, do_save_district, {"seen": 9}, AFTERNOON, "已被他人修改"),
    (week_locked, do_save_district, {}, AFTERNOON, "本周已锁定，不能保存文字。"),
    (
        one_accepted,
        do_save_district,
        {"thursday": dt.date(2020, 4, 10)},
        AFTERNOON,
        "以周四的日期为准",
    ),
    (week_locked, do_stand_in, {}, AFTERNOON, "本周已锁定，不能代用台账数。"),
    (
        one_accepted,
        do_stand_in,
        {"office": GUANSHAN},
        AFTERNOON,
        "本周已经上报，不能以台账数代替。",
    ),
    (
        one_submitted,
        do_stand_in,
        {"office": GUANSHAN},
        AFTERNOON,
        "本周已经上报，不能以台账数代替。",
    ),
    (untouched, do_lock, {}, AFTERNOON, "还没有审核通过任何街办的上报，不能锁定。"),
    (one_submitted, do_lock, {}, AFTERNOON, "关山街道已报未审：请先审核通过或退回。"),
    (one_accepted, do_lock, {}, IN_TIME, "还没有上报，截止时间也没有到，不能锁定。"),
    (one_accepted, do_lock, {"without_missing": False}, AFTERNOON, "请勾选“缺报锁定”"),
    (one_accepted, do_lock, {"seen_digest": "0"}, AFTERNOON, "还没有锁定"),
    (one_accepted, do_lock, {"seen": 9}, AFTERNOON, "已被他人修改"),
    (one_accepted, do_lock, {"parts": ()}, AFTERNOON, "“六、下周计划”还没有内容。"),
    (week_locked, do_lock, {}, AFTERNOON, "本周已锁定，不能锁定。"),
    (week_forwarded, do_lock, {}, AFTERNOON, "本周已转报市局，不能锁定。"),
    (one_accepted, do_unlock, {}, AFTERNOON, "本周汇总中，不能解锁。"),
    (week_locked, do_unlock, {"reason": " "}, AFTERNOON, "请写明解锁的理由。"),
    (week_locked, do_unlock, {"seen": 1}, AFTERNOON, "已被他人修改"),
    (week_forwarded, do_unlock, {}, AFTERNOON, "本周已转报市局，不能解锁。"),
    (week_correcting, do_unlock, {}, AFTERNOON, "本周更正中，不能解锁。"),
    (one_accepted, do_forward, {}, AFTERNOON, "本周汇总中，不能转报。"),
    (week_forwarded, do_forward, {}, AFTERNOON, "本周已转报市局，不能转报。"),
    (week_correcting, do_forward, {}, AFTERNOON, "本周更正中，不能转报。"),
    (week_locked, do_forward, {"number": " "}, AFTERNOON, "document_number"),
    (week_locked, do_forward, {"recipient": " "}, AFTERNOON, "recipient"),
    (week_locked, do_forward, {"on": dt.date(2020, 4, 10)}, AFTERNOON, "转报日期不能晚于今天。"),
    (
        week_locked,
        do_forward,
        {"on": dt.date(2020, 4, 8)},
        AFTERNOON,
        "转报日期不能早于锁定的那一天。",
    ),
    (week_locked, do_forward, {"seen": 1}, AFTERNOON, "已被他人修改"),
    (week_locked, do_correct, {}, AFTERNOON, "本周已锁定，不能更正。"),
    (week_forwarded, do_correct, {"reason": ""}, AFTERNOON, "请写明更正的理由。"),
    (week_forwarded, do_correct, {"seen": 1}, AFTERNOON, "已被他人修改"),
]


@pytest.mark.parametrize(
    ("prepare", "act", "wrong", "moment", "answer"),
    REFUSED,
    ids=[
        f"{act.__name__}-{prepare.__name__}-{place}"
        for place, (prepare, act, *_) in enumerate(REFUSED)
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(prepare, act, wrong, moment, answer):
    prepare()
    asked = wrong | {"by": lead_of(wrong["by"])} if "by" in wrong else wrong
    with told_at(moment):
        before = traces()
        with pytest.raises(ValidationError) as refused:
            act(**asked)
        assert answer in str(refused.value)
        assert traces() == before


class TestSaving:
    def test_the_text_is_kept_as_it_was_typed(self):
        with told_at(IN_TIME):
            week = do_save(text="第一行\n\n  第二行  ")
        assert week.parts == [["一、本周工作", "第一行\n第二行"]]
        assert week.explanations == {"unchecked": "外出"}
        assert (week.state, week.revision, week.edited_at) == (WeekState.DRAFT, 0, IN_TIME)

    def test_the_second_of_two_who_began_at_once_is_told(self):
        with told_at(IN_TIME):
            do_save(seen=0)
            with pytest.raises(ValidationError) as refused:
                do_save(seen=0, text="另一个人的文字")
            assert refused.value.code == "stale"
            assert do_save(seen=2).version == 3

    def test_an_extension_does_not_spoil_a_page_that_was_open(self):
        with told_at(IN_TIME):
            do_extend()
            assert do_save(seen=0).extended_to == EVENING


class TestSubmitting:
    def test_keeps_figures_text_and_households(self):
        submission = submitted()
        content = Content(submission.data)
        assert submission.receipt == "ZB-20200409-007-01"
        assert submission.household_count == 2
        assert content.sheet.figures[GUANSHAN, "all"][1] == 2
        assert content.data["figures"]["all"][GUANSHAN]["1"] == 2
        assert content.parts[0].title == "一、本周工作"
        assert submission.is_intact
        assert paper_of_submission(submission).annex[0].rows[-1].cell("1").value == 2

    def test_the_same_twice_is_done_once(self):
        with told_at(IN_TIME):
            said = statement_for(standing_of(region(GUANSHAN), THURSDAY))
            do_submit(said=said, seen=0)
            with pytest.raises(ValidationError) as refused:
                do_submit(said=said, seen=0)
        assert refused.value.code == "stale"
        assert Submission.objects.count() == 1

    def test_a_register_that_moved_since_the_page_was_opened(self):
        with told_at(IN_TIME):
            digest = standing_of(region(GUANSHAN), THURSDAY).digest
            HouseholdFactory()
            with pytest.raises(ValidationError) as refused:
                do_submit(seen_digest=digest)
        assert refused.value.code == "stale"
        assert not Submission.objects.exists()

    def test_a_zero_report_is_explicit(self):
        accepted()
        moment = IN_TIME + dt.timedelta(weeks=1)
        with told_at(moment):
            with pytest.raises(ValidationError, match="请勾选“零报告”"):
                do_submit(thursday=NEXT, is_zero=False)
            assert do_submit(thursday=NEXT, is_zero=True).is_zero

    def test_a_zero_report_with_changes_is_none(self):
        accepted()
        HouseholdFactory(registered_at=AFTERNOON)
        with (
            told_at(IN_TIME + dt.timedelta(weeks=1)),
            pytest.raises(ValidationError, match="不是零报告"),
        ):
            do_submit(thursday=NEXT, is_zero=True)

    def test_a_resubmission_is_the_next_revision_and_the_first_stays(self):
        first = submitted()
        kept = Submission.objects.filter(pk=first.pk).values().get()
        HouseholdFactory()
        second = submitted(at=IN_TIME + dt.timedelta(minutes=5), reason=" 漏报一户 ")
        assert (second.revision, second.reason, second.receipt[-3:]) == (2, "漏报一户", "-02")
        assert (first.household_count, second.household_count) == (2, 3)
        assert Submission.objects.filter(pk=first.pk).values().get() == kept
        assert list(Submission.objects.counting()) == [second]

    def test_a_text_for_other_figures_needs_a_word(self):
        with told_at(IN_TIME):
            standing = standing_of(region(GUANSHAN), THURSDAY)
            said = statement_for(standing, drafted_for=standing.digest)
            do_submit(said=said)
            HouseholdFactory()
            with pytest.raises(ValidationError, match="文字是按以前的数字起草的"):
                do_submit(said=said)
            explained = replace(said, explanations={**said.explanations, "text": "仍然属实"})
            done = do_submit(said=explained)
        assert [each["explanation"] for each in done.data["checks"] if each["key"] == "text"] == [
            "仍然属实"
        ]

    def test_a_part_that_is_too_long_or_none(self):
        with told_at(IN_TIME):
            parts = list(statement_for(standing_of(region(GUANSHAN), THURSDAY)).parts)
            long = [part_from(parts[0].title, "字" * (LONGEST + 1)), *parts[1:]]
            with pytest.raises(ValidationError, match="“一、本周工作”有 8,001 字，最多 8,000 字。"):
                do_submit(parts=long)
            with pytest.raises(ValidationError, match="“四、其他”不是周报的部分。"):
                do_submit(parts=[*parts, part_from("四、其他", "一")])
            with pytest.raises(ValidationError, match="“二、存在问题”还没有内容。"):
                do_submit(parts=[parts[0], part_from(parts[1].title, " \n "), parts[2]])


class TestReviewing:
    def test_accepting(self):
        submission = submitted()
        with told_at(IN_TIME):
            done = do_accept()
        week = OfficeWeek.objects.get()
        assert (done.outcome, week.state) == ("accepted", WeekState.ACCEPTED)
        assert list(Submission.objects.accepted()) == [submission]

    @pytest.mark.parametrize("prepare", [one_submitted, one_accepted])
    def test_returning_with_marks(self, prepare):
        prepare()
        with told_at(IN_TIME):
            done = do_return(marks=[reviewing.Mark("all", GUANSHAN, 9)])
        assert SubmissionReview.objects.get(pk=done.pk).marks == [["all", GUANSHAN, 9]]
        assert OfficeWeek.objects.get().state == WeekState.RETURNED
        assert not Submission.objects.accepted().exists()

    def test_what_was_submitted_again_is_reviewed_no_more(self):
        first = submitted()
        submitted(at=IN_TIME + dt.timedelta(minutes=5))
        with told_at(IN_TIME + dt.timedelta(minutes=6)):
            for act in (do_accept, do_return):
                with pytest.raises(ValidationError, match="已被街办重报替代"):
                    act(submission=first)
            assert do_accept().submission.revision == 2

    def test_an_extension_is_kept_with_its_reason(self):
        with told_at(IN_TIME):
            week = do_extend()
        assert (week.extended_to, week.extension_reason) == (EVENING, "停电")
        assert Entry.objects.latest("number").before == {"截止": "2020年4月9日12时"}


class TestDistrict:
    def test_adds_up_what_was_accepted(self):
        accepted()
        submitted(BEITUN)
        with told_at(AFTERNOON):
            do_return(submission=newest(BEITUN))
        report = locked()
        paper = paper_of_report(report)
        total = paper.annex[0].rows[-1]
        assert total.cell("1").value == 2
        assert "不含" in total.cell("place").value
        assert "北屯街道" in total.cell("place").value
        assert "其中北屯街道上报后被退回，还没有重报。" in paper.provenance
        states = {row.key: row.cell("state").value for row in paper.statement.rows}
        assert states[BEITUN] == "退回未重报"

    def test_all_are_there_before_the_cut_off(self):
        for office in region(DISTRICT).children.all():
            accepted(office.code)
        with told_at(IN_TIME):
            report = do_lock(without_missing=False)
        assert Content(report.data).missing == frozenset()
        assert Content(report.data).sheet.figures[DISTRICT, "all"][1] == 3

    def test_nobody_is_stood_in_for_and_shut_out_before_the_cut_off(self):
        accepted()
        with told_at(IN_TIME):
            for office in region(DISTRICT).children.exclude(pk=GUANSHAN):
                do_stand_in(office=office.code)
            with pytest.raises(ValidationError, match="截止时间也没有到"):
                do_lock()
        with told_at(AFTERNOON):
            do_lock(without_missing=False)

    def test_a_stand_in_is_taken_back(self):
        accepted()
        with told_at(AFTERNOON):
            assert do_stand_in().overrides == {BEITUN: "经办人隔离"}
            assert do_stand_in(reason="").overrides == {}

    def test_a_submission_takes_the_place_of_its_stand_in(self):
        accepted()
        with told_at(AFTERNOON):
            do_stand_in()
        accepted(BEITUN, at=AFTERNOON)
        content = Content(locked(at=EVENING).data)
        assert content.stand_ins == frozenset()
        assert not any("采用台账" in sentence for sentence in content.provenance)

    def test_unlocking_opens_the_week_and_the_next_lock_is_a_revision(self):
        week_locked()
        first = DistrictReport.objects.values().get()
        with told_at(AFTERNOON):
            do_unlock()
            assert DistrictWeek.objects.get().state == DistrictState.COLLECTING
            do_return()
            do_submit()
            do_accept()
            report = do_lock()
        assert (report.revision, report.reason) == (2, "北屯补报")
        assert Content(report.data).provenance[0] == "更正版（第 2 版），理由：北屯补报。"
        assert DistrictReport.objects.filter(revision=1).values().get() == first
        assert DistrictWeek.objects.get().correction_reason == ""

    def test_correcting_what_was_forwarded(self):
        week_correcting()
        with told_at(EVENING):
            assert last_report(DISTRICT, NEXT).revision == 1
            report = do_lock()
            assert list(DistrictReport.objects.standing()) == [report]
            do_forward(number="阎住建函〔2020〕21号补")
        assert Forwarding.objects.count() == 2
        assert DistrictWeek.objects.get().state == DistrictState.FORWARDED

    def test_a_correction_that_is_unlocked_is_still_one(self):
        """The city has the first version all the while."""
        week_correcting()
        with told_at(EVENING):
            do_lock()
            do_unlock()
            assert DistrictWeek.objects.get().state == DistrictState.CORRECTING
            assert last_report(DISTRICT, NEXT).revision == 1

    def test_what_was_unlocked_is_nothing_to_compare_with(self):
        week_locked()
        with told_at(AFTERNOON):
            assert last_report(DISTRICT, NEXT).revision == 1
            do_unlock()
            assert last_report(DISTRICT, NEXT) is None

    def test_the_other_weeks_stay_open(self):
        week_locked()
        moment = IN_TIME + dt.timedelta(weeks=1)
        assert submitted(GUANSHAN, NEXT, moment).revision == 1

    def test_the_parts_of_its_text(self):
        accepted()
        with told_at(AFTERNOON):
            report = do_lock()
        assert tuple(part.title for part in Content(report.data).parts) == DISTRICT_PARTS

    def test_the_three_zeros_of_a_missing_office_are_the_registers_and_say_so(self):
        accepted()
        content = Content(locked().data)
        [zeros] = [table for table in content.tables if "三清零" in table.title]
        rows = {row.cell("place").value: row for row in zeros.rows}
        assert rows["北屯街道（未报，按台账）"].cell("unchecked").value == 1
        assert rows["关山街道"].cell("unchecked").value == 2
        assert rows["合计"].cell("unchecked").value == 3

    def test_the_notes_stand_once(self):
        accepted()
        annex = paper_of_report(locked()).annex
        assert [bool(table.notes) for table in annex] == [True] + [False] * (len(annex) - 1)


@pytest.mark.parametrize(
    ("office", "said"),
    [
        ({"state": "未报", "receipt": "", "override": ""}, "未报"),
        ({"state": "退回", "receipt": "", "override": ""}, "退回未重报"),
        ({"state": "重报", "receipt": "", "override": ""}, "已报未审"),
        ({"state": "未报", "receipt": "", "override": "停电"}, "台账数"),
        ({"state": "已审", "receipt": "ZB-1", "override": ""}, "已审"),
    ],
)
def test_the_statement_says_why_an_office_is_not_counted(office, said):
    shown = state_in(office)
    assert getattr(shown, "value", shown) == said
