"""What changed since a submission: every figure that differs is explained to the household."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse

from households.editing import edit_household
from households.events import lock_household, save_summary
from households.models import Region
from reports.annex2.layouts import shipped_layout
from reports.thursday.changes import Cell, cell_changes
from reports.thursday.content import Content
from reports.thursday.differences import differences_of
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.reports.week_cases import GUANSHAN, IN_TIME, THURSDAY, submitted
from tests.reports.week_pages import WEEK, text_of
from yanliang.periods import told_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("reference", "nobody_is_idle", "two_households"),
]
LATER = IN_TIME + dt.timedelta(days=1)
VILLAGE, NEXT_VILLAGE, ELSEWHERE = "610114007200", "610114007201", "610114005200"


@pytest.fixture
def clerk(reference):
    return StaffFactory(username="ju", role="recorder", region_id=GUANSHAN)


def move(household, village: str, clerk) -> None:
    household.refresh_from_db()
    target = {"region": Region.objects.get(pk=village)}
    edit_household(household.pk, target, by=clerk, seen=household.version, reason="登记错")


@pytest.fixture
def changed(two_households, clerk):
    """A submission, and a day later a household that was visited, one graded, one moved on, one new."""
    with told_at(IN_TIME - dt.timedelta(days=1)):
        graded = happen(HouseholdFactory(head_name="赵鉴定"), "inspected:suspected")
    moved = HouseholdFactory(head_name="钱搬家", class_code="low_income")
    submission = submitted()
    with told_at(LATER):
        happen(two_households[0], "inspected:safe")
        happen(graded, "appraised:c")
        move(moved, NEXT_VILLAGE, clerk)
        fresh = HouseholdFactory(head_name="孙新增", registered_at=LATER)
    return submission, two_households[0], graded, moved, fresh


def page(client, submission, **query):
    with told_at(LATER + dt.timedelta(hours=1)):
        return client.get(reverse("reports:submission_changes", args=[submission.pk]), query)


def test_nothing_has_changed(lead):
    assert "没有数字变动" in text_of(page(lead, submitted()))


def test_every_figure_that_differs_is_listed_and_explained(changed):
    submission = changed[0]
    content = Content(submission.data)
    differences = differences_of(submission, content, LATER + dt.timedelta(hours=1))
    differing = {
        Cell(section, place, column.number)
        for (place, section), sealed in content.sheet.figures.items()
        for column in content.layout.columns
        if not column.is_rate
        and column.value(sealed) != column.value(differences.present.figures[place, section])
    }
    listed = {each.cell for each in differences.cells}
    assert differing
    assert differing <= listed
    for each in differences.cells:
        assert each.now - each.sealed == each.change.difference
        behind = {move.household for move in differences.moved_in(each.cell)}
        assert behind == {*each.change.gained, *each.change.lost}


def test_cells_of_the_first_layout_are_those_of_the_measures(changed):
    submission = changed[0]
    content = Content(submission.data)
    moved = differences_of(submission, content, LATER).moved
    places = [place.code for place in content.places]
    by_measure = cell_changes(moved, content.sections, places)
    assert cell_changes(moved, content.sections, places, shipped_layout()) == by_measure


def test_by_figure_it_names_who_came_and_who_went(lead, changed):
    submission, visited, *_ = changed
    said = text_of(page(lead, submission))
    assert "4 户的计数与上报时不同" in said.replace("<strong>", "").replace("</strong>", "")
    rows = {
        (each.changed.cell.section, each.changed.cell.place, each.changed.cell.number): each
        for each in page(lead, submission).context["cells"]
    }
    checked = rows["all", GUANSHAN, 4]
    assert (checked.changed.sealed, checked.changed.now) == (1, 2)
    assert [called.pk for called in checked.came] == [visited.pk]
    assert checked.went == []
    assert ("all", GUANSHAN, 1) in rows


def test_by_household_it_says_then_now_and_why(lead, changed):
    submission, visited, graded, moved, fresh = changed
    rows = {row.pk: row for row in page(lead, submission, by="household").context["rows"]}
    assert rows[visited.pk].then == "关山村 一般农户 未排查"
    assert rows[visited.pk].now == "关山村 一般农户 基本安全"
    assert rows[graded.pk].now == "关山村 一般农户 待审定 C级"
    assert "鉴定" in rows[graded.pk].why
    assert "更正：登记错" in rows[moved.pk].why
    assert rows[moved.pk].now.startswith("苏赵村")
    assert rows[fresh.pk].then == "不在本街办台账"


def test_one_figure_opens_the_households_behind_its_change(lead, changed):
    submission, visited, *_ = changed
    query = {"section": "all", "region": GUANSHAN, "column": "4"}
    response = page(lead, submission, **query)
    assert [row.pk for row in response.context["rows"]] == [visited.pk]
    assert page(lead, submission, **query | {"column": "5"}).status_code == 404


def test_a_household_that_left_the_office_has_no_link(lead, two_households):
    submission = submitted()
    with told_at(LATER), transaction.atomic():
        household = lock_household(two_households[1].pk)
        household.region_id = ELSEWHERE
        save_summary(household)
    (row,) = page(lead, submission, by="household").context["rows"]
    assert (row.pk, row.now) == (None, "已不在本街办台账")


def test_a_check_opens_its_households_with_the_logged_reason(lead, two_households):
    with told_at(IN_TIME - WEEK):
        happen(two_households[0], "inspected:safe")
    submitted(thursday=THURSDAY - WEEK, at=IN_TIME - WEEK)
    with told_at(IN_TIME - dt.timedelta(days=1)):
        happen(two_households[0], "warned")
        new = HouseholdFactory(registered_at=IN_TIME - dt.timedelta(days=1))
    url = reverse("reports:check_households")
    query = {"region": GUANSHAN, "week": THURSDAY.isoformat()}
    with told_at(IN_TIME):
        fallen = lead.get(url, query | {"check": "moved-22"})
        grown = lead.get(url, query | {"check": "moved-1"})
        none = lead.get(url, query | {"check": "moved-20"})
    (row,) = fallen.context["rows"]
    assert (row.pk, row.why) == (two_households[0].pk, "发现新险情")
    (row,) = grown.context["rows"]
    assert (row.pk, row.why) == (new.pk, "")
    assert "没有登记" in text_of(grown)
    assert "现在没有涉及的农户" in text_of(none)


def test_checks_are_an_offices_own(sign_in, stranger, villager):
    url = reverse("reports:check_households")
    query = {"region": GUANSHAN, "check": "moved-1"}
    assert sign_in(stranger).get(url, query).status_code == 404
    assert sign_in(villager).get(url, query).status_code == 403
