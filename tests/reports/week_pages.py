"""An office's week in the test client: the page opened, its form as a browser sends it back."""

import datetime as dt

from django.urls import reverse

from reports.models import OfficeWeek, Submission
from reports.thursday.reviewing import Mark, send_back
from tests.reports.week_cases import GUANSHAN, IN_TIME, THURSDAY, bureau, submitted
from yanliang.periods import SHANGHAI, told_at

WEEK = dt.timedelta(weeks=1)
#: An hour, four minutes and a half after the cut-off.
LATE = dt.datetime(2020, 4, 9, 13, 4, 30, tzinfo=SHANGHAI)
#: What an office writes to the households that nobody has visited yet.
ANSWERED = {"explanation-unchecked": "外出务工，已约定时间。"}


def url(name: str, thursday: dt.date | str = THURSDAY, **query) -> str:
    more = "".join(f"&{key}={value}" for key, value in query.items())
    return f"{reverse(f'reports:{name}')}?week={thursday}{more}"


def open_week(client, thursday: dt.date = THURSDAY, at: dt.datetime = IN_TIME):
    """The page's response."""
    with told_at(at):
        return client.get(url("week_office", thursday))


def form_of(page) -> dict:
    """What the browser sends when nobody types: every field of the form as the page shows it."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields if name != "is_zero"}
    data = {name: "" if value is None else value for name, value in values.items()}
    explanations = {
        each.field: each.explanation for each in page.context.get("checks", ()) if each.field
    }
    hidden = dict(page.context.get("explanations", ()))
    return {"week": str(page.context["thursday"]), **data, **explanations, **hidden}


def post(client, name: str, data: dict, at: dt.datetime = IN_TIME, **changes):
    with told_at(at):
        return client.post(reverse(f"reports:{name}"), data | changes)


def text_of(response) -> str:
    """What the page says, whatever its line breaks."""
    return " ".join(response.content.decode().split())


def week_of(office: str = GUANSHAN, thursday: dt.date = THURSDAY) -> OfficeWeek:
    return OfficeWeek.objects.get(region_id=office, thursday=thursday)


def returned_submission() -> Submission:
    """Submitted in time and sent back five minutes later, with two cells marked, one of them a rate."""
    submission = submitted()
    marks = [Mark("all", GUANSHAN, 6, "核实"), Mark("all", GUANSHAN, 5)]
    with told_at(IN_TIME + dt.timedelta(minutes=5)):
        send_back(submission, "未排查户数不符", marks, by=bureau(), seen=week_of().version)
    return submission


def submit_by_hand(client, at=IN_TIME, **changes):
    """From the week's page over the confirmation to the receipt."""
    page = open_week(client, at=at)
    confirmation = post(client, "week_confirm", form_of(page), at, **ANSWERED, **changes)
    assert confirmation.status_code == 200, confirmation.context["faults"]
    return post(client, "week_submit", form_of(confirmation), at)
