"""The week on its way: offices write, submit and submit again; the bureau reviews, adds up, takes the report away.

Who works on a week has it for themselves meanwhile, as people do who sit in one room: a conflict would be one that
the program rightly refuses, and no fault of it.
"""

from django.urls import reverse

from reports.enums import FileFormat, WeekState
from tests.benchmarks.burst.client import Answer, Fields, Request, Steps, put
from tests.benchmarks.burst.reading import PDF, address
from tests.benchmarks.burst.stage import Office, Person, Town

EXPLAINED = "已逐户核实，情况属实。"
RETURNED = "已鉴定户数与收到的鉴定报告份数不一致，请核对后重报。"
RESUBMITTED = "已核对鉴定报告份数，补充说明后重报。"
#: Of the submissions that a bureau clerk reads, those that go back.
RETURNED_SHARE = 0.4
RECEIPT = r"/reports/submissions/\d+/"


def write_text(town: Town, person: Person) -> Steps:
    """The office's text is looked at, and kept with a word more."""
    office = town.offices[person.office]
    if office.is_busy or office.state == WeekState.ACCEPTED:
        return
    with office.at_work():
        page = yield office_page()
        to = reverse("reports:week_save")
        fields = longer(page.fields(to), "part_0")
        yield Request("存周报文字", to, reverse("reports:week_office"), fields, status=302)
        yield office_page()


def submit_week(town: Town, person: Person) -> Steps:
    """The lead submits: the page, once more on the confirming page, the receipt. Nobody twice before all have once."""
    office = town.offices[person.office]
    if office.is_busy or office.state == WeekState.ACCEPTED:
        return
    if office.submitted and not all(each.submitted for each in town.offices.values()):
        return
    with office.at_work():
        office.is_held = True
        while office.moving:
            yield None
        page = yield office_page()
        to = reverse("reports:week_confirm")
        fields = put(page.fields(to), explanations(page, to))
        page = yield Request("核对上报", to, "上报：确认", fields)
        to = reverse("reports:week_submit")
        submissions = reverse("reports:submission_list")
        done = yield Request("上报", to, submissions, confirmed(page, to), status=302)
        office.is_held = False
        office.submitted += 1
        office.receipt, office.state = done.location, WeekState.SUBMITTED
        yield Request("上报详情", office.receipt, "上报")


def office_page() -> Request:
    return Request("街办周报", address("reports:week_office"), "每周上报")


def longer(fields: Fields, name: str) -> Fields:
    """The fields with a sentence more in the text `name`."""
    text = dict(fields)[name]
    return put(fields, [(name, f"{text}\n各村继续入户。")])


def explanations(page: Answer, to: str) -> Fields:
    """A word to every check that wants one and has none."""
    return [
        (name, EXPLAINED)
        for name, text in page.fields(to)
        if name.startswith("explanation-") and not text
    ]


def confirmed(page: Answer, to: str) -> Fields:
    """The confirming page filled in: a reason where it asks for one, 零报告 where nothing changed."""
    boxes = set(page.form(to).fields)
    said = [("reason", RESUBMITTED)] if "reason" in boxes else []
    said += [("is_zero", "on")] if "is_zero" in boxes else []
    return put(page.fields(to), said)


def board(town: Town, person: Person) -> Steps:
    """The board alone: who has submitted, who is late."""
    yield board_page()


def board_page() -> Request:
    return Request("上报看板", address("reports:week_board"), "上报看板")


def review_week(town: Town, person: Person) -> Steps:
    """A submission is read and accepted or returned; one that was accepted is returned after all."""
    waiting = [each for each in town.offices.values() if each.is_reviewable]
    if not waiting:
        return
    office = town.rng.choice(waiting)
    with office.at_work():
        page = yield board_page()
        yield Request("上报详情", office.receipt, "上报")
        if office.state == WeekState.ACCEPTED or town.rng.random() < RETURNED_SHARE:
            yield from send_back(office)
        else:
            to = f"{office.receipt}accept/"
            fields = page.fields(to)
            yield Request("审核通过", to, reverse("reports:week_board"), fields, status=302)
            office.state = WeekState.ACCEPTED
        yield board_page()


def send_back(office: Office) -> Steps:
    """The form with a box at every figure, one of them ticked."""
    to = f"{office.receipt}return/"
    page = yield Request("退回页", to, "退回上报")
    mark = page.form("").xpath(".//input[@name='mark']/@value")[0]
    fields = put(page.fields(""), [("reason", RETURNED), ("mark", mark)])
    yield Request("退回上报", to, reverse("reports:week_board"), fields, status=302)
    office.state = WeekState.RETURNED


def district(town: Town, person: Person) -> Steps:
    """The district's sum; its text is kept as soon as there is one, by one person at a time."""
    kind, to = "区级汇总", reverse("reports:district_week")
    page = yield Request(kind, to, kind)
    if town.district_is_busy:
        return
    town.district_is_busy = True
    try:
        # Another may have kept a text since the page was got.
        page = yield Request(kind, to, kind)
        save = reverse("reports:district_save")
        fields = page.fields(save)
        if "part_0" in dict(fields):
            fields = longer(fields, "part_0")
            yield Request("存区级文字", save, to, fields, status=302)
            yield Request(kind, to, kind)
    finally:
        town.district_is_busy = False


def weekly_pdf(town: Town, person: Person) -> Steps:
    """A sealed submission taken away as the weekly report."""
    page = yield Request("上报记录", address("reports:submission_list"), "上报记录")
    found = page.links(RECEIPT)
    if not found:
        return
    receipt = town.rng.choice(found)
    page = yield Request("上报详情", receipt, "上报")
    to = f"{receipt}export/"
    fields = [*page.fields(to), ("format", FileFormat.SUMMARY_PDF)]
    yield Request("导出周报 PDF", to, PDF, fields)
