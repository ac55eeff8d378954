"""What is looked at before a week is submitted: when each check arises, how grave it is, whom it is about."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from households.enums import ChangeKind, ChangeState, EventKind
from households.events import lock_household, record_event, save_summary
from households.models import Household, HouseholdChange, HouseholdClass, Region
from inspections.enums import InspectionState
from inspections.models import InspectionDraft
from reports.enums import Severity
from reports.thursday import checks as checking
from reports.thursday.checks import Check, checks_of
from reports.thursday.gathering import standing_of
from reports.thursday.reviewing import send_back
from tests.factories import HouseholdFactory
from tests.inspections.factories import InspectionFactory
from tests.reports.week_cases import GUANSHAN, THURSDAY, accepted, bureau, lead_of, submitted
from yanliang.periods import SHANGHAI, told_at

pytestmark = pytest.mark.usefixtures("reference")
NEXT = THURSDAY + dt.timedelta(weeks=1)
VILLAGE, OTHER_VILLAGE = "610114007200", "610114007201"


def at(day: int, hour: int = 9) -> dt.datetime:
    """A moment of April 2020."""
    return dt.datetime(2020, 4, day, hour, tzinfo=SHANGHAI)


def happen_at(household: Household, moment: dt.datetime, *steps: str) -> None:
    for step in steps:
        kind, _, outcome = step.partition(":")
        with transaction.atomic():
            record_event(
                lock_household(household.pk),
                EventKind(kind),
                by=None,
                outcome=outcome,
                happened_on=moment.date(),
                at=moment,
            )


def count_otherwise(household: Household, moment: dt.datetime, **fields) -> None:
    with transaction.atomic():
        household = lock_household(household.pk)
        for name, value in fields.items():
            setattr(household, name, value)
        save_summary(household, moment)


def log(household: Household, kind: ChangeKind, moment: dt.datetime, **fields) -> HouseholdChange:
    return HouseholdChange.objects.create(
        household=household,
        kind=kind,
        happened_on=moment.date(),
        reason="核实",
        recorded_at=moment,
        **fields,
    )


def looked_at(
    thursday: dt.date = NEXT, moment: dt.datetime | None = None, **more
) -> dict[str, Check]:
    with told_at(moment or at(thursday.day, 11)):
        standing = standing_of(Region.objects.get(pk=GUANSHAN), thursday)
        return {check.key: check for check in checks_of(standing, **more)}


@pytest.fixture
def safe():
    """A household that last week's submission counts as 基本安全, beside one that nobody has visited."""
    HouseholdFactory()
    household = HouseholdFactory(class_code="low_income")
    happen_at(household, at(8), "inspected:safe")
    return household


@pytest.fixture
def last_week(safe):
    return accepted()


class TestFalls:
    def test_nothing_moved_nothing_said(self, last_week):
        assert set(looked_at()) == {"unchecked"}

    def test_what_rises_is_no_matter(self, safe, last_week):
        happen_at(Household.objects.exclude(pk=safe.pk).get(), at(13), "inspected:safe")
        assert looked_at() == {}

    def test_a_fall_without_a_reason_is_to_be_explained(self, safe, last_week):
        event = safe.events.get()
        with transaction.atomic():
            event.superseded = True
            event.save()
            save_summary(lock_household(safe.pk), at(13))
        found = looked_at()
        assert {"moved-4", "moved-22"} <= set(found)
        assert found["moved-4"].severity == Severity.EXPLAIN
        assert found["moved-4"].households == {safe.pk: ""}
        assert found["moved-4"].sentence == (
            "已排查较上周减少：关山村 -1 户，涉及 1 户，其中 1 户台账没有登记原因。"
        )
        assert "check=moved-4" in found["moved-4"].url
        assert "week=2020-04-16" in found["moved-4"].url

    def test_it_disappears_when_it_is_mended(self, safe, last_week):
        event = safe.events.get()
        with transaction.atomic():
            event.superseded = True
            event.save()
            save_summary(lock_household(safe.pk), at(13))
        assert "moved-4" in looked_at()
        happen_at(safe, at(14), "inspected:safe")
        assert set(looked_at()) == {"unchecked"}

    @pytest.mark.parametrize(
        ("steps", "step", "reason", "fallen"),
        [
            (("appraised:b",), "warned", "发现新险情", {"moved-9", "moved-22"}),
            ((), "inspected:suspected", "复查为疑似不安全", {"moved-22"}),
            (
                ("appraised:c", "renovation_started", "renovation_finished", "acceptance_passed"),
                "warned",
                "发现新险情",
                {"moved-9", "moved-20", "moved-22"},
            ),
        ],
        ids=["warned", "visited again", "renovated and warned"],
    )
    def test_a_logged_setback_gives_a_hint_only(self, safe, steps, step, reason, fallen):
        happen_at(safe, at(8, 10), *steps)
        accepted()
        happen_at(safe, at(13), step)
        found = looked_at()
        assert {key for key in found if key.startswith("moved")} == fallen
        for key in fallen:
            assert found[key].severity == Severity.HINT
            assert found[key].households == {safe.pk: reason}
            assert found[key].sentence.endswith("台账均已登记原因。")

    def test_a_logged_removal_gives_a_hint_only(self, safe, last_week):
        log(safe, ChangeKind.MOVED_OUT, at(10), decided_at=at(13))
        happen_at(safe, at(13), "exempted")
        found = looked_at()
        assert {key for key in found if key.startswith("moved")} == {"moved-4", "moved-22"}
        for key in ("moved-4", "moved-22"):
            assert found[key].severity == Severity.HINT
            assert found[key].households == {safe.pk: "整户迁出"}

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": ChangeState.PENDING},
            {"state": ChangeState.REFUSED, "decided_at": at(13)},
            {"decided_at": at(9)},
        ],
        ids=["not confirmed", "refused", "confirmed before last week's figures"],
    )
    def test_what_is_no_reason(self, safe, last_week, fields):
        log(safe, ChangeKind.MOVED_OUT, at(8), **fields)
        happen_at(safe, at(13), "exempted")
        assert looked_at()["moved-4"].severity == Severity.EXPLAIN

    def test_a_reason_logged_between_the_submission_and_the_cut_off_counts(self, safe, last_week):
        moment = at(9, 11) + dt.timedelta(minutes=30)
        log(safe, ChangeKind.MOVED_OUT, at(8), decided_at=moment)
        happen_at(safe, moment, "exempted")
        assert looked_at()["moved-4"].households == {safe.pk: "整户迁出"}

    def test_who_passes_on_is_balanced_village_by_village(self, safe, last_week):
        """The office's figure stays, since another is visited in the village beside; the village's falls."""
        log(safe, ChangeKind.MOVED_OUT, at(13))
        happen_at(safe, at(13), "exempted")
        neighbour = HouseholdFactory(region_id=OTHER_VILLAGE)
        happen_at(neighbour, at(13), "inspected:safe")
        assert looked_at()["moved-4"].households == {safe.pk: "整户迁出"}


