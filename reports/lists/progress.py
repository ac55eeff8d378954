"""How far the lists of many villages are signed: a few counts for each, kept until something changes."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Max, Q, QuerySet, Sum

from households.models import Household, HouseholdClass, Region
from inspections.models import AppraisalOrganisation, RulingMeeting
from rectification.models import Renovation
from reports.enums import ListKind, SignLevel
from reports.lists.membership import LATER_LISTS, class_groups, members
from reports.lists.rows import rows_of
from reports.lists.signing import level_of
from reports.lists.standing import RowStanding, standing_of
from reports.models import Responsible, RowSignature
from yanliang.accounts.enums import RegionLevel

KEPT_FOR = 7 * 24 * 3600


class ListProgress(NamedTuple):
    """Counts of one village's list.

    `signed` rows by level; `waiting` rows by (level, department); `changed` rows whose signatures a later
    change has overtaken; `unanswered` rows without a responsible person.
    """

    rows: int
    signed: Mapping[str, int]
    waiting: Mapping[tuple[str, str], int]
    changed: int
    unanswered: int

    @classmethod
    def of(cls, standing: Iterable[RowStanding]) -> "ListProgress":
        rows = changed = unanswered = 0
        signed: Counter = Counter()
        waiting: Counter = Counter()
        for each in standing:
            rows += 1
            changed += bool(each.overtaken)
            unanswered += not each.is_answered_for
            signed.update(level.value for level in each.signed)
            level = each.next_level
            if level is not None and each.is_answered_for:
                waiting[level.value, each.row.department] += 1
        return cls(rows, dict(signed), dict(waiting), changed, unanswered)

    def __add__(self, other: "ListProgress") -> "ListProgress":
        return ListProgress(
            self.rows + other.rows,
            dict(Counter(self.signed) + Counter(other.signed)),
            dict(Counter(self.waiting) + Counter(other.waiting)),
            self.changed + other.changed,
            self.unanswered + other.unanswered,
        )


NOTHING = ListProgress(0, {}, {}, 0, 0)
#: (class group, list) → its progress, for one village.
VillageProgress = dict[tuple[str, str], ListProgress]


def progress_within(code: str) -> dict[str, VillageProgress]:
    """The progress of every village of the region `code`, by the village's code.

    What a village's lists look like is kept in the cache under a mark of everything they are read from,
    so that only villages in which something changed are read again.
    """
    marks = marks_within(code)
    keys = {village: f"list-progress:{village}:{mark}" for village, mark in marks.items()}
    kept = cache.get_many(keys.values())
    found = {village: kept[key] for village, key in keys.items() if key in kept}
    fresh = {
        village: progress
        for part in parts_to_read(code, [village for village in marks if village not in found])
        for village, progress in read_progress(part).items()
        if village in marks and village not in found
    }
    cache.set_many(
        {keys[village]: progress for village, progress in fresh.items()}, timeout=KEPT_FOR
    )
    return found | fresh


def parts_to_read(code: str, villages: list[str]) -> list[str]:
    """The regions to read: each village on its own, or whole offices where most of one is asked for."""
    by_office = defaultdict(list)
    for village in villages:
        by_office[village[: RegionLevel.OFFICE]].append(village)
    parts: list[str] = []
    for office, asked in by_office.items():
        whole = office.startswith(code) and len(asked) > 3
        parts += [office] if whole else asked
    return parts


def read_progress(code: str) -> dict[str, VillageProgress]:
    """The progress of the villages of the region `code`, read from the register."""
    villages = Region.objects.within(code).villages().values_list("pk", flat=True)
    found: dict[str, VillageProgress] = {village: {} for village in villages}
    for kind in ListKind:
        standing = RowSignature.objects.standing().within(code).filter(kind=kind)
        signatures = list(standing.only("household_id", "ordinal", "level", "sha256"))
        for group in class_groups():
            if kind not in group.kinds:
                continue
            households = members(kind, group.name, Household.objects.within(code))
            if kind not in LATER_LISTS:
                # A row a household: those that nobody has signed are counted, not read.
                unsigned = households.exclude(pk__in=standing.values("household"))
                households = households.filter(pk__in=standing.values("household"))
                add_unsigned(found, kind, group.name, unsigned, code)
            rows = rows_of(kind, households, code)
            own = {row.household_id for row in rows}
            signed = [each for each in signatures if each.household_id in own]
            by_village = defaultdict(list)
            for each in standing_of(kind, rows, signed)[0]:
                by_village[each.row.region_id].append(each)
            for village, lines in by_village.items():
                add_to(found[village], (group.name, kind.value), ListProgress.of(lines))
    return found


def add_to(lists: VillageProgress, name: tuple[str, str], more: ListProgress) -> None:
    lists[name] = lists.get(name, NOTHING) + more


def add_unsigned(
    found: dict[str, VillageProgress],
    kind: ListKind,
    group: str,
    households: QuerySet,
    code: str,
) -> None:
    """Add rows without any signature: they wait for the village where somebody answers for them."""
    people = Responsible.objects.within(code).filter(kind=kind, group=group)
    answered = set(people.filter(household__isnull=True).values_list("region_id", flat=True))
    single = Count(
        "pk", filter=Q(pk__in=people.filter(household__isnull=False).values("household"))
    )
    for village, department, count, named in (
        households.order_by()
        .values_list("region_id", "household_class__department")
        .annotate(count=Count("pk"), named=single)
    ):
        waiting = count if village in answered else named
        more = ListProgress(
            count, {}, {(SignLevel.VILLAGE.value, department): waiting}, 0, count - waiting
        )
        add_to(found[village], (group, kind.value), more)


def marks_within(code: str) -> dict[str, str]:
    """For each village a mark that differs whenever anything that its lists are read from has changed.

    Every write of a household or a renovation raises its version; the other parts are small and hardly change.
    """
    villages = Region.objects.within(code).villages()
    parts: dict[str, list] = {
        region: [secretary, name]
        for region, secretary, name in villages.values_list("pk", "first_secretary", "short_name")
    }
    for records, path in (
        (Household.objects.within(code), "region_id"),
        (Renovation.objects.within(code), "household__region_id"),
    ):
        rows = (
            records.order_by()
            .values_list(path)
            .annotate(count=Count("pk"), versions=Sum("version"), last=Max("pk"))
        )
        for region, *numbers in rows:
            parts[region].append(numbers)
    for region, *numbers in (
        RowSignature.objects.within(code)
        .order_by()
        .values_list("region_id")
        .annotate(count=Count("pk"), voided=Count("voided_at"), last=Max("pk"))
    ):
        parts[region].append(numbers)
    for region, *numbers in (
        Responsible.objects.within(code)
        .order_by()
        .values_list("region_id")
        .annotate(count=Count("pk"), versions=Sum("version"))
    ):
        parts[region].append(numbers)
    everywhere = hash_of(
        [
            list(
                HouseholdClass.objects.values_list("pk", "name", "group", "department", "is_helped")
            ),
            list(AppraisalOrganisation.objects.values_list("pk", "name")),
            list(RulingMeeting.objects.values_list("pk", "document_number")),
        ]
    )
    return {region: hash_of([everywhere, *own]) for region, own in parts.items()}


def hash_of(parts: list) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


class WaitingList(NamedTuple):
    """A list with rows that wait for somebody's signature, and with rows changed since they were signed."""

    village: str
    group: str
    kind: ListKind
    rows: int
    changed: int


def waiting_for(staff) -> list[WaitingList]:
    """The lists with rows whose turn it is to be signed by `staff`, by village; none for who signs nothing."""
    if level_of(staff) is None or not staff.scope_code:
        return []
    return waiting_in(progress_within(staff.scope_code), staff)


def waiting_in(progress_by_village: Mapping[str, VillageProgress], staff) -> list[WaitingList]:
    """Of the lists whose progress was read, those with rows whose turn it is to be signed by `staff`."""
    level = level_of(staff)
    found = []
    for village, lists in sorted(progress_by_village.items()):
        for (group, kind), progress in lists.items():
            rows = sum(
                count
                for (at, department), count in progress.waiting.items()
                if at == level and (level != SignLevel.DEPARTMENT or department == staff.department)
            )
            if rows:
                found.append(WaitingList(village, group, ListKind(kind), rows, progress.changed))
    return found


def unanswered_in(progress_by_village: Mapping[str, VillageProgress]) -> int:
    """How many of the lists whose progress was read have rows without a responsible person."""
    return sum(
        progress.unanswered > 0
        for lists in progress_by_village.values()
        for progress in lists.values()
    )
