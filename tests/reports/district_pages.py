"""The district's week as somebody at the bureau fills it in: what the page holds, and what its buttons send."""

import re

from django.urls import reverse

WEEK = "2020-04-09"
PAGE = reverse("reports:district_week")
FIELD = re.compile(r'name="(seen|seen_digest|shown)" value="([^"]*)"')
BOX = re.compile(r'<textarea name="(part-\d)"[^>]*>(.*?)</textarea>', re.DOTALL)


def text_of(response) -> str:
    return response.content.decode()


def filled(page: str, **changes) -> dict[str, str]:
    """The fields of the page as they stand, with `changes` typed into them."""
    boxes = {name: text.strip("\n") for name, text in BOX.findall(page)}
    return {"week": WEEK, **dict(FIELD.findall(page)), **boxes} | changes


def press(client, name: str, **changes):
    """Open the week, type `changes` and press the button that leads to `name`."""
    page = text_of(client.get(PAGE, {"week": WEEK}))
    return client.post(reverse(f"reports:{name}"), filled(page, **changes))
