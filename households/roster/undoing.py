"""Undoing an import within 24 hours, as long as nobody has worked on its households."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from households.enums import ImportState
from households.events import save_summary
from households.models import Household, HouseholdChange, Identity, RosterImport
from households.search import search_columns
from yanliang.audit.trail import record
from yanliang.periods import now

from .importing import lock_in_state, require_right, unpack

UNDOABLE_FOR = dt.timedelta(hours=24)
CHUNK = 5_000
#: What an import itself hangs on a household; anything else shows that somebody has worked on it.
OWN_RELATIONS = frozenset({"identities", "changes", "past_summaries"})


def is_in_time(roster_import: RosterImport) -> bool:
    return (
        roster_import.state == ImportState.DONE
        and roster_import.finished_at is not None
        and now() - roster_import.finished_at <= UNDOABLE_FOR
    )


def undo_import(roster_import: RosterImport, by, reason: str) -> RosterImport:
    """Take an import back: its new households go, its changed ones are as before.

    Raises ValidationError after 24 hours, without a reason, or when one of the households was touched since,
    naming the first few.
    """
    require_right(by, roster_import.region)
    if not reason.strip():
        raise ValidationError("请填写撤销的理由。")
    with transaction.atomic():
        roster_import = lock_in_state(roster_import, ImportState.DONE)
        if not is_in_time(roster_import):
            raise ValidationError("导入已超过 24 小时，不能整批撤销；请逐户更正。")
        undo = unpack(roster_import.undo)
        touched = [
            *touched_new(undo["created"], roster_import),
            *touched_changed(undo["changed"]),
        ]
        if touched:
            names = "、".join(touched[:5])
            raise ValidationError(
                f"有 {len(touched)} 户在导入后又有了核查、草稿或修改，不能整批撤销：{names}"
                f"{' 等' if len(touched) > 5 else ''}。"
            )
        remove_new(undo["created"])
        restore_changed(undo["changed"], roster_import)
        roster_import.state = ImportState.UNDONE
        roster_import.undone_by = by
        roster_import.undone_at = now()
        roster_import.save()
        record(
            "roster_undone",
            roster_import,
            by=by,
            before={"新增": len(undo["created"]), "变动": len(undo["changed"])},
            reason=reason,
        )
    return roster_import


def chunks(pks: list[int]) -> list[QuerySet[Household]]:
    return [
        Household.objects.filter(pk__in=pks[start : start + CHUNK])
        for start in range(0, len(pks), CHUNK)
    ]


def has_been_worked_on() -> Q:
    """Whether a household has records of any app besides those that an import makes."""
    worked = Q()
    for relation in Household._meta.related_objects:
        if relation.get_accessor_name() not in OWN_RELATIONS and not relation.hidden:
            worked |= Q(
                Exists(
                    relation.related_model._base_manager.filter(
                        **{relation.field.name: OuterRef("pk")}
                    )
                )
            )
    return worked


def touched_new(pks: list[int], roster_import: RosterImport) -> list[str]:
    """Households that the import added and that were edited, inspected, drafted or removed since."""
    touched = []
    for households in chunks(pks):
        later_changes = HouseholdChange.objects.filter(household=OuterRef("pk")).exclude(
            roster_import=roster_import
        )
        found = households.filter(
            Q(version__gt=1) | has_been_worked_on() | Q(Exists(later_changes))
        )
        touched.extend(str(household) for household in found)
    return touched


def touched_changed(changed: dict[str, Any]) -> list[str]:
    """Households that the import changed and that have another version by now."""
    return [
        str(household)
        for households in chunks([int(pk) for pk in changed])
        for household in households
        if household.version != changed[str(household.pk)]["version"]
    ]


def remove_new(pks: list[int]) -> None:
    for households in chunks(pks):
        households.delete()


def restore_changed(changed: dict[str, Any], roster_import: RosterImport) -> None:
    for households in chunks([int(pk) for pk in changed]):
        for household in households.select_for_update(no_key=True):
            state = changed[str(household.pk)]
            Identity.objects.filter(pk__in=state.get("created", [])).delete()
            Identity.objects.filter(pk__in=state.get("ended", [])).update(valid_to=None)
            for name, value in state["before"].items():
                is_area = name == "floor_area" and value is not None
                setattr(household, name, Decimal(value) if is_area else value)
            keys = search_columns(household.head_name, household.id_number, household.phone)
            for name, value in keys.items():
                setattr(household, name, value)
            save_summary(household)
    roster_import.changes.filter(household_id__in=[int(pk) for pk in changed]).delete()
