"""Acts of inspection, appraisal, ruling and warning."""

import datetime as dt

from django.shortcuts import get_object_or_404
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from households.enums import SAFE_STAGES, EventKind, Stage
from households.models import Household, SafetyEvent
from inspections import correcting, review, submission, warning
from inspections.appraisal import assign, cancel, record_result
from inspections.drafts import seen_now
from inspections.enums import AppraisalState, InspectionState, RulingOutcome, WarningSource
from inspections.forms import as_typed
from inspections.models import Appraisal, Inspection, Photo, Ruling, RulingMeeting
from inspections.ruling import Decision, hold_meeting
from tests.flows.history import History
from tests.flows.watching import all_rows
from tests.flows.world import (
    BEGINNING,
    BUREAU,
    OFFICE,
    bureau,
    inspectors,
    lead,
    local,
    numbers,
    offices,
    reviewers,
)
from tests.inspections.filled import fail, filled
from yanliang.periods import today

grades = st.sampled_from(["a", "b", "c", "d", "d"])
days_ago = st.integers(0, 3).map(lambda days: dt.timedelta(days=days))
RESULTS = st.fixed_dictionaries(
    {
        "site": grades,
        "walls": grades,
        "roof": st.sampled_from(["", "a", "d"]),
        "dangerous_site": st.booleans(),
        "grade": st.sampled_from(["", "", "", "a", "d"]),
        "override_reason": st.sampled_from(["", "加固后复核"]),
        "report_number": st.integers(1, 20).map("JD-{}".format),
        "disaster_measures": st.sampled_from(["full", "none"]),
        "advice": st.sampled_from(["keep", "rebuild"]),
    }
)
outcomes = st.sampled_from([RulingOutcome.IN, *RulingOutcome])
notes = st.sampled_from(["", "随子女居住"])


def whole(result: dict) -> dict:
    """What the result form gives."""
    nothing = {"foundation": "", "timber": "", "concrete": "", "report": None}
    people = {"appraisers": ["王建国", "李秀英"], "appraised_on": today(), "confirmed_on": today()}
    return nothing | people | result


