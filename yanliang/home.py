"""The to-do centre and the menu: the only place that may know every app."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from yanliang.accounts import permissions


class MenuEntry(NamedTuple):
    label: str
    url_name: str
    allowed: Callable[[object], bool]


MENU = (
    MenuEntry("首页", "home", permissions.may_see_business),
    MenuEntry("农户", "households:household_list", permissions.may_see_business),
    MenuEntry("核查审核", "inspections:review_list", permissions.may_review_inspection),
    MenuEntry("待鉴定", "inspections:appraisal_queue", permissions.may_see_appraisal_queue),
    MenuEntry("增减台账", "households:change_list", permissions.may_see_business),
    MenuEntry("花名册导入", "households:roster_list", permissions.may_import_roster),
    MenuEntry("统计表", "reports:annex2", permissions.may_see_business),
    MenuEntry("周报", "reports:weekly_summary", permissions.may_see_business),
    MenuEntry("看板", "reports:dashboard", permissions.may_see_business),
    MenuEntry("操作记录", "audit:entry_list", permissions.may_read_trail),
    MenuEntry("账号管理", "admin:index", permissions.may_keep_accounts),
)


def menu(request: HttpRequest) -> dict:
    """The pages that this person may open, the present one marked."""
    staff = getattr(request, "user", None)
    if staff is None or not staff.is_authenticated:
        return {"menu": []}
    entries = []
    for entry in MENU:
        if entry.allowed(staff):
            try:
                url = reverse(entry.url_name)
            except NoReverseMatch:
                continue
            is_current = request.path == url if url == "/" else request.path.startswith(url)
            entries.append({"label": entry.label, "url": url, "is_current": is_current})
    return {"menu": entries}


@login_required
def home(request):
    return render(request, "home.html")
