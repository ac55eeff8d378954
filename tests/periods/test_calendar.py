"""Working days, the cut-off and what is said when it moves, milestones, and settings that cannot be read."""

import datetime as dt
import importlib
import json
from itertools import count

import chinese_calendar
import pytest
import time_machine
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from reports.weekly.weeks import Week
from yanliang import periods, wsgi
from yanliang.periods import (
    SHANGHAI,
    calendar_warning,
    campaign,
    cut_off,
    cut_off_in_words,
    is_on_time,
    is_working_day,
    lateness_in_words,
    next_milestone,
    why_moved,
)

ORDINARY = dt.date(2020, 4, 9)


def at(day: str, time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI)


def is_unknown(year: int) -> bool:
    """Whether the installed chinesecalendar does not know `year`."""
    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return True
    return False


@pytest.fixture
def later() -> int:
    """The first year after those that the installed chinesecalendar knows."""
    return next(year for year in count(2020) if is_unknown(year))


@pytest.fixture
def table(settings, tmp_path):
    """Writes the site's own table of working days."""

    def write(content) -> None:
        settings.WORKING_DAYS = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        text = content if isinstance(content, str) else json.dumps(content)
        settings.WORKING_DAYS.write_text(text)

    return write


def first_thursday_of_june(year: int) -> dt.date:
    return periods.thursday_of(dt.date(year, 6, 1))


class TestCutOff:
    @pytest.mark.parametrize(
        ("thursday", "closes"),
        [
            ("2020-04-09", "4月9日（周四）12:00"),
            ("2020-04-30", "4月30日（周四）12:00"),  # the last day of a month, before a holiday
            ("2020-01-02", "1月2日（周四）12:00"),
            (
                "2020-01-23",
                "1月23日（周四）12:00",
            ),  # the last working day before the Spring Festival
            ("2020-01-30", "1月23日（周四）12:00"),  # in it: a week earlier
            ("2020-06-25", "6月24日（周三）12:00"),
            ("2020-10-01", "9月30日（周三）12:00"),  # into the month before
            ("2020-10-08", "9月30日（周三）12:00"),  # one long holiday closes two weeks at once
            ("2026-01-01", "12月31日（周三）12:00"),  # into the year before
        ],
    )
    def test_falls_on_thursday_or_the_last_working_day_before(self, thursday, closes):
        assert cut_off_in_words(dt.date.fromisoformat(thursday)) == closes

    def test_is_a_moment_in_shanghai(self):
        assert cut_off(dt.date(2020, 6, 25)) == dt.datetime(2020, 6, 24, 4, tzinfo=dt.UTC)

    def test_to_the_minute(self, settings):
        settings.WEEKLY_CUT_OFF = "11:45"
        assert cut_off(ORDINARY) == at("2020-04-09", "11:45:00")
        assert cut_off_in_words(ORDINARY) == "4月9日（周四）11:45"
        with time_machine.travel(at("2020-04-09", "11:44:59"), tick=False):
            assert Week(ORDINARY).is_open
        with time_machine.travel(at("2020-04-09", "11:45:00"), tick=False):
            assert not Week(ORDINARY).is_open

    @pytest.mark.parametrize(
        ("thursday", "why"),
        [
            ("2020-04-09", ""),
            ("2020-04-30", ""),
            ("2020-01-23", ""),
            ("2020-06-25", "周四（6月25日）为端午节假日，截止时间提前到6月24日（周三）12:00"),
            ("2020-10-01", "周四（10月1日）为国庆节假日，截止时间提前到9月30日（周三）12:00"),
            ("2020-01-30", "周四（1月30日）为春节假日，截止时间提前到1月23日（周四）12:00"),
            ("2026-01-01", "周四（1月1日）为元旦假日，截止时间提前到12月31日（周三）12:00"),
        ],
    )
    def test_a_move_explains_itself(self, thursday, why):
        assert why_moved(dt.date.fromisoformat(thursday)) == why


class TestAroundTheCutOff:
    @pytest.mark.parametrize(
        ("thursday", "moment", "is_open", "on_time", "late"),
        [
            ("2020-04-09", at("2020-04-09", "11:59:59"), True, True, ""),
            ("2020-04-09", at("2020-04-09", "12:00:00"), False, True, ""),
            ("2020-04-09", at("2020-04-09", "12:00:01"), False, False, "迟报 0:01"),
            ("2020-06-25", at("2020-06-24", "11:59:59"), True, True, ""),
            ("2020-06-25", at("2020-06-24", "12:00:00"), False, True, ""),
            ("2020-06-25", at("2020-06-25", "11:00:00"), False, False, "迟报 23:00"),
        ],
    )
    def test_one_second_decides(self, thursday, moment, is_open, on_time, late):
        week = Week(dt.date.fromisoformat(thursday))
        with time_machine.travel(moment, tick=False):
            assert week.is_open is is_open
        assert is_on_time(moment, week.closes) is on_time
        assert lateness_in_words(moment, week.closes) == late

    @pytest.mark.parametrize(
        ("after", "words"),
        [
            (dt.timedelta(minutes=1), "迟报 0:01"),
            (dt.timedelta(minutes=1, microseconds=1), "迟报 0:02"),
            (dt.timedelta(hours=1, minutes=4, seconds=30), "迟报 1:05"),
            (dt.timedelta(minutes=59, seconds=1), "迟报 1:00"),
            (dt.timedelta(days=1, hours=2, minutes=10), "迟报 26:10"),
        ],
    )
    def test_lateness_in_hours_and_begun_minutes(self, after, words):
        due = cut_off(ORDINARY)
        assert lateness_in_words(due + after, due) == words

    @time_machine.travel(at("2020-06-24", "11:00:00"), tick=False)
    def test_an_open_week_says_when_it_closes(self):
        assert Week(dt.date(2020, 6, 25)).closing_in_words == "于6月24日（周三）12:00截止"
        assert Week(dt.date(2020, 6, 18)).closing_in_words == "已于6月18日（周四）12:00截止"


