"""Supervision visits: what each act asks for and refuses, and how weeks and offices are counted."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from households.models import Region
from rectification.enums import ProblemSource, Seen
from rectification.models import Problem, SupervisionVisit
from rectification.problems import acting
from rectification.supervision import visiting
from rectification.supervision.coverage import coverage, not_visited
from rectification.supervision.recording import (
    Conflict,
    Finding,
    Outcome,
    Typed,
    raise_finding,
    record_outcomes,
)
from tests.factories import HouseholdFactory, happen
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import OFFICE, VILLAGE, kind
from tests.rectification.visit_cases import DAY, done, found, planned, typed
from yanliang.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

THURSDAY = dt.date(2020, 4, 23)


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def refused(act, *args, **kwargs) -> str:
    """What the act says when it is refused."""
    with pytest.raises(ValidationError) as said:
        act(*args, **kwargs)
    return "".join(said.value.messages)


def acts() -> list[str]:
    entries = Entry.objects.filter(object_type="rectification.supervisionvisit")
    return list(entries.order_by("number").values_list("act", flat=True))


class TestPlan:
    def test_households_are_drawn_and_kept(self):
        visit = planned(size=3, households=8)
        rows = list(visit.households.all())
        assert [row.position for row in rows] == [1, 2, 3]
        assert acts() == ["visit_planned"]
        HouseholdFactory.create_batch(5, region_id=VILLAGE)
        happen(rows[0].household, "exempted")
        kept = SupervisionVisit.objects.get().households.values_list("household_id", flat=True)
        assert list(kept) == [row.household_id for row in rows]

    def test_the_same_seed_draws_the_same_again(self):
        first = planned(size=4, households=20, seed=77)
        again = planned(visitors="另一组", size=4, households=0, seed=77)
        other = planned(visitors="第三组", size=4, households=0, seed=78)
        drawn = [
            list(visit.households.values_list("household_id", flat=True))
            for visit in (first, again, other)
        ]
        assert drawn[0] == drawn[1] != drawn[2]

    def test_without_a_seed_one_is_drawn(self, monkeypatch):
        monkeypatch.setattr(visiting.secrets, "randbelow", lambda limit: limit - 1)
        assert planned(seed=None).seed == 999_999

    def test_the_office_leaves_it_to_the_bureau(self, office_lead):
        with pytest.raises(PermissionDenied):
            planned(by=office_lead)

    def test_only_offices_that_have_households_are_visited(self):
        assert "没有应排查的农户" in refused(planned, households=0)
        assert "请选择街办" in refused(planned, region=VILLAGE)
        assert not SupervisionVisit.objects.exists()

    def test_the_same_team_comes_once_a_day(self):
        planned()
        assert "已经登记" in refused(planned, households=0)
        assert SupervisionVisit.objects.count() == 1


class TestEdit:
    def test_date_and_people_change_and_the_sample_stays(self):
        visit = planned()
        drawn = list(visit.households.values_list("household_id", flat=True))
        visiting.edit(visit.pk, dt.date(2020, 4, 22), "高某、李某", by=clerk(), seen=1)
        fresh = SupervisionVisit.objects.get()
        assert (fresh.visited_on.day, fresh.visitors, fresh.version) == (22, "高某、李某", 2)
        assert list(fresh.households.values_list("household_id", flat=True)) == drawn
        assert acts() == ["visit_planned", "visit_edited"]

    def test_nothing_changed_leaves_no_trace(self):
        visit = planned()
        visiting.edit(visit.pk, visit.visited_on, visit.visitors, by=clerk(), seen=1)
        assert acts() == ["visit_planned"]

    def test_a_stale_form_is_refused(self):
        visit = planned()
        assert "已被他人修改" in refused(visiting.edit, visit.pk, DAY, "李某", by=clerk(), seen=0)

    def test_what_is_done_stays(self):
        visit = done()
        said = refused(visiting.edit, visit.pk, DAY, "李某", by=clerk(), seen=visit.version)
        assert "已完成" in said


class TestOutcomes:
    def test_one_entry_tells_all_that_was_saved(self):
        visit = planned(size=2)
        one, two = visit.households.all()
        assert record_outcomes(visit.pk, typed(one, Seen.ABSENT, "外出务工"), by=clerk()) == 1
        both = typed(one, Seen.SOUND, "", shown=Outcome(Seen.ABSENT, "外出务工"))
        assert record_outcomes(visit.pk, both | typed(two, Seen.SOUND), by=clerk()) == 2
        assert [row.seen for row in visit.households.all()] == [Seen.SOUND, Seen.SOUND]
        assert acts() == ["visit_planned", "visit_household_seen", "visit_household_seen"]
        assert len(Entry.objects.order_by("number").last().after) == 2

    def test_what_was_not_touched_is_not_written_over(self):
        """Two people record different households from pages opened at the same time."""
        visit = planned(size=2)
        one, two = visit.households.all()
        untouched = typed(one, Seen.PENDING) | typed(two, Seen.SOUND)
        record_outcomes(visit.pk, typed(one, Seen.SOUND), by=clerk())
        assert record_outcomes(visit.pk, untouched, by=clerk()) == 1
        assert [row.seen for row in visit.households.all()] == [Seen.SOUND, Seen.SOUND]

    def test_two_words_on_one_household_are_a_conflict(self):
        visit = planned(size=1)
        row = visit.households.get()
        record_outcomes(visit.pk, typed(row, Seen.SOUND), by=clerk())
        with pytest.raises(Conflict) as said:
            record_outcomes(visit.pk, typed(row, Seen.ABSENT), by=clerk())
        assert said.value.found == {row.pk: Outcome(Seen.SOUND, "")}
        assert record_outcomes(visit.pk, typed(row, Seen.SOUND), by=clerk()) == 0

    def test_only_households_of_the_sample(self):
        visit, other = planned(), planned(visitors="另一组")
        row = other.households.first()
        assert "不在这次检查的名单中" in refused(
            record_outcomes, visit.pk, typed(row, Seen.SOUND), by=clerk()
        )

    def test_not_before_the_day_and_not_after_the_end(self):
        later = planned(on=dt.date(2020, 4, 22))
        row = later.households.first()
        said = refused(record_outcomes, later.pk, typed(row, Seen.SOUND), by=clerk())
        assert "还没有到检查日期" in said
        over = done()
        row = over.households.first()
        said = refused(record_outcomes, over.pk, typed(row, Seen.ABSENT), by=clerk())
        assert "已完成" in said

    def test_the_office_only_reads(self, recorder):
        visit = planned()
        row = visit.households.first()
        with pytest.raises(PermissionDenied):
            record_outcomes(visit.pk, typed(row, Seen.SOUND), by=recorder)


class TestFindings:
    def test_a_finding_stands_in_the_ledger_and_at_its_household(self):
        visit = planned()
        row = visit.households.first()
        problem = raise_finding(visit.pk, Finding(kind(), "档案缺页", row), by=clerk())
        assert problem.source == ProblemSource.DISTRICT
        assert (problem.visit, problem.found_on) == (visit, visit.visited_on)
        assert (problem.household_id, problem.region_id) == (row.household_id, VILLAGE)
        row.refresh_from_db()
        assert row.seen == Seen.PROBLEM

    def test_of_a_village_or_of_the_office(self):
        visit = planned()
        village = Region.objects.get(pk=VILLAGE)
        places = [
            raise_finding(visit.pk, Finding(kind(), "无值班表", region=each), by=clerk()).region_id
            for each in (village, None)
        ]
        assert places == [VILLAGE, OFFICE]

    def test_a_second_click_raises_nothing(self):
        visit = planned()
        finding = Finding(kind(), "档案缺页", visit.households.first())
        raise_finding(visit.pk, finding, by=clerk())
        assert "已经登记" in refused(raise_finding, visit.pk, finding, by=clerk())
        assert Problem.objects.count() == 1

    def test_a_village_elsewhere_was_not_visited(self):
        visit = planned()
        elsewhere = Region.objects.get(pk="610114005200")
        finding = Finding(kind(), "无值班表", region=elsewhere)
        assert "不在受检查的街办" in refused(raise_finding, visit.pk, finding, by=clerk())

    def test_a_household_with_a_problem_cannot_be_sound(self):
        visit = planned()
        row = visit.households.first()
        found(visit, row)
        shown = Outcome(Seen.PROBLEM, "")
        sound = {row.pk: Typed(Outcome(Seen.SOUND, ""), shown)}
        assert "已登记问题" in refused(record_outcomes, visit.pk, sound, by=clerk())

    def test_a_void_visit_finds_nothing(self):
        visit = planned()
        visiting.void(visit.pk, "改期", by=clerk())
        assert "作废" in refused(raise_finding, visit.pk, Finding(kind(), "缺页"), by=clerk())

    def test_the_office_raises_none_in_the_name_of_the_district(self, recorder):
        with pytest.raises(PermissionDenied):
            raise_finding(planned().pk, Finding(kind(), "缺页"), by=recorder)


class TestDone:
    def test_every_household_has_its_word(self):
        visit = planned(size=2)
        one, two = visit.households.all()
        said = refused(visiting.complete, visit.pk, "总体良好", by=clerk(), seen=1)
        assert one.household.head_name in said
        assert "写明原因" in said
        record_outcomes(
            visit.pk, typed(one, Seen.SOUND) | typed(two, Seen.PENDING, "道路不通"), by=clerk()
        )
        over = visiting.complete(visit.pk, "总体良好", by=clerk(), seen=1)
        assert (over.state, over.summary) == ("done", "总体良好")
        assert acts()[-1] == "visit_done"

    def test_a_problem_seen_is_a_problem_raised(self):
        visit = planned(size=1)
        row = visit.households.get()
        record_outcomes(visit.pk, typed(row, Seen.PROBLEM), by=clerk())
        assert "请先登记问题" in refused(visiting.complete, visit.pk, "见问题", by=clerk(), seen=1)
        found(visit, row)
        assert visiting.complete(visit.pk, "见问题", by=clerk(), seen=1).state == "done"

    def test_it_is_written_up_once(self):
        visit = done()
        said = refused(visiting.complete, visit.pk, "又一次", by=clerk(), seen=visit.version)
        assert "当前状态为“已完成”" in said
        assert "请填写检查情况" in refused(visiting.complete, visit.pk, " ", by=clerk(), seen=2)
        assert acts().count("visit_done") == 1

    def test_not_before_the_day(self):
        visit = planned(on=dt.date(2020, 4, 22))
        assert "还没有到检查日期" in refused(visiting.complete, visit.pk, "好", by=clerk(), seen=1)


class TestVoid:
    def test_by_its_recorder_or_the_lead_with_a_reason(self, supervisor, bureau_lead):
        mine, other = planned(), planned(visitors="另一组")
        with pytest.raises(PermissionDenied):
            visiting.void(mine.pk, "改期", by=supervisor)
        assert "理由" in refused(visiting.void, mine.pk, " ", by=clerk())
        assert visiting.void(mine.pk, "改期", by=clerk()).is_void
        assert visiting.void(other.pk, "重复", by=bureau_lead).is_void
        assert acts().count("visit_voided") == 2
        assert "作废" in refused(visiting.void, mine.pk, "改期", by=clerk())

    def test_not_while_the_ledger_refers_to_it(self):
        visit = planned()
        problem = found(visit)
        assert "在台账中" in refused(visiting.void, visit.pk, "误登", by=clerk())
        acting.void(problem.pk, "误登", by=clerk())
        assert visiting.void(visit.pk, "误登", by=clerk()).is_void

    def test_the_same_team_may_be_entered_again(self):
        visiting.void(planned().pk, "误登", by=clerk())
        assert planned(households=0).pk


class TestCoverage:
    def test_all_offices_stand_there_and_what_was_done(self, django_assert_num_queries):
        visit = done(size=3, outcomes=(Seen.SOUND, Seen.ABSENT, Seen.PENDING))
        done(visitors="另一组", size=1)
        planned(visitors="第三组")
        visiting.void(done(visitors="第四组").pk, "误登", by=clerk())
        found(visit)
        acting.void(found(visit, words="误登的问题").pk, "误登", by=clerk())
        with django_assert_num_queries(3):
            covered = coverage("610114", THURSDAY)
        assert len(covered) == 7
        by_office = {each.office.code: each[1:] for each in covered}
        assert by_office.pop(OFFICE) == (2, 3, 1)
        assert set(by_office.values()) == {(0, 0, 0)}
        assert OFFICE not in [office.code for office in not_visited(covered)]

    def test_a_week_runs_from_friday_to_thursday(self):
        done(on=dt.date(2020, 4, 16))
        assert len(not_visited(coverage("610114", THURSDAY))) == 7
        done(on=dt.date(2020, 4, 17))
        assert len(not_visited(coverage("610114", THURSDAY))) == 6

    def test_an_office_hears_of_itself_alone(self):
        assert [each.office.code for each in coverage(OFFICE, THURSDAY)] == [OFFICE]
