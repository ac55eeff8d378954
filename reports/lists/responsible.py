"""责任唯一: one named person answers for each row of a list (domain rules §1, §4)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Household, Region
from reports.lists.freezing import ListKey
from reports.lists.membership import members
from reports.models import Responsible
from yanliang.accounts.permissions import OFFICE, has_role
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import check_version


def may_name(staff) -> bool:
    """The street office names who answers for its lists."""
    return has_role(staff, OFFICE)


def named(key: ListKey, household: Household | None = None) -> Responsible | None:
    """Who answers for the list, or for this one household on it."""
    return Responsible.objects.filter(
        region=key.region, kind=key.kind, group=key.group, household=household
    ).first()


def name_responsible(
    key: ListKey, *, name: str, post: str, by, seen: int, household: Household | None = None
) -> Responsible:
    """Let this person answer for the list, or for one household on it instead of the list's person.

    `seen` is the version of the entry that the form showed, 0 where there was none. Raises
    PermissionDenied, or ValidationError (code "stale") when somebody else has saved since.
    """
    if not may_name(by):
        raise PermissionDenied("责任人由街办登记。")
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=key.region.code)
        if household is not None and not on(key, household):
            raise ValidationError(f"{household}不在这份清单上。")
        person = current(key, household)
        before = str(person) if person.pk else ""
        if person.pk:
            check_version(person, seen)
            person.version += 1
        elif seen:
            raise ValidationError("责任人刚刚被别人删改，请刷新后再保存。", code="stale")
        person.region, person.group = key.region, key.group
        person.name, person.post = name.strip(), post.strip()
        person.set_by, person.set_at = by, now()
        person.full_clean()
        if str(person) == before:
            return person
        person.save()
        record(
            "responsible_named",
            person,
            by=by,
            before={"责任人": before} if before else {},
            after={
                "责任人": str(person),
                "清单": key.title,
                **({"农户": str(household)} if household else {}),
            },
        )
    return person


def on(key: ListKey, household: Household) -> bool:
    own = Household.objects.filter(pk=household.pk, region=key.region)
    return members(key.kind, key.group, own).exists()


def current(key: ListKey, household: Household | None) -> Responsible:
    """The entry to be written: a household keeps its one entry of a kind when it moves to another list."""
    if household is not None:
        entry = Responsible.objects.filter(household=household, kind=key.kind).first()
    else:
        entry = named(key)
    return entry or Responsible(
        region=key.region, kind=key.kind, group=key.group, household=household
    )
