"""The rules: what they find is raised once, what is gone goes to 申请销号 and no further, and no run meets another."""

import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households.models import Household
from inspections.fingerprints import PLAIN, look_alike
from inspections.models import Photo
from inspections.photos import take_photo
from rectification.enums import EvidenceKind, Fact, ProblemState
from rectification.models import Evidence, Problem, ProblemEntry, ProblemKind, RuleRun
from rectification.problems import acting, facts, rules
from rectification.problems.acting import Assignment, assign, send_back
from rectification.problems.rules import Busy, begin, perform, run_rules
from rectification.subsidy import pay_subsidy, void_payment
from tests.factories import HouseholdFactory, StaffFactory
from tests.inspections.factories import photo_of
from tests.rectification.cases import accepted, clerk, to_renovate
from tests.rectification.problem_cases import (
    OFFICE,
    assigned,
    kind,
    office_clerk,
    principal,
    raised,
    scene,
)
from tests.rectification.test_facts import inspected
from yanliang.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

LATER = dt.datetime(2020, 7, 1, 9, tzinfo=dt.UTC)
ONLY = [Fact.SUBSIDY_UNPAID]


@pytest.fixture(autouse=True)
def july():
    with time_machine.travel(LATER, tick=False):
        yield


def unpaid(**fields) -> Household:
    """Accepted in May, and nothing paid since."""
    return accepted(to_renovate(**fields)).household


def pay(household: Household) -> None:
    renovation = household.renovations.get()
    pay_subsidy(renovation.pk, by=clerk(), on=dt.date(2020, 6, 20), amount=Decimal(25000))


def traces() -> list:
    """All that a run may leave, but for the run itself."""
    return [
        list(model.objects.order_by("pk").values()) for model in (Problem, ProblemEntry, Evidence)
    ] + [list(Entry.objects.exclude(act="problem_rules_run").values_list("number", flat=True))]


class TestRaising:
    def test_what_is_found_is_raised_in_the_programs_name(self):
        household = unpaid()
        run = run_rules(facts=ONLY)
        assert run.counts == {"subsidy_unpaid": {"found": 1, "raised": 1, "settled": 0}}
        problem = Problem.objects.get()
        assert problem.household == household
        assert problem.region_id == household.region_id
        assert problem.kind == kind("subsidy_unpaid")
        assert problem.subject == Fact.SUBSIDY_UNPAID
        assert problem.source == "self"
        assert problem.raised_by is None
        assert problem.found_on == LATER.date()
        assert problem.measure == problem.kind.measure
        assert "验收合格" in problem.description

    def test_a_second_run_adds_nothing_but_itself(self):
        unpaid()
        unpaid(region_id="610114005200")
        first = run_rules()
        assert sum(tally["raised"] for tally in first.counts.values()) > 4
        before = traces()
        second = run_rules()
        assert all(tally["raised"] == 0 for tally in second.counts.values())
        assert traces() == before
        assert RuleRun.objects.count() == 2
        assert Entry.objects.filter(act="problem_rules_run").count() == 2

    def test_what_a_person_raised_is_not_raised_again(self):
        problem = raised(unpaid(), "subsidy_unpaid")
        run_rules(facts=ONLY)
        assert Problem.objects.get() == problem

    def test_another_kind_there_is_another_problem(self):
        raised(unpaid(), "documents_missing")
        run_rules(facts=ONLY)
        assert Problem.objects.count() == 2

    def test_a_village_has_one_problem_for_all_its_gaps(self):
        HouseholdFactory(class_code="registered_poor")
        run_rules(facts=[Fact.MECHANISM_GAP])
        places = Problem.objects.values_list("region_id", "household")
        assert set(places) == {(OFFICE, None), ("610114007200", None)}
        run_rules(facts=[Fact.MECHANISM_GAP])
        assert Problem.objects.count() == 2

    def test_a_kind_out_of_use_is_left_alone(self):
        unpaid()
        ProblemKind.objects.filter(fact=Fact.SUBSIDY_UNPAID).update(is_active=False)
        assert Fact.SUBSIDY_UNPAID not in run_rules().counts
        assert not Problem.objects.filter(subject=Fact.SUBSIDY_UNPAID).exists()

    def test_more_than_a_batch(self, monkeypatch):
        monkeypatch.setattr(rules, "BATCH", 2)
        for region in (
            "610114007200",
            "610114005200",
            "610114007200",
            "610114007201",
            "610114005200",
        ):
            inspected(HouseholdFactory(region_id=region))
        run = run_rules(facts=[Fact.NO_PHOTO])
        assert run.counts["no_photo"]["raised"] == 5
        assert Problem.objects.values("number").distinct().count() == 5

    def test_what_was_voided_stays_so_until_something_else_is_found(self):
        household = unpaid()
        run_rules(facts=[Fact.DOCUMENTS_MISSING])
        problem = Problem.objects.get()
        acting.void(problem.pk, "纸质档案齐全，已核对", by=clerk())
        run_rules(facts=[Fact.DOCUMENTS_MISSING])
        assert Problem.objects.count() == 1
        pay(household)
        run_rules(facts=[Fact.DOCUMENTS_MISSING])
        assert "拨付凭证" in Problem.objects.latest("pk").description


