"""The one door through which returned references reach the register."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from households.models import Household
from yanliang.accounts.permissions import may_enter_national
from yanliang.audit.trail import Change, record_each

CHUNK = 500


def enter_references(references: Mapping[int, str], *, by, reason: str) -> int:
    """Register `references` (household key → reference), all or none; return how many households changed.

    Each is locked, its version grows, and the trail has an entry. Raises PermissionDenied without the right,
    ValidationError where a class does not stand in the national system or a reference is another household's.
    """
    if not may_enter_national(by):
        raise PermissionDenied("您没有登记国家系统编号的权限。")
    keys = sorted(references)
    try:
        with transaction.atomic():
            return sum(
                enter_chunk(
                    {key: references[key] for key in keys[start : start + CHUNK]}, by, reason
                )
                for start in range(0, len(keys), CHUNK)
            )
    except IntegrityError as taken:
        raise ValidationError(
            "有编号刚刚登记到另一户，这次没有写入。请重新核对后再确认。", code="reference_taken"
        ) from taken


def enter_chunk(references: Mapping[int, str], by, reason: str) -> int:
    households = (
        Household.objects.visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("household_class")
        .filter(pk__in=references)
        .order_by("pk")
    )
    changed = []
    for household in households:
        before, after = household.external_reference, references[household.pk]
        if before == after:
            continue
        if not household.household_class.in_national_system:
            raise ValidationError(f"{household}的类别刚刚变更，不再录入国家系统。")
        household.external_reference = after
        household.version += 1
        changed.append((household, before))
    Household.objects.bulk_update(
        [household for household, _ in changed], ["external_reference", "version"]
    )
    record_each(
        "reference_entered",
        [
            Change(
                household,
                {"国家系统编号": before or "（空）"},
                {"国家系统编号": household.external_reference},
            )
            for household, before in changed
        ],
        by=by,
        reason=reason,
    )
    return len(changed)
