"""`python -m tests.benchmarks`: load the full demo into a scratch database, measure, compare with the limits.

Exits with 1 when a limit is broken. With DATABASE_URL it works in a test database of its own on that server.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.scratch import load_reference, scratch_database, vacuum


def say(line: str = "") -> None:
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Measure everything; the number of broken limits."""
    from django.db import connection

    from households.models import Household
    from reports.demo.district import Plan, build
    from tests.benchmarks import annex2, ledgers, pages, registers, rosters, rules, workbooks
    from tests.benchmarks.measuring import measure, table

    start = time.perf_counter()
    load_reference()
    build(Plan(), report=lambda line: say(f"  {line}"))
    taken = time.perf_counter() - start
    say(f"示范区 {Household.objects.count():,} 户，装入用时 {taken:.0f} 秒（{connection.vendor}）")
    vacuum()
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
            scratch_database(Path(scratch), "yanliang_bench"),
        ):
            broken = main()
    say()
    say("全部达标" if not broken else f"{broken} 项超限")
    sys.exit(bool(broken))
