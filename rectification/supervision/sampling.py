"""The households of a visit, drawn at random: the same seed, size and register give the same households.

Seats go to the classes by their numbers of households (largest remainder), at least one to each class as far as
the seats reach, the highest precedence first. Within a class every household has the same chance: the class is
laid out village by village and every so-manieth household is taken from a random start, so that each village
gets its share, rounded up or down. Chance comes from SHA-256 of the seed and what is drawn: no version of a random
number generator changes a draw, and anybody can do it again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from households.models import Household


class Candidate(NamedTuple):
    """A household that can be drawn; `rank` is its class's place, lowest first."""

    rank: int
    village: str
    group: str
    code: str
    pk: int

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands on the sheet: the visitors go from village to village."""
        return self.village, self.group, self.code


def candidates(office_code: str) -> list[Candidate]:
    """The households of the office that can be drawn: all but the exempt. One query."""
    rows = Household.objects.within(office_code).to_check().order_by("code")
    return [
        Candidate(*row)
        for row in rows.values_list(
            "household_class__precedence", "region_id", "group", "code", "pk"
        )
    ]


def draw(found: Iterable[Candidate], *, size: int, seed: int) -> list[Candidate]:
    """`size` of the candidates, all of them where there are no more, in the order of the sheet."""
    by_class = [
        list(group)
        for _, group in groupby(sorted(found, key=lambda each: each.rank), lambda each: each.rank)
    ]
    seats = class_seats([len(each) for each in by_class], size)
    drawn = [
        each
        for members, number in zip(by_class, seats, strict=True)
        for each in draw_class(members, number, seed)
    ]
    return sorted(drawn, key=lambda each: each.place)


def class_seats(counts: Sequence[int], size: int) -> list[int]:
    """How many households of each class are drawn; `counts` are by precedence, the highest first.

    A class without a seat takes one from the class that has most, or, where none has two, from the one of
    lowest precedence.
    """
    seats = largest_remainder(counts, min(size, sum(counts)))
    for place, number in enumerate(seats):
        giver = max(range(len(seats)), key=lambda each: (seats[each], each))
        if number == 0 and (seats[giver] > 1 or giver > place):
            seats[giver] -= 1
            seats[place] += 1
    return seats


def largest_remainder(counts: Sequence[int], size: int) -> list[int]:
    """`size` seats in proportion to `counts`; of equal remainders the first is served first."""
    if not counts:
        return []
    shares = [divmod(size * count, sum(counts)) for count in counts]
    seats = [whole for whole, _ in shares]
    by_remainder = sorted(range(len(counts)), key=lambda each: -shares[each][1])
    for place in by_remainder[: size - sum(seats)]:
        seats[place] += 1
    return seats


def draw_class(members: Sequence[Candidate], number: int, seed: int) -> list[Candidate]:
    """`number` of the households of one class, each with the same chance, spread over its villages."""
    rank, total = members[0].rank, len(members)
    laid_out = sorted(
        members,
        key=lambda each: (chance(seed, rank, each.village), chance(seed, rank, each.code)),
    )
    start = chance(seed, rank) % total
    return [laid_out[(start + turn * total) // number] for turn in range(number)]


def chance(seed: int, *names: int | str) -> int:
    """A number that nobody can foresee without the seed."""
    text = "/".join(str(each) for each in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest())
