"""Submitting and correcting: all or nothing, once, with everything that hangs on it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from households.enums import Stage, Verdict
from households.models import Household, SafetyEvent
from inspections import drafts
from inspections.enums import InspectionState
from inspections.examination import examine, unsafe_grade_stands
from inspections.models import Inspection, InspectionDraft
from inspections.submission import Incomplete, correct, may_correct, submit
from tests.factories import HouseholdFactory, happen
from tests.inspections.factories import photo_of
from tests.inspections.filled import fail, filled
from yanliang.audit.models import Entry


@pytest.fixture
def household(reference):
    return HouseholdFactory()


@pytest.fixture
def typed(household, recorder):
    return filled(household, recorder)


def fields_missing(household, typed) -> set[str]:
    return {entry.field for entry in examine(household, typed).missing}


def test_a_whole_visit_is_submitted_with_all_that_hangs_on_it(household, typed, recorder):
    typed["facts"] |= {"storeys": "2", "residence": "permanent", "floor_area": "88.5"}
    inspection = submit(household, typed, recorder)
    household.refresh_from_db()
    assert inspection.verdict == household.verdict == Verdict.SAFE
    assert household.stage == Stage.SAFE
    assert (household.storeys, household.residence, household.floor_area) == (2, "permanent", 88.5)
    assert inspection.event.source == f"inspections.inspection:{inspection.pk}"
    assert inspection.event.happened_on == dt.date(2020, 4, 8)
    assert [link.item_code for link in inspection.photo_links.all()] == ["front"]
    assert inspection.measures == {"P04": "墙厚 24 厘米"}
    assert inspection.state == InspectionState.SUBMITTED
    entry = Entry.objects.get(act="inspection_submitted")
    assert entry.staff_id == recorder.pk
    assert entry.region_id == household.region_id


def test_items_that_do_not_apply_are_stored_as_such(household, typed, recorder):
    inspection = submit(household, typed, recorder)
    assert inspection.answers["Y01"] == "na"
    assert inspection.answers["W01"] == "pass"
    assert "P04" not in inspection.answers


def test_a_suspected_household_awaits_appraisal_at_once(household, typed, recorder):
    fail(typed, household, recorder, "W01")
    inspection = submit(household, typed, recorder)
    assert household in Household.objects.awaiting_appraisal()
    assert inspection.remarks == {"W01": "东墙南端，约半米"}
    assert {link.item_code for link in inspection.photo_links.all()} == {"front", "W01"}
    assert "W01" in inspection.reasons[0]


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        ({"inspected_on": ""}, "inspected_on"),
        ({"inspected_on": "2020-03-24"}, "inspected_on"),
        ({"inspected_on": "2999-01-01"}, "inspected_on"),
        ({"inspectors": ["王建国"]}, "inspectors"),
        ({"inspectors": ["王建国", "王建国"]}, "inspectors"),
        ({"inspectors": ["王建国", "Li"]}, "inspectors"),
        ({"signature": "later"}, "signature"),
        ({"photos": {}}, "photo-front"),
        ({"measures": {}}, "item-P04"),
        ({"facts": {"storeys": "1"}}, "facts-structure"),
        ({"facts": {"structure": "ZH"}}, "facts-storeys"),
        ({"facts": {"structure": "ZH", "storeys": "0"}}, "facts-storeys"),
        ({"facts": {"structure": "ZH", "storeys": "1", "floor_area": "3"}}, "facts-floor_area"),
        ({"facts": {"structure": "ZH", "storeys": "1", "built_year": "1899"}}, "facts-built_year"),
    ],
)
def test_what_is_missing_is_said_and_nothing_written(household, typed, recorder, spoil, field):
    typed |= spoil
    assert field in fields_missing(household, typed)
    with pytest.raises(Incomplete):
        submit(household, typed, recorder)
    assert not Inspection.objects.exists()
    assert not SafetyEvent.objects.exists()


def test_every_item_that_applies_must_be_answered(household, typed):
    del typed["answers"]["S01"]
    typed["answers"]["S02"] = "present"
    typed["answers"].pop("Y01")
    assert fields_missing(household, typed) == {"item-S01", "item-S02"}


def test_a_measure_may_be_replaced_by_a_remark(household, typed):
    typed["measures"] = {}
    typed["remarks"]["P04"] = "外墙贴砖，未量到"
    assert fields_missing(household, typed) == set()


@pytest.mark.parametrize("lacking", ["remarks", "photos"])
def test_a_failed_item_needs_remark_and_photo(household, typed, recorder, lacking):
    fail(typed, household, recorder, "S04")
    assert fields_missing(household, typed) == set()
    del typed[lacking]["S04"]
    assert fields_missing(household, typed) == {"item-S04"}


def test_a_photo_of_another_household_does_not_count(household, typed, recorder):
    other = HouseholdFactory()
    typed["photos"]["front"] = [str(photo_of(other, recorder, "green").pk)]
    assert fields_missing(household, typed) == {"photo-front"}


def test_a_foreign_photo_beside_a_good_one_is_refused(household, typed, recorder):
    other = HouseholdFactory()
    typed["photos"]["front"].append(str(photo_of(other, recorder, "green").pk))
    with pytest.raises(ValidationError, match="不属于该户"):
        submit(household, typed, recorder)


def test_an_exempt_household_is_refused(household, typed, recorder):
    happen(household, "exempted")
    with pytest.raises(ValidationError, match="无需排查"):
        submit(household, typed, recorder)


def test_the_right_is_checked_under_the_page(household, typed, recorder, viewer):
    with pytest.raises(PermissionDenied):
        submit(household, typed, viewer)
    inspection = submit(household, typed, recorder)
    with pytest.raises(PermissionDenied):
        correct(inspection, typed, viewer, "看错了")
    assert Inspection.objects.get() == inspection


def test_the_draft_ends_with_the_submission(household, typed, recorder):
    drafts.save_draft(household, typed, recorder, seen=drafts.Seen("", 0))
    submit(household, typed, recorder, seen=drafts.seen_now(household))
    assert not InspectionDraft.objects.exists()


def test_a_form_sent_twice_is_submitted_once(household, typed, recorder):
    seen = drafts.seen_now(household)
    first = submit(household, typed, recorder, seen=seen)
    assert submit(household, typed, recorder, seen=seen) == first
    assert Inspection.objects.count() == 1


def test_another_form_after_a_submission_is_a_conflict(household, typed, recorder, office_lead):
    seen = drafts.seen_now(household)
    submit(household, typed, recorder, seen=seen)
    for by, content in ((office_lead, typed), (recorder, typed | {"inspected_on": "2020-04-09"})):
        with pytest.raises(drafts.Conflict) as conflict:
            submit(household, content, by, seen=seen)
        assert str(recorder) in conflict.value.message
        assert not conflict.value.can_choose


def test_a_draft_saved_elsewhere_stops_the_submission(household, typed, recorder, office_lead):
    seen = drafts.seen_now(household)
    drafts.save_draft(household, typed, office_lead, seen=seen)
    with pytest.raises(drafts.Conflict):
        submit(household, typed, recorder, seen=seen)
    assert InspectionDraft.objects.exists()
    assert not Inspection.objects.exists()


def test_a_later_visit_is_an_inspection_of_its_own(household, typed, recorder):
    first = submit(household, typed, recorder)
    fail(typed, household, recorder, "S01")
    second = submit(household, typed, recorder)
    household.refresh_from_db()
    assert household.stage == Stage.SUSPECTED
    assert second.revision == 1
    assert second.replaces is None
    first.refresh_from_db()
    assert first.state == InspectionState.SUBMITTED


def test_a_grade_of_c_makes_a_later_visit_suspected(household, typed, recorder):
    happen(household, "inspected:suspected", "appraised:c")
    inspection = submit(household, typed, recorder)
    assert inspection.verdict == Verdict.SUSPECTED
    assert any("C级" in reason for reason in inspection.reasons)


@pytest.mark.parametrize(
    ("steps", "stands"),
    [
        (["inspected:safe"], False),
        (["inspected:suspected", "appraised:b"], False),
        (["inspected:suspected", "appraised:d"], True),
        (["inspected:suspected", "appraised:c", "ruled_back"], True),
        (["inspected:suspected", "appraised:c", "ruled_secured"], False),
        (
            [
                "inspected:suspected",
                "appraised:c",
                "ruled_in",
                "renovation_started",
                "renovation_finished",
            ],
            True,
        ),
        (
            [
                "inspected:suspected",
                "appraised:c",
                "ruled_in",
                "renovation_started",
                "renovation_finished",
                "acceptance_passed",
            ],
            False,
        ),
    ],
)
def test_when_an_unsafe_grade_still_stands(household, steps, stands):
    assert unsafe_grade_stands(happen(household, *steps)) is stands


class TestCorrection:
    @pytest.fixture
    def inspection(self, household, typed, recorder):
        return submit(household, typed, recorder)

    def test_it_replaces_the_old_revision_and_keeps_it(
        self, inspection, household, typed, recorder, office_lead
    ):
        fail(typed, household, recorder, "W01")
        corrected = correct(inspection, typed, office_lead, "漏记墙体裂缝")
        inspection.refresh_from_db()
        household.refresh_from_db()
        assert corrected.revision == 2
        assert corrected.replaces == inspection
        assert corrected.correction_reason == "漏记墙体裂缝"
        assert inspection.state == InspectionState.REPLACED
        assert inspection.verdict == Verdict.SAFE
        assert household.stage == Stage.SUSPECTED
        assert list(household.events.standing()) == [corrected.event]
        assert Entry.objects.filter(act="inspection_corrected", reason="漏记墙体裂缝").exists()

    def test_a_reason_is_needed(self, inspection, typed, recorder):
        with pytest.raises(ValidationError, match="理由"):
            correct(inspection, typed, recorder, " ")

    def test_the_old_revision_cannot_be_corrected_again(self, inspection, typed, recorder):
        correct(inspection, typed, recorder, "日期记错")
        with pytest.raises(ValidationError, match="最新一稿"):
            correct(inspection, typed, recorder, "再改")

    def test_the_verdict_stands_once_the_household_is_graded(self, household, typed, recorder):
        fail(typed, household, recorder, "W01")
        suspected = submit(household, typed, recorder)
        happen(household, "appraised:c")
        typed["answers"]["W01"] = "pass"
        with pytest.raises(ValidationError, match="由区局重新鉴定"):
            correct(suspected, typed, recorder, "墙体其实没有裂缝")
        typed["answers"]["W01"] = "fail"
        typed["inspectors"] = ["王建国", "赵卫东"]
        assert correct(suspected, typed, recorder, "核查人记错").revision == 2
        household.refresh_from_db()
        assert household.grade == "c"

    def test_an_earlier_visit_leaves_the_register_facts_alone(
        self, inspection, household, typed, recorder
    ):
        typed["facts"]["storeys"] = "2"
        submit(household, typed, recorder)
        typed["facts"]["storeys"] = "1"
        correct(inspection, typed, recorder, "层数记错")
        household.refresh_from_db()
        assert household.storeys == 2

    def test_who_may_correct(self, inspection, recorder, villager, viewer):
        assert may_correct(recorder, inspection)
        assert not may_correct(viewer, inspection)
        inspection.submitted_by = villager
        assert not may_correct(villager, inspection)
        inspection.state = InspectionState.RETURNED
        assert may_correct(villager, inspection)
