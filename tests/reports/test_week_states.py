"""Whoever tries whatever with a week, in whatever order: it goes only the ways that the rules know.

`HISTORIES=300 pytest tests/reports/test_week_states.py` lives through so many new histories instead of the usual few.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reports.week_acts import Thursdays
from tests.reports.week_history import BEITUN, GUANSHAN, WUTUN, ThursdayWorld

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("HISTORIES", 0))
ACTS = {
    *("save", "submit", "accept", "return", "extend"),
    *("save_district", "stand_in", "lock", "unlock", "forward", "correct"),
}


@pytest.fixture
def world(reference):
    Thursdays.world = ThursdayWorld()
    Thursdays.done, Thursdays.tried = {}, 0


@pytest.fixture
def history(world):
    history = Thursdays()
    yield history
    history.teardown()


def submit(history: Thursdays, office: str) -> None:
    history.submit("", office, 0, False, False, "更正数字", False, True)


def review(history: Thursdays, returning: bool) -> None:
    """Of the latest submission."""
    history.review("clerk", 0, False, returning, "请核对")


def lock(history: Thursdays) -> None:
    history.lock("lead", 0, False, False, True, "更正")


def test_a_week_with_everything_in_it(history):
    for step in (
        lambda: history.save("recorder_guanshan", 0, False),
        lambda: submit(history, GUANSHAN),
        lambda: review(history, returning=True),
        lambda: history.extend("clerk", GUANSHAN, 0, 30, "停电", False),
        lambda: history.somebody_new("610114007200"),
        lambda: submit(history, GUANSHAN),
        lambda: review(history, returning=False),
        lambda: submit(history, GUANSHAN),
        lambda: submit(history, BEITUN),
        lambda: lock(history),
        lambda: review(history, returning=False),
        lambda: lock(history),
        lambda: history.wait(27),
        lambda: history.stand_in("lead", WUTUN, 0, "隔离", False),
        lambda: history.save_district("clerk", 0, False),
        lambda: history.lock("clerk", 0, False, False, True, "更正"),
        lambda: lock(history),
        lambda: history.register_moves_on(0, ("inspected", "safe")),
        lambda: submit(history, WUTUN),
        lambda: review(history, returning=True),
        lambda: history.unlock("lead", 0, "有误", False),
        lambda: lock(history),
        lambda: history.forward("lead", 0, 0, False),
        lambda: history.unlock("lead", 0, "有误", False),
        lambda: submit(history, WUTUN),
        lambda: history.correct("lead", 0, "市局要求", False),
        lambda: review(history, returning=True),
        lambda: submit(history, BEITUN),
        lambda: review(history, returning=False),
        lambda: lock(history),
        lambda: history.unlock("lead", 0, "还有误", False),
        lambda: lock(history),
        lambda: history.forward("lead", 0, 0, False),
    ):
        step()
        history.all_is_true()
    assert set(Thursdays.done) == ACTS
    # Refused: to submit what is accepted or locked, to lock too early or as a clerk, to review or unlock too late.
    assert (sum(Thursdays.done.values()), Thursdays.tried) == (22, 30)


def test_a_week_goes_only_the_ways_that_the_rules_know(world):
    limits = settings(
        max_examples=HISTORIES or 8,
        stateful_step_count=40,
        deadline=None,
        derandomize=not HISTORIES,
        phases=[Phase.generate, Phase.shrink] if HISTORIES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Thursdays, settings=limits)
    done = sum(Thursdays.done.values())
    assert 0 < done < Thursdays.tried, "done and refused: both must happen"
