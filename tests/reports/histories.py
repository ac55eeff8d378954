"""Districts with a past: households to which legal things happen at known times, for the tests of figures."""

import datetime as dt
from contextlib import contextmanager

from django.core.cache import cache
from django.db import transaction
from hypothesis import strategies as st

from households.enums import EventKind
from households.events import lock_household, record_event, save_summary
from households.models import HouseholdClass
from households.summary import Event, IllegalEvent, Summary, apply, for_class
from reports.reachable import possible_events
from tests.factories import HouseholdFactory

START = dt.datetime(2020, 3, 25, 1, tzinfo=dt.UTC)
VILLAGES = ("610114007200", "610114007201", "610114005200")
CLASSES = ("registered_poor", "destitute", "low_income", "ordinary")
STEPS = sorted({(event.kind, event.outcome) for event in possible_events()})
CHANGE_CLASS, MOVE = "change_class", "move"

#: Days between the steps, and for each what is tried; a step that cannot happen is left out.
histories = st.lists(
    st.tuples(
        st.sampled_from(VILLAGES),
        st.sampled_from(CLASSES),
        st.integers(0, 20),
        st.lists(
            st.tuples(
                st.integers(0, 9),
                st.one_of(
                    st.sampled_from(STEPS),
                    st.tuples(st.just(CHANGE_CLASS), st.sampled_from(CLASSES)),
                    st.tuples(st.just(MOVE), st.sampled_from(VILLAGES)),
                ),
            ),
            max_size=7,
        ),
    ),
    min_size=1,
    max_size=4,
)


#: For each household (by key) its turns: the moment, and from then on its village, class (by key), summary as its
#: class reads it, and summary as its events come to.
Lives = dict[int, list[tuple[dt.datetime, str, int, Summary, Summary]]]


class Rollback(Exception):
    pass


@contextmanager
def undone():
    """What an example writes is gone when it ends, and so is what was kept of it or of the one before."""
    cache.clear()
    try:
        with transaction.atomic():
            yield
            raise Rollback
    except Rollback:
        pass
    finally:
        cache.clear()


def at_day(day: int) -> dt.datetime:
    return START + dt.timedelta(days=day)


def live_through(plan, start: int = 0) -> Lives:
    """Let `plan` happen from the day `start` on; return what each household (by key) was from when on, as reckoned
    here."""
    lives = {}
    for village, class_code, day, steps in plan:
        moment = at_day(start + day)
        household = HouseholdFactory(
            region_id=village,
            class_code=class_code,
            registered_at=moment,
            summary_since=moment,
        )
        lives[household.pk] = [
            (moment, village, household.household_class_id, household.summary, household.summary)
        ]
        go_on(lives, household.pk, steps)
    return lives


def go_on(lives, pk: int, steps, after: dt.datetime = START) -> None:
    """Let `steps` happen to the household, not before `after`; what is impossible is left out."""
    moment = max(after, lives[pk][-1][0])
    household = lock_household(pk)
    # What the events come to; what the household counts as is this, read by the class it has.
    folded = lives[pk][-1][4]
    for wait, (act, value) in steps:
        moment += dt.timedelta(days=wait, minutes=1)
        if act == CHANGE_CLASS:
            household.household_class = HouseholdClass.objects.get(code=value)
            save_summary(household, moment)
        elif act == MOVE:
            household.region_id = value
            save_summary(household, moment)
        else:
            event = Event(EventKind(act), value, household.household_class.rules)
            try:
                folded = apply(folded, event)
            except IllegalEvent:
                continue
            record_event(
                household,
                event.kind,
                by=None,
                outcome=value,
                happened_on=moment.date(),
                at=moment,
            )
        counted_as = for_class(folded, household.household_class.rules)
        lives[pk].append(
            (moment, household.region_id, household.household_class_id, counted_as, folded)
        )


def standing(lives, moment: dt.datetime) -> list[tuple[int, str, int, Summary]]:
    """(household, region, class, summary) of all that were registered by `moment`, as they were then."""
    found = []
    for pk, life in lives.items():
        past = [entry for entry in life if entry[0] <= moment]
        if past:
            found.append((pk, *past[-1][1:4]))
    return found
