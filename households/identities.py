"""A household's identities: which class they make it, and changing them (帮扶对象动态调整, domain rules §1)."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import ChangeKind
from households.events import lock_household, save_summary
from households.models import Household, HouseholdChange, HouseholdClass, Identity
from yanliang.accounts.permissions import may_edit_household
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import check_version


@dataclass(frozen=True)
class NewIdentity:
    """An identity to be added; `department` defaults to the one that certifies the class."""

    household_class: HouseholdClass
    valid_from: dt.date
    certificate: str = ""
    department: str = ""


def is_residual(household_class: HouseholdClass) -> bool:
    """Whether no department certifies the class: what a household is when it is nothing else (一般农户)."""
    return not household_class.department


def main_class(classes: Iterable[HouseholdClass]) -> HouseholdClass:
    """The class under which a household with these identities is counted: lowest precedence number.

    Raises ValueError without any.
    """
    return min(classes, key=lambda each: each.precedence)


def settle(
    current: Collection[HouseholdClass],
    ended: Collection[HouseholdClass],
    added: Collection[HouseholdClass],
) -> frozenset[HouseholdClass]:
    """The classes that a household has after a change; raises ValidationError where it may not have them.

    The residual class gives way when a certified one is added; a household never has none.
    """
    if both := set(ended) & set(added):
        raise ValidationError(f"“{names(both)}”身份不能同时终止又新增。", code="repeated")
    kept = set(current) - set(ended)
    if repeated := kept & set(added):
        raise ValidationError(f"该户已有“{names(repeated)}”身份，不能重复登记。", code="repeated")
    after = kept | set(added)
    if not after:
        raise ValidationError(
            "至少保留一个身份；不再属于重点对象的，请同时新增“一般农户”。", code="none_left"
        )
    certified = {each for each in after if not is_residual(each)}
    if certified and any(is_residual(each) for each in added):
        raise ValidationError("该户还有其他身份，不能登记为一般农户。", code="not_residual")
    return frozenset(certified or after)


def change_identities(
    pk: int,
    *,
    by,
    seen: int,
    reason: str,
    on: dt.date,
    end: Collection[int] = (),
    add: Collection[NewIdentity] = (),
) -> Household:
    """End the identities `end` (primary keys) and add `add`; class, summary, ledger and trail follow.

    Raises PermissionDenied without the right, ValidationError where somebody else saved since version
    `seen`, where nothing would change, or where `settle` refuses.
    """
    if not may_edit_household(by):
        raise PermissionDenied("您没有变更农户身份的权限。")
    if not reason.strip():
        raise ValidationError("请填写变更理由。", code="reason_required")
    with transaction.atomic():
        household = lock_household(pk)
        check_version(household, seen)
        standing = {
            each.household_class: each
            for each in household.identities.current().select_related("household_class")
        }
        ended = {each for each, identity in standing.items() if identity.pk in set(end)}
        after = settle(standing, ended, [each.household_class for each in add])
        if after == set(standing):
            raise ValidationError("身份没有变化。", code="unchanged")
        for household_class in standing.keys() - after:
            finish(standing[household_class], on)
        for each in add:
            Identity.objects.create(
                household=household,
                household_class=each.household_class,
                department=each.department or each.household_class.department,
                certificate=each.certificate,
                valid_from=each.valid_from,
            )
        before = {"类别": household.household_class.name, "身份": names(standing)}
        household.household_class = main_class(after)
        save_summary(household)
        now_has = {"类别": household.household_class.name, "身份": names(after)}
        HouseholdChange.objects.create(
            household=household,
            kind=ChangeKind.CLASS_CHANGED,
            happened_on=on,
            reason=reason,
            detail={"before": before, "after": now_has},
            recorded_by=by,
            recorded_at=now(),
        )
        record("class_changed", household, by=by, before=before, after=now_has, reason=reason)
    return household


def finish(identity: Identity, on: dt.date) -> None:
    if identity.valid_from and on < identity.valid_from:
        raise ValidationError(
            f"“{identity.household_class}”自 {identity.valid_from} 起有效，终止日期不能更早。",
            code="ends_before_start",
        )
    identity.valid_to = on
    identity.save(update_fields=["valid_to"])


def names(classes: Iterable[HouseholdClass]) -> str:
    return "、".join(each.name for each in sorted(classes, key=lambda each: each.precedence))
