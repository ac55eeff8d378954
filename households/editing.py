"""Entering a household and changing its facts: numbered, locked, audited."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import ChangeKind
from households.events import lock_household, save_summary
from households.models import Household, HouseholdChange, HouseholdClass, Identity, Region
from households.numbering import next_code
from households.search import search_columns
from yanliang.accounts.permissions import may_edit_household
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.ui.masking import mask_id, mask_phone
from yanliang.workflow import check_version

#: What an edit form may change; class and summary have doors of their own.
EDITABLE = (
    "head_name",
    "id_number",
    "region",
    "group",
    "population",
    "phone",
    "helper",
    "structure",
    "storeys",
    "bays",
    "floor_area",
    "built_year",
    "housing_source",
    "residence",
    "business_use",
    "renovated_year",
    "renovated_mode",
    "old_house",
    "other_safe_housing",
    "longitude",
    "latitude",
    "external_reference",
    "remark",
)
#: The trail is read by people who may not see full numbers, so it keeps masked ones (domain rules §9).
MASKS = {"id_number": mask_id, "phone": mask_phone}


def require_right(staff, what: str) -> None:
    if not may_edit_household(staff):
        raise PermissionDenied(f"您没有{what}的权限。")


def add_household(
    household: Household,
    *,
    by,
    household_class: HouseholdClass,
    reason: str,
    on: dt.date,
    certificate: str = "",
    kind: ChangeKind = ChangeKind.ADDED,
    related: Household | None = None,
    detail: dict[str, Any] | None = None,
) -> Household:
    """Give a new, valid `household` its number, identity and search keys, and save it with its ledger entry.

    Raises IntegrityError where somebody took its ID number a moment ago.
    """
    require_right(by, "新增农户")
    with transaction.atomic():
        household.code = next_code(household.region_id)
        household.household_class = household_class
        household.registered_by = by
        household.registered_at = household.summary_since = now()
        refresh_search(household)
        # Who is unique the database decides: a check here could only be too early.
        household.full_clean(validate_unique=False)
        household.save(force_insert=True)
        Identity.objects.create(
            household=household,
            household_class=household_class,
            department=household_class.department,
            certificate=certificate,
            valid_from=on,
        )
        HouseholdChange.objects.create(
            household=household,
            kind=kind,
            happened_on=on,
            reason=reason,
            related=related,
            detail=detail or {},
            recorded_by=by,
            recorded_at=household.registered_at,
        )
        filled = {name: getattr(household, name) for name in EDITABLE if getattr(household, name)}
        act = "household_split" if kind == ChangeKind.SPLIT else "household_added"
        record(
            act,
            household,
            by=by,
            after={**shown_values(filled), "类别": household_class.name},
            reason=reason,
        )
    return household


def edit_household(
    pk: int, values: Mapping[str, Any], *, by, seen: int, reason: str = ""
) -> Household:
    """Write `values` (field → value, of EDITABLE) over the household that was opened at version `seen`.

    A move to another village stays within the office and needs a reason. Raises PermissionDenied without
    the right, ValidationError (code "stale") when somebody else has saved since. Nothing is written, and
    no trail either, when nothing changes.
    """
    require_right(by, "修改农户")
    with transaction.atomic():
        household = lock_household(pk)
        check_version(household, seen)
        before = {
            name: getattr(household, name)
            for name, value in values.items()
            if getattr(household, name) != value
        }
        if not before:
            return household
        after = {name: values[name] for name in before}
        if "region" in after:
            require_move(before["region"], after["region"], reason)
        for name, value in after.items():
            setattr(household, name, value)
        refresh_search(household)
        household.full_clean(validate_unique=False)
        save_summary(household)
        was, is_now = shown_values(before), shown_values(after)
        for name in MASKS.keys() & after.keys():
            label = field_label(name)
            if was[label] == is_now[label]:
                is_now[label] += "（中间位有改动）"
        if "region" in after:
            HouseholdChange.objects.create(
                household=household,
                kind=ChangeKind.CORRECTED,
                happened_on=today(),
                reason=reason,
                detail={
                    "before": {"村": str(before["region"])},
                    "after": {"村": str(after["region"])},
                },
                recorded_by=by,
                recorded_at=now(),
            )
        record("household_edited", household, by=by, before=was, after=is_now, reason=reason)
    return household


def require_move(origin: Region, target: Region, reason: str) -> None:
    if origin.office_code != target.office_code:
        raise ValidationError("只能在本街办范围内调整所在村。", code="other_office")
    if not reason.strip():
        raise ValidationError("调整所在村须填写理由。", code="reason_required")


def refresh_search(household: Household) -> None:
    keys = search_columns(household.head_name, household.id_number, household.phone)
    for name, value in keys.items():
        setattr(household, name, value)


def field_label(name: str) -> str:
    return str(Household._meta.get_field(name).verbose_name)


def shown_value(name: str, value: Any) -> str:
    """A field's value as people read it; numbers of persons are masked."""
    if name in MASKS:
        return MASKS[name](value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == "":
        return "（空）"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    field = Household._meta.get_field(name)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def shown_values(values: Mapping[str, Any]) -> dict[str, str]:
    """Values by the Chinese name of their field, as the trail keeps them."""
    return {field_label(name): shown_value(name, value) for name, value in values.items()}
