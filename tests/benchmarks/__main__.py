"""`python -m tests.benchmarks`: load the full demo into a scratch database, measure, compare with the limits.

Exits with 1 when a limit is broken. With DATABASE_URL it works in a test database of its own on that server.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_database(folder: Path) -> Iterator[None]:
    """A database of its own, removed afterwards; the configured one is never touched."""
    from django.db import connection

    # A file as in use: what stands in memory is quicker than it will ever be.
    connection.settings_dict["TEST"]["NAME"] = (
        str(folder / "bench.sqlite3") if connection.vendor == "sqlite" else "yanliang_bench"
    )
    configured = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


def say(line: str = "") -> None:
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Measure everything; the number of broken limits."""
    from django.db import connection

    from households.models import Household
    from households.reference import load_classes, load_regions
    from inspections.reference import load_checklist
    from rectification.reference import load_problem_kinds
    from reports.annex2.layouts import load_annex_layout
    from reports.demo.district import Plan, build
    from tests.benchmarks import annex2, ledgers, pages, registers, rosters, rules, workbooks
    from tests.benchmarks.measuring import measure, table

    start = time.perf_counter()
    load_regions()
    load_classes()
    load_checklist()
    load_problem_kinds()
    load_annex_layout()
    build(Plan(), report=lambda line: say(f"  {line}"))
    taken = time.perf_counter() - start
    say(f"示范区 {Household.objects.count():,} 户，装入用时 {taken:.0f} 秒（{connection.vendor}）")
    if connection.vendor == "postgresql":
        # An index-only scan needs the visibility map, which autovacuum would make in time.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    plan, covered = annex2.query_plan()
    say(f"附件2 计数查询计划：{plan.strip()}")
    say(f"覆盖索引 {annex2.INDEX}：{'已使用' if covered else '没有使用'}")
    say()
    results = [
        measure(comparison)
        # The rules come last: they fill the ledger that the pages before them show.
        for module in (annex2, pages, registers, rosters, workbooks, ledgers, rules)
        for comparison in module.comparisons()
    ]
    say(table(results))
    # PostgreSQL may rightly prefer to read a table of this size whole.
    broken_plan = connection.vendor == "sqlite" and not covered
    return sum(not result.is_within for result in results) + broken_plan


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="yanliang-bench-") as scratch:
        os.environ["VAR_DIR"] = scratch
        os.environ["DJANGO_SETTINGS_MODULE"] = "yanliang.settings"
        import django
        from django.conf import settings
        from django.test import override_settings

        django.setup()
        (Path(scratch) / "static").mkdir()
        plain_static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        with (
            override_settings(
                ROOT_URLCONF="tests.benchmarks.pages",
                STORAGES=settings.STORAGES | {"staticfiles": plain_static},
            ),
            scratch_database(Path(scratch)),
        ):
            broken = main()
    say()
    say("全部达标" if not broken else f"{broken} 项超限")
    sys.exit(bool(broken))
