"""The sections of Annex 2, made from the household classes: no class is known by name here."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from households.models import HouseholdClass
from yanliang.periods import campaign, today

EVERYONE = "全部农户"


@dataclass(frozen=True)
class Section:
    """A part of the table: everyone, a class group, or one class of a group that has several.

    `key` names it in an address, `parent` the key of the section that it is a part of.
    `classes` are the HouseholdClass it counts; the one for everyone has `class_ids` None, so that a household
    whose class stands in no section shows as a sum that does not agree.
    """

    key: str
    name: str
    classes: tuple[HouseholdClass, ...]
    parent: str = ""

    @cached_property
    def class_ids(self) -> frozenset[int] | None:
        return frozenset(each.pk for each in self.classes) if self.parent else None

    @property
    def appraised(self) -> bool:
        """Whether one of its classes is appraised even when found 基本安全."""
        return any(each.appraise_all for each in self.classes)

    @property
    def filters(self) -> dict[str, str]:
        """The parameters by which the register's list shows this section."""
        if not self.parent:
            return {}
        if self.parent == SECTION_OF_ALL:
            return {"group": self.name}
        return {"class": self.key}


SECTION_OF_ALL = "all"


def sections_of(classes: Iterable[HouseholdClass]) -> tuple[Section, ...]:
    """Everyone, then each class group in order of precedence, each followed by its classes if several."""
    ordered = sorted(classes, key=lambda each: (each.valid_from, each.precedence))
    groups: dict[str, list[HouseholdClass]] = {}
    for each in ordered:
        groups.setdefault(each.group, []).append(each)
    sections = [Section(SECTION_OF_ALL, EVERYONE, tuple(ordered))]
    for name, members in groups.items():
        group = Section(f"group-{name}", name, tuple(members), SECTION_OF_ALL)
        sections.append(group)
        if len(members) > 1:
            sections += [
                Section(each.code, each.name, (each,), parent=group.key) for each in members
            ]
    return tuple(sections)


def sections_at(day: dt.date | None, counted: frozenset[int] = frozenset()) -> tuple[Section, ...]:
    """The sections on `day` (today without it): the classes in force, and those `counted` all the same.

    A key found here names a section of the same households in `sections_of` all classes.

    Before the campaign began, its first day's classes. One query.
    """
    day = max(day or today(), campaign().start)
    return sections_of(
        each
        for each in HouseholdClass.objects.all()
        if each.pk in counted
        or (each.valid_from <= day and (each.valid_to is None or each.valid_to >= day))
    )
