"""The program served as `.setup/serve` does it, and what it takes of the processors."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from django.conf import settings
from django.db import connection

from tests.benchmarks.burst import STARTS_AT_VARIABLE
from tests.benchmarks.burst.client import HOST
from tests.benchmarks.burst.stage import STARTS_AT

#: So long the server may take until it answers, and until it has stopped.
START_SECONDS, STOP_SECONDS = 60, 30
NANOSECONDS = 1_000_000_000
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def workers() -> int:
    """One sync worker more than cores, as the Makefile has it."""
    return (os.cpu_count() or 1) + 1


@contextmanager
def served(port: int) -> Iterator[int]:
    """gunicorn on `port` and a task worker, both ended afterwards; gives gunicorn's process id."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        STARTS_AT_VARIABLE: STARTS_AT.isoformat(),
    }
    web = [
        *(sys.executable, "-m", "gunicorn", "tests.benchmarks.burst.wsgi"),
        *("--workers", str(workers()), "--bind", f"{HOST}:{port}"),
        *("--timeout", "120", "--log-level", "warning"),
    ]
    tasks = [sys.executable, "manage.py", "db_worker", "--verbosity", "0"]
    started = []
    try:
        for command in (web, tasks):
            started.append(
                subprocess.Popen(
                    # Should this program be killed, they end too.
                    ["setpriv", "--pdeathsig", "TERM", *command],
                    cwd=settings.BASE_DIR,
                    env=environment,
                    start_new_session=True,
                )
            )
        wait_for(port, started[0])
        yield started[0].pid
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def database_url() -> str:
    """The address of the database that this process works in now."""
    known = connection.settings_dict
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**known)


def wait_for(port: int, process: subprocess.Popen) -> None:
    """Raises RuntimeError when the server ends, or does not answer in time."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/accounts/sign-in/", timeout=10).close()
            return
        except URLError:
            time.sleep(0.2)
    raise RuntimeError("gunicorn 没有启动，原因见上。")


def database_server() -> int:
    """The process id of PostgreSQL's postmaster; 0 where it runs on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return parent_of(backend) if connection.settings_dict["HOST"] in (HOST, "localhost") else 0


def fields_of(process: int) -> list[str]:
    """The fields of /proc/…/stat from the third on; empty where the process is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def parent_of(process: int) -> int:
    fields = fields_of(process)
    return int(fields[1]) if fields else 0


def family(ancestor: int) -> list[int]:
    """The process and all that descend from it."""
    everybody = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal()]
    parents = {each: parent_of(each) for each in everybody}
    found = [ancestor]
    for member in found:
        found += [each for each in everybody if parents[each] == member]
    return found


def processor_seconds(ancestor: int) -> float:
    """What the process, its descendants and those of them that have ended have used, in steps of a clock tick."""
    used = [fields_of(member)[11:15] for member in family(ancestor)]
    return sum(int(ticks) for fields in used for ticks in fields) / TICKS


def fine_seconds(processes: Iterable[int]) -> float:
    """What the main threads of processes that go on living have used, to the nanosecond."""
    used = (Path(f"/proc/{each}/schedstat").read_text().split()[0] for each in processes)
    return sum(map(int, used)) / NANOSECONDS