class TestSettling:
    def found(self) -> Problem:
        """Raised by the rule, with somebody who answers for it."""
        unpaid()
        run_rules(facts=ONLY)
        return assigned(Problem.objects.get())

    def test_what_is_gone_goes_to_the_bureau_and_no_further(self):
        problem = self.found()
        pay(problem.household)
        assert run_rules(facts=ONLY).counts["subsidy_unpaid"]["settled"] == 1
        problem.refresh_from_db()
        assert problem.state == ProblemState.SUBMITTED
        assert problem.submitted_by is None
        assert [each.kind for each in problem.evidence.all()] == [EvidenceKind.REGISTER]
        before = traces()
        assert run_rules(facts=ONLY).counts["subsidy_unpaid"]["settled"] == 0
        assert traces() == before

    def test_while_it_holds_nothing_happens(self):
        problem = self.found()
        before = traces()
        run_rules(facts=ONLY)
        assert traces() == before
        problem.refresh_from_db()
        assert problem.state == ProblemState.IN_PROGRESS

    def test_a_problem_of_nobody_waits_for_somebody(self):
        household = unpaid()
        run_rules(facts=ONLY)
        pay(household)
        assert run_rules(facts=ONLY).counts["subsidy_unpaid"]["settled"] == 0
        problem = Problem.objects.get()
        assert problem.state == ProblemState.OPEN
        by = office_clerk()
        assert assign(problem.pk, Assignment("刘建设"), by=by).state == ProblemState.SUBMITTED

    def test_what_a_person_raised_a_person_submits(self):
        household = unpaid()
        problem = assigned(raised(household, "subsidy_unpaid"))
        pay(household)
        run_rules(facts=ONLY)
        problem.refresh_from_db()
        assert problem.state == ProblemState.IN_PROGRESS

    def test_what_the_bureau_returned_is_not_settled_again(self):
        problem = self.found()
        pay(problem.household)
        run_rules(facts=ONLY)
        send_back(problem.pk, "账户名不是户主", by=clerk())
        before = traces()
        run_rules(facts=ONLY)
        assert traces() == before

    def test_what_comes_back_within_180_days_is_a_recurrence(self):
        principal()
        problem = self.found()
        pay(problem.household)
        run_rules(facts=ONLY)
        acting.verify(problem.pk, "documents", by=clerk())
        payment = problem.household.renovations.get().payments.get()
        void_payment(payment.pk, by=clerk(), reason="退票")
        with time_machine.travel(LATER + dt.timedelta(days=180), tick=False):
            run_rules(facts=ONLY)
        again = Problem.objects.latest("pk")
        assert again.is_recurrent
        assert again.recurs == problem
        assert again.leading_official == "赵主任"

    def test_and_after_180_days_it_is_a_new_one(self):
        problem = self.found()
        pay(problem.household)
        run_rules(facts=ONLY)
        acting.verify(problem.pk, "documents", by=clerk())
        payment = problem.household.renovations.get().payments.get()
        void_payment(payment.pk, by=clerk(), reason="退票")
        with time_machine.travel(LATER + dt.timedelta(days=181), tick=False):
            run_rules(facts=ONLY)
        assert not Problem.objects.latest("pk").is_recurrent


