"""The finite set of summaries that a household can ever have."""

from collections.abc import Iterator
from functools import cache
from itertools import product

from households.enums import EventKind, Grade, Verdict
from households.summary import (
    UNCHECKED,
    ClassRules,
    Event,
    IllegalEvent,
    Summary,
    apply,
    for_class,
)

ALL_RULES = tuple(ClassRules(*rules) for rules in product((True, False), repeat=2))
#: What an event can result in; other kinds have no outcome.
OUTCOMES = {EventKind.INSPECTED: tuple(Verdict), EventKind.APPRAISED: tuple(Grade)}


def possible_events() -> Iterator[Event]:
    """Every event under every set of class rules.

    A reinstatement only leads back to a summary that was there before, so it adds none.
    """
    for kind in EventKind:
        if kind != EventKind.REINSTATED:
            for outcome, rules in product(OUTCOMES.get(kind, ("",)), ALL_RULES):
                yield Event(kind, str(outcome), rules)


@cache
def explored() -> frozenset[Summary]:
    """What the fold can come to, whatever happens and however often the class changes meanwhile."""
    events = tuple(possible_events())
    found, frontier = {UNCHECKED}, [UNCHECKED]
    while frontier:
        summary = frontier.pop()
        for event in events:
            try:
                after = apply(summary, event)
            except IllegalEvent:
                continue
            if after not in found:
                found.add(after)
                frontier.append(after)
    return frozenset(found)


@cache
def reachable(rules: ClassRules) -> frozenset[Summary]:
    """The summaries that a household can have while its class has `rules`."""
    return frozenset(for_class(summary, rules) for summary in explored())


@cache
def reachable_summaries() -> tuple[Summary, ...]:
    """The summaries that a household of any class can have, in a fixed order."""
    return tuple(sorted(frozenset().union(*map(reachable, ALL_RULES))))
