"""The households behind every figure: who stood in which village, class and summary at a moment."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from reports.counts import Counts
from reports.figures import COUNTED, standing_households, standing_past


class Group(NamedTuple):
    """What a household counts by: village (code), class (primary key), verdict, stage, grade."""

    region: str
    class_id: int
    verdict: str
    stage: str
    grade: str


#: Households (primary keys, ascending) by group.
Groups = Mapping[Group, tuple[int, ...]]


def groups_at(scope: str, moment: dt.datetime) -> Groups:
    """The households of the region `scope` as they counted at `moment`. One query, so that nobody moves meanwhile."""
    kept = standing_households(scope, moment).order_by().values_list("pk", *COUNTED)
    past = standing_past(scope, moment).order_by().values_list("household_id", *COUNTED)
    found: defaultdict[Group, list[int]] = defaultdict(list)
    for household, *group in kept.union(past, all=True):
        found[Group(*group)].append(household)
    return {group: tuple(sorted(found[group])) for group in sorted(found)}


def merged(parts: Iterable[Groups]) -> Groups:
    """The groups of several regions, none of which holds another."""
    found: defaultdict[Group, list[int]] = defaultdict(list)
    for part in parts:
        for group, households in part.items():
            found[group].extend(households)
    return {group: tuple(sorted(found[group])) for group in sorted(found)}


def counts_of_groups(groups: Groups) -> Counts:
    return Counts([(*group, len(households)) for group, households in groups.items()])


def group_of_each(groups: Groups) -> dict[int, Group]:
    """The group that each household stands in."""
    return {household: group for group, households in groups.items() for household in households}


def total(groups: Groups) -> int:
    return sum(map(len, groups.values()))


def as_plain(groups: Groups) -> list[list[Any]]:
    """The groups as JSON keeps them; of the keys only the steps from one to the next, which compress well."""
    return [
        [*group, [after - before for before, after in pairwise((0, *households))]]
        for group, households in groups.items()
    ]


def from_plain(rows: Iterable[list[Any]]) -> Groups:
    return {Group(*group): tuple(accumulate(steps)) for *group, steps in rows}