class TestNumberOfHouseholds:
    def test_an_arrival_without_a_word(self, last_week):
        new = HouseholdFactory(registered_at=at(13))
        found = looked_at()["moved-1"]
        assert (found.severity, found.households) == (Severity.EXPLAIN, {new.pk: ""})
        assert found.sentence.startswith("农户总数有增减：关山村 +1 户，涉及 1 户")

    def test_an_arrival_that_was_logged(self, last_week):
        new = HouseholdFactory(registered_at=at(13))
        log(new, ChangeKind.SPLIT, at(13))
        found = looked_at()["moved-1"]
        assert (found.severity, found.households) == (Severity.HINT, {new.pk: "分户"})

    def test_a_visit_is_no_reason_why_there_is_a_household_more(self, last_week):
        new = HouseholdFactory(registered_at=at(13))
        happen_at(new, at(14), "inspected:suspected")
        found = looked_at()["moved-1"]
        assert (found.severity, found.households) == (Severity.EXPLAIN, {new.pk: ""})

    @pytest.mark.parametrize("logged", [True, False])
    def test_a_move_between_villages(self, safe, last_week, logged):
        if logged:
            log(safe, ChangeKind.CORRECTED, at(13))
        count_otherwise(safe, at(13), region_id=OTHER_VILLAGE)
        found = looked_at()
        assert {"moved-1", "moved-4", "moved-22"} == {key for key in found if "moved" in key}
        for key in ("moved-1", "moved-4", "moved-22"):
            assert found[key].severity == (Severity.HINT if logged else Severity.EXPLAIN)
            assert found[key].households == {safe.pk: "更正" if logged else ""}
        names = dict(Region.objects.values_list("code", "short_name"))
        for village, change in ((VILLAGE, "-1"), (OTHER_VILLAGE, "+1")):
            assert f"{names[village]} {change} 户" in found["moved-1"].sentence
        assert names[OTHER_VILLAGE] not in found["moved-4"].sentence

    @pytest.mark.parametrize("logged", [True, False])
    def test_a_change_of_class(self, safe, last_week, logged):
        if logged:
            log(safe, ChangeKind.CLASS_CHANGED, at(13))
        poor = HouseholdClass.objects.get(code="registered_poor")
        count_otherwise(safe, at(13), household_class=poor)
        found = looked_at()
        assert {key for key in found if "moved" in key} == {"moved-class"}
        check = found["moved-class"]
        assert check.severity == (Severity.HINT if logged else Severity.EXPLAIN)
        assert check.households == {safe.pk: "身份变更" if logged else ""}
        assert check.sentence.startswith(
            "农户类别有变动：建档立卡贫困户 +1 户、低保户 -1 户，涉及 1 户"
        )

    def test_a_grade_that_goes_with_the_class(self, safe):
        happen_at(safe, at(8, 10), "appraised:b")
        accepted()
        log(safe, ChangeKind.CLASS_CHANGED, at(13))
        ordinary = HouseholdClass.objects.get(code="ordinary")
        count_otherwise(safe, at(13), household_class=ordinary)
        assert looked_at()["moved-9"].households == {safe.pk: "身份变更"}

    def test_many_villages_are_counted(self, last_week):
        villages = Region.objects.within(GUANSHAN).villages().order_by("code")[:6]
        for village in villages:
            HouseholdFactory(region_id=village.code, registered_at=at(13))
        sentence = looked_at()["moved-1"].sentence
        assert sentence.count("+1 户") == checking.NAMED
        assert "等 6 个村，涉及 6 户" in sentence