class TestRuns:
    def test_who_may_not_see_the_rules_does_not_run_them(self, office_lead, supervisor):
        for staff in (office_lead, supervisor):
            with pytest.raises(PermissionDenied):
                run_rules(by=staff)
        assert not RuleRun.objects.exists()

    def test_the_trail_says_who_ran_them_and_what_came_of_it(self, bureau_clerk):
        unpaid()
        run = run_rules(by=bureau_clerk, facts=ONLY)
        assert run.by == bureau_clerk
        assert run.finished_at
        entry = Entry.objects.get(act="problem_rules_run")
        assert entry.staff == bureau_clerk
        assert entry.after == {"验收合格满 30 天补助未发清": "发现 1，新登记 1，转申请销号 0"}

    def test_one_at_a_time(self):
        waiting = begin()
        with pytest.raises(Busy):
            run_rules()
        perform(waiting)
        assert run_rules().finished_at

    def test_what_was_broken_off_holds_nobody_up(self):
        begin()
        with time_machine.travel(LATER + rules.LONGEST, tick=False):
            assert run_rules().finished_at

    def test_a_run_is_carried_out_once(self):
        unpaid()
        run = begin(facts=ONLY)
        done = perform(run)
        assert perform(run).finished_at == done.finished_at
        assert Entry.objects.filter(act="problem_rules_run").count() == 1

    def test_one_rule_that_fails_does_not_keep_the_others(self, monkeypatch, caplog):
        def fails(day, among=None):
            raise ZeroDivisionError

        monkeypatch.setitem(facts.FINDERS, Fact.SUBSIDY_UNPAID, fails)
        unpaid()
        run = run_rules(facts=[Fact.SUBSIDY_UNPAID, Fact.DOCUMENTS_MISSING])
        assert rules.failures(run) == [Fact.SUBSIDY_UNPAID]
        assert run.counts["documents_missing"]["raised"] == 1
        assert run.finished_at
        assert "subsidy_unpaid failed" in caplog.text


def command(*arguments: str) -> str:
    said = io.StringIO()
    call_command("check_rules", *arguments, stdout=said)
    return said.getvalue()


class TestCommand:
    def test_it_prints_a_line_for_each_rule(self):
        unpaid()
        said = command("--fact", "subsidy_unpaid")
        assert said.splitlines()[1].split() == ["1", "1", "0", "验收合格满", "30", "天补助未发清"]
        assert Problem.objects.count() == 1

    def test_a_dry_run_lists_and_writes_nothing(self):
        household = unpaid()
        before = traces()
        said = command("--dry-run")
        assert household.code in said
        assert "610114007200  " in said
        assert household.head_name not in said
        assert traces() == before
        assert not RuleRun.objects.exists()

    def test_it_fails_when_a_rule_does(self, monkeypatch):
        monkeypatch.setitem(facts.FINDERS, Fact.NO_PHOTO, lambda day, among: 1 / 0)
        with pytest.raises(CommandError, match="1 项规则出错"):
            command()
        assert RuleRun.objects.get().finished_at

    def test_it_waits_for_no_other_run(self):
        begin()
        with pytest.raises(CommandError, match="正在进行"):
            command()

    def test_it_says_how_many_photos_nobody_has_looked_at(self, recorder):
        assert "画面特征" not in command("--dry-run")
        photo_of(HouseholdFactory(), recorder)
        Photo.objects.update(fingerprint="")
        assert "1 张照片还没有画面特征" in command("--dry-run")


