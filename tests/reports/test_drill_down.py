"""Behind every figure stand exactly the households that it counts."""

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households.models import Household, Region
from reports.annex2.columns import COUNT_COLUMNS, RATE, figures_of
from reports.annex2.drill_down import households_at
from reports.annex2.sections import sections_at
from reports.annex2.sheet import sheet_of
from reports.figures import counts_at
from tests.factories import HouseholdFactory, happen
from tests.reports.histories import at_day, histories, live_through, standing, undone
from yanliang.periods import SHANGHAI, today

GUANSHAN, BEITUN = "610114007", "610114005"


@pytest.fixture
def households(reference):
    """Every class, and of each class a household at every turn of the way."""
    ways = [
        (),
        ("exempted",),
        ("inspected:safe",),
        ("inspected:suspected",),
        ("inspected:suspected", "appraised:b"),
        ("inspected:suspected", "appraised:c"),
        ("inspected:suspected", "appraised:d", "secured"),
    ]
    for class_code in ("registered_poor", "destitute", "low_income", "disabled_poor", "ordinary"):
        for way in ways:
            happen(HouseholdFactory(class_code=class_code), *way)
    for class_code in ("registered_poor", "low_income"):
        renovating = happen(
            HouseholdFactory(class_code=class_code, region_id="610114007201"),
            *("inspected:safe", "appraised:c", "renovation_started"),
        )
        happen(renovating, "renovation_finished", "acceptance_passed")
    happen(HouseholdFactory(region_id="610114005200"), "inspected:safe")


def figure_page(**parameters):
    return reverse("reports:figure_households", query=parameters)


def test_every_live_figure_opens_as_many_households(households, sign_in, recorder):
    client = sign_in(recorder)
    sheet = sheet_of(Region.objects.get(code=GUANSHAN))
    opened = 0
    for section in sheet.sections:
        figures = sheet.figures[GUANSHAN, section.key]
        for column in COUNT_COLUMNS:
            address = figure_page(region=GUANSHAN, section=section.key, column=column.number)
            response = client.get(address, follow=True)
            assert response.resolver_match.view_name == "households:household_list"
            assert response.context["total"] == figures[column.number], (section.name, column.label)
            opened += figures[column.number]
    assert opened > 300


def test_every_cell_of_the_page_links_to_its_households(households, sign_in, recorder):
    text = sign_in(recorder).get(reverse("reports:annex2")).content.decode()
    for column in COUNT_COLUMNS:
        link = f"region={GUANSHAN}&amp;section=all&amp;column={column.number}&quot;"
        assert link.replace("&quot;", '"') in text
    assert f"column={RATE.number}&quot;".replace("&quot;", '"') not in text


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    plan=histories,
    day=st.integers(0, 60),
    place=st.integers(0, 6),
    column=st.sampled_from(COUNT_COLUMNS),
)
def test_a_past_figure_lists_exactly_its_households(reference, plan, day, place, column):
    with undone():
        lives = live_through(plan)
        section = sections_at(None)[place]
        figures = figures_of(counts_at(GUANSHAN, at_day(day)), section.class_ids)
        listed = households_at(GUANSHAN, section, column, at_day(day))
        wanted = [
            pk
            for pk, region, class_id, summary in standing(lives, at_day(day))
            if region.startswith(GUANSHAN)
            and column.counts(summary)
            and (section.class_ids is None or class_id in section.class_ids)
        ]
        assert sorted(each.pk for each in listed) == sorted(wanted)
        assert len(wanted) == figures[column.number]


def test_every_past_figure_opens_as_many_households(households, sign_in, recorder):
    """As of yesterday everybody was unchecked: what has happened since does not count."""
    yesterday = today() - dt.timedelta(days=1)
    sheet = sheet_of(Region.objects.get(code=GUANSHAN), yesterday)
    client = sign_in(recorder)
    for column in COUNT_COLUMNS:
        address = figure_page(
            region=GUANSHAN, section="all", column=column.number, date=yesterday.isoformat()
        )
        page = client.get(address).context["page"]
        assert page.paginator.count == sheet.figures[GUANSHAN, "all"][column.number]
    assert sheet.figures[GUANSHAN, "all"][6] == 37


@pytest.fixture
def two_cut_offs(reference):
    """On Thursday 9 April: a household visited in the morning and appraised at the cut-off itself, and one that was
    visited an hour after it."""
    with time_machine.travel(shanghai(9, 9), tick=False):
        early = happen(HouseholdFactory(class_code="low_income"), "inspected:suspected")
        late = HouseholdFactory()
    with time_machine.travel(shanghai(9, 12), tick=False):
        happen(early, "appraised:b")
    with time_machine.travel(shanghai(9, 13), tick=False):
        happen(late, "inspected:safe")
    return early, late


def shanghai(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2020, 4, day, hour, tzinfo=SHANGHAI)


def links_of(page: str) -> list[tuple[str, int]]:
    """Address and figure of every link from `page` to households behind a figure."""
    start = re.escape(reverse("reports:figure_households"))
    found = re.findall(rf'href="({start}[^"]*)">([\d,]+)</a>', page)
    return [(unescape(address), int(figure.replace(",", ""))) for address, figure in found]