class TestBefore:
    def test_without_a_submission_the_register_at_the_cut_off_before(self, safe):
        other = HouseholdFactory()
        happen_at(other, at(8), "inspected:safe")
        happen_at(other, at(9, 11), "exempted")
        assert "moved-4" not in looked_at()
        happen_at(safe, at(9, 13), "exempted")
        assert looked_at()["moved-4"].households == {safe.pk: ""}

    def test_a_returned_submission_is_nothing_to_compare_with(self, safe):
        submission = submitted()
        with told_at(at(9, 11)):
            send_back(submission, "请核对", [], by=bureau(), seen=submission.week.version)
            standing = standing_of(Region.objects.get(pk=GUANSHAN), NEXT)
        assert standing.last is None
        assert not standing.is_unchanged

    def test_the_first_week_has_nothing_before_it(self, safe):
        first = dt.date(2020, 3, 26)
        with told_at(dt.datetime(2020, 3, 26, 11, tzinfo=SHANGHAI)):
            standing = standing_of(Region.objects.get(pk=GUANSHAN), first)
            assert standing.groups_before is None
            assert checks_of(standing) == []


class TestVisits:
    @pytest.mark.parametrize(
        ("state", "key", "severity"),
        [
            (InspectionState.RETURNED, "returned", Severity.EXPLAIN),
            (InspectionState.SUBMITTED, "to_review", Severity.HINT),
        ],
    )
    def test_what_lies_unfinished(self, safe, state, key, severity):
        with told_at(at(8)):
            inspection = InspectionFactory(state=state)
        found = looked_at(THURSDAY)
        assert found[key].severity == severity
        assert " 1 户" in found[key].sentence
        inspection.state = InspectionState.REVIEWED
        inspection.save()
        assert key not in looked_at(THURSDAY)

    def test_drafts(self, safe):
        draft = InspectionDraft.objects.create(
            household=safe, data={}, saved_by=lead_of(GUANSHAN), saved_at=at(8)
        )
        assert looked_at(THURSDAY)["drafts"].severity == Severity.HINT
        draft.delete()
        assert "drafts" not in looked_at(THURSDAY)

    def test_another_office_is_no_matter(self, safe):
        with told_at(at(8)):
            InspectionFactory(state=InspectionState.RETURNED, household__region_id="610114005200")
        assert "returned" not in looked_at(THURSDAY)

    @pytest.mark.parametrize(("day", "said"), [("2020-03-31", False), ("2020-04-01", True)])
    def test_unchecked_after_the_date_for_it(self, safe, day, said):
        moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), SHANGHAI)
        found = looked_at(dt.date(2020, 4, 2), moment)
        assert ("unchecked" in found) == said
        if said:
            assert found["unchecked"].severity == Severity.EXPLAIN
            assert "还有 2 户未排查" in found["unchecked"].sentence


class TestText:
    def test_a_text_for_other_figures_is_to_be_looked_at(self, safe):
        assert looked_at(THURSDAY, drafted_for="0" * 64)["text"].severity == Severity.EXPLAIN
        with told_at(at(9, 11)):
            digest = standing_of(Region.objects.get(pk=GUANSHAN), THURSDAY).digest
        assert "text" not in looked_at(THURSDAY, drafted_for=digest)


class TestAnswers:
    def test_an_identity_that_fails_blocks(self, safe, monkeypatch):
        monkeypatch.setattr(
            "reports.annex2.sheet.Sheet.faults", lambda sheet, section: ("关山村：1=2+3 不成立",)
        )
        found = looked_at(THURSDAY)
        assert found["identity-all-0"].severity == Severity.BLOCKS
        assert next(iter(found)).startswith("identity")
        with pytest.raises(ValidationError, match="勾稽关系不成立"):
            submitted(explanations=dict.fromkeys(found, "已核实"))

    def test_submitting_asks_for_a_word_where_one_is_due(self, safe):
        with pytest.raises(ValidationError, match="还有 1 户未排查。请先处理，或写明说明。"):
            submitted(explanations={"unchecked": "  "})
        submission = submitted(explanations={"unchecked": "外出务工", "other": "x"})
        assert [(each["key"], each["explanation"]) for each in submission.data["checks"]] == [
            ("unchecked", "外出务工")
        ]

    def test_the_gravest_come_first(self, safe, last_week):
        InspectionDraft.objects.create(
            household=safe, data={}, saved_by=lead_of(GUANSHAN), saved_at=at(8)
        )
        HouseholdFactory(registered_at=at(13))
        order = [list(Severity).index(check.severity) for check in looked_at().values()]
        assert order == sorted(order)
        assert len(order) == 3
