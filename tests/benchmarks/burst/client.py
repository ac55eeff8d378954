"""A browser that costs little: cookies, forms and what a page says of itself."""

import asyncio
import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from http import HTTPStatus
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from io import BytesIO
from urllib.parse import urlencode, urlsplit

from lxml import html

HOST = "127.0.0.1"
#: A browser would wait longer; whoever waits so long has given up.
PATIENCE_SECONDS = 60
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
TOKEN = re.compile(r'"X-CSRFToken": "(\w+)"|name="csrfmiddlewaretoken" value="(\w+)"')
MESSAGES = re.compile(r'<div id="messages"[^>]*>')
MESSAGE = re.compile(r'\s*<div class="alert alert-(\w+)[^>]*>(.*?)</div>', re.DOTALL)

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """One thing that a person asks for, of the `kind` that it is counted under.

    `shows` is what the right answer has in its title, or in its body where it is no page; `status` what it answers.
    `by_script` is a request that the page's own script makes: the token goes in the header.
    """

    kind: str
    address: str
    shows: str
    fields: Fields | None = None
    status: int = HTTPStatus.OK
    by_script: bool = False


class _Received:
    """What has been received, as `HTTPResponse` reads a socket."""

    def __init__(self, data: bytes):
        self.data = data

    def makefile(self, mode: str) -> BytesIO:
        return BytesIO(self.data)


class Answer:
    """A whole answer; raises HTTPException for one that is cut off."""

    def __init__(self, received: bytes):
        response = HTTPResponse(_Received(received))
        response.begin()
        self.status = response.status
        self.body = response.read()
        self.headers = response.headers

    @cached_property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @cached_property
    def title(self) -> str:
        found = TITLE.search(self.text)
        return " ".join(unescape(found[1]).split()) if found else ""

    @cached_property
    def document(self) -> html.HtmlElement:
        return html.document_fromstring(self.text)

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        parts = urlsplit(self.headers.get("Location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def is_page(self) -> bool:
        return self.headers.get_content_type() == "text/html"

    @property
    def refusal(self) -> str:
        """The first message in red that the program put above the page."""
        begins = MESSAGES.search(self.text)
        place = begins.end() if begins else len(self.text)
        while found := MESSAGE.match(self.text, place):
            if found[1] == "danger":
                return " ".join(unescape(found[2]).split())
            place = found.end()
        return ""

    def links(self, pattern: str) -> list[str]:
        """Addresses in the page that `pattern` fits whole, each once."""
        found = re.findall(rf'href="({pattern})"', self.text)
        return [unescape(address) for address in dict.fromkeys(found)]

    def form(self, action: str) -> html.FormElement:
        """The form that goes to the path `action`, itself or by one of its buttons; "" is the page's own address.

        Raises LookupError without one.
        """
        for form in self.document.forms:
            if urlsplit(form.action or "").path == action or form.xpath(
                ".//button[@formaction=$to]", to=action
            ):
                return form
        raise LookupError(f"“{self.title}” has no form that goes to {action}")

    def fields(self, action: str) -> Fields:
        """What a browser would send of the form that goes to `action`, but for the button."""
        values = self.form(action).form_values()
        return [(name, value) for name, value in values if value is not None]


#: A way of working: what is asked for, each time the last was answered; None is a short wait before asking on.
Steps = Generator[Request | None, Answer, None]


def put(fields: Fields, typed: Fields) -> Fields:
    """The fields with what was typed in the place of what stood there under the same name."""
    names = {name for name, _ in typed}
    return [each for each in fields if each[0] not in names] + typed


def wrong_with(request: Request, answer: Answer) -> str:
    """Why `answer` is not what was asked for; empty when it is."""
    if answer.status != request.status:
        return f"{answer.status} instead of {request.status}"
    if request.status == HTTPStatus.FOUND:
        return "" if answer.location.startswith(request.shows) else f"leads to {answer.location}"
    if request.shows not in (answer.title or answer.text if answer.is_page else answer.text):
        return f"does not show “{request.shows}”"
    return answer.refusal if answer.is_page else ""


@dataclass
class Browser:
    """One person's browser: cookies, and the token of the page that was got last."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    async def ask(self, request: Request) -> Answer:
        """The answer; raises OSError, TimeoutError or HTTPException where there is none."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = Answer(await self.exchange(request))
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        if answer.is_page and (found := TOKEN.search(answer.text)):
            self.token = found[1] or found[2]
        return answer

    async def exchange(self, request: Request) -> bytes:
        """Sync workers close after each answer, so every request has a connection of its own."""
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            writer.write(self.written(request))
            return await reader.read()
        finally:
            writer.close()

    def written(self, request: Request) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = [
            f"{'GET' if request.fields is None else 'POST'} {request.address} HTTP/1.1",
            f"Host: {HOST}:{self.port}",
            "Connection: close",
            "Accept-Language: zh-CN",
            f"Cookie: {cookies}",
        ]
        body = b""
        if request.fields is not None:
            body = urlencode(self.signed(request)).encode()
            headers.append("Content-Type: application/x-www-form-urlencoded")
            headers.append(f"Content-Length: {len(body)}")
        if request.by_script:
            headers += [f"X-CSRFToken: {self.token}", "X-Requested-With: fetch"]
        return "\r\n".join([*headers, "", ""]).encode() + body

    def signed(self, request: Request) -> Iterable[tuple[str, str]]:
        """The fields with the token of the page where a form sends it."""
        fields = [each for each in request.fields or [] if each[0] != "csrfmiddlewaretoken"]
        return fields if request.by_script else [*fields, ("csrfmiddlewaretoken", self.token)]