class TestOwnTable:
    def test_goes_before_the_package(self, table):
        table(
            {
                "2020-04-09": {"working": False, "name": "春节"},
                "2020-06-25": {"working": True, "name": "上班"},
            }
        )
        assert why_moved(ORDINARY) == (
            "周四（4月9日）为春节假日，截止时间提前到4月8日（周三）12:00"
        )
        assert why_moved(dt.date(2020, 6, 25)) == ""
        # What it does not name is as the package says.
        assert not is_working_day(dt.date(2020, 6, 26))

    def test_a_day_off_without_a_name(self, table):
        table({"2020-04-09": {"working": False}})
        assert why_moved(ORDINARY) == "周四（4月9日）不上班，截止时间提前到4月8日（周三）12:00"

    def test_makes_a_later_year_known(self, table, later):
        thursday = first_thursday_of_june(later)
        friday, saturday = thursday + dt.timedelta(1), thursday + dt.timedelta(2)
        table(
            {
                thursday.isoformat(): {"working": False, "name": "端午节"},
                saturday.isoformat(): {"working": True, "name": "端午节调休"},
            }
        )
        assert "为端午节假日" in why_moved(thursday)
        assert is_working_day(saturday)
        assert is_working_day(friday)
        assert calendar_warning(friday) == ""
        assert calendar_warning(friday.replace(year=later + 1)) != ""

    def test_beyond_both_tables_from_monday_to_friday_with_a_warning(self, later):
        thursday = first_thursday_of_june(later)
        week = [thursday + dt.timedelta(days) for days in range(-3, 4)]
        assert [is_working_day(day) for day in week] == [True] * 5 + [False] * 2
        assert why_moved(thursday) == ""
        assert calendar_warning(thursday) == (
            f"{later} 年节假日安排未录入，按周一至周五为工作日计；请系统管理员更新工作日表。"
        )
        assert calendar_warning(dt.date(later - 1, 12, 31)) == ""

    def test_ships_empty(self, settings):
        assert json.loads(settings.WORKING_DAYS.read_text()) == {}


class TestMilestones:
    def test_are_the_days_of_the_notice_and_those_by_which_things_are_due(self):
        assert [(f"{day:%-m-%-d}", label) for day, label in campaign().milestones] == [
            ("3-31", "入户核查完成"),
            ("5-31", "四类重点对象清零、中省反馈问题清零"),
            ("6-30", "全部清零"),
        ]
        due = (campaign().inspections_due, campaign().feedback_due, campaign().problems_due)
        assert tuple(each.day for each in campaign().milestones) == due

    @pytest.mark.parametrize(
        ("day", "following"),
        [
            ("2020-03-25", "2020-03-31"),
            ("2020-05-31", "2020-05-31"),
            ("2020-06-01", "2020-06-30"),
        ],
    )
    def test_the_next_one_counts_its_own_day(self, day, following):
        assert next_milestone(dt.date.fromisoformat(day)).day.isoformat() == following

    def test_after_the_last_there_is_none(self):
        assert next_milestone(dt.date(2020, 7, 1)) is None


class TestAtStart:
    @pytest.mark.parametrize("value", ["00:00", "09:05", "12:00", "23:59"])
    def test_hours_and_minutes_are_taken(self, settings, value):
        settings.WEEKLY_CUT_OFF = value
        assert run_checks(tags=["calendar"]) == []
        assert f"{cut_off(ORDINARY):%H:%M}" == value

    @pytest.mark.parametrize(
        "value",
        ["", "12", "9:00", "24:00", "12:60", "12:00:00", "12：00", " 12:00", "noon", "1２:00"],
    )
    def test_what_is_no_time_of_day_is_refused(self, settings, value):
        settings.WEEKLY_CUT_OFF = value
        [fault] = run_checks(tags=["calendar"])
        assert fault.is_serious()
        assert fault.msg.startswith("WEEKLY_CUT_OFF 应为 24 小时制的时:分")
        assert f"“{value}”" in fault.msg

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("{", "读不出来"),
            ("[]", "读不出来"),
            ({"2027-13-01": {"working": False}}, "“2027-13-01”一项有误"),
            ({"2027-01-01": False}, "“2027-01-01”一项有误"),
            ({"2027-01-01": {"name": "元旦"}}, "“2027-01-01”一项有误"),
            ({"2027-01-01": {"working": "no"}}, "“2027-01-01”一项有误"),
            ({"2027-01-01": {"working": False, "name": 1}}, "“2027-01-01”一项有误"),
        ],
    )
    def test_a_table_that_cannot_be_read_is_refused(self, table, content, told):
        table(content)
        [fault] = run_checks(tags=["calendar"])
        assert fault.is_serious()
        assert told in fault.msg

    def test_a_missing_table_is_refused(self, settings, tmp_path):
        settings.WORKING_DAYS = tmp_path / "none.json"
        assert "读不出来" in run_checks(tags=["calendar"])[0].msg

    def test_gunicorn_does_not_start_either(self, settings):
        settings.WEEKLY_CUT_OFF = "25:00"
        with pytest.raises(ImproperlyConfigured, match="WEEKLY_CUT_OFF"):
            importlib.reload(wsgi)
