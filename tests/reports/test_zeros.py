"""The three zeros: every counter is as long as its list, past weeks stay as they were, the pace leads to the day."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from households.filters import HouseholdFilters
from households.models import Household, HouseholdClass, Region
from rectification.enums import UNSETTLED, ProblemSource, Verification
from rectification.models import Problem
from rectification.problems.acting import (
    Assignment,
    assign,
    extend,
    reopen,
    send_back,
    submit,
    verify,
    void,
)
from rectification.problems.editing import edit
from rectification.problems.filters import ProblemFilters
from rectification.problems.proving import add_paper
from reports.annex2.drill_down import households_at
from reports.weekly.gathering import weekly_of
from reports.weekly.problem_tables import zeros_table
from reports.weekly.series import counts_of
from reports.weekly.weeks import Week, open_week
from reports.zeros.board import board_of
from reports.zeros.burndown import BurnDown, per_week, weeks_shown
from reports.zeros.counters import (
    PARTS,
    ZEROS,
    left_in,
    list_url,
    priority_deadlines,
    section_of,
)
from reports.zeros.ledger import ledgers_of, left_at
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import (
    assigned,
    closed,
    paper,
    principal,
    proved,
    raised,
    submitted,
)
from tests.reports.histories import at_day, histories, live_through, undone
from yanliang.periods import SHANGHAI, today

DISTRICT, GUANSHAN, BEITUN = "610114", "610114007", "610114005"
VILLAGE = "610114007200"
PAGE, LIST = "reports:zeros", "reports:zero_list"
POVERTY, RECTIFICATION, GAPS = ZEROS


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, tzinfo=SHANGHAI)


def region(code: str) -> Region:
    return Region.objects.get(pk=code)


@pytest.fixture
def district(reference):
    """Households and problems of two offices, at the beginning of April."""
    with time_machine.travel(at(4, 1), tick=False):
        happen(HouseholdFactory(class_code="low_income"), "inspected:suspected")
        happen(HouseholdFactory(class_code="registered_poor"), "inspected:safe")
        happen(HouseholdFactory(), "inspected:suspected")
        HouseholdFactory(class_code="low_income", region_id="610114005200")
        happen(HouseholdFactory(), "exempted")
        raised(household=False)
        raised(household=False, source=ProblemSource.CENTRAL)
        raised(household=False, code="policy_not_known", region_id="610114005200")
        raised(household=False, code="not_checked", region_id=DISTRICT)
        void(raised(household=False).pk, "重复", by=clerk())
    return region(DISTRICT)


class TestCounters:
    @time_machine.travel(at(4, 20), tick=False)
    def test_what_each_counts(self, district):
        cards = {card.zero.key: card for card in board_of(district).cards}
        # One household of the 四类 is checked and unsafe; the one unchecked is a gap; 一般农户 is no task.
        assert [(part.number, part.unit) for part in cards["poverty"].parts] == [(1, "户")]
        assert [part.number for part in cards["rectification"].parts] == [2]
        assert [part.number for part in cards["gaps"].parts] == [1, 1, 1]
        assert [card.number for card in cards.values()] == [1, 2, 3]

    def test_the_offices_and_what_is_of_the_district_alone_add_up(self, district):
        board = board_of(district)
        rows = {row.name: [zero.total for zero in row.zeros] for row in board.rows}
        assert rows["关山街道"] == [1, 2, 0]
        assert rows["北屯街道"] == [0, 0, 2]
        assert rows["阎良区本级"] == [0, 0, 1]
        assert rows.pop("合计") == [sum(column) for column in zip(*rows.values(), strict=True)]

    def test_a_place_without_problems_of_its_own_has_no_such_row(self, district):
        assert "关山街道本级" not in {row.name for row in board_of(region(GUANSHAN)).rows}

    @pytest.mark.parametrize(
        ("day", "words", "late"),
        [
            (at(5, 24), ["还有 7 天", "还有 37 天", "还有 37 天"], [0, 0, 1]),
            (at(5, 31), ["今天到期", "还有 30 天", "还有 30 天"], [0, 0, 1]),
            (at(6, 1), ["已超期 1 天", "还有 29 天", "还有 29 天"], [1, 1, 1]),
            (at(7, 1), ["已超期 31 天", "已超期 1 天", "已超期 1 天"], [1, 2, 3]),
        ],
    )
    def test_days_left_and_what_is_late_by_its_own_date(self, district, day, words, late):
        with time_machine.travel(day, tick=False):
            cards = board_of(district).cards
            assert [card.countdown for card in cards] == words
            assert [card.late for card in cards] == late

    @time_machine.travel(at(4, 20), tick=False)
    def test_what_from_above_was_found_is_due_earlier(self, district):
        card = next(card for card in board_of(district).cards if card.zero == RECTIFICATION)
        assert [(each.due.isoformat(), each.number) for each in card.staggered] == [
            ("2020-05-31", 1),
            ("2020-06-30", 1),
        ]

    @time_machine.travel(at(4, 20), tick=False)
    def test_the_change_is_since_the_last_cut_off(self, district):
        raised(household=False)
        changes = {card.zero.key: card.change_in_words for card in board_of(district).cards}
        assert changes == {
            "poverty": "与上周持平",
            "rectification": "较上周增加 1 件",
            "gaps": "与上周持平",
        }

    def test_nothing_left_is_cleared(self, reference):
        cards = board_of(region(DISTRICT)).cards
        assert {card.countdown for card in cards} == {"已清零"}
        assert {card.per_week for card in cards} <= {0, None}
        assert board_of(region(DISTRICT)).charts == []


PLACES = (VILLAGE, GUANSHAN, "610114005200", DISTRICT)
KINDS = ("file_irregular", "policy_not_known", "not_checked")
#: How far a problem goes, a step every four days.
WAYS = (
    ("open",),
    ("open", "void"),
    ("open", "in_progress"),
    ("open", "in_progress", "submitted"),
    ("open", "in_progress", "submitted", "returned"),
    ("open", "in_progress", "submitted", "closed"),
    ("open", "in_progress", "submitted", "closed", "reopened"),
)
ways = st.lists(
    st.tuples(
        st.sampled_from(PLACES), st.sampled_from(KINDS), st.integers(0, 30), st.sampled_from(WAYS)
    ),
    max_size=3,
)


def go(plan) -> dict[int, list[tuple[dt.datetime, str]]]:
    """Take problems without a household their ways; return when each (by key) came into which state.

    What comes again is led by whoever leads the place, so all leaders have their names.
    """
    for place in (GUANSHAN, "610114005", DISTRICT):
        principal(place)
    lead = StaffFactory(username="lead", role="bureau_lead", region_id=DISTRICT)
    acts = {
        "void": lambda pk: void(pk, "重复登记", by=lead),
        "in_progress": lambda pk: assign(pk, Assignment("刘建设", measure="整改"), by=clerk()),
        "submitted": lambda pk: (
            add_paper(pk, paper(), by=clerk()),
            submit(pk, "已改", by=clerk()),
        ),
        "returned": lambda pk: send_back(pk, "不清楚", by=lead),
        "closed": lambda pk: verify(pk, Verification.DOCUMENTS, by=lead),
        "reopened": lambda pk: reopen(pk, "又有", today() + dt.timedelta(days=30), by=lead),
    }
    gone = {}
    for place, code, day, (_, *steps) in plan:
        moment = at_day(day)
        with time_machine.travel(moment, tick=False):
            problem = raised(household=False, code=code, region_id=place)
        gone[problem.pk] = [(moment, "open")]
        for step in steps:
            moment += dt.timedelta(days=4)
            with time_machine.travel(moment, tick=False):
                acts[step](problem.pk)
            gone[problem.pk].append((moment, step))
    return gone


def length_of(url: str, staff) -> int:
    """Rows of the list that the address opens, by the filters that its page has."""
    query = QueryDict(urlsplit(url).query)
    if urlsplit(url).path == reverse("households:household_list"):
        return HouseholdFilters(query, staff).apply(Household.objects.visible_to(staff)).count()
    return ProblemFilters(query, staff=staff).apply(Problem.objects.visible_to(staff)).count()


quick = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


#: The same problem again in the same place, after the first was struck off.
AGAIN = [(VILLAGE, KINDS[0], day, WAYS[5]) for day in (0, 20)]


class TestLists:
    @quick
    @example(households=[(VILLAGE, "ordinary", 0, [])], problems=AGAIN)
    @given(households=histories, problems=ways)
    def test_every_number_is_as_long_as_its_list(
        self, reference, bureau_clerk, recorder, villager, households, problems
    ):
        with undone():
            live_through(households)
            go(problems)
            with time_machine.travel(at_day(120), tick=False):
                for staff in (bureau_clerk, recorder, villager):
                    board = board_of(staff.region)
                    for row in board.rows:
                        for zero in row.zeros:
                            assert zero.total == sum(part.number for part in zero.parts)
                            for part in zero.parts:
                                # The total's lists are as long as all of these: an empty one is in no way longer.
                                if part.number or not row.url:
                                    shown = length_of(part.url, staff) if part.url else 0
                                    assert shown == part.number, part.url
                    totals = [zero.total for zero in board.rows[-1].zeros]
                    assert [card.number for card in board.cards] == totals

    @quick
    @given(households=histories, problems=ways)
    def test_a_past_week_counts_what_was_left_then(self, reference, households, problems):
        classes = HouseholdClass.objects.all()
        with undone(), time_machine.travel(at_day(120), tick=False):
            live_through(households)
            gone = go(problems)
            weeks = [Week(dt.date(2020, 4, 2) + dt.timedelta(weeks=n)) for n in range(8)]
            for code in (DISTRICT, GUANSHAN):
                ledgers, counts = ledgers_of(code, weeks), counts_of(code, weeks)
                for week in weeks:
                    left = left_in(code, counts[week], ledgers[week], priority_deadlines(classes))
                    found = left_at(code, week.closes)
                    assert set(found.values_list("pk", "state_then")) == {
                        (pk, state)
                        for pk, state in stood(gone, week.closes).items()
                        if state in UNSETTLED and Problem.objects.within(code).filter(pk=pk)
                    }
                    for part in PARTS.values():
                        rows = (
                            households_at(code, section_of(part, classes), part.column, week.closes)
                            if part.column
                            else found.filter(direction=part.direction)
                        )
                        assert left.of(part) == rows.count()

    @time_machine.travel(at(4, 20), tick=False)
    def test_the_lists_themselves(self, district, sign_in, bureau_clerk, recorder):
        for staff in (bureau_clerk, recorder):
            client = sign_in(staff)
            board = client.get(reverse(PAGE)).context["board"]
            for part in (part for zero in board.rows[-1].zeros for part in zero.parts):
                page = client.get(part.url)
                assert page.context["page"].paginator.count == part.number, part.url

    def test_a_closed_week_opens_lists_of_its_own_moment(self, district, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        with time_machine.travel(at(4, 20), tick=False):
            void(Problem.objects.unsettled().filter(region=VILLAGE)[0].pk, "误登", by=clerk())
            happen(Household.objects.get(region_id="610114005200"), "inspected:safe")
            week = weekly_of(district, Week(dt.date(2020, 4, 16)))
            for row in zeros_table(week.figures).rows:
                for part in PARTS.values():
                    cell = row.cell(part.key)
                    if not cell.href:
                        # No household lies in an office or a district itself.
                        assert cell.value == 0
                        continue
                    page = client.get(cell.href)
                    assert page.context["page"].paginator.count == cell.value, cell.href
        total = zeros_table(week.figures).rows[-1]
        assert [total.cell(part.key).value for part in PARTS.values()] == [1, 2, 1, 1, 1]

    def test_what_no_page_asks_for_is_not_found(self, district, sign_in, bureau_clerk, recorder):
        client = sign_in(bureau_clerk)
        assert client.get(reverse(LIST), {"part": "nonsense"}).status_code == 404
        assert client.get(reverse(LIST)).status_code == 404
        asked = {"part": "unchecked", "week": "2019-01-01"}
        assert client.get(reverse(LIST), asked).status_code == 404
        now = client.get(reverse(LIST), {"part": "policy", "region": GUANSHAN})
        assert now.url == list_url(PARTS["policy"], GUANSHAN)
        other = {"part": "policy", "region": BEITUN, "week": "2020-04-09"}
        assert sign_in(recorder).get(reverse(LIST), other).status_code == 404


def stood(gone, moment: dt.datetime) -> dict[int, str]:
    """The state of every problem that was raised by `moment`."""
    past = {pk: [state for at, state in way if at <= moment] for pk, way in gone.items()}
    return {pk: states[-1] for pk, states in past.items() if states}


class TestLedger:
    def test_an_entry_put_right_shows_in_closed_weeks_at_once(self, district):
        week = Week(dt.date(2020, 4, 9))
        problem = Problem.objects.unsettled().get(region=VILLAGE, source=ProblemSource.SELF)
        assert ledgers_of(DISTRICT, [week])[week].number(UNSETTLED, "self") == 3
        with time_machine.travel(at(4, 20), tick=False):
            edit(problem.pk, {"source": ProblemSource.CITY}, by=clerk(), seen=problem.version)
        ledger = ledgers_of(DISTRICT, [week])[week]
        assert (ledger.number(UNSETTLED, "self"), ledger.number(UNSETTLED, "city")) == (2, 1)

    def test_queries_do_not_grow(self, district, django_assert_num_queries):
        weeks = [Week(dt.date(2020, 4, 2) + dt.timedelta(weeks=n)) for n in range(5)]
        with django_assert_num_queries(3):
            ledgers_of(DISTRICT, [*weeks, open_week()])
        with django_assert_num_queries(2):
            ledgers_of(DISTRICT, [*weeks, open_week()])
        board_of(district)
        with django_assert_num_queries(9):
            board_of(district)

    def test_a_moved_date_is_overdue_where_it_was_when_it_was(self, district):
        """Extended, and reopened with a new date, after the cut-off: overdue at it all the same."""
        lead = StaffFactory(username="lead", role="bureau_lead", region_id=DISTRICT)
        principal()
        with time_machine.travel(at(4, 20), tick=False):
            late = raised(household=False, due_on=dt.date(2020, 4, 22))
            shut = raised(household=False, due_on=dt.date(2020, 4, 22))
        with time_machine.travel(at(4, 24), tick=False):
            extend(late.pk, dt.date(2020, 5, 20), "雨天", by=lead)
        with time_machine.travel(at(4, 25), tick=False):
            closed(submitted(proved(assigned(shut))))
        with time_machine.travel(at(4, 26), tick=False):
            reopen(shut.pk, "又有", dt.date(2020, 6, 20), by=lead)
        for thursday, overdue in ((dt.date(2020, 4, 23), 2), (dt.date(2020, 4, 30), 0)):
            ledger = weekly_of(district, Week(thursday)).figures.rectified.ledger
            assert ledger.late == overdue
        before, after = (
            weekly_of(district, Week(thursday)).figures.rectified.ledger
            for thursday in (dt.date(2020, 4, 23), dt.date(2020, 4, 30))
        )
        assert before.recurrent == ()
        assert [each.number for each in after.recurrent] == [shut.number]
        assert after.recurrent[0].due_on == dt.date(2020, 6, 20)


class TestBurnDown:
    def course(self, left, current=dt.date(2020, 5, 7), deadline=dt.date(2020, 5, 31)) -> BurnDown:
        weeks = weeks_shown(deadline, [], Week(current))
        padded = [*left, *[None] * (len(weeks) - len(left))]
        return BurnDown(POVERTY, deadline, Week(current), weeks, padded)

    def test_the_line_leads_from_the_most_to_zero_on_the_day(self):
        course = self.course([None, 10, 40, 30])
        assert [str(week.thursday) for week in course.weeks][-1] == "2020-06-04"
        assert course.needed[:3] == [None, None, 40]
        # 9 April to 31 May is 52 days.
        assert course.needed[3] == pytest.approx(40 * 45 / 52)
        assert course.needed[-2] == pytest.approx(40 * 3 / 52)
        assert course.needed[-1] == 0

    def test_without_anything_left_there_is_no_line(self):
        assert set(self.course([0, 0]).needed) == {None}

    def test_the_most_after_the_deadline_is_due_at_once(self):
        course = self.course([0] * 10 + [0, 3], current=dt.date(2020, 6, 11))
        assert course.needed[-1] == 0

    @given(
        left=st.lists(st.integers(0, 500), min_size=1, max_size=11),
        days=st.integers(0, 67),
    )
    def test_the_pace_reaches_zero_and_not_a_week_too_early(self, left, days):
        course = self.course(left)
        drawn = [number for number in course.needed if number is not None]
        assert drawn == sorted(drawn, reverse=True)
        day = dt.date(2020, 5, 31) - dt.timedelta(days=days)
        pace = per_week(left[-1], day, dt.date(2020, 5, 31))
        assert pace * (days + 1) >= min(left[-1] * 7, pace * (days + 1))
        assert pace == 0 or left[-1] > (pace - 1) * (days + 1) / 7

    def test_past_the_deadline_no_pace_is_enough(self):
        assert per_week(5, dt.date(2020, 6, 1), dt.date(2020, 5, 31)) is None
        assert per_week(5, dt.date(2020, 5, 31), dt.date(2020, 5, 31)) == 5

    def test_after_the_deadline_only_weeks_in_which_something_changed(self, district):
        with time_machine.travel(at(11, 4), tick=False):
            raised(household=False)
        with time_machine.travel(at(11, 23), tick=False):
            [course] = [each for each in board_of(district).burn_downs if each.zero == GAPS]
        assert [str(week.thursday) for week in course.weeks[-4:]] == [
            "2020-07-02",
            "2020-11-05",
            "2020-11-19",
            "2020-11-26",
        ]
        assert course.left[-1] == 3
        told = course.chart("阎良区")
        assert "须达到：" in told
        assert "style=" not in told


class TestPage:
    @time_machine.travel(at(4, 20), tick=False)
    def test_cards_table_and_charts(self, district, sign_in, bureau_clerk):
        page = sign_in(bureau_clerk).get(reverse(PAGE)).content.decode()
        for words in ("脱贫任务清零", "还有 41 天", "每周须完成 1 户", "关山街道", "阎良区本级"):
            assert words in page
        assert page.count('class="chart"') == 3
        assert "style=" not in page

    def test_an_office_sees_its_own_and_no_other(self, district, sign_in, recorder, villager):
        client = sign_in(recorder)
        assert client.get(reverse(PAGE)).context["region"].code == GUANSHAN
        for other in (BEITUN, DISTRICT, "nonsense"):
            assert client.get(reverse(PAGE), {"region": other}).status_code == 404
        page = sign_in(villager).get(reverse(PAGE))
        assert page.context["region"].code == VILLAGE

    def test_the_dashboard_shows_the_same(self, district, sign_in, bureau_clerk):
        page = sign_in(bureau_clerk).get(reverse("reports:dashboard"))
        cards = page.context["board"].zeros.cards
        assert [card.number for card in cards] == [1, 2, 3]
        assert all(f'href="{card.url}"' in page.content.decode() for card in cards)
