"""A run of all rules over the district with a full ledger against one reading of the same tables."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from random import Random

from django.db import transaction

from households.models import Household
from inspections.fingerprints import BITS, PLAIN
from inspections.models import Inspection, InspectionPhoto, Photo
from rectification.enums import ProblemSource
from rectification.models import Problem, ProblemKind, Renovation, RenovationDocument
from rectification.problems.raising import Draft, enter
from rectification.problems.rules import run_rules
from tests.benchmarks.measuring import Comparison
from yanliang.periods import today

PROBLEMS = 5_000
#: All that the rules look at.
TABLES = (Household, Inspection, InspectionPhoto, Photo, Renovation, RenovationDocument, Problem)
#: What one run may take, in milliseconds (issue 4: under 60 s).
CEILING = 60_000


class UndoRun(Exception):
    """Takes back what a run has written."""


@contextmanager
def taken_back() -> Iterator[None]:
    """Every run finds the ledger as it was."""
    try:
        with transaction.atomic():
            yield
            raise UndoRun
    except UndoRun:
        return


def fill_ledger() -> None:
    """So many problems of every kind, and a fingerprint for every photo, as in a register of real photos."""
    kinds = list(ProblemKind.objects.all())
    households = Household.objects.only("region_id").order_by("pk").iterator()
    enter(
        [
            Draft(
                region_id=household.region_id,
                source=ProblemSource.HOUSEHOLD,
                kind=kinds[number % len(kinds)],
                description="核对时发现的问题",
                found_on=today() - dt.timedelta(days=30),
                household=household,
            )
            for number, household in enumerate(islice(households, PROBLEMS))
        ],
        by=None,
    )
    rng = Random(PROBLEMS)
    photos = list(Photo.objects.filter(fingerprint=PLAIN).only("pk"))
    for photo in photos:
        photo.fingerprint = f"{rng.getrandbits(BITS):032x}"
    Photo.objects.bulk_update(photos, ["fingerprint"], batch_size=1000)


def read_all() -> int:
    """The rows of all those tables, as bare tuples."""
    return sum(1 for model in TABLES for _ in model.objects.order_by().values_list().iterator())


def second_run() -> None:
    """A run right after one; whatever it adds breaks the benchmark."""
    added = sum(tally["raised"] + tally["settled"] for tally in run_rules().counts.values())
    if added:
        raise RuntimeError(f"The second run of the rules added {added} problems.")


def comparisons() -> Iterator[Comparison]:
    fill_ledger()
    yield Comparison(
        "全部自动核对，首次",
        subject=run_rules,
        reference=read_all,
        ratio=5,
        ceiling=CEILING,
        rounds=1,
        around=taken_back,
    )
    run_rules()
    yield Comparison(
        "全部自动核对，再次（无变动）",
        subject=second_run,
        reference=read_all,
        ratio=5,
        ceiling=CEILING,
        rounds=2,
    )
