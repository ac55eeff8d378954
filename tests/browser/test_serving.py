"""The end of a browser test: the database is flushed only when the live server has answered everything."""

import socket
import threading
import time

import pytest

from tests.browser.conftest import leave

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/answered-late/"


@pytest.fixture
def server(live_server):
    return live_server.thread.httpd


@pytest.fixture
def late(server):
    """Makes the server take a second over PATH; tells when it has begun, and how often it is done."""

    class Late:
        begun = threading.Event()
        done = 0

        def __call__(self, environ, start_response):
            if environ["PATH_INFO"] != PATH:
                return usual(environ, start_response)
            self.begun.set()
            time.sleep(1)
            self.done += 1
            start_response("204 No Content", [])
            return []

    usual, late = server.get_app(), Late()
    server.set_app(late)
    yield late
    server.set_app(usual)
    server.wait_until_idle()


@pytest.mark.parametrize("keepalive", ["false", "true"])
def test_a_request_that_a_script_began_last_is_waited_for(new_page, live_server, late, keepalive):
    page = new_page()
    page.goto(f"{live_server.url}/accounts/sign-in/")
    # Once this state is reached, Playwright takes a page to be idle whatever it asks for later.
    page.wait_for_load_state("networkidle")
    page.evaluate(f"() => {{ fetch('{PATH}', {{ keepalive: {keepalive} }}) }}")
    assert late.begun.wait(5)
    assert late.done == 0
    leave([page.context], live_server)
    assert late.done == 1


def test_a_request_that_nobody_has_read_yet_is_waited_for(server, late):
    for _ in range(5):
        with socket.create_connection(server.server_address) as gone:
            gone.sendall(f"GET {PATH} HTTP/1.0\r\n\r\n".encode())
    server.wait_until_idle()
    assert late.done == 5


def test_patience_ends_and_says_what_still_runs(server, late):
    with socket.create_connection(server.server_address) as waiting:
        waiting.sendall(f"GET {PATH} HTTP/1.0\r\n\r\n".encode())
        assert late.begun.wait(5)
        with pytest.raises(TimeoutError, match=r"still busy after 0\.1 s:(.|\n)*time\.sleep"):
            server.wait_until_idle(0.1)
