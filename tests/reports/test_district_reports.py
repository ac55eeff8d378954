"""The district's sealed reports: every revision, the households of a figure, files, the way from the working view."""

import datetime as dt
from html import unescape

import pytest
from django.urls import reverse

from reports.thursday.district import unlock
from tests.factories import HouseholdFactory
from tests.reports.district_pages import WEEK, text_of
from tests.reports.week_cases import BEITUN, IN_TIME, THURSDAY, accepted, bureau, locked
from yanliang.audit.models import Entry
from yanliang.periods import SHANGHAI, told_at

AFTERNOON = dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI)


@pytest.fixture
def report(reference):
    """关山 with two households, sealed an hour after the cut-off."""
    with told_at(IN_TIME - dt.timedelta(days=1)):
        HouseholdFactory.create_batch(2)
    accepted()
    with told_at(AFTERNOON):
        yield locked()


@pytest.fixture
def lead(report, sign_in):
    return sign_in(bureau())


def test_the_list_has_every_revision(lead, report):
    unlock(report.region, THURSDAY, "关山街道重报", by=bureau(), seen=report.week.version)
    locked()
    page = text_of(lead.get(reverse("reports:district_report_list")))
    assert page.count("/reports/district-reports/") == 2
    assert "关山街道重报" in page


def test_a_sealed_figure_opens_its_households(lead, report):
    detail = text_of(lead.get(reverse("reports:district_report_detail", args=[report.pk])))
    address = reverse("reports:district_report_households", args=[report.pk])
    assert f"{address}?region=610114007&section=all&column=1" in unescape(detail)
    page = lead.get(address, {"region": "610114007", "section": "all", "column": "1"})
    assert "共\n    <strong>2</strong> 户" in text_of(page)


@pytest.mark.parametrize(
    "asked",
    [
        {"column": "5"},
        {"column": "99"},
        {"column": ""},
        {"column": "1", "section": "nothing"},
        {"column": "1", "region": "610114005"},
        {"column": "1", "region": "610115"},
    ],
)
def test_a_figure_that_is_not_there_is_not_found(lead, report, asked):
    address = reverse("reports:district_report_households", args=[report.pk])
    assert lead.get(address, asked).status_code == 404


@pytest.mark.parametrize("kind", ["annex-xlsx", "summary-pdf"])
def test_a_file_is_issued_with_who_and_why(lead, report, kind):
    address = reverse("reports:district_report_export", args=[report.pk])
    response = lead.post(address, {"format": kind, "reason": "报市局"})
    assert response.status_code == 200
    assert report.files.get().format == kind
    assert Entry.objects.get(act="exported").reason == "报市局"
    assert lead.post(address, {"format": "doc"}).status_code == 404


def test_the_working_view_leads_to_what_was_sealed(lead, report):
    page = text_of(lead.get(reverse("reports:weekly_summary"), {"week": WEEK}))
    assert "本周区级周报已锁定，报送的数字以第 1 版为准" in page
    assert reverse("reports:district_report_detail", args=[report.pk]) in page
    assert "上报前请核改" in page
    office = text_of(lead.get(reverse("reports:weekly_summary"), {"week": WEEK, "region": BEITUN}))
    assert "本周还没有上报" in office
