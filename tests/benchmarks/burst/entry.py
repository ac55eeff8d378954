"""A household is inspected: the form is opened, kept as it is typed, judged on the way, submitted."""

import json

from django.urls import reverse

from tests.benchmarks.burst.client import Answer, Fields, Request, Steps, put
from tests.benchmarks.burst.stage import Person, Town, Waiting

INSPECTORS = ("王建军", "李秀英")
MEASURED = "24 厘米"
#: A form is kept whenever the typing pauses: so many times, each with this share of it filled in.
KEPT_AT = (0.2, 0.4, 0.6, 0.8, 1)


def inspect(town: Town, person: Person) -> Steps:
    """One household of the person's own place, from the untouched form to the address of the next."""
    household = next_household(town, person)
    if household is None:
        return
    office = town.offices[person.office]
    page = yield Request("核查表", address("inspection_edit", household), "入户核查")
    fields = page.fields(address("inspection_submit", household))
    whole = filled_in(page, household)
    for share in KEPT_AT:
        fields = put(fields, whole[: int(len(whole) * share)])
        saved = yield by_script("存核查草稿", address("draft_save", household), fields, "saved_at")
        fields = put(fields, [("seen_draft", json.loads(saved.text)["seen_draft"])])
        yield by_script("结论预览", address("verdict_preview", household), fields, "data-piece")
    # Submitting moves the figures: not under the hands of a lead who is about to submit them.
    while office.is_held:
        yield None
    office.moving += 1
    try:
        fields = put(fields, [("go", "next")])
        yield by_script("提交核查", address("inspection_submit", household), fields, '"next"')
    finally:
        office.moving -= 1


def next_household(town: Town, person: Person) -> Waiting | None:
    """A household that nobody else in this run has or will get."""
    waiting = town.waiting[person.office]
    for place, household in enumerate(waiting):
        if household.village.startswith(person.region):
            return waiting.pop(place)
    return None


def address(name: str, household: Waiting) -> str:
    return reverse(f"inspections:{name}", args=[household.pk])


def by_script(kind: str, to: str, fields: Fields, shows: str) -> Request:
    return Request(kind, to, shows, fields, by_script=True)


def filled_in(page: Answer, household: Waiting) -> Fields:
    """A form of a sound house: the photo of its front, two inspectors, the best answer to every item."""
    form = page.form(address("inspection_submit", household))
    best = {}
    for radio in form.xpath(".//input[@type='radio'][starts-with(@name, 'answers.')]"):
        best.setdefault(radio.name, radio.get("value"))
    measures = form.xpath(".//input[starts-with(@name, 'measures.')]/@name")
    storeys = form.fields["facts.storeys"] or "1"
    return [
        ("photos.front", household.photo),
        *(("inspectors", name) for name in INSPECTORS),
        ("facts.storeys", storeys),
        *best.items(),
        *((name, MEASURED) for name in measures),
    ]
