"""Lists of 关山村 to be signed: its people, its households, and signing them level by level."""

from households.models import Household, Region
from reports.enums import ListKind
from reports.lists.freezing import ListKey, digest_of_list
from reports.lists.responsible import name_responsible
from reports.lists.signing import sign
from tests.factories import HouseholdFactory, StaffFactory

VILLAGE = "610114007200"
ORDINARY, HELPED = "一般农户", "建档立卡户"


def key_of(kind: ListKind = ListKind.CHECKED, group: str = ORDINARY, village: str = VILLAGE):
    return ListKey(Region.objects.get(pk=village), kind, group)


def signer(role: str, name: str, region: str = VILLAGE, **fields):
    """Somebody who may sign, with a name and a post."""
    return StaffFactory(
        username=f"{role}-{name}-{region}",
        role=role,
        full_name=name,
        post="负责人",
        region_id={"village": region, "office_lead": region[:9]}.get(role, region[:6]),
        **fields,
    )


def village_head(region: str = VILLAGE):
    return signer("village", "王村长", region)


def office_head(region: str = VILLAGE):
    return signer("office_lead", "苏主任", region)


def department_clerk(department: str = "扶贫"):
    return signer("department", f"{department}赵科员", department=department)


def bureau_head():
    return signer("bureau_lead", "高局长")


def answered(key: ListKey, **fields):
    """The list with somebody who answers for it."""
    recorder = StaffFactory(
        username="list_recorder", role="recorder", region_id=key.region.code[:9]
    )
    return name_responsible(key, name="李包村", post="包村干部", by=recorder, seen=0, **fields)


def listed(count: int = 1, kind: ListKind = ListKind.CHECKED, group: str = ORDINARY) -> ListKey:
    """A list of `count` households that somebody answers for."""
    code = "registered_poor" if group == HELPED else "ordinary"
    HouseholdFactory.create_batch(count, class_code=code)
    key = key_of(kind, group)
    answered(key)
    return key


def sign_now(key: ListKey, by, rows=None):
    """Sign what a page opened just now shows."""
    return sign(key, by, seen=digest_of_list(key, key.rows()), rows=rows)


def household_of(key: ListKey) -> Household:
    return Household.objects.get(pk=key.rows()[0].household_id)
