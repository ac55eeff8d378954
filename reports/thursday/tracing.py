"""Households that moved between two groups: what the groups are called, who may be opened, what was logged."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce

from households.enums import ChangeState, EventKind, Grade, Stage
from households.models import Household, HouseholdChange, HouseholdClass, Region, SafetyEvent
from reports.thursday.content import Content
from reports.thursday.groups import Group
from reports.weekly.figures import CAUSE_LABELS
from yanliang.periods import SHANGHAI

#: A household that stands in no group.
NOWHERE_BEFORE, NOWHERE_NOW = "不在本街办台账", "已不在本街办台账"


class Names(NamedTuple):
    """What villages (by code) and classes (by primary key) are called."""

    villages: Mapping[str, str]
    classes: Mapping[int, str]

    def in_words(self, group: Group) -> str:
        """“关山村 一般农户 疑似不安全 C级”; the grade where there is one."""
        grade = f" {Grade(group.grade).label}" if group.grade != Grade.NONE else ""
        village = self.villages.get(group.region, group.region)
        return f"{village} {self.classes[group.class_id]} {Stage(group.stage).label}{grade}"


def sealed_names(content: Content) -> Names:
    """As they were called when the document was sealed."""
    return Names(
        {village.code: village.short_name for village in content.villages},
        {each["pk"]: each["name"] for each in content.data["classes"]},
    )


def present_names(scope: str) -> Names:
    """As they are called now. Two queries."""
    return Names(
        dict(Region.objects.within(scope).values_list("code", "short_name")),
        dict(HouseholdClass.objects.values_list("pk", "name")),
    )


def visible_among(pks: Iterable[int], staff) -> set[int]:
    """Those whose page `staff` may open."""
    return set(
        Household.objects.visible_to(staff).filter(pk__in=list(pks)).values_list("pk", flat=True)
    )


def logged_since(households: Sequence[int], moment: dt.datetime) -> dict[int, str]:
    """What the register logged of each household after `moment`, oldest first, as “5月7日 更正：户籍录错”.

    Two queries.
    """
    changes = (
        HouseholdChange.objects.filter(household__in=households, state=ChangeState.DONE)
        .annotate(at=Coalesce("decided_at", "recorded_at"))
        .filter(at__gt=moment)
        .values_list("household_id", "at", "kind", "reason")
    )
    events = (
        SafetyEvent.objects.filter(household__in=households, recorded_at__gt=moment)
        .annotate(at=F("recorded_at"))
        .values_list("household_id", "at", "kind", "superseded")
    )
    told: list[tuple[int, dt.datetime, str]] = [
        (household, at, f"{CAUSE_LABELS[kind]}：{reason}")
        for household, at, kind, reason in changes
    ]
    told += [
        (household, at, EventKind(kind).label + ("（已更正）" if superseded else ""))
        for household, at, kind, superseded in events
    ]
    found: dict[int, list[str]] = {}
    for household, at, words in sorted(told, key=lambda each: each[1]):
        day = at.astimezone(SHANGHAI)
        found.setdefault(household, []).append(f"{day.month}月{day.day}日 {words}")
    return {household: "；".join(sentences) for household, sentences in found.items()}
