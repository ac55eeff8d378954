"""The demo district: written in bulk, and yet just what the program's own doors would have written."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction

from households.enums import SAFE_STAGES, ChangeKind, ChangeState, EventKind, Stage, Verdict
from households.events import (
    folded,
    lock_household,
    record_event,
    save_summary,
    withdraw_event,
)
from households.models import (
    Household,
    HouseholdChange,
    HouseholdClass,
    Identity,
    PastSummary,
    Region,
    SafetyEvent,
)
from households.roster.resident_id import fault
from inspections.enums import InspectionState, RulingOutcome
from inspections.examination import Checklist
from inspections.models import Appraisal, Inspection, InspectionDraft, Photo, Ruling
from inspections.verdict import HouseFacts, judge
from rectification.models import Acceptance, RenovationDocument
from reports.annex2.sheet import sheet_of
from reports.demo.cast import ACCOUNTS, DEMO_PASSWORD, sign_ins
from reports.demo.district import Plan, build
from reports.models import Signing
from tests.factories import HouseholdFactory, StaffFactory
from tests.reports.conftest import SMALL, UNTIL
from tests.reports.demo_ledger import LedgerOfTheDemo, problems_told
from yanliang.accounts.enums import Role
from yanliang.accounts.models import Staff
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults
from yanliang.periods import end_of

COUNTED = ("region_id", "household_class_id", "verdict", "stage", "grade")


def figures(day: dt.date | None = None) -> Counter:
    """Households by region, class and summary at the end of `day`; as they stand without it."""
    if day is None:
        return Counter(Household.objects.values_list(*COUNTED))
    moment = end_of(day)
    return Counter(
        [
            *Household.objects.filter(summary_since__lt=moment).values_list(*COUNTED),
            *PastSummary.objects.filter(since__lt=moment, until__gte=moment).values_list(*COUNTED),
        ]
    )


#: Of the trail's entries, those about the ledger and the long-term mechanism; the latter name their household.
OF_A_HOUSEHOLD = {"rectification.monitoringreport", "rectification.disastercheck"}
LEDGER = OF_A_HOUSEHOLD | {
    f"rectification.{name}"
    for name in ("problem", "rulerun", "monitoringduty", "disasterevent", "supervisionvisit")
}
#: What a Thursday's acts are recorded of; they are looked at in test_demo_thursdays.
THURSDAYS = {
    f"reports.{name}" for name in ("officeweek", "submission", "districtweek", "districtreport")
}


class UndoBuild(Exception):
    """Takes a whole district back."""


def files() -> Counter:
    """Photos by their number, papers by what they are."""
    papers = RenovationDocument.objects.values_list("renovation__household__code", "kind", "file")
    return Counter([*Photo.objects.values_list("pk", "taken_at"), *papers])


def undone(plan: Plan, look):
    """What `look` sees in a district that is taken back at once."""
    seen = None
    try:
        with transaction.atomic():
            build(plan)
            seen = look()
            raise UndoBuild
    except UndoBuild:
        return seen


def spans(household):
    return [
        (*(getattr(past, name) for name in COUNTED), past.since, past.until)
        for past in household.past_summaries.order_by("since")
    ]


def standing_summary(household):
    return (*(getattr(household, name) for name in COUNTED), household.summary_since)


def twin_of(household):
    """The household as it was registered, under another number."""
    first = household.past_summaries.order_by("since").first() or household
    return HouseholdFactory(
        region_id=household.region_id,
        household_class=first.household_class,
        registered_at=household.registered_at,
    )


def live_again(household):
    """Let all that happened to `household` happen to a twin, through the program's own door."""
    twin = twin_of(household)
    latest = {}
    acts = [(event.recorded_at, event) for event in household.events.order_by("pk")]
    acts += [
        (change.recorded_at, change)
        for change in household.changes.filter(kind=ChangeKind.CLASS_CHANGED)
    ]
    withdrawn = Acceptance.objects.filter(
        renovation__household=household, voided_at__isnull=False
    ).select_related("event")
    acts += [(acceptance.voided_at, acceptance) for acceptance in withdrawn]
    for at, act in sorted(acts, key=lambda dated: dated[0]):
        twin = lock_household(twin.pk)
        if isinstance(act, Acceptance):
            withdraw_event(twin, latest.pop(act.event.position), at=at)
            continue
        if isinstance(act, HouseholdChange):
            name = act.detail["after"]["类别"]
            twin.household_class = HouseholdClass.objects.get(name=name)
            save_summary(twin, at)
            continue
        latest[act.position] = record_event(
            twin,
            EventKind(act.kind),
            by=act.recorded_by,
            happened_on=act.happened_on,
            outcome=act.outcome,
            replaces=latest.get(act.position),
            at=at,
        )
    return Household.objects.get(pk=twin.pk)


