"""A headless Chromium for the tests; each test proves that the page asked nobody but this server."""

import os
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.serving import WatchedServer
from tests.factories import PASSWORD

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_server(request):
    """The live server, as one that can be waited for."""
    with mock.patch.object(LiveServerThread, "server_class", WatchedServer):
        return request.getfixturevalue("live_server")


def leave(contexts: list[BrowserContext], live_server) -> None:
    """Close the browser's windows and wait for the server: the database is flushed after this.

    A request that a late click, a script or leaving a page began runs on when its page is gone.
    """
    for context in contexts:
        for page in context.pages:
            page.goto("about:blank")
        context.close()
    live_server.thread.httpd.wait_until_idle()


@pytest.fixture
def new_page(chromium, live_server, reference):
    """Opens a page in a fresh context (another machine); pass `width` and `height` for another screen."""
    hosts: set[str] = set()
    errors: list[str] = []
    contexts = []

    def open_page(width: int = 1366, height: int = 768) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                "Content Security Policy" in message.text and errors.append(message.text)
            ),
        )
        return page

    yield open_page
    leave(contexts, live_server)
    assert hosts - {""} <= {urlsplit(live_server.url).netloc}
    assert errors == []


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def sign_in_page(live_server):
    """Sign a person in through the sign-in page."""

    def as_person(page: Page, staff) -> Page:
        page.goto(f"{live_server.url}/accounts/sign-in/")
        page.fill("#id_username", staff.username)
        page.fill("#id_password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    return as_person
