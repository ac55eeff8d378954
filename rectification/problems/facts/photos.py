"""Facts of photos: inspections that lack them, and one picture that stands for two houses."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import reduce
from itertools import groupby, islice
from operator import itemgetter, or_

from django.db.models import Exists, OuterRef

from households.enums import Stage
from inspections.enums import Answer, InspectionState
from inspections.fingerprints import close_pairs, is_close, is_telling
from inspections.models import Inspection, InspectionPhoto, Photo, WarningPhoto
from inspections.models.inspections import ByHousehold
from rectification.models import RenovationPhoto, ReportPhoto
from rectification.problems.facts.finding import Finding, Places, of_households
from yanliang.accounts.enums import RegionLevel

#: Of those that have the same picture so many at most are named.
NAMED = 3

#: What makes two photos the same: the digest of the file, or the fingerprint of what it shows.
Look = str | int


def no_photo(day: dt.date, among: Places = None) -> Iterator[Finding]:
    """Standing inspections without what submitting asks for: the front, and a photo of each failed item."""
    links = InspectionPhoto.objects.exclude(inspection__state=InspectionState.REPLACED)
    shown = defaultdict(set)
    for inspection_id, code in of_households(links, among, "inspection__household").values_list(
        "inspection_id", "item_code"
    ):
        shown[inspection_id].add(code)
    visits = Inspection.objects.standing().exclude(household__stage=Stage.EXEMPT)
    rows = (
        of_households(visits, among)
        .order_by("household_id", "pk")
        .values_list("household__region_id", "household_id", "pk", "inspected_on", "answers")
    )
    for (region_id, household_id), group in groupby(rows.iterator(), key=itemgetter(0, 1)):
        sentences = [
            f"{inspected_on} 的核查缺照片：{'、'.join(lacking)}。"
            for *_, pk, inspected_on, answers in group
            if (lacking := without_photo(answers, shown.get(pk, ())))
        ]
        if sentences:
            yield Finding(region_id, household_id, "".join(sentences))


def without_photo(answers: dict[str, str], shown: Collection[str]) -> list[str]:
    """What an inspection with these answers must show and does not, in words."""
    front = [] if InspectionPhoto.FRONT in shown else ["住房正面"]
    failed = sorted(code for code, answer in answers.items() if answer == Answer.FAIL)
    return front + [f"不符合项 {code}" for code in failed if code not in shown]


def photos_in_use() -> ByHousehold:
    """Photos that prove something which counts, of households that are not exempt."""
    proofs = (
        InspectionPhoto.objects.exclude(inspection__state=InspectionState.REPLACED),
        RenovationPhoto.objects.standing(),
        WarningPhoto.objects.filter(event__superseded=False),
        ReportPhoto.objects.all(),
    )
    is_used = reduce(or_, (Exists(links.filter(photo=OuterRef("pk"))) for links in proofs))
    return Photo.objects.filter(is_used).exclude(household__stage=Stage.EXEMPT)


def photo_shared(day: dt.date, among: Places = None) -> Iterator[Finding]:
    """One picture in use for two households, be it the same file or the same view.

    Other offices' households are not named: they are not this office's to see (domain rules §9).
    """
    owners: dict[Look, set[int]] = defaultdict(set)
    known: dict[int, tuple[str, str]] = {}
    rows = photos_in_use().values_list(
        "household_id", "household__region_id", "household__code", "sha256", "fingerprint"
    )
    for household_id, region_id, code, sha256, stored in rows.iterator():
        known[household_id] = region_id, code
        owners[sha256].add(household_id)
        if is_telling(stored):
            owners[int(stored, 16)].add(household_id)
    wanted = set(known) if among is None else known.keys() & set(among)
    partners: dict[int, set[int]] = defaultdict(set)
    for look, alike in circles(owners, wanted):
        together = set().union(*(owners[one] for one in (look, *alike)))
        by_office = defaultdict(list)
        for each in sorted(together) if len(together) > 1 else ():
            by_office[known[each][0][: RegionLevel.OFFICE]].append(each)
        for household_id in owners[look] & wanted:
            for found in by_office.values():
                # One more than are named tells that there are more; all would be too many to keep.
                others = (each for each in found if each != household_id)
                partners[household_id].update(islice(others, NAMED + 1))
    for household_id in sorted(partners):
        if partners[household_id]:
            region_id, _ = known[household_id]
            yield Finding(
                region_id, household_id, shared_with(region_id, partners[household_id], known)
            )


def circles(owners: dict[Look, set[int]], wanted: set[int]) -> Iterator[tuple[Look, list[int]]]:
    """Each look that a household of `wanted` has, with the others that are close to it."""
    mine = {look for look, having in owners.items() if not having.isdisjoint(wanted)}
    prints = [look for look in owners if isinstance(look, int)]
    close = defaultdict(list)
    if len(mine) == len(owners):
        for one, other in close_pairs(prints):
            close[one].append(other)
            close[other].append(one)
    else:
        for one in mine & set(prints):
            close[one] = [other for other in prints if other != one and is_close(one, other)]
    for look in mine:
        yield look, close[look]


def shared_with(region_id: str, partners: set[int], known: dict[int, tuple[str, str]]) -> str:
    """The sentence for the office of `region_id`."""
    office = region_id[: RegionLevel.OFFICE]
    own = sorted(known[each][1] for each in partners if known[each][0].startswith(office))
    named = []
    if own:
        more = "等" if len(own) > NAMED else ""
        named.append(f"户编号 {'、'.join(own[:NAMED])} {more}的农户")
    if len(own) < len(partners):
        named.append("另一街办的农户")
    return f"与{'、'.join(named)}用了同一张照片。"