class TestDistrict(LedgerOfTheDemo):
    """What stands in the register once the demo is loaded."""

    def test_bulk_rows_are_what_record_event_would_have_written(self, district):
        eventful = Household.objects.filter(version__gt=2) | Household.objects.filter(
            stage__in=[Stage.EXEMPT, Stage.SUSPECTED]
        )
        lived = list(eventful.order_by("code"))
        kinds = Counter(SafetyEvent.objects.values_list("kind", flat=True))
        assert len(lived) > 40
        assert kinds[EventKind.RENOVATION_STARTED]
        assert kinds[EventKind.EXEMPTED]
        assert Acceptance.objects.filter(voided_at__isnull=False).exists()
        assert Appraisal.objects.filter(replaces__isnull=False).exists()
        edited = Counter(
            Entry.objects.filter(act="household_edited").values_list("object_id", flat=True)
        )
        assert len(edited) == 1
        for household in lived:
            twin = live_again(household)
            assert standing_summary(twin) == standing_summary(household), household.code
            assert spans(twin) == spans(household), household.code
            split_off = HouseholdChange.objects.filter(related=household).count()
            # No events, but changes of the household: its reference in the national system, and an edit.
            other = bool(household.external_reference) + split_off + edited[str(household.pk)]
            assert twin.version + other == household.version, household.code

    def test_every_summary_is_what_its_events_add_up_to(self, district):
        for household in Household.objects.select_related("household_class"):
            assert folded(household) == household.summary, household.code
        call_command("rebuild_stages", check=True, stdout=StringIO())

    def test_past_summaries_leave_no_gap(self, district):
        past = {}
        for each in PastSummary.objects.order_by("household", "since"):
            past.setdefault(each.household_id, []).append(each)
        assert past
        for household in Household.objects.all():
            at = household.registered_at
            for each in past.get(household.pk, []):
                assert each.since == at
                assert each.until > each.since
                at = each.until
            assert household.summary_since == at

    @pytest.mark.parametrize("day", ["2020-03-26", "2020-04-09", "2020-04-30", "2020-05-21", ""])
    def test_annex_2_agrees_with_itself(self, district, day):
        at = dt.date.fromisoformat(day) if day else None
        for code in ("610114", "610114007"):
            sheet = sheet_of(Region.objects.get(code=code), at)
            assert sheet.figures[code, "all"][1] > 0
            assert [fault for section in sheet.sections for fault in sheet.faults(section)] == []

    def test_visits_are_nearly_complete_by_the_end_of_april_and_one_office_lags(self, district):
        def rate(code, day):
            return sheet_of(Region.objects.get(code=code), day).figures[code, "all"].check_rate

        assert rate("610114", dt.date(2020, 3, 27)) < 0.3
        assert rate("610114", dt.date(2020, 4, 30)) > 0.9
        assert rate("610114006", dt.date(2020, 4, 16)) < rate(
            "610114", dt.date(2020, 4, 16)
        ) - Decimal("0.15")

    def test_households_are_valid_and_nobody(self, district):
        households = list(Household.objects.select_related("region"))
        assert SMALL * 0.97 < len(households) <= SMALL
        for household in households:
            assert fault(household.id_number, UNTIL) == "", household.id_number
            # Real rosters of the district have 610114: none may meet a made-up person there.
            assert household.id_number.startswith("610190")
        for household in households[::20]:
            household.full_clean()
        assert Household.objects.exclude(code__startswith="610114").count() == 0
        assert len({household.region_id[:9] for household in households}) == 7

    def test_visits_stand_on_the_rule(self, district):
        rules = Checklist.current().rules
        for inspection in Inspection.objects.all():
            facts = HouseFacts.of(inspection.facts)
            judged = judge(rules, inspection.answers, facts, latest_grade_unsafe=False)
            assert judged.verdict == inspection.verdict
            assert list(judged.reasons) == inspection.reasons
            failed = {code for code, answer in inspection.answers.items() if answer == "fail"}
            assert failed <= inspection.remarks.keys()
            assert inspection.event.source == f"inspections.inspection:{inspection.pk}"
            assert inspection.event.outcome == inspection.verdict
        assert not Inspection.objects.filter(verdict=Verdict.NONE).exists()

    def test_there_is_work_for_everybody(self, district):
        states = Counter(Inspection.objects.values_list("state", flat=True))
        assert states[InspectionState.SUBMITTED]
        assert states[InspectionState.REVIEWED]
        assert InspectionDraft.objects.exists()
        assert Photo.objects.exists()
        for photo in Photo.objects.all():
            assert photo.width
            assert (district / photo.file.name).is_file()
            assert (district / photo.thumbnail.name).is_file()
        stages = set(Household.objects.values_list("stage", flat=True))
        assert {Stage.UNCHECKED, Stage.SUSPECTED, Stage.PENDING_RULING, Stage.EXEMPT} <= stages
        assert stages & SAFE_STAGES
        assert HouseholdChange.objects.filter(
            kind=ChangeKind.ADDED, state=ChangeState.DONE
        ).exists()

    def test_household_counts_under_its_first_identity(self, district):
        for household in Household.objects.prefetch_related("identities__household_class"):
            held = [each for each in household.identities.all() if each.valid_to is None]
            assert min(each.household_class.precedence for each in held) == (
                household.household_class.precedence
            )
        several = Identity.objects.exclude(certificate="").values_list("household", flat=True)
        assert max(Counter(several).values()) > 1

    def test_trail_stands_and_names_no_household_but_the_one_that_was_edited(self, district):
        assert list(faults()) == []
        entries = list(Entry.objects.all())
        loaded = [entry for entry in entries if entry.act == "demo_loaded"]
        assert sum(entry.after["农户"] for entry in loaded) == Household.objects.count()
        acts = Counter(
            entry.act for entry in entries if entry.object_type not in LEDGER | THURSDAYS
        )
        assert acts == {
            "demo_loaded": 7,
            "account_saved": len(ACCOUNTS),
            "list_signed": Signing.objects.count(),
            "leader_named": 7,
            "household_edited": 1,
        }
        told = {entry.pk: f"{entry.object_label}{entry.before}{entry.after}" for entry in entries}
        named = {
            entry.pk: code
            for entry in entries
            for code in Household.objects.values_list("code", flat=True)
            if code in told[entry.pk] and entry.object_type not in OF_A_HOUSEHOLD
        }
        [edit] = [entry for entry in entries if entry.act == "household_edited"]
        assert named == {edit.pk: Household.objects.get(pk=edit.object_id).code}
        assert edit.reason
        assert edit.before.keys() == edit.after.keys() == {"家庭人口"}
        assert not any("610190" in text for text in told.values())

    def test_who_is_helped_has_a_helper_and_most_villages_a_secretary(self, district):
        for household in Household.objects.select_related("household_class"):
            assert bool(household.helper) == household.household_class.is_helped
        villages = Region.objects.villages()
        assert villages.exclude(first_secretary="").count() > villages.count() / 2

    def test_most_that_can_be_entered_are(self, district):
        entered, waiting = Household.objects.entered(), Household.objects.to_enter()
        assert entered.count() > waiting.count() > 0
        assert not Household.objects.exclude(external_reference="").exclude(pk__in=entered).exists()
        assert all(household.safety_basis for household in entered)

    def test_somebody_for_every_role_and_office(self, district):
        assert {account.role for account in ACCOUNTS} == set(Role)
        for staff, password in sign_ins():
            validate_password(password, staff)
            staff.full_clean()
            assert staff.check_password(DEMO_PASSWORD)
            assert not staff.must_change_password
        posts = Counter(Staff.objects.values_list("role", flat=True))
        assert posts[Role.RECORDER] == posts[Role.OFFICE_LEAD] == 7

    def test_changed_password_is_not_shown(self, district):
        keeper = Staff.objects.get(username="keeper")
        keeper.set_password("Something-else-1")
        keeper.save()
        shown = {staff.username: password for staff, password in sign_ins()}
        assert shown["keeper"] == "（已修改）"
        assert shown["guanshan"] == DEMO_PASSWORD

    def test_every_appraisal_and_ruling_has_its_record(self, district):
        appraised = SafetyEvent.objects.standing().filter(kind=EventKind.APPRAISED)
        results = Appraisal.objects.recorded().select_related("event")
        assert results.count() == appraised.count() > 0
        for result in results:
            result.full_clean()
            assert result.grade == result.event.outcome
            assert result.event.source == f"inspections.appraisal:{result.pk}"
            assert result.assigned_at <= result.recorded_at
        ruled = SafetyEvent.objects.standing().filter(kind__in=RulingOutcome.values)
        assert Ruling.objects.count() == ruled.count() > 0
        for ruling in Ruling.objects.select_related("event", "meeting"):
            assert ruling.outcome == ruling.event.kind
            assert ruling.meeting.held_on == ruling.event.happened_on

    def test_open_assignments_are_of_households_that_wait(self, district):
        stages = set(Appraisal.objects.open().values_list("household__stage", flat=True))
        assert stages <= {Stage.SUSPECTED}