@pytest.mark.parametrize("week", ["2020-04-09", "2020-04-16"])
def test_every_figure_of_a_closed_week_opens_as_many_households(
    two_cut_offs, sign_in, recorder, week
):
    client = sign_in(recorder)
    page = client.get(reverse("reports:weekly_summary"), {"week": week}).content.decode()
    links = links_of(page)
    weeks = {parse_qs(urlsplit(address).query)["week"][0] for address, _ in links}
    # Annex 2 is of this week, the comparison of the one before too.
    assert week in weeks
    assert weeks <= {"2020-03-26", "2020-04-02", "2020-04-09", "2020-04-16"}
    assert len(links) > len(COUNT_COLUMNS)
    for address, figure in set(links):
        response = client.get(address)
        assert response.status_code == 200
        assert response.context["page"].paginator.count == figure, address


def test_the_list_of_a_closed_week_stands_at_its_cut_off(two_cut_offs, sign_in, recorder):
    early, late = two_cut_offs
    client = sign_in(recorder)

    def listed(column, **at):
        response = client.get(figure_page(region=GUANSHAN, section="all", column=column, **at))
        return [row.code for row in response.context["rows"]], response.content.decode()

    checked, page = listed(4, week="2020-04-09")
    assert checked == [early.code]
    assert "截至2020年4月9日12时" in page
    assert "2020年4月9日报告周截止时" in page
    assert f"{reverse('reports:weekly_summary')}?region={GUANSHAN}&amp;week=2020-04-09" in page
    assert listed(9, week="2020-04-09")[0] == [early.code]
    assert listed(4, date="2020-04-09")[0] == sorted([early.code, late.code])
    assert listed(4, week="2020-04-16")[0] == sorted([early.code, late.code])


def test_the_open_week_opens_the_register(two_cut_offs, sign_in, recorder):
    with time_machine.travel(shanghai(10, 9), tick=False):
        address = figure_page(region=GUANSHAN, section="all", column=4, week="2020-04-16")
        response = sign_in(recorder).get(address)
    assert response.url.startswith(reverse("households:household_list"))


@pytest.fixture
def moved(reference):
    """Suspected in 关山 on 1 April 2020; appraised and moved to 北屯 since."""
    household = HouseholdFactory(head_name="王小明")
    Household.objects.filter(pk=household.pk).update(
        summary_since=dt.datetime(2020, 3, 25, 1, tzinfo=dt.UTC)
    )
    household = happen(household, "inspected:suspected")
    household.past_summaries.update(until=dt.datetime(2020, 4, 1, 1, tzinfo=dt.UTC))
    Household.objects.filter(pk=household.pk).update(
        summary_since=dt.datetime(2020, 4, 1, 1, tzinfo=dt.UTC)
    )
    return happen(household, "appraised:b")


def test_the_past_list_shows_what_was(moved, sign_in, recorder):
    address = figure_page(region=GUANSHAN, section="all", column=10, date="2020-06-24")
    response = sign_in(recorder).get(address)
    text = response.content.decode()
    assert response.context["page"].paginator.count == 1
    assert "王小明" in text
    (row,) = response.context["rows"]
    assert (row.stage, row.grade, row.stage_now) == ("疑似不安全", "未鉴定", "鉴定安全")
    assert moved.id_number not in text
    assert reverse("households:household_detail", args=[moved.pk]) in text


def test_a_household_that_moved_away_is_counted_where_it_was_but_not_opened(
    moved, sign_in, recorder, stranger
):
    Household.objects.filter(pk=moved.pk).update(region="610114005200")
    parameters = {"section": "all", "column": 10, "date": "2020-06-24"}
    response = sign_in(recorder).get(figure_page(region=GUANSHAN, **parameters))
    assert [(row.code, row.pk) for row in response.context["rows"]] == [(moved.code, None)]
    response = sign_in(stranger).get(figure_page(region=BEITUN, **parameters))
    assert response.context["page"].paginator.count == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": BEITUN},
        {"region": "610114"},
        {"section": "nobody"},
        {"column": "24"},
        {"column": "5"},
        {"column": "x"},
        {"column": ""},
        {"date": "2999-01-01"},
        {"date": "yesterday"},
        {"date": "", "week": "2020-03-19"},
        {"date": "", "week": "2999-01-03"},
        {"date": "", "week": "x"},
        {"date": "2020-06-24", "week": "2020-06-25"},
    ],
    ids=str,
)
@pytest.mark.parametrize("date", [{}, {"date": "2020-06-24"}], ids=["now", "then"])
def test_addresses_that_no_page_makes(reference, sign_in, recorder, wrong, date):
    right = {"region": GUANSHAN, "section": "all", "column": "10", **date}
    client = sign_in(recorder)
    assert client.get(figure_page(**right)).status_code in (200, 302)
    assert client.get(figure_page(**(right | wrong))).status_code == 404


def test_the_past_list_takes_the_same_queries_for_any_number(
    reference, sign_in, recorder, django_assert_num_queries
):
    client = sign_in(recorder)
    address = figure_page(region=GUANSHAN, section="all", column=6, date="2020-06-24")
    HouseholdFactory()
    client.get(address)
    for number in (1, 13):
        # Session, person, region, layout, classes, number of rows, rows, their past, which are visible,
        # one's own region.
        with django_assert_num_queries(10):
            response = client.get(address)
        assert response.context["page"].paginator.count == number
        for _ in range(12):
            HouseholdFactory()
