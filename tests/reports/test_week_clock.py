"""Thursday by the clock: what is on time, until when a week takes a submission, which week is offered."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from households.models import Region
from reports.models import DistrictWeek, OfficeWeek
from reports.thursday.aggregating import office_standings
from reports.thursday.deadlines import closed_because, due_at
from reports.thursday.papers import paper_of_submission
from reports.thursday.reviewing import extend, send_back
from reports.weekly.weeks import Week, open_week
from tests.factories import HouseholdFactory
from tests.reports.week_cases import DISTRICT, GUANSHAN, bureau, submitted
from yanliang.periods import SHANGHAI, cut_off, told_at

pytestmark = pytest.mark.usefixtures("reference")
THURSDAY, MONTH_END, HOLIDAY = dt.date(2020, 4, 9), dt.date(2020, 4, 30), dt.date(2020, 6, 25)
SECOND = dt.timedelta(seconds=1)


def at(month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def household(reference):
    return HouseholdFactory()


def let(until: dt.datetime, thursday: dt.date, now: dt.datetime) -> None:
    office = Region.objects.get(pk=GUANSHAN)
    week = OfficeWeek.objects.filter(region=office, thursday=thursday).first()
    with told_at(now):
        seen = week.version if week else 0
        extend(office, thursday, until, "停电", by=bureau(), seen=seen)


def told(thursday: dt.date, now: dt.datetime):
    """How the bureau sees the office at a moment."""
    region = Region.objects.get(pk=DISTRICT)
    with told_at(now):
        week = DistrictWeek.objects.filter(region=region, thursday=thursday).first()
        standing = next(
            each
            for each in office_standings(region, thursday, week)
            if each.office.code == GUANSHAN
        )
        return standing.timeliness, standing.is_late, standing.is_overdue


@pytest.mark.parametrize(
    ("thursday", "moment", "timeliness"),
    [
        (THURSDAY, at(4, 9, 11, 59, 59), "准时"),
        (THURSDAY, at(4, 9, 12, 0, 0), "准时"),
        (THURSDAY, at(4, 9, 12, 0, 1), "迟报 0:01"),
        (THURSDAY, at(4, 9, 12, 1, 0), "迟报 0:01"),
        (THURSDAY, at(4, 9, 12, 1, 1), "迟报 0:02"),
        (THURSDAY, at(4, 16, 12, 0, 0), "迟报 168:00"),
        (MONTH_END, at(4, 30, 12, 0, 0), "准时"),
        (MONTH_END, at(4, 30, 12, 0, 1), "迟报 0:01"),
        (MONTH_END, at(5, 1, 0, 0, 0), "迟报 12:00"),
        (HOLIDAY, at(6, 24, 11, 59, 59), "准时"),
        (HOLIDAY, at(6, 24, 12, 0, 0), "准时"),
        (HOLIDAY, at(6, 24, 12, 0, 1), "迟报 0:01"),
        (HOLIDAY, at(6, 25, 11, 0, 0), "迟报 23:00"),
    ],
    ids=str,
)
def test_on_time_is_until_the_cut_off_itself(thursday, moment, timeliness):
    submission = submitted(thursday=thursday, at=moment)
    assert submission.submitted_at == moment
    assert submission.due_at == cut_off(thursday)
    assert submission.is_on_time == (timeliness == "准时")
    assert told(thursday, moment + SECOND) == (timeliness, timeliness != "准时", False)


@pytest.mark.parametrize(
    ("thursday", "cut"),
    [(THURSDAY, at(4, 9)), (MONTH_END, at(4, 30)), (HOLIDAY, at(6, 24))],
    ids=str,
)
def test_nothing_is_missing_until_the_cut_off(thursday, cut):
    assert cut_off(thursday) == cut
    assert told(thursday, cut) == ("未到时间", False, False)
    assert told(thursday, cut + SECOND) == ("缺报", False, True)


class TestExtension:
    def test_moves_the_cut_off_of_one_office(self):
        let(at(4, 10, 9), THURSDAY, at(4, 9, 11))
        assert told(THURSDAY, at(4, 10, 9)) == ("未到时间", False, False)
        assert told(THURSDAY, at(4, 10, 9, 0, 1)) == ("缺报", False, True)
        assert due_at(THURSDAY) == at(4, 9)
        assert submitted(at=at(4, 10, 9)).due_at == at(4, 10, 9)
        assert told(THURSDAY, at(4, 10, 9)) == ("准时", False, False)

    def test_is_over_by_itself(self):
        let(at(4, 10, 9), THURSDAY, at(4, 9, 11))
        submission = submitted(at=at(4, 10, 10, 5))
        assert not submission.is_on_time
        assert told(THURSDAY, at(4, 10, 11))[0] == "迟报 1:05"

    def test_that_ends_before_the_week_does_opens_it_no_longer(self):
        let(at(4, 10, 9), THURSDAY, at(4, 9, 11))
        with pytest.raises(ValidationError, match="不能再补报"):
            submitted(at=at(4, 16, 12, 0, 1))

    def test_opens_a_week_again_until_it_is_over(self):
        with pytest.raises(ValidationError, match="不能再补报"):
            submitted(at=at(4, 17))
        let(at(4, 18), THURSDAY, at(4, 17))
        with pytest.raises(ValidationError, match="不能再补报"):
            submitted(at=at(4, 18, 12, 0, 1))
        assert submitted(at=at(4, 18)).is_on_time

    def test_does_not_change_what_was_submitted_before_it(self):
        first = submitted(at=at(4, 9, 12, 30))
        with told_at(at(4, 9, 13)):
            send_back(first, "请核对", [], by=bureau(), seen=first.week.version)
        let(at(4, 10, 9), THURSDAY, at(4, 9, 14))
        second = submitted(at=at(4, 9, 15))
        assert second.is_on_time
        assert told(THURSDAY, at(4, 9, 16))[0] == "迟报 0:30"


class TestOpen:
    @pytest.mark.parametrize(
        ("thursday", "moment", "because"),
        [
            (THURSDAY, at(4, 2), "这一周还没有开始。"),
            (THURSDAY, at(4, 2, 12, 0, 1), ""),
            (THURSDAY, at(4, 16), ""),
            (THURSDAY, at(4, 16, 12, 0, 1), "不能再补报"),
            (dt.date(2020, 6, 18), at(6, 24), ""),
            (dt.date(2020, 6, 18), at(6, 24, 12, 0, 1), "不能再补报"),
            (dt.date(2020, 7, 2), at(6, 24), "这一周还没有开始。"),
            (dt.date(2020, 7, 2), at(6, 24, 12, 0, 1), ""),
            (dt.date(2020, 3, 26), at(3, 25, 0), ""),
            (dt.date(2020, 3, 19), at(3, 25, 0), "还没有开始"),
            # The long holiday closes both on 30 September.
            (dt.date(2020, 10, 1), at(9, 24, 12, 0, 1), ""),
            (dt.date(2020, 10, 1), at(9, 30, 13), ""),
            (dt.date(2020, 10, 1), at(10, 15), ""),
            (dt.date(2020, 10, 1), at(10, 15, 12, 0, 1), "不能再补报"),
            (dt.date(2020, 10, 8), at(9, 24), "这一周还没有开始。"),
            (dt.date(2020, 10, 8), at(9, 30), ""),
            (dt.date(2020, 10, 15), at(9, 30), "这一周还没有开始。"),
            (dt.date(2020, 10, 15), at(9, 30, 12, 0, 1), ""),
        ],
        ids=str,
    )
    def test_from_the_cut_off_before_to_the_cut_off_after(self, thursday, moment, because):
        with told_at(moment):
            found = closed_because(thursday)
        assert because in found
        assert bool(because) == bool(found)

    def test_two_weeks_that_a_holiday_closes_at_once_are_both_on_time(self):
        for thursday in (dt.date(2020, 10, 1), dt.date(2020, 10, 8)):
            assert submitted(thursday=thursday, at=at(9, 30, 11)).is_on_time

    def test_what_was_returned_can_come_at_any_time(self):
        submission = submitted(at=at(4, 9, 11))
        with told_at(at(4, 9, 13)):
            send_back(submission, "请核对", [], by=bureau(), seen=submission.week.version)
        again = submitted(at=at(4, 20))
        assert again.revision == 2
        assert not again.is_on_time
        assert told(THURSDAY, at(4, 20))[0] == "准时"

    def test_what_was_not_returned_cannot(self):
        submitted(at=at(4, 9, 11))
        with pytest.raises(ValidationError, match="不能再补报"):
            submitted(at=at(4, 20))


@pytest.mark.parametrize(
    ("moment", "thursday", "issue"),
    [
        (at(3, 25, 9), dt.date(2020, 3, 26), 1),
        (at(4, 9, 12), THURSDAY, 3),
        (at(4, 9, 12, 0, 1), dt.date(2020, 4, 16), 4),
        (at(4, 30, 12), MONTH_END, 6),
        (at(4, 30, 12, 0, 1), dt.date(2020, 5, 7), 7),
        (at(6, 24, 12), HOLIDAY, 14),
        (at(6, 24, 12, 0, 1), dt.date(2020, 7, 2), 15),
        (at(6, 25, 9), dt.date(2020, 7, 2), 15),
    ],
    ids=str,
)
def test_the_week_offered_and_its_issue(moment, thursday, issue):
    with told_at(moment):
        assert open_week() == Week(thursday)
        assert not closed_because(open_week().thursday)
    assert Week(thursday).issue == issue
    assert paper_of_submission(submitted(thursday=thursday, at=moment)).issue == f"第{issue}期"
