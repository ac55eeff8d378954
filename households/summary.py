"""A household's safety summary, folded from its events alone (domain rules §2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from households.enums import (
    SAFE_GRADES,
    SAFE_STAGES,
    EventKind,
    Grade,
    Stage,
    Verdict,
)


class Summary(NamedTuple):
    """Verdict of the valid inspection, stage, and grade of the valid appraisal."""

    verdict: Verdict
    stage: Stage
    grade: Grade


@dataclass(frozen=True)
class ClassRules:
    """What a household's class says about appraisal and ruling; see `HouseholdClass`."""

    appraise_all: bool
    needs_ruling: bool


class Event(NamedTuple):
    """What the fold reads of an event: kind, outcome (inspections, appraisals), the class it fell under."""

    kind: EventKind
    outcome: str
    rules: ClassRules


class IllegalEvent(ValueError):
    """The event cannot happen to a household in its present stage; the text is a Chinese sentence."""


UNCHECKED = Summary(Verdict.NONE, Stage.UNCHECKED, Grade.NONE)
#: The grade that was is no longer valid once a house is suspected again.
SUSPECTED = Summary(Verdict.SUSPECTED, Stage.SUSPECTED, Grade.NONE)
EXEMPT = Summary(Verdict.NONE, Stage.EXEMPT, Grade.NONE)

#: From where each step of ruling, renovation and acceptance may start, and where it leads.
STEPS: dict[EventKind, tuple[frozenset[Stage], Stage]] = {
    EventKind.RULED_IN: (frozenset({Stage.PENDING_RULING}), Stage.TO_RENOVATE),
    EventKind.RULED_SECURED: (frozenset({Stage.PENDING_RULING}), Stage.SECURED),
    EventKind.SECURED: (
        frozenset({Stage.PENDING_RULING, Stage.TO_RENOVATE, Stage.RENOVATING}),
        Stage.SECURED,
    ),
    EventKind.RENOVATION_STARTED: (frozenset({Stage.TO_RENOVATE}), Stage.RENOVATING),
    EventKind.RENOVATION_FINISHED: (
        frozenset({Stage.RENOVATING, Stage.REWORK}),
        Stage.COMPLETED,
    ),
    EventKind.ACCEPTANCE_PASSED: (frozenset({Stage.COMPLETED}), Stage.ACCEPTED),
    EventKind.ACCEPTANCE_FAILED: (frozenset({Stage.COMPLETED}), Stage.REWORK),
}
APPRAISABLE = frozenset(
    {
        Stage.SAFE,
        Stage.SUSPECTED,
        Stage.APPRAISED_SAFE,
        Stage.PENDING_RULING,
        Stage.TO_RENOVATE,
    }
)


def refuse(event: Event, summary: Summary) -> IllegalEvent:
    return IllegalEvent(f"该户目前为“{summary.stage.label}”，不能登记“{event.kind.label}”。")


def inspect(summary: Summary, event: Event) -> Summary:
    """A later visit to a graded house never lifts the grade; it can only send a safe house back."""
    verdict = Verdict(event.outcome)
    if summary.stage == Stage.EXEMPT or verdict == Verdict.NONE:
        raise refuse(event, summary)
    if summary.grade == Grade.NONE:
        return Summary(verdict, Stage(verdict.value), Grade.NONE)
    if verdict == Verdict.SUSPECTED and summary.stage in SAFE_STAGES:
        return SUSPECTED
    return summary


def appraise(summary: Summary, event: Event) -> Summary:
    grade = Grade(event.outcome)
    if summary.stage not in APPRAISABLE or grade == Grade.NONE:
        raise refuse(event, summary)
    # Who must wait for a ruling is settled by `for_class`, since the class may change later.
    stage = Stage.APPRAISED_SAFE if grade in SAFE_GRADES else Stage.PENDING_RULING
    return Summary(summary.verdict, stage, grade)


def apply(summary: Summary, event: Event) -> Summary:
    """The summary after `event`; raises IllegalEvent where it cannot happen."""
    summary = for_class(summary, event.rules)
    match event.kind:
        case EventKind.INSPECTED:
            after = inspect(summary, event)
        case EventKind.APPRAISED:
            after = appraise(summary, event)
        case EventKind.RULED_BACK:
            if summary.stage != Stage.PENDING_RULING:
                raise refuse(event, summary)
            after = SUSPECTED
        case EventKind.WARNED:
            if summary.stage not in SAFE_STAGES:
                raise refuse(event, summary)
            after = SUSPECTED
        case EventKind.EXEMPTED:
            if summary.stage == Stage.EXEMPT:
                raise refuse(event, summary)
            after = EXEMPT
        case step:
            sources, target = STEPS[step]
            if summary.stage not in sources:
                raise refuse(event, summary)
            after = summary._replace(stage=target)
    return for_class(after, event.rules)


def for_class(summary: Summary, rules: ClassRules) -> Summary:
    """The summary as the household's class reads it.

    A class without ruling goes straight to renovation. A class that the notice exempts from appraisal
    (appraise_all false) has no grade when found 基本安全; graded C or D it is 疑似不安全 whatever the
    visit said (checklist rule: latest appraisal C/D without an accepted renovation).
    """
    if summary.stage == Stage.PENDING_RULING and not rules.needs_ruling:
        summary = summary._replace(stage=Stage.TO_RENOVATE)
    if summary.verdict == Verdict.SAFE and summary.grade != Grade.NONE and not rules.appraise_all:
        if summary.grade in SAFE_GRADES:
            return Summary(Verdict.SAFE, Stage.SAFE, Grade.NONE)
        return summary._replace(verdict=Verdict.SUSPECTED)
    return summary


def summarise(events: Iterable[Event], rules: ClassRules) -> Summary:
    """Fold `events`, in order, into the summary of a household whose class has `rules` now.

    Raises IllegalEvent at the first event that could not have happened. REINSTATED takes the household
    back to the summary it had before it became exempt.
    """
    summary = before_exemption = UNCHECKED
    for event in events:
        if event.kind == EventKind.REINSTATED:
            if summary.stage != Stage.EXEMPT:
                raise refuse(event, summary)
            summary = before_exemption
            continue
        if event.kind == EventKind.EXEMPTED:
            before_exemption = summary
        summary = apply(summary, event)
    return for_class(summary, rules)
