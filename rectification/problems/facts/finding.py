"""What every rule answers with: the places where a fact holds."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple


class Finding(NamedTuple):
    """One place where a fact holds; `household_id` is empty where it concerns a region."""

    region_id: str
    household_id: int | None
    description: str

    @property
    def place(self) -> int | str:
        return self.household_id if self.household_id is not None else self.region_id


#: Households or regions by their keys; None for all there are.
Places = Collection[int | str] | None
#: Finds where the fact holds on a day, each place once, in a fixed number of queries.
Finder = Callable[[dt.date, Places], Iterator[Finding]]


def of_households(found, among: Places, path: str = "household"):
    """`found` narrowed to the households `among`; `path` leads to the household's key."""
    return found if among is None else found.filter(**{f"{path}__in": among})
