"""No way through the problem ledger is a short cut: whatever is tried, nothing is lost and nothing closes unproved.

`HISTORIES=300 pytest tests/flows/test_problem_ledger.py` lives through so many new histories instead of the usual few.
"""

import datetime as dt
import os

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.flows.problem_acts import FACTS, LedgerWorld, ProblemActs
from yanliang.periods import SHANGHAI

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("HISTORIES", 0))
ACCEPTED = dt.datetime(2020, 5, 12, 9, tzinfo=SHANGHAI)
#: When a subsidy that was not paid, and an entry that was not made, are problems.
BEGINNING = ACCEPTED + dt.timedelta(days=40)


#: Kinds of the problems that are known when a history begins, and how far each has come.
STEPS_DONE = (
    ("file_irregular", 0),
    ("subsidy_unpaid", 1),
    ("house_defect", 1),
    ("policy_not_known", 3),
    ("house_defect", 2),
    ("file_irregular", 2),
    ("file_irregular", 3),
    ("house_defect", 3),
)


class LedgerHistory(ProblemActs):
    def __init__(self, start: dt.datetime = BEGINNING) -> None:
        super().__init__(start)


def the_first_days() -> None:
    """Each history begins in the midst of things: problems of every state, one of them there for the second time."""
    history = LedgerHistory(BEGINNING - dt.timedelta(days=9))
    for fact in FACTS:
        history.look_into_the_register(fact)
    for number, (code, steps) in enumerate(STEPS_DONE):
        history.find("the_recorder", number, code, is_village=code == "policy_not_known")
        for _ in range(steps):
            history.carry_on([0])
    history.name_leader("赵主任")
    history.reopen("supervisor", 0, "又裂了", 20)
    history.end()


def test_no_way_to_close_without_proof_and_a_second_person(reference):
    with time_machine.travel(ACCEPTED, tick=False):
        LedgerHistory.world = LedgerWorld()
    the_first_days()
    limits = settings(
        max_examples=HISTORIES or 12,
        stateful_step_count=12,
        deadline=None,
        derandomize=not HISTORIES,
        phases=[Phase.generate, Phase.shrink] if HISTORIES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(LedgerHistory, settings=limits)
