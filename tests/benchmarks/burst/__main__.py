"""`python -m tests.benchmarks.burst`: play the hour before the deadline, and say how long people wait.

Works in a database of its own on the PostgreSQL server of DATABASE_URL, talks to 127.0.0.1 alone and ends what it
started. Exits with 1 when anything went wrong or 95 of 100 requests took longer than the limit. With --alone it asks
one thing at a time instead, and says what each kind costs.
"""

import argparse
import asyncio
import gc
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.scratch import load_reference, scratch_database, vacuum

if TYPE_CHECKING:
    from tests.benchmarks.burst.stage import Town

#: Seconds before the measurement in which the same is asked, so that no process is at its first page.
WARM_UP = 20
#: The empty page is asked so often a second, beside the others.
EMPTY_RATE = 1.5
SEED = 20200528


def say(line: str = "") -> None:
    print(line, flush=True)  # noqa: T201


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.burst", description="截止前的高峰")
    parser.add_argument("--minutes", type=float, default=10, help="测量多少分钟")
    parser.add_argument("--rate", type=float, default=20, help="每秒请求数")
    parser.add_argument("--users", type=int, default=100, help="已登录的人数")
    parser.add_argument(
        "--households", choices=["full", "small"], default="full", help="示范区大小"
    )
    parser.add_argument("--alone", action="store_true", help="改为逐个请求，量每类请求自身的开销")
    return parser.parse_args()


def staged(wanted: argparse.Namespace, port: int) -> "Town":
    """The demo district with its people signed in, and the pages' static files."""
    from django.core.management import call_command

    from reports.demo.district import FULL, SMALL, Plan, build
    from tests.benchmarks.burst.stage import settle

    call_command("collectstatic", interactive=False, verbosity=0)
    load_reference()
    start = time.perf_counter()
    build(Plan(households=FULL if wanted.households == "full" else SMALL))
    town = settle(wanted.users, port, SEED)
    vacuum()
    left = sum(map(len, town.waiting.values()))
    say(
        f"示范区（{wanted.households}）装入用时 {time.perf_counter() - start:.0f} 秒；"
        f"{len(town.people)} 人已登录，{left:,} 户待核查"
    )
    return town


def measure(town: "Town", wanted: argparse.Namespace, web: int, database: int) -> int:
    """Play and report; the number of reasons to fail."""
    from tests.benchmarks.burst import figures
    from tests.benchmarks.burst.arrivals import Crowd, moments
    from tests.benchmarks.burst.serving import processor_seconds

    def used() -> dict[str, float]:
        own = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "gunicorn": processor_seconds(web),
            **({"PostgreSQL": processor_seconds(database)} if database else {}),
            "发出请求": own.ru_utime + own.ru_stime,
        }

    seconds = wanted.minutes * 60 + WARM_UP
    crowd, before = Crowd(town), used()
    asyncio.run(
        crowd.work(
            moments(wanted.rate, seconds, town.rng),
            moments(EMPTY_RATE, seconds, town.rng),
        )
    )
    taken = {name: after - before[name] for name, after in used().items()}
    measured = [each for each in crowd.samples if each.due >= WARM_UP]
    wrong = figures.faults(crowd.samples)
    say(figures.report(measured))
    say()
    for line in (
        *figures.summary(measured, town, taken, seconds),
        *wrong[: figures.SHOWN_FAULTS],
    ):
        say(line)
    too_slow = figures.slow_95(measured) > figures.LIMIT
    idle = [each.code for each in town.offices.values() if not each.submitted]
    if idle:
        say(f"没有上报的街办：{'、'.join(idle)}")
    say("达标" if not (wrong or too_slow or idle) else "未达标")
    return len(wrong) + too_slow + len(idle)


def ask_alone(town: "Town", web: int, database: int) -> int:
    from tests.benchmarks.burst import alone
    from tests.benchmarks.burst.serving import family, fine_seconds

    def spent() -> alone.Spent:
        return fine_seconds(family(web)), fine_seconds(family(database) if database else ())

    say(alone.table(asyncio.run(alone.costs(town, spent))))
    return 0


def main(wanted: argparse.Namespace) -> int:
    from django.db import connection

    from tests.benchmarks.burst.serving import database_server, free_port, served

    port = free_port()
    town = staged(wanted, port)
    database = database_server()
    connection.close()
    # What the demo left behind need not be looked through again while latencies are taken.
    gc.collect()
    gc.freeze()
    with served(port) as web:
        if wanted.alone:
            return ask_alone(town, web, database)
        return measure(town, wanted, web, database)


if __name__ == "__main__":
    wanted = arguments()
    # Let a signal end what was started too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="yanliang-burst-") as scratch:
        os.environ["VAR_DIR"] = scratch
        os.environ["DJANGO_SETTINGS_MODULE"] = "yanliang.settings"
        import django
        from django.db import connection

        django.setup()
        if connection.vendor != "postgresql":
            sys.exit("须在 PostgreSQL 上测量：make bench-burst")
        with scratch_database(Path(scratch), "yanliang_burst"):
            failed = main(wanted)
    sys.exit(bool(failed))
