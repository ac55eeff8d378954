"""The program asks the clock in one place, `yanliang.periods.now`: a test that sets it there sets it everywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

PACKAGES = ("yanliang", "households", "inspections", "rectification", "reports")
#: Files that may ask, each with the reason.
MAY_ASK = {
    "yanliang/periods.py": "it is the clock",
    "yanliang/audit/models.py": "the database itself stamps the row that it makes to lock the chain",
}
#: What tells the time or the date, by the module or class that it belongs to.
CLOCKS = {
    "timezone": {"now"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "strftime", "ctime"},
    "functions": {"Now", "TransactionNow"},
}
#: These do so when nobody says which moment is meant.
CLOCKS_BY_DEFAULT = {"localtime", "localdate"}
#: What asks the clock inside a template.
TEMPLATE_CLOCK = re.compile(r"{%\s*now\b|\|\s*(timesince|timeuntil|naturaltime|naturalday)\b")


def asks(source: str) -> Iterator[int]:
    """The lines of a module that ask the clock, called or handed on."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name, value=ast.Name(id=owner) | ast.Attribute(attr=owner)):
                if name in CLOCKS.get(owner, ()):
                    yield node.lineno
            case ast.ImportFrom(module=str(module), names=names):
                told = CLOCKS.get(module.rpartition(".")[2], set())
                if any(each.name in told for each in names):
                    yield node.lineno
            case ast.keyword(arg="auto_now" | "auto_now_add", value=ast.Constant(value=True)):
                yield node.value.lineno
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=[], keywords=keywords
            ):
                if name in CLOCKS_BY_DEFAULT and "value" not in {each.arg for each in keywords}:
                    yield node.lineno


def modules() -> list[Path]:
    found = [
        path
        for package in PACKAGES
        for path in sorted((settings.BASE_DIR / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    assert len(found) > 200
    return found


def test_nobody_else_asks_the_clock():
    found = {
        f"{path.relative_to(settings.BASE_DIR)}:{line}"
        for path in modules()
        for line in asks(path.read_text())
    }
    assert {each for each in found if each.rpartition(":")[0] not in MAY_ASK} == set()
    # Each of them is still needed, and the search works.
    assert {each.rpartition(":")[0] for each in found} == set(MAY_ASK)


def test_no_template_asks_the_clock():
    templates = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    assert len(templates) > 50
    assert [path.name for path in templates if TEMPLATE_CLOCK.search(path.read_text())] == []


@pytest.mark.parametrize(
    "line",
    [
        "timezone.now()",
        "x = Field(default=timezone.now)",
        "datetime.now()",
        "dt.datetime.now(tz=SHANGHAI)",
        "datetime.datetime.utcnow()",
        "dt.date.today()",
        "date.today()",
        "time.time()",
        "from time import time",
        "from django.utils.timezone import now",
        "from django.db.models.functions import Now",
        "localtime()",
        "timezone.localdate()",
        "localdate(timezone=SHANGHAI)",
        "x = DateTimeField(auto_now_add=True)",
    ],
)
def test_every_way_of_asking_is_found(line):
    assert list(asks(line)) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "localtime(moment)",
        "localtime(value=moment)",
        "dt.time(12, 0)",
        "periods.now()",
        "from yanliang.periods import now, today",
        "dt.datetime.combine(day, dt.time())",
    ],
)
def test_what_does_not_ask_is_let_through(line):
    assert list(asks(line)) == []
