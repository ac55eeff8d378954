"""After a storm or an earthquake: whose houses are to be seen again (domain rules §5)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q

from households.enums import Structure
from households.models import Household, Region
from households.models.households import HouseholdQuerySet
from rectification.enums import DisasterKind
from rectification.models import DisasterCheck, DisasterEvent
from rectification.problems.rights import covers
from rectification.voiding import declare_void
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_call_recheck
from yanliang.accounts.scoping import code_range
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import lock

#: Rows written at once; more would pass SQLite's limit of values in a statement.
BATCH = 2000


@dataclass(frozen=True)
class Disaster:
    """What happened, and whom it may have hit: `areas` are region codes, no `structures` means all of them."""

    kind: DisasterKind
    name: str
    happened_on: dt.date
    check_by: dt.date
    areas: Sequence[str]
    structures: Sequence[str] = ()
    note: str = ""

    @property
    def outermost(self) -> list[str]:
        """The areas without those that lie in another of them."""
        codes = sorted(set(self.areas))
        return [
            code
            for code in codes
            if not any(code != other and code.startswith(other) for other in codes)
        ]


class Affected(NamedTuple):
    """How many households a disaster puts on the list; `unknown` lack a structure and are left out for that."""

    by_village: list[tuple[Region, int]]
    unknown: int

    @property
    def total(self) -> int:
        return sum(number for _, number in self.by_village)


def affected(disaster: Disaster) -> HouseholdQuerySet:
    """The households of the areas with such a structure; the exempt have no house to see."""
    households = of_areas(disaster)
    return (
        households.filter(structure__in=disaster.structures) if disaster.structures else households
    )


def of_areas(disaster: Disaster) -> HouseholdQuerySet:
    somewhere = Q()
    for code in disaster.outermost:
        first, last = code_range(code)
        somewhere |= Q(region_id__gte=first, region_id__lte=last)
    households = Household.objects.to_check().order_by()
    return households.filter(somewhere) if somewhere else households.none()


def preview(disaster: Disaster) -> Affected:
    """Whom the list would hold, before anything is written. Three queries."""
    counts = dict(affected(disaster).values_list("region_id").annotate(number=Count("pk")))
    villages = Region.objects.filter(pk__in=counts).select_related("parent")
    unknown = of_areas(disaster).filter(structure="").count() if disaster.structures else 0
    return Affected([(village, counts[village.pk]) for village in villages], unknown)


def call_obstacles(disaster: Disaster) -> dict[str, list[str]]:
    """What is wrong with the record, as sentences by field."""
    found = {}
    if not disaster.name.strip():
        found["name"] = ["请填写名称，如“5月8日暴雨”。"]
    if disaster.happened_on > today():
        found["happened_on"] = ["发生日期不能晚于今天。"]
    if disaster.check_by < disaster.happened_on:
        found["check_by"] = ["复查时限不能早于发生日期。"]
    if not disaster.areas:
        found["areas"] = ["请选择受影响的街办或村。"]
    return found


def may_call(staff, region_id: str) -> bool:
    return may_call_recheck(staff) and covers(staff, region_id)


def record_disaster(disaster: Disaster, *, by, expected: int | None = None) -> DisasterEvent:
    """Record the event and put its households on the re-check list.

    `expected` is the number that the person saw before confirming. Raises PermissionDenied without the right or
    beyond one's region, ValidationError by field, also (code "stale") where the number is another by now, and
    (code "known") for what is recorded already.
    """
    region_id = by.scope_code
    if not all(may_call(by, code) for code in (region_id, *disaster.areas)):
        raise PermissionDenied("灾害复查由街办或区局在本辖区内登记。")
    if found := call_obstacles(disaster):
        raise ValidationError(found)
    with transaction.atomic():
        region = Region.objects.select_for_update(no_key=True).get(pk=region_id)
        event = DisasterEvent(
            region=region,
            kind=disaster.kind,
            name=disaster.name.strip(),
            happened_on=disaster.happened_on,
            check_by=disaster.check_by,
            areas=disaster.outermost,
            structures=sorted(disaster.structures),
            note=disaster.note.strip(),
            recorded_by=by,
            recorded_at=now(),
        )
        refuse_known(event)
        event.full_clean(exclude=["recorded_by"])
        keys = list(affected(disaster).order_by("pk").values_list("pk", flat=True))
        refuse_number(len(keys), expected)
        event.save()
        DisasterCheck.objects.bulk_create(
            (DisasterCheck(event=event, household_id=key) for key in keys), batch_size=BATCH
        )
        record("disaster_recorded", event, by=by, after=in_words(event, len(keys)))
    return event


def refuse_known(event: DisasterEvent) -> None:
    """The same event twice is a second click."""
    same = DisasterEvent.objects.standing().filter(
        region=event.region, kind=event.kind, name=event.name, happened_on=event.happened_on
    )
    if same.exists():
        raise ValidationError(
            f"{event.happened_on} 的“{event.name}”已登记，不能重复登记；范围有误的请先作废。",
            code="known",
        )


def refuse_number(number: int, expected: int | None) -> None:
    if not number:
        raise ValidationError("所选范围内没有须复查的农户，请重新选择。")
    if expected is not None and number != expected:
        raise ValidationError(
            f"名单已有变化：预览时 {expected:,} 户，现在 {number:,} 户，请核对后再确认。",
            code="stale",
        )


def in_words(event: DisasterEvent, number: int) -> dict[str, str | int]:
    """An event as the trail keeps it."""
    return {
        "灾种": event.get_kind_display(),
        "发生日期": f"{event.happened_on}",
        "复查时限": f"{event.check_by}",
        "范围": "、".join(event.areas),
        "房屋结构": structure_names(event),
        "户数": number,
    }


def void_disaster(pk: int, reason: str, *, by) -> DisasterEvent:
    """A mistaken event leaves every count; what was found by it stays. Raises PermissionDenied, ValidationError."""
    with transaction.atomic():
        event = lock(DisasterEvent(pk=pk))
        if not may_call(by, event.region_id):
            raise PermissionDenied("灾害复查由登记的街办或区局作废。")
        declare_void(event, by=by, reason=reason)
        record("disaster_voided", event, by=by, reason=event.void_reason)
    return event


def area_names(event: DisasterEvent) -> str:
    """The areas of an event as people call them. One query."""
    regions = Region.objects.filter(pk__in=event.areas).select_related("parent")
    return "、".join(
        f"{each.parent}{each}" if each.level == RegionLevel.VILLAGE else f"{each}"
        for each in regions
    )


def structure_names(event: DisasterEvent | Disaster) -> str:
    """The structures that are asked for, by their names."""
    return "、".join(Structure(each).label for each in event.structures) or "全部结构"
