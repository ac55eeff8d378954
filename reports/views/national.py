"""How far the entry into the national system is, the rows still to enter, and the columns that it asks for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households.models import Household
from reports.models import NationalExport, NationalLayout
from reports.national.figures import standings, total
from reports.national.forms import Columns, NationalFilters, initial_of
from reports.national.layouts import columns_of, save_layout
from reports.national.workbook import TITLE, export_rows
from reports.views.asked import asked_region, path_to
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import (
    may_edit_national_layout,
    may_enter_national,
    may_name_secretaries,
    may_see_national,
)
from yanliang.periods import today
from yanliang.ui.pagination import paginate

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORTS_SHOWN = 5


def require_reader(staff) -> None:
    if not may_see_national(staff):
        raise PermissionDenied("您的岗位不查看国家系统录入情况。")


@login_required
@require_GET
def national(request: HttpRequest) -> HttpResponse:
    """应录入, 已录入 and 未录入 of the places below a region, each figure with its households behind it."""
    require_reader(request.user)
    region = asked_region(request, request.GET)
    rows = standings(region)
    exports = NationalExport.objects.visible_to(request.user).within(region.code)
    context = {
        "region": region,
        "path": path_to(region, request),
        "rows": rows,
        "opens": len(region.code) < RegionLevel.OFFICE,
        "total": total(rows),
        "exports": exports.select_related("region", "layout", "exported_by")[:EXPORTS_SHOWN],
        "layout": NationalLayout.objects.newest(),
        "may_enter": may_enter_national(request.user),
        "may_edit_layout": may_edit_national_layout(request.user),
        "may_name_secretaries": may_name_secretaries(request.user),
    }
    return render(request, "reports/national_overview.html", context)


@login_required
@require_GET
def national_list(request: HttpRequest) -> HttpResponse:
    """The households that stand in the national system or must, one state or all."""
    require_reader(request.user)
    filters = NationalFilters(request.GET, staff=request.user)
    households = filters.apply(Household.objects.visible_to(request.user))
    page = paginate(
        request, households.select_related("region__parent", "household_class").order_by("code")
    )
    return render(request, "reports/national_list.html", {"filters": filters, "page": page})


@login_required
@require_POST
def national_export(request: HttpRequest) -> HttpResponse:
    """The rows still to enter as a workbook with full ID numbers, for who asks for just that."""
    require_reader(request.user)
    region = asked_region(request, request.POST)
    if not may_enter_national(request.user):
        raise PermissionDenied("您没有导出待录入农户的权限。")
    layout = NationalLayout.objects.newest()
    refusal = ""
    if layout is None:
        refusal = "还没有国家系统的列对应，请区住建局先保存一版。"
    elif not request.POST.get("full_numbers"):
        refusal = "这张表必须含完整身份证号，才能录入国家系统。请勾选确认后再导出。"
    if refusal:
        messages.error(request, refusal)
        return redirect(f"{reverse('reports:national')}?region={region.code}")
    reason = request.POST.get("reason", "").strip()[:200]
    content, _ = export_rows(region, layout, by=request.user, reason=reason)
    response = HttpResponse(content, content_type=WORKBOOK_TYPE)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{region.short_name}{TITLE}_{today():%Y%m%d}.xlsx"
    )
    return response


@login_required
@require_http_methods(["GET", "POST"])
def national_layout(request: HttpRequest) -> HttpResponse:
    """The layout as a form, and its versions; `?version=` starts from an older one."""
    if not may_edit_national_layout(request.user):
        raise PermissionDenied("只有区住建局可以修改国家系统的列对应。")
    versions = list(NationalLayout.objects.select_related("saved_by"))
    newest = versions[0] if versions else None
    base = asked_version(versions, request.GET.get("version", "")) or newest
    initial = initial_of(columns_of(base)) if base else []
    formset = Columns(request.POST or None, initial=initial, prefix="column")
    seen = request.POST.get("seen", "")
    if request.method == "POST" and formset.is_valid():
        try:
            layout = save_layout(
                formset.columns, by=request.user, seen=int(seen) if seen.isdecimal() else -1
            )
        except ValidationError as refused:
            formset.non_form_errors().extend(refused.messages)
        else:
            is_new = newest is None or layout.pk != newest.pk
            done = f"已保存为第{layout.number}版，以后导出按这一版。"
            messages.success(request, done if is_new else "各列没有变化，仍是原来这一版。")
            return redirect("reports:national_layout")
    context = {
        "formset": formset,
        "versions": versions,
        "newest": newest,
        "base": base,
        "seen": newest.number if newest else 0,
    }
    return render(request, "reports/national_layout.html", context)


def asked_version(versions: list[NationalLayout], number: str) -> NationalLayout | None:
    """The version that an address names; None where it names none, 404 for one that does not exist."""
    if not number:
        return None
    found = next((each for each in versions if str(each.number) == number), None)
    if found is None:
        raise Http404("没有这一版列对应。")
    return found
