"""Writing a planned roster into the register in bulk, by the rules of the single acts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from households import bulk
from households.enums import ChangeKind
from households.events import save_summary
from households.models import (
    Household,
    HouseholdChange,
    HouseholdClass,
    Identity,
    Region,
    RosterImport,
)
from households.numbering import code_sequence
from households.search import search_columns
from yanliang.periods import SHANGHAI

from .comparing import COPIED, PlannedRow

#: Changes that decide where and as what a household is counted.
COUNTED = frozenset({"region_id", "household_class_id"})
SEARCHED = frozenset({"head_name", "phone"})
SEARCH_KEYS = tuple(search_columns("", "", ""))
NEW_HOUSEHOLD = (
    "code",
    "region_id",
    "household_class_id",
    "id_number",
    "registered_at",
    "summary_since",
    "registered_by_id",
    *COPIED,
    *SEARCH_KEYS,
)
NEW_IDENTITY = ("household_id", "household_class_id", "department", "certificate", "valid_from")
NEW_ENTRY = (
    "household_id",
    "kind",
    "happened_on",
    "reason",
    "roster_import_id",
    "recorded_by_id",
    "recorded_at",
)
Progress = Callable[[int, str], None]


class RosterWriter:
    """Adds and changes the households of one import; the transaction and its locks are the caller's."""

    def __init__(self, roster_import: RosterImport, by, at: dt.datetime, progress: Progress):
        self.roster_import = roster_import
        self.by = by
        self.at = at
        self.on = at.astimezone(SHANGHAI).date()
        self.progress = progress
        self.classes = {each.pk: each for each in HouseholdClass.objects.all()}
        self.by_code = {each.code: each for each in self.classes.values()}
        self.reason = f"花名册导入：{roster_import.filename}"[:200]

    def write(self, rows: list[PlannedRow]) -> dict[str, Any]:
        """Write `rows`; return what undoing them needs (see `households.roster.undoing`)."""
        added = [row for row in rows if row.outcome == "new"]
        changed = [row for row in rows if row.outcome == "changed"]
        villages = {row.judged.values.village_code for row in added}
        list(
            Region.objects.select_for_update(no_key=True).filter(code__in=villages).order_by("code")
        )
        created = self.add(added)
        self.progress(85, "写入变动的农户")
        return {"created": created, "changed": self.change(changed)}

    def add(self, rows: list[PlannedRow]) -> list[int]:
        """Enter new households with their identities and ledger entries; return their keys."""
        keys = bulk.insert(Household, NEW_HOUSEHOLD, self.new_households(rows))
        self.progress(60, "写入身份与增减台账")
        bulk.insert(Identity, NEW_IDENTITY, self.new_identities(keys, rows))
        entry = (ChangeKind.ADDED, self.on, self.reason, self.roster_import.pk, self.by.pk, self.at)
        bulk.insert(HouseholdChange, NEW_ENTRY, ((key, *entry) for key in keys))
        return list(keys)

    def new_households(self, rows: list[PlannedRow]) -> Iterator[tuple]:
        """Values of NEW_HOUSEHOLD; for what the roster does not say the register's own default holds."""
        codes: dict[str, Iterator[str]] = {}
        class_ids = {code: each.pk for code, each in self.by_code.items()}
        defaults = [Household._meta.get_field(name).get_default() for name in COPIED]
        entered = (self.at, self.at, self.by.pk)
        for row in rows:
            values = row.judged.values
            village = values.village_code
            if village not in codes:
                codes[village] = code_sequence(village)
            said = [getattr(values, name) for name in COPIED]
            keys = search_columns(values.head_name, values.id_number, values.phone)
            yield (
                next(codes[village]),
                village,
                class_ids[values.class_code],
                values.id_number,
                *entered,
                *(
                    default if value is None else value
                    for value, default in zip(said, defaults, strict=True)
                ),
                *(keys[name] for name in SEARCH_KEYS),
            )

    def new_identities(self, keys: Iterable[int], rows: list[PlannedRow]) -> Iterator[tuple]:
        for key, row in zip(keys, rows, strict=True):
            for code in row.judged.values.identities:
                identity = self.identity(self.by_code[code], row)
                yield tuple(
                    key if name == "household_id" else identity[name] for name in NEW_IDENTITY
                )

    def identity(self, household_class: HouseholdClass, row: PlannedRow) -> dict[str, Any]:
        """A roster has one column for certificates: it belongs to the identity that counts."""
        values = row.judged.values
        is_main = household_class.code == values.class_code
        return {
            "household_class_id": household_class.pk,
            "department": household_class.department,
            "certificate": values.certificate if is_main else "",
            "valid_from": self.on,
        }

    def ledger_entry(self, household: Household, kind: ChangeKind, **detail) -> HouseholdChange:
        return HouseholdChange(
            household=household,
            kind=kind,
            happened_on=self.on,
            reason=self.reason,
            detail=detail,
            roster_import=self.roster_import,
            recorded_by=self.by,
            recorded_at=self.at,
        )

    def change(self, rows: list[PlannedRow]) -> dict[str, Any]:
        """Change households in place; return, by primary key, what they were and their version afterwards."""
        wanted = {row.household_id: row for row in rows}
        households = {
            each.pk: each
            for each in Household.objects.select_for_update(no_key=True)
            .filter(pk__in=wanted)
            .order_by("pk")
        }
        undo: dict[str, Any] = {}
        plain: dict[frozenset[str], list[Household]] = defaultdict(list)
        for pk, row in wanted.items():
            household = households[pk]
            before = {name: getattr(household, name) for name in row.changes}
            for name, value in row.changes.items():
                setattr(household, name, value)
            fields = set(row.changes)
            if fields & SEARCHED:
                keys = search_columns(household.head_name, household.id_number, household.phone)
                for name, value in keys.items():
                    setattr(household, name, value)
                fields |= keys.keys()
            identities = self.replace_identities(household, row)
            if identities or fields & COUNTED:
                self.count_anew(household, before, row)
            else:
                household.version += 1
                plain[frozenset(fields)].append(household)
            undo[str(pk)] = {"before": before, "version": household.version, **identities}
        for fields, group in plain.items():
            Household.objects.bulk_update(group, [*sorted(fields), "version"], batch_size=500)
        return undo

    def replace_identities(self, household: Household, row: PlannedRow) -> dict[str, list[int]]:
        """End the identities that the roster does not name and add those that are new."""
        if row.classes is None:
            return {}
        ended, kept = [], set()
        for identity in household.identities.current():
            if identity.household_class_id in row.classes:
                kept.add(identity.household_class_id)
            else:
                identity.valid_to = max(self.on, identity.valid_from or self.on)
                identity.save(update_fields=["valid_to"])
                ended.append(identity.pk)
        created = Identity.objects.bulk_create(
            Identity(household=household, **self.identity(self.classes[class_id], row))
            for class_id in row.classes - kept
        )
        return {"ended": ended, "created": [identity.pk for identity in created]}

    def count_anew(self, household: Household, before: dict[str, Any], row: PlannedRow) -> None:
        """A household that counts elsewhere or as another class: summary, past summary and ledger follow."""
        # The cached objects are those of the former keys.
        household.household_class = self.classes[household.household_class_id]
        save_summary(household, self.at)
        moved = "region_id" in row.changes
        self.ledger_entry(
            household,
            ChangeKind.CORRECTED if moved and row.classes is None else ChangeKind.CLASS_CHANGED,
            before={self.label(name): self.shown(name, before[name]) for name in before},
            after={self.label(name): self.shown(name, row.changes[name]) for name in before},
        ).save()

    def label(self, name: str) -> str:
        return str(Household._meta.get_field(name.removesuffix("_id")).verbose_name)

    def shown(self, name: str, value: Any) -> str:
        if name == "household_class_id":
            return self.classes[value].name
        return "" if value is None else str(value)
