"""Thursdays lived through at random: who does what to which week, and what must then be so.

Whether an act may succeed is reckoned here from the rules alone; the program must agree, act by act.
"""

import datetime as dt
from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from households.enums import EventKind
from households.events import lock_household, record_event, save_summary
from households.models import Household, HouseholdClass, Region
from reports.models import (
    DistrictReport,
    DistrictWeek,
    Forwarding,
    OfficeWeek,
    Submission,
    SubmissionReview,
)
from reports.thursday.content import Content
from reports.thursday.groups import groups_at
from tests.factories import HouseholdFactory, StaffFactory
from tests.reports.histories import CLASSES, STEPS, VILLAGES
from yanliang.audit import trail
from yanliang.audit.models import Entry
from yanliang.periods import SHANGHAI, cut_off, thursday_of, told_at

DISTRICT, OTHER_DISTRICT = "610114", "610115"
GUANSHAN, BEITUN, WUTUN = "610114007", "610114005", "610114006"
OFFICES = (GUANSHAN, BEITUN, WUTUN)
BEGINNING = dt.datetime(2020, 4, 8, 9, tzinfo=SHANGHAI)
ONE_WEEK = dt.timedelta(weeks=1)
#: Username → role and region.
CAST = {
    "lead_guanshan": ("office_lead", GUANSHAN),
    "lead_beitun": ("office_lead", BEITUN),
    "lead_wutun": ("office_lead", WUTUN),
    "recorder_guanshan": ("recorder", GUANSHAN),
    "clerk": ("bureau_clerk", DISTRICT),
    "lead": ("bureau_lead", DISTRICT),
    "lead_elsewhere": ("bureau_lead", OTHER_DISTRICT),
    "supervisor": ("supervisor", DISTRICT),
    "department": ("department", DISTRICT),
    "viewer": ("viewer", GUANSHAN),
    "village": ("village", VILLAGES[0]),
}
LEAD_OF = dict(zip(OFFICES, ("lead_guanshan", "lead_beitun", "lead_wutun"), strict=True))
BUREAU = {"bureau_clerk", "bureau_lead"}
FROZEN = (Submission, SubmissionReview, DistrictReport, Forwarding)
WRITTEN = (*FROZEN, OfficeWeek, DistrictWeek, Entry)
OPEN = {"collecting", "correcting"}

offices = st.sampled_from([GUANSHAN, GUANSHAN, BEITUN, BEITUN, WUTUN])
#: Mostly the week that runs, sometimes the one before or after.
weeks = st.sampled_from([0, 0, 0, 0, 0, 0, -1, 1])
#: Whether the page that the act comes from is out of date.
staleness = st.sampled_from([False] * 9 + [True])
reasons = st.sampled_from(["情况属实"] * 6 + ["", "  "])


