"""What was submitted, on screen and as files: history, figures, text, households, who may."""

import datetime as dt
import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.enums import FileFormat
from reports.models import IssuedFile
from reports.thursday.changes import Cell
from reports.thursday.marks import marks_of
from reports.thursday.reviewing import accept
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.reports.week_cases import BEITUN, GUANSHAN, IN_TIME, THURSDAY, bureau, submitted
from tests.reports.week_pages import LATE, WEEK, returned_submission, text_of, week_of
from yanliang.audit.models import Entry
from yanliang.periods import told_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("reference", "nobody_is_idle", "two_households"),
]


def address(name: str, submission) -> str:
    return reverse(f"reports:{name}", args=[submission.pk])


def test_the_history_tells_state_timeliness_and_who(lead):
    submitted(thursday=THURSDAY - WEEK, at=LATE - WEEK)
    submitted()
    submitted(at=IN_TIME + dt.timedelta(minutes=1))
    submitted(BEITUN)
    rows = lead.get(reverse("reports:submission_list")).context["rows"]
    told = [(row.submission.receipt, row.state, row.timeliness) for row in rows]
    assert told == [
        ("ZB-20200409-007-02", "重报", "重报"),
        ("ZB-20200409-007-01", "已被重报替代", "准时"),
        ("ZB-20200402-007-01", "已报", "迟报 1:05"),
    ]
    assert "负责人7" in text_of(lead.get(reverse("reports:submission_list")))


def test_the_bureau_reads_every_office(sign_in, bureau_clerk):
    submitted()
    submitted(BEITUN)
    client = sign_in(bureau_clerk)
    assert len(client.get(reverse("reports:submission_list")).context["rows"]) == 2
    narrowed = client.get(reverse("reports:submission_list"), {"region": BEITUN})
    assert len(narrowed.context["rows"]) == 1


def test_a_submission_shows_what_was_sealed_whatever_happens_afterwards(lead, two_households):
    submission = submitted()
    for household in two_households:
        happen(household, "inspected:safe")
    page = text_of(lead.get(address("submission_detail", submission)))
    for words in (
        submission.receipt,
        submission.code,
        submission.sha256,
        "存档与校验码一致",
        "准时",
        "王主任（副主任）",
        "累计已排查 0 户",
        "说明：已核实。",
    ):
        assert words in page
    assert f"{address('submission_households', submission)}?region={GUANSHAN}" in page


def test_each_section_has_its_tab(lead):
    HouseholdFactory(class_code="low_income")
    submission = submitted()
    response = lead.get(address("submission_detail", submission), {"section": "low_income"})
    assert response.context["section"].name == "低保户"
    unknown = lead.get(address("submission_detail", submission), {"section": "nichts"})
    assert unknown.status_code == 404


def test_reviews_reasons_and_marked_cells_stand_out(lead):
    submission = returned_submission()
    page = text_of(lead.get(address("submission_detail", submission)))
    assert "未排查户数不符" in page
    assert "区住建局退回时标记：核实" in page
    marked = page.split("区住建局退回时标记：核实")[0].rsplit("<td", 1)[1]
    assert "tb-warning" in marked


def test_every_revision_of_the_week_is_there_with_its_reason(lead):
    first = submitted()
    second = submitted(at=IN_TIME + dt.timedelta(minutes=1), reason="漏报一户")
    with told_at(IN_TIME + dt.timedelta(minutes=2)):
        accept(second, by=bureau(), seen=week_of().version)
    page = text_of(lead.get(address("submission_detail", first)))
    assert "已被重报替代" in page
    assert f'<a href="{address("submission_detail", second)}">' in page
    assert "理由：漏报一户" in page


def test_a_figure_opens_exactly_its_households(lead, two_households):
    with told_at(IN_TIME):
        happen(two_households[0], "inspected:safe")
    submission = submitted()
    happen(two_households[0], "warned")
    query = {"region": GUANSHAN, "section": "all", "column": "7"}
    response = lead.get(address("submission_households", submission), query)
    (row,) = response.context["rows"]
    assert (row.pk, row.stage, row.stage_now) == (two_households[0].pk, "基本安全", "疑似不安全")
    for wrong in ({"column": "5"}, {"column": "99"}, {"region": BEITUN}, {"section": "x"}):
        refused = lead.get(address("submission_households", submission), query | wrong)
        assert refused.status_code == 404


@pytest.mark.parametrize("format", FileFormat.values)
def test_a_file_is_handed_out_and_known_again(lead, format):
    submission = submitted()
    data = {"format": format, "reason": "送街道办存档"}
    response = lead.post(address("submission_export", submission), data)
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    issued = IssuedFile.objects.get()
    assert issued.sha256 == hashlib.sha256(response.content).hexdigest()
    entry = Entry.objects.get(act="exported")
    assert entry.reason == "送街道办存档"
    assert submission.code in str(entry.after)


def test_files_are_posted_in_a_known_format_by_who_may(lead, sign_in, villager):
    submission = submitted()
    url = address("submission_export", submission)
    assert lead.get(url).status_code == 405
    assert lead.post(url, {"format": "exe"}).status_code == 404
    assert sign_in(villager).post(url, {"format": "annex-xlsx"}).status_code == 403
    assert not IssuedFile.objects.exists()


PAGES = ["submission_detail", "submission_households", "submission_changes"]


@pytest.mark.parametrize("name", PAGES)
def test_other_offices_find_nothing_and_other_roles_may_not(sign_in, stranger, villager, name):
    submission = submitted()
    url = f"{address(name, submission)}?column=1"
    assert sign_in(stranger).get(url).status_code == 404
    assert sign_in(villager).get(url).status_code == 403
    department = StaffFactory(username="fupin", role="department", region_id="610114")
    assert sign_in(department).get(url).status_code == 403
    supervisor = StaffFactory(username="dudao", role="supervisor", region_id="610114")
    assert sign_in(supervisor).get(url).status_code == 200


@pytest.mark.parametrize("name", [*PAGES, "submission_list"])
def test_as_many_queries_for_fifty_households_as_for_five(lead, name):
    counts = []
    for number, week in ((5, THURSDAY - WEEK), (50, THURSDAY)):
        moment = dt.datetime.combine(week, IN_TIME.timetz())
        households = HouseholdFactory.create_batch(number)
        submission = submitted(thursday=week, at=moment)
        for household in households:
            happen(household, "inspected:safe")
        args = [] if name == "submission_list" else [submission.pk]
        url = f"{reverse(f'reports:{name}', args=args)}?section=all&by=household"
        url += "&column=1" if name == "submission_households" else ""
        with CaptureQueriesContext(connection) as queries:
            assert lead.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_marks_are_read_back_as_cells():
    review = returned_submission().reviews.get()
    assert marks_of([review])[Cell("all", GUANSHAN, 6)] == "核实"
