"""The ledger's acts: what each asks for, what it refuses, what it leaves behind."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from households.models import Region
from rectification.enums import EntryKind, EvidenceKind, Light, ProblemSource, Verification
from rectification.models import Problem, ProblemEntry
from rectification.problems import acting, bulk, editing
from rectification.problems.acting import Assignment, Fixed
from rectification.problems.proving import Picture, add_paper, add_photo, void_evidence
from rectification.problems.raising import default_due, raise_problem
from tests.factories import HouseholdFactory, StaffFactory
from tests.rectification.cases import accepted, clerk, to_renovate
from tests.rectification.problem_cases import (
    AFTER,
    BEFORE,
    OFFICE,
    VILLAGE,
    assigned,
    closed,
    drafted,
    evidence_of,
    kind,
    office_clerk,
    paper,
    principal,
    proved,
    raised,
    scene,
    submitted,
)
from yanliang.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def refused(act, *args, **kwargs) -> str:
    """What the act says when it is refused."""
    with pytest.raises(ValidationError) as said:
        act(*args, **kwargs)
    return "".join(said.value.messages)


def test_numbers_run_by_office_and_year():
    other = HouseholdFactory(region_id="610114005200")
    numbers = [raised().number, raised().number, raised(other).number]
    assert numbers == ["YL-2020-007-00001", "YL-2020-007-00002", "YL-2020-005-00001"]


def test_due_dates_follow_the_source():
    day = dt.date(2020, 4, 21)
    assert default_due(ProblemSource.CENTRAL, day) == dt.date(2020, 5, 31)
    assert default_due(ProblemSource.CITY, day) == dt.date(2020, 6, 30)
    assert default_due(ProblemSource.SELF, dt.date(2020, 7, 1)) == dt.date(2020, 7, 31)


def test_the_whole_way_leaves_a_line_for_each_step():
    problem = closed()
    assert problem.state == "closed"
    assert [entry.kind for entry in problem.entries.all()] == [
        EntryKind.RAISED,
        EntryKind.ASSIGNED,
        EntryKind.EVIDENCE,
        EntryKind.SUBMITTED,
        EntryKind.VERIFIED,
    ]
    assert problem.closed_by.username == "any_bureau"
    entries = Entry.objects.filter(object_type="rectification.problem").order_by("number")
    assert [entry.act for entry in entries] == [
        "problem_raised",
        "problem_assigned",
        "problem_evidence_added",
        "problem_submitted",
        "problem_verified",
    ]


class TestWhoMayWhat:
    def test_a_strange_office_raises_nothing_here(self, stranger):
        with pytest.raises(PermissionDenied):
            raise_problem(drafted(HouseholdFactory(region_id=VILLAGE)), by=stranger)

    def test_a_strange_office_does_nothing_here(self, stranger):
        problem = assigned()
        for act in (
            lambda: acting.log_progress(problem.pk, "已联系", by=stranger),
            lambda: acting.submit(problem.pk, "已改", by=stranger),
            lambda: acting.assign(problem.pk, Assignment("某人"), by=stranger),
            lambda: add_paper(problem.pk, paper(), by=stranger),
        ):
            with pytest.raises(PermissionDenied):
                act()

    def test_the_office_neither_verifies_nor_extends_nor_voids(self, office_lead):
        problem = submitted()
        later = problem.due_on + dt.timedelta(days=9)
        for act in (
            lambda: acting.verify(problem.pk, Verification.PHONE, by=office_lead),
            lambda: acting.send_back(problem.pk, "不全", by=office_lead),
            lambda: acting.extend(problem.pk, later, "下雨", by=office_lead),
            lambda: acting.void(problem.pk, "误录", by=office_lead),
        ):
            with pytest.raises(PermissionDenied):
                act()

    def test_the_one_who_asked_never_verifies(self):
        problem = proved()
        acting.submit(problem.pk, "已改", by=clerk())
        assert "不能自己核实" in refused(acting.verify, problem.pk, Verification.PHONE, by=clerk())
        other = StaffFactory(username="second", role="bureau_lead", region_id="610114")
        assert acting.verify(problem.pk, Verification.PHONE, by=other).state == "closed"

    def test_nor_does_the_database_let_them(self):
        problem = closed()
        with pytest.raises(IntegrityError), transaction.atomic():
            Problem.objects.filter(pk=problem.pk).update(submitted_by=problem.closed_by)


class TestOneResponsible:
    @pytest.mark.parametrize(
        "names", ["刘建设、王强", "刘建设 王强", "刘建设，王强", "刘建设/王强"]
    )
    def test_two_names_are_refused(self, names):
        assert "一个人" in refused(acting.assign, raised().pk, Assignment(names), by=office_clerk())

    def test_the_database_refuses_them_too(self):
        problem = assigned()
        with pytest.raises(IntegrityError), transaction.atomic():
            Problem.objects.filter(pk=problem.pk).update(responsible="刘建设、王强")

    def test_an_account_of_another_office_cannot_work_on_it(self, stranger):
        assert "不能经办" in refused(
            acting.assign, raised().pk, Assignment("某人", stranger), by=office_clerk()
        )


class TestProof:
    def test_without_a_file_nothing_is_asked_for(self):
        assert "还没有佐证" in refused(acting.submit, assigned().pk, "已改", by=office_clerk())

    def test_a_house_needs_photos_from_before_and_after(self):
        problem = assigned(code="house_defect")
        add_paper(problem.pk, paper(), by=office_clerk())
        said = refused(acting.submit, problem.pk, "已修", by=office_clerk())
        assert "还没有整改前照片" in said
        assert "还没有整改后照片" in said

    def test_the_same_file_is_no_second_photo(self):
        problem = assigned(code="house_defect")
        add_photo(problem.pk, EvidenceKind.BEFORE, Picture(scene(1), BEFORE), by=office_clerk())
        assert "不能重复使用" in refused(
            add_photo, problem.pk, EvidenceKind.AFTER, Picture(scene(1), AFTER), by=office_clerk()
        )

    def test_nor_is_the_same_picture_saved_again(self):
        problem = assigned(code="house_defect")
        first, again = scene(1), scene(1)
        # Another file of the same picture: a byte after the end changes the sum, not the view.
        again.file.seek(0, 2)
        again.file.write(b"\0")
        again.size += 1
        add_photo(problem.pk, EvidenceKind.BEFORE, Picture(first, BEFORE), by=office_clerk())
        add_photo(problem.pk, EvidenceKind.AFTER, Picture(again, AFTER), by=office_clerk())
        assert "同一画面" in refused(acting.submit, problem.pk, "已修", by=office_clerk())

    def test_after_is_later_than_before(self):
        problem = assigned(code="house_defect")
        add_photo(problem.pk, EvidenceKind.BEFORE, Picture(scene(1), AFTER), by=office_clerk())
        add_photo(problem.pk, EvidenceKind.AFTER, Picture(scene(2), BEFORE), by=office_clerk())
        assert "应晚于整改前" in refused(acting.submit, problem.pk, "已修", by=office_clerk())

    def test_a_photo_without_time_or_from_tomorrow_is_refused(self):
        problem = assigned(code="house_defect")
        tomorrow = AFTER + dt.timedelta(days=2)
        for taken_at, words in ((None, "没有拍摄时间"), (tomorrow, "晚于现在")):
            picture = Picture(scene(1), taken_at)
            said = refused(add_photo, problem.pk, EvidenceKind.BEFORE, picture, by=office_clerk())
            assert words in said

    def test_proof_declared_void_proves_nothing(self):
        problem = submitted()
        void_evidence(evidence_of(problem).pk, by=clerk(), reason="别户的材料")
        assert "还没有佐证" in refused(
            acting.verify, problem.pk, Verification.DOCUMENTS, by=clerk()
        )

    def test_while_the_fact_holds_nothing_closes(self):
        household = to_renovate()
        accepted(household)
        with time_machine.travel(dt.datetime(2020, 7, 1, 9, tzinfo=dt.UTC), tick=False):
            problem = proved(raised_on(household, "subsidy_unpaid"))
            assert "仍未消除" in refused(acting.submit, problem.pk, "已发", by=office_clerk())


def raised_on(household, code):
    return assigned(raised(household, code))


class TestReturnAndReopen:
    def test_a_return_says_why_and_work_goes_on(self):
        problem = submitted()
        assert "理由" in refused(acting.send_back, problem.pk, " ", by=clerk())
        acting.send_back(problem.pk, "材料不清", by=clerk())
        assert submitted(problem).state == "submitted"

    def test_a_reopening_is_a_recurrence_led_by_the_principal(self):
        problem = closed()
        due = dt.date(2020, 5, 20)
        reopened = acting.reopen(problem.pk, "签字系代签", due, by=clerk())
        assert reopened.is_recurrent
        assert reopened.due_on == due
        assert "请先登记街办主要领导" in refused(
            acting.assign, problem.pk, Assignment("刘建设"), by=office_clerk()
        )
        leader = principal()
        again = acting.assign(
            problem.pk, Assignment("刘建设", leading_official="李副主任"), by=office_clerk()
        )
        assert again.leading_official == leader

    def test_the_same_again_within_180_days_is_a_recurrence(self):
        household = HouseholdFactory(region_id=VILLAGE)
        first = closed(household=household)
        principal()
        assert not raised(household, "house_defect").is_recurrent
        again = raised(household)
        assert again.is_recurrent
        assert again.recurs == first
        assert again.leading_official == Region.objects.get(pk=OFFICE).principal_leader
        with time_machine.travel(first.closed_at + dt.timedelta(days=181), tick=False):
            assert not raised(household).is_recurrent

    def test_of_a_village_it_is_the_same_kind_there(self):
        village_drafts = [drafted(code="policy_not_known") for _ in range(2)]
        first = raise_problem(village_drafts[0], by=clerk())
        closed(submitted(proved(assigned(first))))
        assert raise_problem(village_drafts[1], by=clerk()).is_recurrent


class TestDates:
    def test_extension_needs_a_reason_and_a_later_date(self):
        problem = raised()
        said = refused(acting.extend, problem.pk, problem.due_on, "", by=clerk())
        assert "理由" in said
        assert "晚于原时限" in said
        later = problem.due_on + dt.timedelta(days=10)
        assert acting.extend(problem.pk, later, "雨季无法施工", by=clerk()).due_on == later

    @pytest.mark.parametrize(
        ("days", "light"),
        [(-1, Light.RED), (0, Light.YELLOW), (7, Light.YELLOW), (8, Light.GREEN)],
    )
    def test_lights(self, days, light):
        problem = raised()
        day = problem.due_on - dt.timedelta(days=days)
        assert problem.light(day) == light
        assert Problem.objects.with_light(light, day).get() == problem
        for other in set(Light) - {light}:
            assert not Problem.objects.with_light(other, day).exists()

    def test_what_is_struck_off_is_grey(self):
        problem = closed()
        assert problem.light(problem.due_on + dt.timedelta(days=99)) == Light.GREY


class TestNothingIsLost:
    def test_void_needs_a_reason_and_is_kept(self):
        problem = raised()
        assert "理由" in refused(acting.void, problem.pk, "", by=clerk())
        assert acting.void(problem.pk, "误录", by=clerk()).state == "void"
        assert not Problem.objects.standing().exists()

    def test_the_log_cannot_be_rewritten(self):
        raised()
        with pytest.raises(DatabaseError), transaction.atomic():
            ProblemEntry.objects.update(text="改写")
        if connection.vendor == "postgresql":
            with pytest.raises(DatabaseError), transaction.atomic():
                ProblemEntry.objects.all().delete()

    def test_a_stale_form_changes_nothing(self):
        problem = raised()
        editing.edit(problem.pk, {"description": "缺签字页"}, by=clerk(), seen=problem.version)
        assert "已被他人修改" in refused(
            editing.edit, problem.pk, {"description": "另一说"}, by=clerk(), seen=problem.version
        )


class TestFixedAtOnce:
    def test_it_goes_up_to_the_bureau_and_no_further(self):
        household = HouseholdFactory(region_id=VILLAGE)
        fixed = Fixed(
            Assignment("刘建设"),
            "当场更换开关",
            before=Picture(scene(1), BEFORE),
            after=Picture(scene(2), AFTER),
        )
        problem = acting.fix_at_once(drafted(household, "house_defect"), fixed, by=office_clerk())
        assert problem.state == "submitted"

    def test_without_photos_nothing_is_entered(self):
        household = HouseholdFactory(region_id=VILLAGE)
        fixed = Fixed(Assignment("刘建设"), "当场更换开关")
        refused(acting.fix_at_once, drafted(household, "house_defect"), fixed, by=office_clerk())
        assert not Problem.objects.exists()


def test_bulk_verifying_leaves_the_exceptions_with_their_reasons():
    good, unproved, own = submitted(), submitted(), proved()
    void_evidence(evidence_of(unproved).pk, by=clerk(), reason="别户的材料")
    own = acting.submit(own.pk, "已改", by=clerk())
    found = bulk.verify_each([good, unproved, own], Verification.DOCUMENTS, "", by=clerk())
    assert [each.pk for each in found.done] == [good.pk]
    assert [each.problem.pk for each in found.left] == [unproved.pk, own.pk]
    assert all(each.sentences for each in found.left)


def test_the_same_subject_is_raised_once_while_it_is_open():
    household = HouseholdFactory(region_id=VILLAGE)
    raised(household, subject="inspections.inspection:1:R03")
    said = refused(raised, household, subject="inspections.inspection:1:R03")
    assert "尚未销号" in said


def test_a_kind_out_of_use_takes_no_problem():
    unused = kind()
    type(unused).objects.filter(pk=unused.pk).update(is_active=False)
    assert "已停用" in refused(raised)
