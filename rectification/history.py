"""All that was done with one household, from the trail's entries on it and on its records."""

import datetime as dt
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Q, QuerySet, Value

from households.models import Household, HouseholdChange
from inspections.models import Appraisal, Inspection, Ruling
from rectification.models import (
    DisasterCheck,
    MonitoringReport,
    OtherHousing,
    Problem,
    Renovation,
)
from yanliang.audit.models import Entry
from yanliang.audit.trail import ACT_LABELS, FIELD_LABELS

#: The records of a household that entries name; those on papers, photos and money name the renovation.
RECORDS = (
    HouseholdChange,
    Inspection,
    Appraisal,
    Ruling,
    Renovation,
    OtherHousing,
    MonitoringReport,
    DisasterCheck,
    Problem,
)
EMPTY = "（空）"


class Line(NamedTuple):
    """What one field of a record was and became, in words."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        change = " → ".join(filter(None, (self.before, self.after)))
        return f"{self.name}：{change}"


class Told(NamedTuple):
    """An entry as people read it."""

    at: dt.datetime
    who: str
    act: str
    reason: str
    lines: list[Line]

    @property
    def words(self) -> str:
        """All lines on one."""
        return "；".join(map(str, self.lines))


def entries_on(household: Household) -> QuerySet[Entry]:
    """The entries on `household` and on its records, the latest first; two queries whatever there is."""
    keys = [
        model._base_manager.filter(household=household)
        .order_by()
        .values_list(Value(model._meta.label_lower), "pk")
        for model in RECORDS
    ]
    named = {household._meta.label_lower: [str(household.pk)]}
    for object_type, key in keys[0].union(*keys[1:], all=True):
        named.setdefault(object_type, []).append(str(key))
    found = Q()
    for object_type, object_ids in named.items():
        found |= Q(object_type=object_type, object_id__in=object_ids)
    return Entry.objects.filter(found).order_by("-number")


def entries_of(renovation: Renovation) -> QuerySet[Entry]:
    """The entries on one renovation, the latest first."""
    object_type = renovation._meta.label_lower
    return Entry.objects.filter(object_type=object_type, object_id=renovation.pk)


def tell(entry: Entry) -> Told:
    names = dict.fromkeys([*entry.before, *entry.after])
    lines = [
        Line(
            label_of(entry.object_type, name),
            word(entry.object_type, name, entry.before[name]) if name in entry.before else "",
            word(entry.object_type, name, entry.after[name]) if name in entry.after else "",
        )
        for name in names
    ]
    act = ACT_LABELS.get(entry.act, entry.act)
    return Told(entry.at, entry.staff_name or "系统", act, entry.reason, lines)


@cache
def field_of(object_type: str, name: str) -> Field | None:
    """The field behind a name in an entry; None for names that are Chinese already."""
    try:
        return apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def label_of(object_type: str, name: str) -> str:
    if name in FIELD_LABELS:
        return FIELD_LABELS[name]
    field = field_of(object_type, name)
    return str(getattr(field, "verbose_name", name))


def word(object_type: str, name: str, value: Any) -> str:
    """A stored value in words: choices by their labels, lists and mappings on one line."""
    if value in (None, "", [], {}):
        return EMPTY
    match value:
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(word(object_type, name, each) for each in value)
        case dict():
            return "，".join(f"{key}：{word('', key, each)}" for key, each in value.items())
    field = field_of(object_type, name)
    return str(dict(getattr(field, "flatchoices", ())).get(value, value))
