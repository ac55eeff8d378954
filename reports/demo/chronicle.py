"""What happened to one household, kept as rows that are not saved yet.

It does to unsaved rows what `households.events.record_event` does to saved ones, so that a whole district can be
written in bulk; tests hold the two side by side.
"""

import datetime as dt
from typing import Any

from households.enums import EventKind
from households.events import as_event
from households.models import (
    Household,
    HouseholdChange,
    HouseholdClass,
    Identity,
    PastSummary,
    SafetyEvent,
)
from households.models.households import SUMMARY_FIELDS
from households.summary import summarise
from inspections.models import Inspection
from rectification.models import OtherHousing
from reports.demo.works import Works


class NotYet(Exception):
    """The next thing to happen lies after the day until which the story is told."""


class Chronicle:
    """A household with all that belongs to it, told in order of time.

    Every act raises NotYet after `end`, and ValueError before the act that was told last: a summary that began
    before the one it replaces would count the household twice.
    """

    def __init__(self, household: Household, end: dt.datetime) -> None:
        self.household = household
        self.end = end
        self.reached = household.registered_at
        self.events: list[SafetyEvent] = []
        self.past: list[PastSummary] = []
        self.inspections: list[Inspection] = []
        self.identities: list[Identity] = []
        self.changes: list[HouseholdChange] = []
        self.works: list[Works] = []
        self.housing: list[OtherHousing] = []
        #: Changes in the ledger, each with the event that it led to.
        self.caused: list[tuple[HouseholdChange, SafetyEvent]] = []

    def reach(self, at: dt.datetime) -> None:
        if at >= self.end:
            raise NotYet
        if at < self.reached:
            raise ValueError(f"{at} comes before {self.reached}, which is already told.")
        self.reached = at

    def record(
        self,
        kind: EventKind,
        at: dt.datetime,
        *,
        by: Any,
        on: dt.date | None = None,
        outcome: str = "",
        detail: dict[str, Any] | None = None,
        replaces: SafetyEvent | None = None,
    ) -> SafetyEvent:
        """Append an event, entered at `at`, that happened `on` that day or an earlier one."""
        self.reach(at)
        if replaces is not None:
            replaces.superseded = True
        event = SafetyEvent(
            household=self.household,
            position=replaces.position if replaces else self.next_position,
            kind=kind,
            outcome=outcome,
            household_class=self.household.household_class,
            happened_on=on or at.date(),
            recorded_at=at,
            recorded_by=by,
            detail=detail or {},
        )
        self.events.append(event)
        self.settle(at)
        return event

    def withdraw(self, event: SafetyEvent, at: dt.datetime) -> None:
        """Take back an event that did not happen, as `households.events.withdraw_event` does."""
        self.reach(at)
        event.superseded = True
        self.settle(at)

    def change_class(self, household_class: HouseholdClass, at: dt.datetime) -> None:
        self.reach(at)
        before = self.household.household_class
        self.household.household_class = household_class
        self.settle(at, before)

    @property
    def next_position(self) -> int:
        """What was withdrawn keeps its position."""
        return max((event.position for event in self.events), default=0) + 1

    @property
    def standing(self) -> list[SafetyEvent]:
        events = [event for event in self.events if not event.superseded]
        return sorted(events, key=lambda event: event.position)

    def settle(self, at: dt.datetime, class_before: HouseholdClass | None = None) -> None:
        """Fold the events into the summary, and keep the one before for the time that it stood."""
        household = self.household
        before = household.summary
        household.verdict, household.stage, household.grade = summarise(
            map(as_event, self.standing), household.household_class.rules
        )
        household.version += 1
        if household.summary == before and class_before is None:
            return
        if household.summary_since < at:
            self.past.append(
                PastSummary(
                    household=household,
                    region_id=household.region_id,
                    household_class=class_before or household.household_class,
                    **dict(zip(SUMMARY_FIELDS, before, strict=True)),
                    since=household.summary_since,
                    until=at,
                )
            )
        household.summary_since = at
