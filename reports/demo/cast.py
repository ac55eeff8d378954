"""The demo's accounts: somebody for every role, all with one published password."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError

from yanliang.accounts.enums import RegionLevel, Role
from yanliang.accounts.models import Staff
from yanliang.audit.trail import record

DEMO_PASSWORD = "Yanliang-2020"
DISTRICT = "610114"
REASON = "装入示范数据"


@dataclass(frozen=True)
class Account:
    """One account of the demo; `region` is empty for the keeper."""

    username: str
    full_name: str
    role: Role
    region: str
    post: str
    department: str = ""

    def fits(self, staff: Staff) -> bool:
        return staff.role == self.role and (staff.region_id or "") == self.region


def office_accounts() -> Iterator[Account]:
    for number, name, recorder, lead in (
        (1, "fenghuanglu", "何晓燕", "白建国"),
        (2, "xinhualu", "冯丽娜", "雷卫东"),
        (3, "zhenxing", "韩雪", "郭振华"),
        (4, "xinxing", "孟佳", "屈志强"),
        (5, "beitun", "靳小宁", "马宏伟"),
        (6, "wutun", "房娟", "仁和平"),
        (7, "guanshan", "田敏", "苏永刚"),
    ):
        region = f"{DISTRICT}{number:03}"
        yield Account(name, recorder, Role.RECORDER, region, "住建专干")
        yield Account(f"{name}_lead", lead, Role.OFFICE_LEAD, region, "分管副主任")


ACCOUNTS = (
    Account("bureau_lead", "高志远", Role.BUREAU_LEAD, DISTRICT, "区住建局副局长"),
    Account("bureau_clerk", "刘颖", Role.BUREAU_CLERK, DISTRICT, "村镇建设科科员"),
    Account("supervisor", "周正", Role.SUPERVISOR, DISTRICT, "督导组组长"),
    Account("fupin", "赵静", Role.DEPARTMENT, DISTRICT, "区扶贫办科员", "扶贫"),
    Account("minzheng", "孙立", Role.DEPARTMENT, DISTRICT, "区民政局科员", "民政"),
    Account("canlian", "吴桐", Role.DEPARTMENT, DISTRICT, "区残联干事", "残联"),
    *office_accounts(),
    Account("guanshan_village", "王根社", Role.VILLAGE, f"{DISTRICT}007200", "村委会主任"),
    Account("beitun_village", "李栓虎", Role.VILLAGE, f"{DISTRICT}005200", "村委会主任"),
    Account("xinxing_village", "屈民生", Role.VILLAGE, f"{DISTRICT}004200", "第一书记"),
    Account("viewer", "陈晨", Role.VIEWER, DISTRICT, "区政府办科员"),
    Account("keeper", "系统管理员", Role.KEEPER, "", "系统管理员"),
)


class Cast:
    """Who did what in the demo, by role and region."""

    def __init__(self, staff: Iterable[Staff]) -> None:
        self._by_post = {(each.role, each.region_id): each for each in staff}
        self.bureau_clerk = self._by_post[Role.BUREAU_CLERK, DISTRICT]
        self.bureau_lead = self._by_post[Role.BUREAU_LEAD, DISTRICT]
        self.supervisor = self._by_post[Role.SUPERVISOR, DISTRICT]

    def recorder(self, code: str) -> Staff:
        return self._by_post[Role.RECORDER, code[: RegionLevel.OFFICE]]

    def office_lead(self, code: str) -> Staff:
        return self._by_post[Role.OFFICE_LEAD, code[: RegionLevel.OFFICE]]

    def villager(self, code: str) -> Staff | None:
        return self._by_post.get((Role.VILLAGE, code))


def engage() -> Cast:
    """Create the accounts that are not there yet, with one trail entry each.

    Raises ValidationError when an account of that name exists with another role or region.
    """
    existing = {staff.username: staff for staff in standing()}
    strangers = [
        account.username
        for account in ACCOUNTS
        if account.username in existing and not account.fits(existing[account.username])
    ]
    if strangers:
        raise ValidationError(
            f"已有同名但角色或区划不同的账号：{'、'.join(strangers)}。示范数据未装入。"
        )
    # One hash for all: hashing is slow on purpose, and the password is no secret.
    password = make_password(DEMO_PASSWORD)
    for account in ACCOUNTS:
        if account.username not in existing:
            staff = Staff.objects.create(
                username=account.username,
                full_name=account.full_name,
                role=account.role,
                region_id=account.region or None,
                post=account.post,
                department=account.department,
                is_staff=account.role == Role.KEEPER,
                must_change_password=False,
                password=password,
            )
            record(
                "account_saved",
                staff,
                after={"role": account.role, "region": account.region},
                reason=REASON,
            )
            existing[account.username] = staff
    return Cast(existing.values())


def standing() -> list[Staff]:
    """The demo's accounts that exist, in the order of ACCOUNTS."""
    names = [account.username for account in ACCOUNTS]
    found = Staff.objects.filter(username__in=names).select_related("region")
    return sorted(found, key=lambda staff: names.index(staff.username))


def sign_ins() -> Iterator[tuple[Staff, str]]:
    """Each demo account with its password, or with “（已修改）” where somebody has changed it."""
    published: dict[str, bool] = {}
    for staff in standing():
        if staff.password not in published:
            published[staff.password] = check_password(DEMO_PASSWORD, staff.password)
        yield staff, DEMO_PASSWORD if published[staff.password] else "（已修改）"