class InspectionActs(History):
    def filled(self, household: Household, *, safe: bool) -> dict:
        """A form as somebody of the office has filled it in, with photos that are there by now."""
        recorder = self.world.cast[local("the_recorder", household.region_id)]
        typed = filled(household, recorder)
        fail(typed, household, recorder, "W01")
        if safe:
            typed["answers"]["W01"] = "pass"
        if Photo.objects.count() != len(self.rows[Photo]):
            self.rows = all_rows()
        return typed

    @rule(who=inspectors, number=numbers, safe=st.booleans())
    def inspect(self, who, number, safe):
        self.visit(who, self.household(number), safe=safe)

    def visit(self, who, household, *, safe):
        typed, seen = self.filled(household, safe=safe), seen_now(household)

        def act(by):
            found = self.find(by, Household, household.pk)
            submission.submit(found, typed, by, seen=seen)

        self.attempt(who, OFFICE | {"village"}, act, household.region_id)

    @precondition(lambda self: self.exists(Inspection))
    @rule(
        who=inspectors,
        number=numbers,
        answer=st.sampled_from(["pass", "fail"]),
        reason=st.sampled_from(["", "看错了"]),
    )
    def correct_inspection(self, who, number, answer, reason):
        inspection = Inspection.objects.get(pk=self.pick(Inspection, number))
        household = inspection.household
        typed = as_typed(inspection)
        for group in ("remarks", "photos"):
            typed[group] |= self.filled(household, safe=answer == "pass")[group]
        typed["answers"]["W01"] = answer

        def act(by):
            found = self.find(by, Inspection, inspection.pk)
            submission.correct(found, typed, by, reason, seen=seen_now(household))

        self.attempt(who, OFFICE | {"village"}, act, household.region_id)

    @precondition(lambda self: self.exists(Inspection))
    @rule(
        who=reviewers,
        number=numbers,
        passes=st.booleans(),
        reason=st.sampled_from(["", "照片不清"]),
    )
    def review(self, who, number, passes, reason):
        pk = self.pick(Inspection, number, state=InspectionState.SUBMITTED)
        region = Inspection.objects.get(pk=pk).household.region_id

        def act(by):
            inspection = self.find(by, Inspection, pk)
            if passes:
                review.review(inspection, by)
            else:
                review.send_back(inspection, by, reason)

        self.attempt(who, {"office_lead"}, act, region)

    @rule(who=bureau, number=numbers)
    def assign(self, who, number):
        self.ask_for(who, self.household(number, Stage.SUSPECTED, Stage.SAFE))

    def ask_for(self, who, household):
        due_on = today() + dt.timedelta(days=14)
        self.attempt(
            who,
            BUREAU,
            lambda by: assign(self.find(by, Household, household.pk), self.world.firm, due_on, by),
        )

    @precondition(lambda self: self.exists(Appraisal))
    @rule(who=bureau, number=numbers)
    def cancel_appraisal(self, who, number):
        pk = self.pick(Appraisal, number, state=AppraisalState.ASSIGNED)
        self.attempt(
            who, BUREAU, lambda by: cancel(self.find(by, Appraisal, pk), by, "改由他所鉴定")
        )

    @precondition(lambda self: self.exists(Appraisal))
    @rule(who=bureau, number=numbers, result=RESULTS)
    def record_result(self, who, number, result):
        self.record(who, self.pick(Appraisal, number, state=AppraisalState.ASSIGNED), result)

    def record(self, who, pk, result):
        def act(by):
            appraisal = self.find(by, Appraisal, pk)
            record_result(appraisal, whole(result), by=by, seen=appraisal.version)

        self.attempt(who, BUREAU, act)

    @precondition(lambda self: self.exists(Appraisal))
    @rule(who=bureau, number=numbers, result=RESULTS)
    def correct_result(self, who, number, result):
        pk = self.pick(Appraisal, number, state=AppraisalState.RECORDED)

        def act(by):
            appraisal = self.find(by, Appraisal, pk)
            correcting.correct_result(
                appraisal, whole(result), by=by, seen=appraisal.version, reason="录错"
            )

        self.attempt(who, BUREAU, act)

    @rule(
        who=lead,
        serial=st.sampled_from([1, 1, 2]),
        decided=st.dictionaries(numbers, st.tuples(outcomes, notes), min_size=1, max_size=2),
    )
    def hold_meeting(self, who, serial, decided):
        households = {
            self.household(number, Stage.PENDING_RULING).pk: each
            for number, each in decided.items()
        }
        self.meet(who, serial, households)

    def meet(self, who, serial, decided):
        def act(by):
            meeting = RulingMeeting(
                region_id=by.region_id,
                held_on=BEGINNING.date(),
                document_number=f"阎脱贫组发〔2020〕{serial} 号",
            )
            decisions = [
                Decision(self.find(by, Household, pk), *each) for pk, each in decided.items()
            ]
            hold_meeting(meeting, decisions, by)

        self.attempt(who, {"bureau_lead"}, act)

    @precondition(lambda self: self.exists(Ruling))
    @rule(who=lead, number=numbers, outcome=outcomes, note=notes)
    def correct_ruling(self, who, number, outcome, note):
        pk = self.pick(Ruling, number)

        def act(by):
            ruling = self.find(by, Ruling, pk)
            correcting.correct_ruling(
                ruling, outcome, note, by=by, seen=ruling.version, reason="录错"
            )

        self.attempt(who, {"bureau_lead"}, act)

    @precondition(lambda self: self.exists(RulingMeeting))
    @rule(who=lead, number=numbers, serial=st.integers(1, 3), ago=days_ago)
    def correct_meeting(self, who, number, serial, ago):
        pk = self.pick(RulingMeeting, number)

        def act(by):
            meeting = self.find(by, RulingMeeting, pk)
            values = {
                "held_on": today() - ago,
                "document_number": f"阎脱贫组发〔2020〕{serial} 号",
                "document": None,
            }
            correcting.correct_meeting(meeting, values, by=by, seen=meeting.version, reason="录错")

        self.attempt(who, {"bureau_lead"}, act)

    @rule(who=bureau | offices, number=numbers, source=st.sampled_from(WarningSource))
    def warn(self, who, number, source):
        self.report(who, self.household(number, *SAFE_STAGES), source)

    def report(self, who, household, source):
        def act(by):
            warning.warn(
                self.find(by, Household, household.pk),
                by=by,
                source=source,
                description="后墙外闪",
                found_on=today(),
                photos=household.photos.all()[:1],
            )

        self.attempt(who, BUREAU | {"office_lead"}, act, household.region_id)

    @rule(who=lead, number=numbers)
    def withdraw_warning(self, who, number):
        pk = self.pick(SafetyEvent, number, kind=EventKind.WARNED, superseded=False)

        def act(by):
            warnings = SafetyEvent.objects.visible_to(by).filter(kind=EventKind.WARNED)
            warning.withdraw(get_object_or_404(warnings, pk=pk), by=by, reason="重复登记")

        self.attempt(who, {"bureau_lead"}, act)
