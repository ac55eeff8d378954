"""The count queries against brute force over what happened to each household."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households.models import Household
from reports.annex2.columns import COUNT_COLUMNS, RATE, figures_of
from reports.counts import Counts
from reports.figures import counts_at, counts_series, grouped, moment_of
from tests.factories import HouseholdFactory, happen
from tests.reports.histories import at_day, histories, live_through, standing, undone

GUANSHAN, BEITUN, DISTRICT = "610114007", "610114005", "610114"
random_histories = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def groups(counts: Counts) -> Counter:
    found = Counter()
    for *group, households in counts.rows:
        found[tuple(group)] += households
    return found


def expected(lives, moment, scope, width=12) -> Counter:
    return Counter(
        (region[:width], class_id, *summary)
        for _, region, class_id, summary in standing(lives, moment)
        if region.startswith(scope)
    )


@random_histories
@given(plan=histories, day=st.integers(-1, 100), scope=st.sampled_from([DISTRICT, GUANSHAN]))
def test_counts_equal_what_each_household_was(reference, plan, day, scope):
    with undone():
        lives = live_through(plan)
        assert groups(counts_at(scope, at_day(day))) == expected(lives, at_day(day), scope)
        last = at_day(10_000)
        assert groups(counts_at(scope)) == expected(lives, last, scope)


@random_histories
@given(plan=histories, days=st.lists(st.integers(-1, 100), min_size=1, max_size=9))
def test_a_series_equals_the_counts_at_each_moment(reference, plan, days):
    with undone():
        lives = live_through(plan)
        series = counts_series(DISTRICT, [at_day(day) for day in days])
        assert list(series) == sorted({at_day(day) for day in days})
        for moment, counts in series.items():
            assert groups(counts) == expected(lives, moment, DISTRICT, width=9)


@random_histories
@given(plan=histories, day=st.integers(0, 60))
def test_figures_are_sums_over_the_households(reference, plan, day):
    with undone():
        lives = live_through(plan)
        figures = figures_of(counts_at(GUANSHAN, at_day(day)))
        summaries = [
            summary
            for _, region, _, summary in standing(lives, at_day(day))
            if region.startswith(GUANSHAN)
        ]
        for column in COUNT_COLUMNS:
            assert figures[column.number] == sum(map(column.counts, summaries))


def test_what_happened_at_the_very_moment_is_in(reference):
    household = HouseholdFactory()
    at = household.summary_since
    assert counts_at(GUANSHAN, at).total() == 1
    assert counts_at(GUANSHAN, at - dt.timedelta.resolution).total() == 0


@time_machine.travel(dt.datetime(2020, 7, 1, 4, tzinfo=dt.UTC), tick=False)
def test_a_day_ends_at_midnight_in_shanghai():
    end = moment_of(dt.date(2020, 6, 24))
    assert end < dt.datetime(2020, 6, 24, 16, tzinfo=dt.UTC) <= end + dt.timedelta.resolution
    assert moment_of(dt.date(2020, 7, 1)) is None
    assert moment_of(None) is None


def test_live_figures_take_one_query_past_ones_and_a_series_two(
    reference, django_assert_num_queries
):
    happen(HouseholdFactory(), "inspected:suspected", "appraised:c")
    with django_assert_num_queries(1):
        counts_at(DISTRICT)
    with django_assert_num_queries(2):
        counts_at(DISTRICT, at_day(3))
    with django_assert_num_queries(2):
        counts_series(DISTRICT, [at_day(day) for day in range(0, 200, 7)])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
def test_live_figures_read_nothing_but_the_covering_index(reference):
    plan = grouped(Household.objects.within(DISTRICT)).explain()
    assert "COVERING INDEX household_summary" in plan
    assert "TEMP B-TREE" not in plan


def test_another_region_is_left_out(reference):
    HouseholdFactory(region_id="610114007200")
    HouseholdFactory(region_id="610114005200")
    assert counts_at(GUANSHAN).total() == counts_at(BEITUN).total() == 1
    assert counts_at(DISTRICT).within(BEITUN).total() == 1


def test_a_rate_rounds_half_up_and_knows_no_zero():
    def rate(checked, to_check):
        rows = [("610114007200", 1, "safe", "safe", "none", checked)]
        rows.append(("610114007200", 1, "none", "unchecked", "none", to_check - checked))
        return RATE.value(figures_of(Counts(rows)))

    assert rate(0, 0) is None
    assert str(rate(1, 3)) == "0.3333"
    assert str(rate(1, 32)) == "0.0313"
