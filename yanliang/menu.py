"""The menu: pages by group, as far as this person may open them, the present one marked."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from yanliang.accounts import permissions


class MenuEntry(NamedTuple):
    """A page in the menu; pages of one `group` fold into one entry of that name, "" stands by itself."""

    label: str
    url_name: str
    allowed: Callable[[object], bool]
    group: str = ""


CHECKING, MENDING, PROBLEMS, REPORTS, KEEPING = "排查", "鉴定改造", "问题整改", "报表", "管理"

MENU = (
    MenuEntry("首页", "home", permissions.may_see_business),
    MenuEntry("农户", "households:household_list", permissions.may_see_business),
    MenuEntry("核查审核", "inspections:review_list", permissions.may_review_inspection, CHECKING),
    MenuEntry("增减台账", "households:change_list", permissions.may_see_business, CHECKING),
    MenuEntry("花名册导入", "households:roster_list", permissions.may_import_roster, CHECKING),
    MenuEntry(
        "待鉴定", "inspections:appraisal_queue", permissions.may_see_appraisal_queue, MENDING
    ),
    MenuEntry("鉴定", "inspections:appraisal_list", permissions.may_see_appraisal_queue, MENDING),
    MenuEntry("审定", "inspections:ruling_list", permissions.may_see_appraisal_queue, MENDING),
    MenuEntry("改造", "rectification:renovation_list", permissions.may_see_business, MENDING),
    MenuEntry("国家系统", "reports:national", permissions.may_see_national, MENDING),
    MenuEntry("问题台账", "rectification:problem_list", permissions.may_see_business, PROBLEMS),
    MenuEntry("三清零", "reports:zeros", permissions.may_see_business, PROBLEMS),
    MenuEntry("督导检查", "rectification:visit_list", permissions.may_see_visits, PROBLEMS),
    MenuEntry("动态监测", "rectification:report_list", permissions.may_see_business, PROBLEMS),
    MenuEntry("上报看板", "reports:week_board", permissions.may_watch_weeks, REPORTS),
    MenuEntry("四清清单", "reports:list_overview", permissions.may_see_business, REPORTS),
    MenuEntry("统计表", "reports:annex2", permissions.may_see_business, REPORTS),
    MenuEntry("每周上报", "reports:week_office", permissions.may_prepare_week, REPORTS),
    MenuEntry("周报", "reports:weekly_summary", permissions.may_see_business, REPORTS),
    MenuEntry("看板", "reports:dashboard", permissions.may_see_business, REPORTS),
    MenuEntry("校验", "reports:document_check", permissions.may_see_business, REPORTS),
    MenuEntry(
        "市局表样", "reports:city_workbook_list", permissions.may_keep_city_workbooks, KEEPING
    ),
    MenuEntry("操作记录", "audit:entry_list", permissions.may_read_trail, KEEPING),
    MenuEntry("账号管理", "admin:index", permissions.may_keep_accounts, KEEPING),
)


class MenuLink(NamedTuple):
    label: str
    url: str
    is_current: bool


class MenuGroup(NamedTuple):
    """Links that fold into one entry of the menu; without a `label` its only link stands in the open."""

    label: str
    links: list[MenuLink]

    @property
    def is_current(self) -> bool:
        return any(link.is_current for link in self.links)


def menu(request: HttpRequest) -> dict:
    """The pages that this person may open, in groups, the present one marked."""
    staff = getattr(request, "user", None)
    if staff is None or not staff.is_authenticated or staff.must_change_password:
        return {"menu": []}
    urls = {entry: reverse(entry.url_name) for entry in MENU if entry.allowed(staff)}
    # One page's address may begin with another's: the longest is the one that is open.
    open_now = max(
        (url for url in urls.values() if request.path.startswith(url)), key=len, default=""
    )
    if open_now == reverse("home") != request.path:
        open_now = ""
    groups: dict[str, MenuGroup] = {}
    for entry, url in urls.items():
        group = groups.setdefault(entry.group or entry.label, MenuGroup(entry.group, []))
        group.links.append(MenuLink(entry.label, url, url == open_now))
    return {
        "menu": [
            group if len(group.links) > 1 else MenuGroup("", group.links)
            for group in groups.values()
        ]
    }