class TestFingerprintPhotos:
    def run(self) -> str:
        said = io.StringIO()
        call_command("fingerprint_photos", stdout=said)
        return said.getvalue()

    def test_old_photos_get_the_fingerprint_they_would_have_now(self, recorder):
        photo = take_photo(scene(3), HouseholdFactory(), recorder)
        expected = photo.fingerprint
        Photo.objects.update(fingerprint="")
        assert "补上画面特征 1 张" in self.run()
        photo.refresh_from_db()
        assert look_alike(photo.fingerprint, expected)
        assert "补上画面特征 0 张" in self.run()

    def test_a_flat_picture_is_looked_at_once(self, recorder):
        photo = photo_of(HouseholdFactory(), recorder)
        Photo.objects.update(fingerprint="")
        assert "不参加比对 1 张" in self.run()
        photo.refresh_from_db()
        assert photo.fingerprint == PLAIN
        photo.thumbnail.delete(save=False)
        assert "损坏 0 张" in self.run()

    def test_a_lost_file_is_counted_and_waits_for_its_return(self, recorder, monkeypatch):
        monkeypatch.setattr("inspections.photos.CHUNK", 1)
        photos = [take_photo(scene(seed), HouseholdFactory(), recorder) for seed in range(3)]
        Photo.objects.update(fingerprint="")
        photos[1].thumbnail.storage.delete(photos[1].thumbnail.name)
        said = self.run()
        assert "补上画面特征 2 张" in said
        assert "损坏 1 张" in said
        assert Photo.objects.get(fingerprint="") == photos[1]


class TestPage:
    PAGE = "rectification:problem_rules"

    def test_a_click_runs_the_rules_and_shows_what_came_of_it(self, sign_in, bureau_clerk):
        unpaid()
        client = sign_in(bureau_clerk)
        assert "还没有运行过" in client.get(reverse(self.PAGE)).content.decode()
        answer = client.post(reverse("rectification:problem_rules_run"), follow=True)
        page = answer.content.decode()
        assert RuleRun.objects.get().by == bureau_clerk
        assert "补助未发清：新登记 1</div>" in page
        assert reverse("rectification:problem_list") + "?kind=subsidy_unpaid" in page

    def test_a_second_click_does_nothing(self, sign_in, bureau_clerk):
        run = begin()
        answer = sign_in(bureau_clerk).post(reverse("rectification:problem_rules_run"), follow=True)
        assert "正在进行" in answer.content.decode()
        assert RuleRun.objects.get() == run

    def test_without_a_worker_the_page_offers_to_run(self, sign_in, bureau_clerk):
        run = begin()
        client = sign_in(bureau_clerk)
        page = client.get(reverse(self.PAGE)).content.decode()
        assert "等待运行" in page
        assert "在本页运行" not in page
        with time_machine.travel(LATER + dt.timedelta(seconds=6), tick=False):
            assert "在本页运行" in client.get(reverse(self.PAGE)).content.decode()
            client.post(reverse("rectification:problem_rules_now"))
        run.refresh_from_db()
        assert run.finished_at

    def test_nothing_to_run_is_no_error(self, sign_in, bureau_clerk):
        answer = sign_in(bureau_clerk).post(reverse("rectification:problem_rules_now"))
        assert answer.status_code == 302
        assert not RuleRun.objects.exists()

    def test_the_page_that_asks_again_gets_its_middle(self, sign_in, bureau_clerk):
        begin()
        client = sign_in(bureau_clerk)
        part = client.get(reverse(self.PAGE), headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert 'hx-trigger="load delay:2s"' in part
        perform(RuleRun.objects.get())
        part = client.get(reverse(self.PAGE), headers={"HX-Request": "true"}).content.decode()
        assert "hx-trigger" not in part

    def test_only_post_runs(self, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        for name in ("problem_rules_run", "problem_rules_now"):
            assert client.get(reverse(f"rectification:{name}")).status_code == 405

    def test_a_failure_and_a_broken_run_are_told(self, sign_in, bureau_clerk, monkeypatch):
        begin()
        monkeypatch.setitem(facts.FINDERS, Fact.NO_PHOTO, lambda day, among: 1 / 0)
        with time_machine.travel(LATER + rules.LONGEST, tick=False):
            run_rules()
            page = sign_in(bureau_clerk).get(reverse(self.PAGE)).content.decode()
        assert "中断" in page
        assert "出错" in page

    def test_queries_do_not_grow_with_the_runs(self, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse(self.PAGE))
            return len(captured)

        run_rules(by=bureau_clerk)
        few = queries()
        for _ in range(4):
            run_rules(by=StaffFactory(role="bureau_lead"))
        assert queries() == few
