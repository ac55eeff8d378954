"""When the program reminds of a week: the afternoon before its cut-off and the morning of it."""

import datetime as dt

import pytest

from reports.thursday.deadlines import is_reminding
from yanliang.periods import SHANGHAI, cut_off, told_at

THURSDAY = dt.date(2020, 4, 9)
#: A Thursday of the Dragon Boat holiday: its cut-off is on Wednesday.
HOLIDAY = dt.date(2020, 6, 25)


def at(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2020, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "reminds"),
    [
        (at(4, 8, 11, 59), False),
        (at(4, 8, 12), True),
        (at(4, 9, 9), True),
        (at(4, 9, 12), True),
        (at(4, 9, 12, 1), False),
    ],
)
def test_from_noon_of_the_day_before_until_the_cut_off(moment, reminds):
    with told_at(moment):
        assert is_reminding(THURSDAY, cut_off(THURSDAY)) is reminds


@pytest.mark.parametrize(
    ("moment", "reminds"),
    [(at(6, 23, 11), False), (at(6, 23, 13), True), (at(6, 24, 11), True), (at(6, 25, 9), False)],
)
def test_a_moved_cut_off_moves_the_reminder(moment, reminds):
    with told_at(moment):
        assert is_reminding(HOLIDAY, cut_off(HOLIDAY)) is reminds


@pytest.mark.parametrize(("moment", "reminds"), [(at(4, 10, 11), False), (at(4, 10, 13), True)])
def test_an_exception_until_monday_is_remembered_on_friday(moment, reminds):
    with told_at(moment):
        assert is_reminding(THURSDAY, at(4, 13, 10)) is reminds


def test_a_week_that_has_not_begun_reminds_nobody():
    """The cut-offs of 1 and 8 October fall on 30 September, before the long holiday."""
    later = dt.date(2020, 10, 8)
    with told_at(at(9, 30, 11)):
        assert is_reminding(dt.date(2020, 10, 1), cut_off(later))
        assert not is_reminding(later, cut_off(later))
