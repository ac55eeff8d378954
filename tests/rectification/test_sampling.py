"""The draw of a visit's households: size, shares, chance, and the same again by the same seed."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.supervision.sampling import (
    Candidate,
    candidates,
    class_seats,
    draw,
    largest_remainder,
)
from tests.factories import HouseholdFactory, happen

VILLAGES = ("610114007200", "610114007201", "610114007202")

#: Households by class and village: up to 5 classes in up to 3 villages.
registers = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(VILLAGES)), min_size=1, max_size=60
)
sizes = st.integers(1, 70)
seeds = st.integers(0, 2**31 - 1)


def register(strata) -> list[Candidate]:
    return [
        Candidate(rank, village, "1组", f"{village}-{number:04}", number)
        for number, (rank, village) in enumerate(strata)
    ]


@given(registers, sizes, seeds)
@settings(max_examples=60, deadline=None)
def test_a_draw_has_its_size_without_duplicates_and_is_the_same_again(strata, size, seed):
    found = register(strata)
    drawn = draw(found, size=size, seed=seed)
    assert len(drawn) == len(set(drawn)) == min(size, len(found))
    assert set(drawn) <= set(found)
    assert drawn == draw(reversed(found), size=size, seed=seed)
    assert drawn == sorted(drawn, key=lambda each: each.place)


@given(registers, sizes, seeds)
@settings(max_examples=60, deadline=None)
def test_each_village_has_its_share_of_a_class(strata, size, seed):
    found = register(strata)
    in_class = Counter(each.rank for each in found)
    in_stratum = Counter((each.rank, each.village) for each in found)
    drawn = draw(found, size=size, seed=seed)
    seats = Counter(each.rank for each in drawn)
    got = Counter((each.rank, each.village) for each in drawn)
    for (rank, village), number in in_stratum.items():
        share = seats[rank] * number / in_class[rank]
        assert abs(got[rank, village] - share) < 1


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.integers(1, 200))
@settings(max_examples=100, deadline=None)
def test_classes_get_their_share_and_the_first_ones_at_least_one(counts, size):
    size = min(size, sum(counts))
    even, seats = largest_remainder(counts, size), class_seats(counts, size)
    assert sum(even) == sum(seats) == size
    assert all(0 <= seat <= count for seat, count in zip(seats, counts, strict=True))
    for count, seat in zip(counts, even, strict=True):
        assert abs(seat - size * count / sum(counts)) < 1
    assert all(seats[: min(size, len(counts))])
    if all(even):
        assert seats == even


def test_a_small_class_takes_its_seat_from_the_largest():
    assert class_seats([1, 1, 900], 10) == [1, 1, 8]


def test_where_seats_are_few_the_highest_precedence_comes_first():
    assert class_seats([2, 2, 2, 900], 3) == [1, 1, 1, 0]


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_a_single_seat_falls_on_one_household(seed):
    assert len(draw(register([(5, VILLAGES[0])] * 9), size=1, seed=seed)) == 1


def test_every_household_of_every_village_can_be_drawn():
    """Also where one village is forty times as large as the other and only one household is drawn."""
    found = register([(5, VILLAGES[0])] * 40 + [(5, VILLAGES[1])])
    times = Counter(draw(found, size=1, seed=seed)[0].pk for seed in range(600))
    assert set(times) == {each.pk for each in found}
    assert max(times.values()) < 40


def test_a_draw_is_the_same_in_every_year():
    """The seed is on paper: a later version of the program must draw the same households."""
    found = register([(1 + number % 5, VILLAGES[number % 3]) for number in range(60)])
    assert [each.pk for each in draw(found, size=7, seed=20200421)] == [36, 45, 28, 40, 14, 17, 41]


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
class TestTheRegister:
    def test_the_exempt_and_other_offices_are_left_out(self):
        stays = HouseholdFactory(region_id=VILLAGES[0])
        happen(HouseholdFactory(region_id=VILLAGES[0]), "exempted")
        HouseholdFactory(region_id="610114005200")
        assert [each.pk for each in candidates("610114007")] == [stays.pk]

    @pytest.mark.parametrize("number", [3, 12])
    def test_one_query_whatever_the_size(self, django_assert_num_queries, number):
        HouseholdFactory.create_batch(number, region_id=VILLAGES[0])
        with django_assert_num_queries(1):
            assert len(candidates("610114007")) == number

    def test_classes_rank_by_precedence(self):
        HouseholdFactory(region_id=VILLAGES[0])
        poor = HouseholdFactory(region_id=VILLAGES[0], class_code="registered_poor")
        drawn = draw(candidates("610114007"), size=1, seed=5)
        assert [each.pk for each in drawn] == [poor.pk]
