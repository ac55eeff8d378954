"""Whatever anybody tries, in whatever order: the register, its tables, its lists and its trail agree.

`HISTORIES=300 pytest tests/flows` lives through so many new histories instead of the usual few, and looks for
the shortest one that goes wrong.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from households.enums import ChangeKind
from inspections.enums import RulingOutcome
from tests.flows.list_acts import ListActs
from tests.flows.usual_way import UsualWay
from tests.flows.world import BEGINNING, VILLAGES, World

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("HISTORIES", 0))
#: How far each household has come when a history begins.
STEPS_DONE = (3, 9, 0, 8, 4, 5, 2, 10, 3, 12, 7, 1)


class AnyHistory(UsualWay, ListActs):
    """Every act that the classes above know."""


def the_first_days() -> None:
    """Each history begins in the midst of the campaign: households on their way, lists half signed."""
    history = AnyHistory(BEGINNING)
    for number, steps in enumerate(STEPS_DONE):
        for _ in range(steps):
            history.step(number)
    for number in range(len(history.world.lists)):
        history.print_for("the_recorder", number, VILLAGES[0])
    history.sign_upwards(village=VILLAGES[0], levels=2)
    back, unneeded, secured, moved = (history.household(number) for number in (0, 2, 8, 10))
    decided = {
        back.pk: (RulingOutcome.BACK, "报告缺照片"),
        secured.pk: (RulingOutcome.SECURED, "随子女居住"),
    }
    history.meet("bureau_lead", 1, decided)
    for _ in range(2):
        history.step(0)
    history.ask_out("the_recorder", unneeded, ChangeKind.MOVED_OUT, moved)
    for number in (2, 6, 10):
        history.change_to("the_recorder", history.household(number), False, "disabled_poor")
    history.end()


def test_any_history(reference):
    AnyHistory.world = World()
    the_first_days()
    limits = settings(
        max_examples=HISTORIES or 6,
        stateful_step_count=50,
        deadline=None,
        derandomize=not HISTORIES,
        phases=[Phase.generate, Phase.shrink] if HISTORIES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(AnyHistory, settings=limits)
