"""The dashboard: its figures are those of Annex 2, every one opens its list, each sees their own region."""

import datetime as dt
import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from households.models import Region
from reports.annex2.columns import COLUMN, CountColumn
from reports.annex2.sections import SECTION_OF_ALL
from reports.annex2.sheet import sheet_of
from reports.dashboard import BY_PLACE, TILES, dashboard_of
from tests.factories import HouseholdFactory, happen
from yanliang.periods import SHANGHAI
from yanliang.tables.table import display

DISTRICT, GUANSHAN, BEITUN = "610114", "610114007", "610114005"
PAGE = "reports:dashboard"


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def district(reference):
    """Households of two offices and several classes, with changes in three weeks."""
    with time_machine.travel(at(3, 26), tick=False):
        HouseholdFactory.create_batch(3)
        safe = [HouseholdFactory(region_id="610114007201") for _ in range(2)]
        poor = HouseholdFactory(class_code="registered_poor")
        suspected = HouseholdFactory(class_code="low_income", region_id="610114005200")
    with time_machine.travel(at(4, 8), tick=False):
        for household in safe:
            happen(household, "inspected:safe")
        happen(poor, "inspected:suspected", "appraised:d", "renovation_started")
    with time_machine.travel(at(4, 21), tick=False):
        happen(suspected, "inspected:suspected")
        happen(HouseholdFactory(), "exempted")
    return Region.objects.get(pk=DISTRICT)


@pytest.mark.parametrize("code", [DISTRICT, GUANSHAN, "610114007200"])
def test_tiles_and_rows_are_the_figures_of_annex_2(district, code):
    region = Region.objects.get(pk=code)
    sheet, board = sheet_of(region), dashboard_of(region)
    total = sheet.figures[code, SECTION_OF_ALL]
    assert [tile.value for tile in board.tiles] == [
        display(
            COLUMN[number].value(total),
            "int" if isinstance(COLUMN[number], CountColumn) else "percent",
        )
        for number in TILES
    ]
    for row, line in zip(board.rows, sheet.lines(sheet.sections[0]), strict=True):
        assert row.name == line.name
        assert [cell.households for cell in row.cells] == [line.figures[n] for n in BY_PLACE]
        assert row.rate == display(line.figures.check_rate, "percent")


def test_classes_add_up_to_what_is_not_cleared(district):
    board = dashboard_of(district)
    not_cleared = next(tile for tile in board.tiles if tile.label == "未清零")
    assert sum(row.not_cleared.households for row in board.classes) == int(not_cleared.value) == 5
    assert [row.name for row in board.classes] == [
        "建档立卡贫困户",
        "农村分散供养特困人员",
        "低保户",
        "贫困残疾人家庭",
        "一般农户",
    ]


@pytest.mark.parametrize(
    ("day", "late"),
    [(at(5, 31), set()), (at(6, 1), {"建档立卡贫困户", "低保户"}), (at(7, 1), {"一般农户"})],
)
def test_a_class_is_late_after_its_deadline_where_anything_is_left(district, day, late):
    with time_machine.travel(day, tick=False):
        board = dashboard_of(district)
    assert late <= {row.name for row in board.classes if row.is_late}
    assert "贫困残疾人家庭" not in {row.name for row in board.classes if row.is_late}


def test_every_figure_opens_a_list_of_as_many_households(district, sign_in, bureau_clerk):
    client = sign_in(bureau_clerk)
    board = client.get(reverse(PAGE)).context["board"]
    linked = [(tile.url, int(tile.value)) for tile in board.tiles if not tile.value.endswith("%")]
    linked += [(cell.url, cell.households) for row in board.rows for cell in row.cells]
    linked += [(row.not_cleared.url, row.not_cleared.households) for row in board.classes]
    # The rate opens those it counts as checked.
    linked.append((board.tiles[0].url, 4))
    for url, households in linked:
        page = client.get(url, follow=True)
        assert page.status_code == 200
        assert page.context["page"].paginator.count == households, url


def test_the_trend_keeps_to_the_weeks_in_which_something_changed(district):
    with time_machine.travel(at(11, 23), tick=False):
        board = dashboard_of(district)
        assert [week.thursday for week in board.weeks] == [
            dt.date(2020, 3, 26),
            dt.date(2020, 4, 9),
            dt.date(2020, 4, 23),
        ]
        happen(HouseholdFactory(registered_at=at(11, 23)), "inspected:safe")
        board = dashboard_of(district)
    assert board.weeks[-1].thursday == dt.date(2020, 11, 26)
    told = re.search(r"<desc>(.*?)</desc>", board.charts[0])[1]
    assert told == "排查率：03-26 0.00%，04-09 37.50%，04-23 57.14%，11-23 62.50%。"


def test_at_most_twelve_weeks(reference):
    household = HouseholdFactory(class_code="destitute")
    for week in range(14):
        with time_machine.travel(at(4, 1) + dt.timedelta(weeks=week), tick=False):
            happen(household, f"inspected:{'safe' if week % 2 else 'suspected'}")
    board = dashboard_of(Region.objects.get(pk=DISTRICT))
    assert len(board.weeks) == 12
    assert board.weeks[-1].thursday == dt.date(2020, 7, 2)


def test_queries_do_not_grow_with_households_and_weeks(district, django_assert_num_queries):
    dashboard_of(district)
    with django_assert_num_queries(10):
        dashboard_of(district)
    for week in range(3):
        with time_machine.travel(at(5, 1) + dt.timedelta(weeks=week), tick=False):
            for village in ("610114007202", "610114001001"):
                happen(HouseholdFactory(region_id=village), "inspected:suspected", "appraised:c")
    with django_assert_num_queries(12):
        dashboard_of(district)
    with django_assert_num_queries(10):
        dashboard_of(district)


def test_the_page_leads_down_to_villages_and_up_again(district, sign_in, bureau_clerk):
    client = sign_in(bureau_clerk)
    page = unescape(client.get(reverse(PAGE)).content.decode())
    below = f"{reverse(PAGE)}?region={GUANSHAN}"
    assert f'href="{below}"' in page
    assert 'class="sparkline"' in page
    assert "style=" not in page
    page = client.get(below).content.decode()
    assert "关山村" in page
    assert f'href="?region={DISTRICT}"' in page


def test_an_office_sees_its_own_and_no_other(district, sign_in, recorder, villager):
    client = sign_in(recorder)
    page = client.get(reverse(PAGE))
    assert page.context["region"].code == GUANSHAN
    for other in (BEITUN, DISTRICT, "nonsense"):
        assert client.get(reverse(PAGE), {"region": other}).status_code == 404
    page = sign_in(villager).get(reverse(PAGE))
    assert page.context["region"].code == "610114007200"


def test_strangers_and_the_keeper_see_nothing(sign_in, keeper, client):
    assert sign_in(keeper).get(reverse(PAGE)).status_code == 403
    client.logout()
    assert client.get(reverse(PAGE)).status_code == 302


def test_an_empty_register_shows_dashes_and_no_chart(sign_in, bureau_clerk):
    page = sign_in(bureau_clerk).get(reverse(PAGE))
    assert page.status_code == 200
    assert page.context["board"].tiles[0].value == "—"
    assert page.context["board"].charts == ()
