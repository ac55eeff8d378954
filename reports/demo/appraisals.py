"""The records behind the demo's appraisals and rulings: organisations, assignments, results, meetings."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import pairwise
from random import Random

from households.enums import EventKind, Grade, Stage
from households.models import Household, SafetyEvent
from inspections.enums import (
    Advice,
    AppraisalState,
    Component,
    ComponentGrade,
    DisasterMeasures,
    RulingOutcome,
)
from inspections.grading import whole_grade
from inspections.models import Appraisal, AppraisalOrganisation, Ruling, RulingMeeting
from reports.demo import papers
from reports.demo.cast import Cast
from reports.demo.chronicle import Chronicle
from reports.demo.pace import DAY
from yanliang.periods import SHANGHAI

APPRAISERS = ("郭志强", "田晓敏", "马国栋", "薛亚玲", "寇文博", "党小龙")
ADVICE = {
    Grade.A: Advice.KEEP,
    Grade.B: Advice.REPAIR,
    Grade.C: Advice.REINFORCE,
    Grade.D: Advice.REBUILD,
}
RULINGS = {kind.value for kind in RulingOutcome}
NOTES = {
    RulingOutcome.SECURED: "随子女居住，住房安全，村委会已出具证明。",
    RulingOutcome.BACK: "鉴定报告缺少构件照片，退回补充后重新鉴定。",
}
MISREAD = "录入时等级看错，应以报告为准。"
#: Of the results, those whose report was scanned.
SCANNED = 0.6
OVERRIDE = "墙体已换砌砖墙，现场复核后按报告定级。"
#: What a correction of the grade leaves as it was.
KEPT = ("assigned_at", "due_on", "appraisers", "report_number", "disaster_measures", "report")
#: Days that an organisation is given.
GIVEN = 14 * DAY


class Desk:
    """The bureau's desk: tells the appraisals and rulings behind the events, in rows that are not saved yet.

    Meetings and organisations are saved at once. It draws from chance of its own, household by household,
    so that the stories stay what they are without these records.
    """

    def __init__(self, cast: Cast, end: dt.datetime) -> None:
        self.cast = cast
        self.end = end
        self.district = cast.bureau_lead.region
        self.organisations: dict[str, AppraisalOrganisation] = {}
        self.meetings: dict[str, RulingMeeting] = {}

    def organisation(self, name: str) -> AppraisalOrganisation:
        if name not in self.organisations:
            self.organisations[name] = AppraisalOrganisation.objects.create(
                region=self.district,
                name=name,
                certificate=f"陕建检字第 6101{len(self.organisations) + 1:02} 号",
                contact=APPRAISERS[len(self.organisations)],
            )
        return self.organisations[name]

    def meeting(self, event: SafetyEvent) -> RulingMeeting:
        number = event.detail["文号"]
        if number not in self.meetings:
            self.meetings[number] = RulingMeeting.objects.create(
                region=self.district,
                held_on=event.happened_on,
                document_number=number,
                document=papers.MINUTES,
                recorded_by=self.cast.bureau_lead,
                recorded_at=event.recorded_at,
            )
        return self.meetings[number]

    def appraisals(self, told: Iterable[Chronicle]) -> Iterator[Appraisal]:
        """Those recorded, and of the households that still wait about half as assigned."""
        for chronicle in told:
            household, events = chronicle.household, chronicle.standing
            rng = Random(f"{household.code}/appraisals")
            count = 0
            wrong = {each.position: each for each in chronicle.events if each.superseded}
            for before, event in pairwise(events):
                if event.kind == EventKind.APPRAISED:
                    count += 1
                    entered = wrong.get(event.position, event)
                    appraisal = self.recorded(rng, entered, before.recorded_at, count)
                    yield appraisal
                    if entered is not event:
                        yield self.corrected(rng, appraisal, event)
            if household.stage == Stage.SUSPECTED and self.organisations and rng.random() < 0.5:
                assigned_at = events[-1].recorded_at + rng.randint(1, 3) * DAY
                if assigned_at < self.end:
                    name = rng.choice(sorted(self.organisations))
                    yield self.assigned(household, name, assigned_at)

    def assigned(self, household: Household, name: str, at: dt.datetime) -> Appraisal:
        return Appraisal(
            household=household,
            organisation=self.organisation(name),
            assigned_by=self.cast.bureau_clerk,
            assigned_at=at,
            due_on=at.astimezone(SHANGHAI).date() + GIVEN,
        )

    def recorded(
        self, rng: Random, event: SafetyEvent, earliest: dt.datetime, count: int
    ) -> Appraisal:
        """The result behind `event`, the household's appraisal number `count`, assigned after `earliest`."""
        if count > 1:
            event.detail["报告编号"] += f"-{count}"
        assigned_at = max(earliest, event.recorded_at - rng.randint(4, 10) * DAY)
        appraisal = self.assigned(event.household, event.detail["鉴定机构"], assigned_at)
        grade = Grade(event.outcome)
        for part, found in components(rng, grade).items():
            setattr(appraisal, part.value, found)
        appraisal.computed = whole_grade(
            appraisal.components, event.household.structure, False
        ).grade
        appraisal.grade = grade
        appraisal.override_reason = "" if appraisal.computed == grade else OVERRIDE
        appraisal.appraised_on = appraisal.confirmed_on = event.happened_on
        appraisal.appraisers = rng.sample(APPRAISERS, 2)
        appraisal.report_number = event.detail["报告编号"]
        appraisal.disaster_measures = rng.choices(DisasterMeasures.values, (3, 5, 2))[0]
        appraisal.advice = ADVICE[grade]
        appraisal.state = AppraisalState.RECORDED
        appraisal.recorded_by, appraisal.recorded_at = event.recorded_by, event.recorded_at
        if Random(f"{event.household.code}/scans/{count}").random() < SCANNED:
            appraisal.report = papers.REPORTS[int(event.household.code) % len(papers.REPORTS)]
        appraisal.event = event
        appraisal.version = 2
        return appraisal

    def corrected(self, rng: Random, old: Appraisal, event: SafetyEvent) -> Appraisal:
        """The right result in the place of `old`, as `inspections.correcting` leaves the two."""
        new = self.recorded(rng, event, old.assigned_at, 1)
        for name in KEPT:
            setattr(new, name, getattr(old, name))
        event.detail["报告编号"] = old.report_number
        new.replaces, new.correction_reason, new.version = old, MISREAD, 1
        old.state = AppraisalState.REPLACED
        old.version += 1
        return new

    def rulings(self, told: Iterable[Chronicle]) -> Iterator[Ruling]:
        """What each meeting decided; its event is given the meeting as its source and the note."""
        for chronicle in told:
            ruled = [event for event in chronicle.events if event.kind in RULINGS]
            for event in ruled:
                meeting, outcome = self.meeting(event), RulingOutcome(event.kind)
                note = NOTES.get(outcome, "")
                event.source = f"{RulingMeeting._meta.label_lower}:{meeting.pk}"
                event.detail["说明"] = note
                if not event.superseded:
                    yield Ruling(
                        meeting=meeting,
                        household=chronicle.household,
                        outcome=outcome,
                        note=note,
                        event=event,
                        version=sum(each.position == event.position for each in ruled),
                    )


def components(rng: Random, grade: Grade) -> dict[Component, ComponentGrade]:
    """Grades of the components of a house graded so: one is as bad as the house, none is worse."""
    no_better = ComponentGrade.values[: ComponentGrade.values.index(grade.value) + 1]
    parts = [part for part in Component if part == Component.SITE or rng.random() < 0.8]
    found = {part: ComponentGrade(rng.choice(no_better)) for part in parts}
    found[Component.SITE] = ComponentGrade.A
    found[rng.choice((Component.FOUNDATION, Component.WALLS, Component.ROOF))] = ComponentGrade(
        grade.value
    )
    return found
