"""The ledger of 5,000 problems as a workbook against the quickest writer (see `workbooks`) of the same cells.

Both read the problems, their progress and their proof from the database; ours draws borders, the heights of the rows,
header, print set-up and signatures besides.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path

from django.db import transaction

from households.models import Household
from rectification.enums import EntryKind, EvidenceKind, ProblemSource
from rectification.models import Evidence, Problem, ProblemEntry, ProblemKind
from rectification.problems.columns import COLUMNS
from rectification.problems.exporting import Ledger, Places, by_source, ledger_workbook, lines_of
from rectification.problems.log import new_entry
from rectification.problems.raising import Draft, enter
from tests.benchmarks.measuring import Comparison
from tests.benchmarks.workbooks import known
from tests.factories import StaffFactory
from yanliang.periods import now, today

PROBLEMS = 5_000


@contextmanager
def full_ledger() -> Iterator[None]:
    """So many problems with progress and proof; gone again afterwards."""
    with transaction.atomic():
        fill_ledger()
        yield
        transaction.set_rollback(True)


def fill_ledger() -> None:
    kinds, sources = list(ProblemKind.objects.all()), list(ProblemSource)
    households = Household.objects.only("region_id").order_by("pk").iterator()
    problems = enter(
        [
            Draft(
                region_id=household.region_id,
                source=sources[number % len(sources)],
                kind=kinds[number % len(kinds)],
                description=f"第 {number} 户入户核查时发现，一户一档资料不全，缺少户主签字和住房照片",
                found_on=today() - dt.timedelta(days=number % 60),
                household=household,
            )
            for number, household in enumerate(islice(households, PROBLEMS))
        ],
        by=None,
    )
    ProblemEntry.objects.bulk_create(
        (
            new_entry(problem, EntryKind.PROGRESS, f"已联系户主，{problem.number} 正在补齐资料")
            for problem in problems
            for _ in range(2)
        ),
        batch_size=500,
    )
    Evidence.objects.bulk_create(
        (
            Evidence(
                problem=problem,
                kind=EvidenceKind.PAPER,
                file="none.pdf",
                name=f"{problem.number} 签字表.pdf",
                added_at=now(),
            )
            for problem in problems
        ),
        batch_size=500,
    )


def comparisons() -> Iterator[Comparison]:
    keys = [column.key for column in COLUMNS]
    # A file of its own for each run: to write over an older one takes longer.
    folder = tempfile.TemporaryDirectory(prefix="yanliang-ledgers-")
    with full_ledger():
        staff = StaffFactory.build(role="bureau_clerk", region_id="610114")
        ledger = Ledger(Problem.objects.visible_to(staff), "全部", staff, now())

        def quickest() -> None:
            import jetxl

            places, sheets = Places(), []
            for source in by_source(ledger.problems):
                lines = list(lines_of(ledger, source, places, count(1)))
                columns = map(known, zip(*lines, strict=True))
                sheets.append({"name": source, "columns": dict(zip(keys, columns, strict=True))})
            path = Path(folder.name) / "quickest.xlsx"
            jetxl.write_sheets(sheets, str(path), 1)
            path.unlink()

        yield Comparison(
            f"问题台账 Excel，{len(ProblemSource)} 张表 {PROBLEMS:,} 行 × {len(keys)} 列",
            subject=lambda: ledger_workbook(ledger),
            reference=quickest if find_spec("jetxl") else None,
            ratio=2,
            rounds=9,
        )
