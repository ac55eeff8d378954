"""The weekly report: weeks, figures, sentences, the page, its files and the command."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from households.enums import ChangeKind, ChangeState
from households.models import Household, HouseholdChange, Region
from reports.figures import counts_at
from reports.weekly.figures import (
    APPRAISED,
    CHECK_RATE,
    NOT_CLEARED,
    WeeklyFigures,
)
from reports.weekly.gathering import weekly_of
from reports.weekly.narrative import draft
from reports.weekly.series import counts_of
from reports.weekly.tables import short_table
from reports.weekly.weeks import Week, open_week, week_of, week_on, weeks_with_changes
from tests.factories import HouseholdFactory, happen
from tests.reports.histories import START, histories, live_through, undone
from yanliang.audit.models import Entry
from yanliang.periods import SHANGHAI

DISTRICT, GUANSHAN, BEITUN = "610114", "610114007", "610114005"
THURSDAY = dt.date(2020, 4, 9)
SUMMARY, EXPORT = "reports:weekly_summary", "reports:weekly_export"


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, tzinfo=SHANGHAI)


class TestWeeks:
    @pytest.mark.parametrize(
        ("moment", "thursday"),
        [
            (at(4, 9, 12), "2020-04-09"),  # the cut-off itself is in
            (at(4, 9, 13), "2020-04-16"),
            (at(4, 10), "2020-04-16"),
            (at(6, 24, 11), "2020-06-25"),  # a holiday: closes on Wednesday noon
            (at(6, 24, 13), "2020-07-02"),
            (at(3, 1), "2020-03-26"),  # before the campaign
            (at(9, 30, 13), "2020-10-15"),  # the long holiday closes two weeks at once
        ],
    )
    def test_what_was_recorded_after_the_cut_off_belongs_to_the_next_week(self, moment, thursday):
        assert week_of(moment).thursday.isoformat() == thursday

    @time_machine.travel(at(4, 8), tick=False)
    def test_an_open_week_stands_for_now(self):
        assert Week(THURSDAY).is_open
        assert Week(THURSDAY).moment == at(4, 8)
        assert open_week() == Week(THURSDAY)

    @time_machine.travel(at(4, 9, 15), tick=False)
    def test_a_closed_week_stands_for_its_cut_off_and_the_next_is_open(self):
        assert not Week(THURSDAY).is_open
        assert Week(THURSDAY).moment == at(4, 9, 12)
        assert open_week() == Week(dt.date(2020, 4, 16))

    def test_the_first_week_has_none_before_it(self):
        assert Week(dt.date(2020, 3, 26)).previous is None
        assert Week(dt.date(2020, 4, 2)).previous == Week(dt.date(2020, 3, 26))

    @time_machine.travel(at(4, 8), tick=False)
    @pytest.mark.parametrize("day", ["2020-03-19", "2020-04-10", "0001-01-01", "9999-12-31"])
    def test_no_week_outside_the_campaign_or_to_come(self, day):
        with pytest.raises(ValueError):
            week_on(dt.date.fromisoformat(day))


@pytest.fixture
def two_weeks(reference):
    """Three households of 关山村 and one of 北屯: what happened by 2 April and by 9 April, Thursdays both."""
    with time_machine.travel(at(4, 1), tick=False):
        first = happen(HouseholdFactory(), "inspected:safe")
        second = happen(HouseholdFactory(class_code="low_income"), "inspected:suspected")
        HouseholdFactory()
        HouseholdFactory(region_id="610114005200")
    with time_machine.travel(at(4, 7), tick=False):
        happen(second, "appraised:a")
    with time_machine.travel(at(4, 8), tick=False):
        happen(first, "warned")
        added = HouseholdFactory(registered_at=at(4, 8))
        HouseholdChange.objects.create(
            household=added,
            kind=ChangeKind.ADDED,
            happened_on=dt.date(2020, 4, 8),
            reason="外地迁入",
            recorded_at=at(4, 8),
        )
        HouseholdChange.objects.create(
            household=second,
            kind=ChangeKind.DIED_OUT,
            happened_on=dt.date(2020, 4, 8),
            reason="整户消亡",
            recorded_at=at(4, 8),
            state=ChangeState.PENDING,
        )
    with time_machine.travel(at(4, 9, 13), tick=False):
        # An hour after the cut-off: next week's.
        happen(Household.objects.get(region_id="610114005200"), "inspected:safe")


def told_of(week: WeeklyFigures) -> str:
    return "\n".join(sentence for part in draft(week) for sentence in part.paragraphs)


def region(code: str) -> Region:
    return Region.objects.get(pk=code)


class TestGathering:
    def test_figures_are_those_of_the_two_cut_offs(self, two_weeks):
        total = weekly_of(region(DISTRICT), Week(THURSDAY)).figures.total
        assert [total.value(number) for number in (1, 4, 8, 10, 22, 23)] == [5, 2, 2, 1, 1, 4]
        assert [total.previous(number) for number in (1, 4, 8, 10, 22, 23)] == [4, 2, 1, 1, 1, 3]
        assert total.difference(APPRAISED) == 1

    def test_what_was_logged_in_the_week_explains_it(self, two_weeks):
        week = weekly_of(region(GUANSHAN), Week(THURSDAY)).figures
        # The removal that the bureau has not confirmed does not count.
        assert week.changes == {"added": 1, "warned": 1}
        assert "较上周下降 16.67 个百分点（原因：新增 1 户）" in told_of(week)
        assert weekly_of(region(BEITUN), Week(THURSDAY)).figures.changes == {}

    def test_a_visit_that_finds_a_safe_house_suspected_is_a_cause(self, reference):
        with time_machine.travel(at(4, 1), tick=False):
            household = happen(HouseholdFactory(), "inspected:safe")
            happen(HouseholdFactory(), "inspected:suspected")
        with time_machine.travel(at(4, 7), tick=False):
            happen(household, "inspected:suspected")
        week = weekly_of(region(DISTRICT), Week(THURSDAY)).figures
        assert "较上周减少 1 户（原因：复查为疑似不安全 1 户）" in told_of(week)

    def test_an_appraisal_that_finds_a_safe_house_unsafe_is_a_cause(self, reference):
        with time_machine.travel(at(4, 1), tick=False):
            household = happen(HouseholdFactory(class_code="low_income"), "inspected:safe")
            happen(HouseholdFactory(class_code="low_income"), "inspected:suspected")
        with time_machine.travel(at(4, 7), tick=False):
            happen(household, "appraised:d")
        week = weekly_of(region(DISTRICT), Week(THURSDAY)).figures
        assert "较上周减少 1 户（原因：鉴定为C、D级 1 户）" in told_of(week)
        assert weekly_of(region(DISTRICT), Week(dt.date(2020, 4, 2))).figures.changes == {}

    @pytest.mark.parametrize(
        ("thursday", "late"),
        [
            (dt.date(2020, 5, 28), []),
            (dt.date(2020, 6, 4), [(dt.date(2020, 5, 31), 1)]),
            (dt.date(2020, 7, 2), [(dt.date(2020, 5, 31), 1), (dt.date(2020, 6, 30), 2)]),
        ],
    )
    def test_overdue_by_the_deadline_of_the_class_as_at_the_cut_off(
        self, reference, thursday, late
    ):
        with time_machine.travel(at(4, 1), tick=False):
            happen(HouseholdFactory(class_code="low_income"), "inspected:suspected")
            happen(HouseholdFactory(class_code="low_income"), "inspected:safe")
            HouseholdFactory()
            HouseholdFactory()
            happen(HouseholdFactory(), "exempted")
        found = weekly_of(region(DISTRICT), Week(thursday)).figures.overdue
        assert [(each.due, each.households) for each in found] == late
        assert all(set(each.by_place) == {"关山街道"} for each in found)

    def test_only_weeks_with_changes_are_offered(self, two_weeks):
        weeks = weekly_of(region(DISTRICT), Week(THURSDAY)).weeks
        assert [week.thursday.isoformat() for week in weeks] == [
            "2020-03-26",
            "2020-04-02",
            "2020-04-09",
            "2020-04-16",
        ]
        assert Week(dt.date(2020, 4, 9)) not in weekly_of(region(BEITUN), Week(THURSDAY)).weeks

    def test_an_undone_registration_shows_in_closed_weeks_at_once(self, two_weeks):
        before = weekly_of(region(DISTRICT), Week(THURSDAY)).figures.total.value(1)
        Household.objects.filter(region_id="610114005200").delete()
        assert weekly_of(region(DISTRICT), Week(THURSDAY)).figures.total.value(1) == before - 1

    def test_queries_do_not_grow(self, two_weeks, django_assert_num_queries):
        district, week = region(DISTRICT), Week(THURSDAY)
        # With the closed weeks still to be counted.
        with django_assert_num_queries(28):
            weekly_of(district, week)
        with time_machine.travel(at(4, 20), tick=False):
            for _ in range(5):
                happen(HouseholdFactory(class_code="destitute"), "inspected:safe", "appraised:b")
        weekly_of(district, week)
        with django_assert_num_queries(25):
            weekly_of(district, week)

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(plan=histories)
    def test_counts_of_each_week_are_those_at_its_cut_off(self, reference, plan):
        with undone():
            cache.clear()
            live_through(plan)
            weeks = [Week(dt.date(2020, 3, 26) + dt.timedelta(weeks=n)) for n in range(12)]
            for week, counts in counts_of(DISTRICT, weeks).items():
                expected = counts_at(DISTRICT, week.closes).tally([GUANSHAN, BEITUN])
                assert counts.tally([GUANSHAN, BEITUN]) == expected

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(plan=histories)
    def test_a_week_without_changes_ends_as_it_began(self, reference, plan):
        with undone():
            cache.clear()
            lives = live_through(plan)
            began = {week_of(max(moment, START)) for life in lives.values() for moment, *_ in life}
            changed = set(weeks_with_changes(DISTRICT))
            assert changed <= began
            for week in {Week(dt.date(2020, 4, 2) + dt.timedelta(weeks=n)) for n in range(10)}:
                if week not in changed:
                    before, after = (
                        counts_at(DISTRICT, each.closes).tally(["610114007200", "610114007201"])
                        for each in (week.previous, week)
                    )
                    assert before == after


class TestPage:
    def test_it_shows_sentences_charts_and_annex(self, two_weeks, sign_in, bureau_clerk):
        response = sign_in(bureau_clerk).get(reverse(SUMMARY), {"week": "2020-04-09"})
        page = response.content.decode()
        assert "截至2020年4月9日12时" in page
        assert "六、下周计划" in page
        assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart"') == 4
        assert "各街办三清零进度" in page
        assert "附件2" in page
        assert "style=" not in page

    def test_any_day_of_the_week_names_it(self, two_weeks, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        pages = [
            client.get(reverse(SUMMARY), {"week": day}).context["week"]
            for day in ("2020-04-03", "2020-04-09")
        ]
        assert pages[0] == pages[1] == Week(THURSDAY)

    def test_a_week_links_to_lists_of_its_own_moment(self, two_weeks, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        closed = client.get(reverse(SUMMARY), {"week": "2020-04-09"}).content.decode()
        lists = f'href="{reverse("reports:figure_households")}?'
        # The table's by column, the comparison's by measure.
        assert closed.count(lists) == sum(
            closed.count(f"week={week}&amp;{figure}=")
            for week, figure in [
                ("2020-04-09", "column"),
                ("2020-04-09", "measure"),
                ("2020-04-02", "measure"),
            ]
        )
        running = client.get(reverse(SUMMARY)).content.decode()
        assert lists in running

    def test_this_week_by_default_with_a_way_to_the_last_that_changed(
        self, two_weeks, sign_in, bureau_clerk
    ):
        with time_machine.travel(at(6, 10), tick=False):
            response = sign_in(bureau_clerk).get(reverse(SUMMARY))
        assert response.context["week"] == Week(dt.date(2020, 6, 11))
        assert response.context["last_change"] == Week(dt.date(2020, 4, 16))
        assert "本周尚未截止" in response.content.decode()

    @pytest.mark.parametrize("week", ["2020-03-19", "2120-01-01", "2020-13-01", "x", "9999-12-31"])
    def test_a_week_that_is_none_is_not_found(self, sign_in, bureau_clerk, week):
        assert sign_in(bureau_clerk).get(reverse(SUMMARY), {"week": week}).status_code == 404

    def test_an_office_sees_its_own_villages_and_no_other(self, two_weeks, sign_in, recorder):
        client = sign_in(recorder)
        own = client.get(reverse(SUMMARY), {"week": "2020-04-09"})
        assert own.context["region"].code == GUANSHAN
        assert "关山村" in own.content.decode()
        for other in (BEITUN, DISTRICT, "999999"):
            assert client.get(reverse(SUMMARY), {"region": other}).status_code == 404
            answer = client.post(reverse(EXPORT), {"region": other, "format": "xlsx"})
            assert answer.status_code == 404
        assert not Entry.objects.filter(act="exported").exists()

    def test_a_village_reads_but_does_not_export(self, two_weeks, sign_in, villager):
        client = sign_in(villager)
        page = client.get(reverse(SUMMARY), {"week": "2020-04-09"})
        assert page.status_code == 200
        assert "导出 Excel" not in page.content.decode()
        assert client.post(reverse(EXPORT), {"format": "xlsx"}).status_code == 403

    def test_the_keeper_and_strangers_are_refused(self, sign_in, keeper, client):
        assert sign_in(keeper).get(reverse(SUMMARY)).status_code == 403
        client.logout()
        assert client.get(reverse(SUMMARY)).status_code == 302
        assert client.post(reverse(EXPORT), {"format": "xlsx"}).status_code == 302

    def test_an_export_is_written_to_the_trail(self, two_weeks, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        asked = {"week": "2020-04-09", "format": "xlsx", "reason": "报送市局"}
        response = client.post(reverse(EXPORT), asked)
        assert response.status_code == 200
        entry = Entry.objects.get(act="exported")
        assert (entry.reason, entry.object_id) == ("报送市局", DISTRICT)
        assert entry.after["报告周"] == "2020年4月9日"
        assert entry.after["户数"] == 5
        assert client.get(reverse(EXPORT)).status_code == 405
        assert client.post(reverse(EXPORT), {**asked, "format": "doc"}).status_code == 404


def test_short_table_tells_this_week_last_week_and_the_difference(two_weeks):
    table = short_table(weekly_of(region(DISTRICT), Week(THURSDAY)).figures)
    rows = {row.cell("place").value: row for row in table.rows}
    total = rows["合计"]
    assert [total.cell(f"{NOT_CLEARED}-{face}").value for face in ("本周", "上周", "增减")] == [
        4,
        3,
        1,
    ]
    # 2 of 5 against 2 of 4, in percentage points.
    assert float(total.cell(f"{CHECK_RATE}-增减").value) == -10.0
    assert rows["新兴街道"].cell(f"{CHECK_RATE}-本周").value is None
    assert list(rows)[-1] == "合计"


class TestCommand:
    def test_it_writes_the_file_and_the_trail(self, two_weeks, tmp_path):
        path = tmp_path / "周报.xlsx"
        call_command(
            "weekly_summary",
            region=DISTRICT,
            week=Week(THURSDAY),
            format="xlsx",
            out=path,
            verbosity=0,
        )
        assert path.read_bytes()[:2] == b"PK"
        assert Entry.objects.get(act="exported").after["报告周"] == "2020年4月9日"

    @pytest.mark.parametrize(
        "wrong",
        [["--region", "1", "--week", "2020-04-09"], ["--region", DISTRICT, "--week", "2020-01-01"]],
    )
    def test_it_says_what_is_wrong(self, reference, tmp_path, wrong):
        with pytest.raises(CommandError, match="没有"):
            call_command(
                "weekly_summary", *wrong, "--format", "xlsx", "--out", str(tmp_path / "x.xlsx")
            )
