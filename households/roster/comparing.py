"""What a judged roster means for the register: households to add, to change, or as they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from households.models import Household, HouseholdClass, Identity, Region

from .judging import JudgedRow, Problem
from .reference import ClassRef, Reference, VillageRef

#: Fields of the register that a roster can say, by their name in `CleanRow`. "" and None: it does not say.
COPIED = (
    "group",
    "head_name",
    "population",
    "phone",
    "helper",
    "structure",
    "storeys",
    "bays",
    "floor_area",
    "built_year",
    "remark",
)
#: Read from the register to be compared.
STORED = ("pk", "version", "id_number", "region_id", "household_class_id", *COPIED)
LOOKUP_CHUNK = 5_000


@dataclass(slots=True)
class PlannedRow:
    """A judged row and, where its ID number is in the register, that household and what would change."""

    judged: JudgedRow
    outcome: str
    household_id: int | None = None
    version: int = 0
    changes: dict[str, Any] = field(default_factory=dict)
    classes: frozenset[int] | None = None
    """Primary keys of the classes that the household will have, where they differ."""


def reference_for(region: Region) -> Reference:
    """What rows are judged against for somebody who may write to `region`."""
    villages = Region.objects.villages().select_related("parent")
    return Reference(
        region_code=region.code,
        villages=[VillageRef(each.code, each.name, each.parent.short_name) for each in villages],
        classes=[
            ClassRef(each.code, each.name, each.precedence, tuple(each.aliases))
            for each in HouseholdClass.objects.all()
        ],
    )


def registered(id_numbers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The households that the register has under these ID numbers, whatever region they lie in."""
    wanted = list(id_numbers)
    found = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        for row in Household.objects.filter(id_number__in=chunk).values(*STORED):
            found[row["id_number"]] = row
    return found


def standing_classes(household_ids: list[int]) -> dict[int, frozenset[int]]:
    """Primary keys of the classes of each household's current identities."""
    classes: dict[int, set[int]] = {}
    for start in range(0, len(household_ids), LOOKUP_CHUNK):
        chunk = household_ids[start : start + LOOKUP_CHUNK]
        identities = Identity.objects.current().filter(household_id__in=chunk)
        for household_id, class_id in identities.values_list("household_id", "household_class_id"):
            classes.setdefault(household_id, set()).add(class_id)
    return {household_id: frozenset(each) for household_id, each in classes.items()}


def compare(judged: Iterable[JudgedRow], region: Region) -> Iterator[PlannedRow]:
    """Look every acceptable row up by its ID number.

    A household that is registered outside `region` is refused (`household_elsewhere`) without saying more
    than that, for its particulars belong to another office.
    """
    rows = list(judged)
    known = registered(row.values.id_number for row in rows if row.values)
    class_ids = dict(HouseholdClass.objects.values_list("code", "pk"))
    standing = standing_classes([row["pk"] for row in known.values()])
    for row in rows:
        household = known.get(row.values.id_number) if row.values else None
        if household is None:
            yield PlannedRow(row, row.outcome)
        elif not household["region_id"].startswith(region.code):
            yield elsewhere(row)
        else:
            yield plan_change(row, household, class_ids, standing.get(household["pk"], frozenset()))


def elsewhere(row: JudgedRow) -> PlannedRow:
    sentence = "该身份证号已由其他街办登记，请与区住建局核实后再录入。"
    problem = Problem("id_number", None, "household_elsewhere", sentence)
    refused = JudgedRow(
        row.sheet, row.row, "error", ["household_elsewhere"], None, [*row.problems, problem]
    )
    return PlannedRow(refused, "error")


def plan_change(
    row: JudgedRow, household: dict[str, Any], class_ids: dict[str, int], standing: frozenset[int]
) -> PlannedRow:
    values = row.values
    changes = {
        name: value
        for name in COPIED
        if (value := getattr(values, name)) not in ("", None) and value != household[name]
    }
    if values.village_code != household["region_id"]:
        changes["region_id"] = values.village_code
    wanted = frozenset(class_ids[code] for code in values.identities)
    classes = wanted if wanted != standing else None
    if classes is not None and class_ids[values.class_code] != household["household_class_id"]:
        changes["household_class_id"] = class_ids[values.class_code]
    outcome = "changed" if changes or classes is not None else "unchanged"
    return PlannedRow(row, outcome, household["pk"], household["version"], changes, classes)
