"""No way through the problem ledger is a short cut: whatever is tried, nothing is lost and nothing closes unproved.

`HISTORIES=300 pytest tests/flows/test_problem_ledger.py` lives through so many new histories instead of the usual few.
"""

import datetime as dt
import os

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.flows.problem_acts import LedgerWorld, ProblemActs
from yanliang.periods import SHANGHAI

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("HISTORIES", 0))
ACCEPTED = dt.datetime(2020, 5, 12, 9, tzinfo=SHANGHAI)
#: When a subsidy that was not paid, and an entry that was not made, are problems.
BEGINNING = ACCEPTED + dt.timedelta(days=40)


class LedgerHistory(ProblemActs):
    def __init__(self, start: dt.datetime = BEGINNING) -> None:
        super().__init__(start)


def test_no_way_to_close_without_proof_and_a_second_person(reference):
    with time_machine.travel(ACCEPTED, tick=False):
        LedgerHistory.world = LedgerWorld()
    limits = settings(
        max_examples=HISTORIES or 8,
        stateful_step_count=50,
        deadline=None,
        derandomize=not HISTORIES,
        phases=[Phase.generate, Phase.shrink] if HISTORIES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(LedgerHistory, settings=limits)