def mostly(*names: str) -> st.SearchStrategy[str]:
    """Somebody: four times in five one of `names`, else just anybody."""
    return st.sampled_from([*names * (4 * len(CAST) // len(names)), *CAST])


def rows_of(model) -> dict[Any, dict]:
    return {row[model._meta.pk.name]: row for row in model.objects.values()}


class ThursdayWorld:
    """The cast, and a few households of two of the three offices that take part; the other four never report."""

    def __init__(self) -> None:
        Region.objects.create(code=OTHER_DISTRICT, name="临潼区", short_name="临潼区", level=6)
        self.cast = {
            name: StaffFactory(
                username=name,
                role=role,
                region_id=region,
                department="扶贫" if role == "department" else "",
            )
            for name, (role, region) in CAST.items()
        }
        self.regions = Region.objects.in_bulk([DISTRICT, *OFFICES])
        self.classes = {each.code: each for each in HouseholdClass.objects.all()}
        for village in VILLAGES:
            for class_code in CLASSES[1:]:
                HouseholdFactory(region_id=village, class_code=class_code)


class WeekHistory(RuleBasedStateMachine):
    """One history of some weeks, undone when it ends."""

    world: ThursdayWorld
    #: How many steps were tried, how many acts done, by name, over all histories.
    done: dict[str, int]
    tried: int

    def __init__(self) -> None:
        super().__init__()
        cache.clear()
        self.undoing = ExitStack()
        self.undoing.enter_context(transaction.atomic())
        self.clock = BEGINNING
        self.frozen = {model: rows_of(model) for model in FROZEN}
        #: Submission → the cut-off that bound it, as it was then.
        self.due: dict[int, dt.datetime] = {}
        #: Locked week → what its rows were, and what its report must say.
        self.sealed: dict[dt.date, tuple] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undoing.close()

    # What is known of a week without asking the program's acts.

    def thursday(self, distance: int) -> dt.date:
        """The Thursday of the week that runs, or one `distance` weeks from it."""
        running = thursday_of(self.clock.date())
        if self.clock > cut_off(running) + dt.timedelta(hours=30):
            running += ONE_WEEK
        return running + distance * ONE_WEEK

    @staticmethod
    def office_week(office: str, thursday: dt.date) -> OfficeWeek:
        found = OfficeWeek.objects.filter(region_id=office, thursday=thursday).first()
        return found or OfficeWeek(region_id=office, thursday=thursday, version=0)

    @staticmethod
    def district_week(thursday: dt.date) -> DistrictWeek:
        found = DistrictWeek.objects.filter(region_id=DISTRICT, thursday=thursday).first()
        return found or DistrictWeek(region_id=DISTRICT, thursday=thursday, version=0)

    def is_open(self, thursday: dt.date) -> bool:
        return self.district_week(thursday).state in OPEN

    def due_of(self, week: OfficeWeek) -> dt.datetime:
        own = cut_off(week.thursday)
        return max(own, week.extended_to) if week.extended_to else own

    def is_unchanged(self, office: str, thursday: dt.date) -> bool:
        last = self.office_week(office, thursday - ONE_WEEK)
        if last.state not in {"submitted", "accepted"}:
            return False
        submission = Submission.objects.get(week=last, revision=last.revision)
        return Content(submission.data).groups == groups_at(office, self.clock)

    def attempt(self, name: str, who: str, act, *, may: Collection[str], where: str, legal: bool):
        """Let `who` try it: done exactly when it is `legal` and one of `may` in the region `where` asks.

        What is refused leaves nothing; what is done leaves one entry, in the name of who did it.
        """
        by = self.world.cast[who]
        may_do = by.role in may and by.region_id == where
        before = {model: rows_of(model) for model in WRITTEN}
        type(self).tried += 1
        refusal = None
        with told_at(self.clock):
            try:
                result = act(by)
            except (PermissionDenied, ValidationError) as refused:
                refusal = refused
        if refusal:
            if currently_in_test_context():
                note(f"{who} {name}: {refusal!r}")
            assert {model: rows_of(model) for model in WRITTEN} == before
            assert not (may_do and legal), f"{who} was refused {name}: {refusal!r}"
            assert may_do or isinstance(refusal, PermissionDenied), "a stranger learns the state"
            return None
        assert may_do, f"{who} has done {name} without the right"
        assert legal, f"{who} has done {name} from a wrong state"
        type(self).done[name] = type(self).done.get(name, 0) + 1
        new = [entry for pk, entry in rows_of(Entry).items() if pk not in before[Entry]]
        assert [entry["staff_id"] for entry in new] == [by.pk], new
        return result

    @rule(hours=st.sampled_from([1, 3, 8, 20]))
    def wait(self, hours):
        self.clock += dt.timedelta(hours=hours)

    @rule(
        number=st.integers(0, 8),
        what=st.one_of(st.sampled_from(STEPS), st.sampled_from([*VILLAGES, *CLASSES])),
    )
    def register_moves_on(self, number, what):
        """An event, a move or a change of class of a household; what cannot happen does not."""
        household = Household.objects.order_by("pk")[number]
        try:
            with transaction.atomic():
                household = lock_household(household.pk)
                if isinstance(what, tuple):
                    kind, outcome = what
                    record_event(
                        household,
                        EventKind(kind),
                        by=None,
                        outcome=outcome,
                        happened_on=self.clock.date(),
                        at=self.clock,
                    )
                else:
                    if what in VILLAGES:
                        household.region_id = what
                    else:
                        household.household_class = self.world.classes[what]
                    save_summary(household, self.clock)
        except ValidationError:
            pass

    @rule(village=st.sampled_from(VILLAGES))
    def somebody_new(self, village):
        HouseholdFactory(region_id=village, registered_at=self.clock)

    # What must be so.

    def rows_of_week(self, thursday: dt.date) -> list:
        """Everything that a locked week was added up from."""
        return [
            list(OfficeWeek.objects.filter(thursday=thursday).order_by("pk").values()),
            list(Submission.objects.filter(thursday=thursday).order_by("pk").values()),
            list(
                SubmissionReview.objects.filter(submission__thursday=thursday)
                .order_by("pk")
                .values()
            ),
        ]

    @invariant()
    def all_is_true(self):
        self.clock += dt.timedelta(minutes=1)
        self.nothing_written_is_changed()
        self.state_and_rows_agree()
        self.a_locked_week_is_the_sum_and_stays()
        self.on_time_is_what_the_clock_says()
        assert list(trail.faults()) == []

    def nothing_written_is_changed(self):
        present = {model: rows_of(model) for model in FROZEN}
        for model, rows in self.frozen.items():
            for pk, row in rows.items():
                assert present[model].get(pk) == row, f"{model.__name__} {pk} has changed"
        self.frozen = present

    def state_and_rows_agree(self):
        for week in OfficeWeek.objects.all():
            made = {each.revision: each for each in week.submissions.all()}
            assert sorted(made) == list(range(1, week.revision + 1))
            if not made:
                assert week.state == "draft"
                continue
            newest = made[week.revision]
            said = [each.outcome for each in newest.reviews.order_by("pk")]
            assert week.state == (said[-1] if said else "submitted")
            assert said in ([], ["accepted"], ["returned"], ["accepted", "returned"])
            assert all(each.reason for revision, each in made.items() if revision > 1)
        for week in DistrictWeek.objects.all():
            reports = {each.revision: each for each in week.reports.all()}
            assert sorted(reports) == list(range(1, week.revision + 1))
            sent = {revision for revision, each in reports.items() if hasattr(each, "forwarding")}
            assert (week.state == "forwarded") == (week.revision in sent and week.state not in OPEN)
            assert (week.state == "correcting") == (bool(sent) and week.state in OPEN)
            assert week.state != "locked" or week.revision not in sent
            assert all(each.reason for revision, each in reports.items() if revision > 1)

    def a_locked_week_is_the_sum_and_stays(self):
        for week in DistrictWeek.objects.exclude(state__in=OPEN):
            rows, report, live = self.sealed[week.thursday]
            assert report.revision == week.revision
            assert self.rows_of_week(week.thursday) == rows
            counted = {}
            for office in OfficeWeek.objects.filter(thursday=week.thursday, state="accepted"):
                submission = office.submissions.get(revision=office.revision)
                for group, households in Content(submission.data).groups.items():
                    counted[group] = households
            for groups in live.values():
                counted |= groups
            content = Content(report.data)
            assert dict(content.groups) == counted
            assert content.stand_ins == set(live)

    def on_time_is_what_the_clock_says(self):
        for submission in Submission.objects.all():
            due = self.due[submission.pk]
            assert submission.due_at == due
            assert submission.is_on_time == (submission.submitted_at <= due)
