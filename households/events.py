"""The one door through which a household's summary changes."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from households.enums import EventKind
from households.models import Household, PastSummary, SafetyEvent
from households.models.households import SUMMARY_FIELDS
from households.summary import Event, IllegalEvent, Summary, summarise
from yanliang.periods import now


def lock_household(pk: int) -> Household:
    """The household, locked until the transaction ends."""
    return Household.objects.select_for_update(no_key=True).get(pk=pk)


def as_event(event: SafetyEvent) -> Event:
    return Event(EventKind(event.kind), event.outcome, event.household_class.rules)


def folded(household: Household) -> Summary:
    """The summary that the household's events add up to; raises IllegalEvent."""
    events = household.events.standing().select_related("household_class")
    return summarise(map(as_event, events), household.household_class.rules)


def archive_summary(household: Household, stored: Household, at: dt.datetime) -> None:
    """Keep what `stored` counted as until `at`, because region, class or summary of `household` changes now."""
    if stored.summary_since < at:
        PastSummary.objects.create(
            household=household,
            region_id=stored.region_id,
            household_class_id=stored.household_class_id,
            verdict=stored.verdict,
            stage=stored.stage,
            grade=stored.grade,
            since=stored.summary_since,
            until=at,
        )
    household.summary_since = at


def save_summary(household: Household, at: dt.datetime | None = None) -> None:
    """Fold the events and write the summary, with the past one kept; the household must be locked.

    Call it too after a change of class or region. Raises ValidationError where the events cannot be.
    """
    try:
        summary = folded(household)
    except IllegalEvent as impossible:
        raise ValidationError(str(impossible), code="illegal_event") from impossible
    stored = Household.objects.get(pk=household.pk)
    household.verdict, household.stage, household.grade = summary
    counted = ("region_id", "household_class_id", *SUMMARY_FIELDS)
    if any(getattr(stored, name) != getattr(household, name) for name in counted):
        archive_summary(household, stored, at or now())
    household.version = stored.version + 1
    household.save()


def record_event(
    household: Household,
    kind: EventKind,
    *,
    by,
    happened_on: dt.date,
    outcome: str = "",
    source: str = "",
    detail: dict[str, Any] | None = None,
    replaces: SafetyEvent | None = None,
    at: dt.datetime | None = None,
) -> SafetyEvent:
    """Append an event to a locked household and bring its summary up to date.

    With `replaces`, the event takes that one's place in the order (a correction), under the class that the
    household had then. Raises ValidationError (code "illegal_event") where it cannot happen in the present
    stage; nothing is written then.
    """
    at = at or now()
    with transaction.atomic():
        if replaces is not None:
            replaces.superseded = True
            replaces.save(update_fields=["superseded"])
            position, class_then = replaces.position, replaces.household_class
        else:
            last = household.events.aggregate(last=Max("position"))["last"]
            position, class_then = (last or 0) + 1, household.household_class
        event = SafetyEvent.objects.create(
            household=household,
            position=position,
            kind=kind,
            outcome=outcome,
            household_class=class_then,
            happened_on=happened_on,
            recorded_at=at,
            recorded_by=by,
            source=source,
            detail=detail or {},
        )
        save_summary(household, at)
    return event


def withdraw_event(
    household: Household, event: SafetyEvent, *, at: dt.datetime | None = None
) -> None:
    """Take back an event of a locked household that did not happen; it is kept, marked as superseded.

    Raises ValidationError (code "illegal_event") where a later event could not have happened without it;
    nothing is written then.
    """
    with transaction.atomic():
        event.superseded = True
        event.save(update_fields=["superseded"])
        save_summary(household, at)
