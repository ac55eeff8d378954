"""What the burst is measured with: latencies from the due moment, forms as a browser sends them, wrong answers told."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from tests.benchmarks.burst import arrivals
from tests.benchmarks.burst.arrivals import EMPTY, Crowd, Sample, moments
from tests.benchmarks.burst.client import Answer, Request, put, wrong_with
from tests.benchmarks.burst.figures import percentile, slow_95
from tests.benchmarks.burst.mix import Way
from tests.benchmarks.burst.stage import Office, Person, Town, heads
from yanliang.accounts.enums import Role

PAGE = """<html><title>
  每周上报 · 台账
</title><div id="messages">{message}</div>
<form method="post" action="/save/?week=1"><input name="seen" value="3"><textarea name="text">好</textarea>
<input type="checkbox" name="zero"><input type="radio" name="a" value="1">
<input type="radio" name="a" value="2" checked>
<button formaction="/confirm/" name="go" value="1">报</button></form></html>"""

DONE = '<div class="alert alert-success" role="status">已保存</div>'
REFUSED = '<div class="alert alert-danger" role="status">不行</div>'


def answered(body: str, status: str = "200 OK", headers: str = "") -> Answer:
    content = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{headers}"
    return Answer(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)


def test_a_form_is_sent_as_a_browser_sends_it():
    page = answered(PAGE.format(message=""))

    assert page.fields("/save/") == [("seen", "3"), ("text", "好"), ("a", "2")]
    assert page.fields("/confirm/") == page.fields("/save/")
    with pytest.raises(LookupError):
        page.fields("/other/")


def test_what_is_typed_replaces_what_stood_there():
    assert put([("a", "1"), ("b", "2"), ("a", "3")], [("a", "4")]) == [("b", "2"), ("a", "4")]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (answered(PAGE.format(message="")), ""),
        (answered("<title>登录</title>"), "每周上报"),
        (answered(PAGE.format(message=""), "500 Oops"), "500"),
        (answered("", "302 Found", "Location: /accounts/sign-in/\r\n"), "302"),
        (answered(PAGE.format(message=DONE + REFUSED)), "不行"),
        (answered(PAGE.format(message=DONE) + REFUSED), ""),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_told(answer, wrong):
    found = wrong_with(Request("街办周报", "/weeks/", "每周上报"), answer)

    assert wrong in found
    assert bool(found) == bool(wrong)


def test_a_redirect_must_lead_where_it_should():
    request = Request("上报", "/submit/", "/submissions/", [], status=302)

    assert wrong_with(request, answered("", "302 Found", "Location: /submissions/7/\r\n")) == ""
    assert wrong_with(request, answered("", "302 Found", "Location: /weeks/\r\n"))


def test_a_cut_off_answer_is_none():
    with pytest.raises(HTTPException):
        Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort")


def test_percentiles_are_values_that_were_measured():
    values = list(range(1, 101))

    assert [percentile(values, share) for share in (50, 95, 99)] == [50, 95, 99]
    assert percentile([], 95) == 0
    assert slow_95([Sample("首页", "看板", 0, 0, 80), Sample(EMPTY, EMPTY, 0, 0, 900)]) == 80


def test_so_many_moments_as_the_rate_says_within_the_time():
    found = moments(20, 3, random.Random(1))

    assert len(found) == 60
    assert found == sorted(found)
    assert 0 <= found[0] <= found[-1] <= 3


def test_every_office_has_a_lead_and_the_shares_add_up():
    found = heads(100, 7)

    assert sum(found.values()) == 100
    assert found[Role.OFFICE_LEAD] == 7
    assert all(found.values())
    with pytest.raises(ValueError, match="too few"):
        heads(15, 7)


class SlowBrowser:
    """Answers after a fifth of a second."""

    async def ask(self, request: Request) -> Answer:
        await asyncio.sleep(0.2)
        return answered("<title>首页</title>")


def look(town: Town, person: Person):
    yield Request("首页", "/", "首页")


def test_a_latency_counts_from_the_moment_that_the_request_was_due(monkeypatch):
    """Three requests fall due at once and one person is there to make them: the third waits for two answers."""
    monkeypatch.setattr(arrivals, "WAYS", (Way("看板", 1, frozenset({Role.VIEWER}), look),))
    monkeypatch.setattr(arrivals, "THOUGHT", (0, 0))
    town = Town([Person(Role.VIEWER, "610114", SlowBrowser())], {}, {"1": Office("1")}, random)
    crowd = Crowd(town)

    # In a thread of its own: a browser test before may have left an event loop running in this one.
    with ThreadPoolExecutor() as pool:
        pool.submit(asyncio.run, crowd.work([0, 0, 0], [])).result()

    latencies = sorted(each.latency for each in crowd.samples)
    assert [each.wrong for each in crowd.samples] == ["", "", ""]
    assert latencies[0] >= 200
    assert latencies[1] >= 400
    assert latencies[2] >= 600