def test_stories_go_on_from_an_earlier_day(reference):
    early = dt.date(2020, 4, 23)
    stopped = undone(Plan(150, early), figures)
    build(Plan(150, UNTIL))
    assert figures(early) == stopped
    assert figures() != stopped


def test_same_seed_same_figures_and_files(reference):
    plan = Plan(150, UNTIL, seed=7)

    def look():
        return figures(), files(), problems_told()

    first = undone(plan, look)
    assert first[1]
    assert first[2]
    assert undone(plan, look) == first
    assert undone(Plan(150, UNTIL, seed=8), figures) != first[0]


def test_a_foreign_account_of_the_same_name_stops_the_demo(reference):
    StaffFactory(username="guanshan", role=Role.OFFICE_LEAD, region_id="610114005")
    with pytest.raises(ValidationError, match="guanshan"):
        build(Plan(50, UNTIL))


def load_demo(**options) -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


def test_command_leaves_a_register_in_use_alone(reference):
    HouseholdFactory()
    with pytest.raises(CommandError, match="已有 1 户"):
        load_demo(small=True)
    told = load_demo(small=True, if_empty=True)
    assert Household.objects.count() == 1
    assert not Staff.objects.exists()
    assert DEMO_PASSWORD not in told


def test_command_says_how_to_sign_in_each_time(reference, monkeypatch):
    monkeypatch.setattr("reports.management.commands.load_demo.SMALL", 60)
    first = load_demo(small=True, if_empty=True, until=dt.date(2020, 4, 2))
    again = load_demo(small=True, if_empty=True)
    for told in (first, again):
        for account in ACCOUNTS:
            assert f"{account.username} " in told
        assert DEMO_PASSWORD in told
        assert "完整的示范区" in told
    assert 0 < Household.objects.count() <= 60
    assert Household.objects.filter(registered_at__gte=end_of(dt.date(2020, 4, 2))).count() == 0


@pytest.mark.parametrize("until", ["2020-03-24", "2999-01-01", "昨天"])
def test_command_refuses_a_day_outside_the_campaign(reference, until):
    with pytest.raises(CommandError):
        call_command("load_demo", f"--until={until}", stdout=StringIO())
    assert Household.objects.count() == 0
