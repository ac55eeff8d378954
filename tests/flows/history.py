"""Living through a history: somebody tries an act, and what it wrote is looked at."""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.shortcuts import get_object_or_404
from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from households.enums import Stage
from households.models import Household
from inspections.drafts import Conflict
from tests.flows.truths import TRUTHS, Truths, figures_of
from tests.flows.watching import Rows, all_rows, trespasses, written
from tests.flows.world import BEGINNING, LIKELY, VILLAGES, World, local
from yanliang.accounts.models import Staff
from yanliang.periods import now

#: What a page answers with a sentence; whatever else an act raises is a fault of the program.
REFUSALS = (PermissionDenied, ValidationError, Http404, Conflict)


class History(RuleBasedStateMachine):
    """One history of the district of `world`, undone when it ends; the acts come from the classes below."""

    world: World
    #: What must be true, and the records that it is about: while those stay, it stays true.
    truths: Truths = TRUTHS

    def __init__(self, start: dt.datetime = BEGINNING + dt.timedelta(days=2)) -> None:
        super().__init__()
        cache.clear()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.travel = time_machine.travel(start, tick=False)
        self.clock = self.travel.start()
        self.rows = all_rows()
        self.proved: Rows = {}
        #: What the figures were at some moments, as they were counted then.
        self.past: list[tuple] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.end()

    def end(self) -> None:
        self.travel.stop()
        self.transaction.__exit__(None, None, None)

    def attempt(
        self, who: str, may: Collection[str], act: Callable[[Staff], Any], region: str = VILLAGES[0]
    ) -> bool:
        """Let `who` try `act`, to which the roles `may` have a right; whether it was done.

        `region` is the village whose posts the stand-ins of `world.LOCAL` have.

        What is refused leaves no trace; what is done was done by somebody with the right, within their region.
        """
        by = self.world.cast[local(who, region)]
        self.clock.shift(60)
        before = self.rows
        try:
            act(by)
        except REFUSALS as refused:
            if currently_in_test_context():
                note(f"{by.username}: refused ({refused!r})")
            left = written(before, all_rows())
            assert not left, f"refused, and yet it wrote {left}"
            return False
        self.rows = all_rows()
        assert by.role in may, f"{by.role} has done it"
        wrong = list(trespasses(by, before, self.rows))
        assert not wrong, wrong
        return True

    def exists(self, model: type[Model]) -> bool:
        return bool(self.rows[model])

    def pick(self, model: type[Model], number: int, **meant: Any) -> int | None:
        """The key of a record, counted from the latest: mostly one as is `meant`, otherwise any; None without."""
        records = model.objects.order_by("-pk").values_list("pk", flat=True)
        keys = list(records.filter(**meant)) if number < LIKELY else []
        keys = keys or list(records)
        return keys[number % len(keys)] if keys else None

    def household(self, number: int, *stages: Stage) -> Household:
        """A household, counted from the first, seen with nobody's eyes: mostly in one of `stages`, otherwise any."""
        households = Household.objects.order_by("pk")
        found = list(households.filter(stage__in=stages)) if number < LIKELY else []
        found = found or list(households)
        return found[number % len(found)]

    @staticmethod
    def find(by: Staff, model: type[Model], pk: int | None) -> Any:
        """The record as every page looks it up; raises Http404 outside the region of `by`."""
        return get_object_or_404(model.objects.visible_to(by), pk=pk)

    @rule(days=st.integers(1, 20))
    def wait(self, days):
        self.past.append((now(), figures_of()))
        self.clock.shift(days * 24 * 3600)

    @invariant()
    def all_is_true(self):
        for truth, records in self.truths.items():
            if any(self.rows[each] != self.proved.get(each) for each in records):
                wrong = list(truth())
                assert not wrong, (truth.__name__, wrong)
        self.proved = self.rows

    @invariant()
    def the_past_stays_as_it_was_counted(self):
        for moment, figures in self.past[-2:]:
            assert figures_of(moment) == figures, f"the figures of {moment} have changed"
