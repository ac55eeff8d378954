"""Writing a planned roster into the register in bulk, by the rules of the single acts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

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
from .judging import CleanRow

#: Changes that decide where and as what a household is counted.
COUNTED = frozenset({"region_id", "household_class_id"})
SEARCHED = frozenset({"head_name", "phone"})
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
        list(Region.objects.select_for_update().filter(code__in=villages).order_by("code"))
        created = self.add(added)
        self.progress(85, "写入变动的农户")
        return {"created": created, "changed": self.change(changed)}

    def add(self, rows: list[PlannedRow]) -> list[int]:
        households = Household.objects.bulk_create(self.new_households(rows), batch_size=1000)
        self.progress(60, "写入身份与增减台账")
        Identity.objects.bulk_create(
            (
                self.identity(household, self.by_code[code], row)
                for household, row in zip(households, rows, strict=True)
                for code in row.judged.values.identities
            ),
            batch_size=2000,
        )
        HouseholdChange.objects.bulk_create(
            (self.ledger_entry(household, ChangeKind.ADDED) for household in households),
            batch_size=2000,
        )
        return [household.pk for household in households]

    def new_households(self, rows: list[PlannedRow]) -> Iterator[Household]:
        codes = {}
        for row in rows:
            values = row.judged.values
            village = values.village_code
            if village not in codes:
                codes[village] = code_sequence(village)
            yield Household(
                code=next(codes[village]),
                region_id=village,
                household_class=self.by_code[values.class_code],
                id_number=values.id_number,
                registered_at=self.at,
                summary_since=self.at,
                registered_by=self.by,
                **self.said(values),
                **search_columns(values.head_name, values.id_number, values.phone),
            )

    def said(self, values: CleanRow) -> dict[str, Any]:
        """What the roster says of a household; for the rest the register's own defaults hold."""
        return {name: value for name in COPIED if (value := getattr(values, name)) is not None}

    def identity(
        self, household: Household, household_class: HouseholdClass, row: PlannedRow
    ) -> Identity:
        """A roster has one column for certificates: it belongs to the identity that counts."""
        values = row.judged.values
        is_main = household_class.code == values.class_code
        return Identity(
            household=household,
            household_class=household_class,
            department=household_class.department,
            certificate=values.certificate if is_main else "",
            valid_from=self.on,
        )

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
            for each in Household.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
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
            self.identity(household, self.classes[class_id], row) for class_id in row.classes - kept
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
