"""Annex 2 on screen, its files, and the households behind each figure."""

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from households.models import HouseholdClass, Region
from reports.annex2.columns import COLUMN, CountColumn
from reports.annex2.drill_down import (
    households_at,
    register_url,
    rows_at,
    sheet_url,
)
from reports.annex2.exports import FORMATS, exported, recorded_export, title_of
from reports.annex2.faces import TITLE, table_of
from reports.annex2.sections import SECTION_OF_ALL, Section, sections_of
from reports.annex2.sheet import sheet_of
from reports.figures import moment_of
from reports.forms import DayForm
from yanliang.accounts.permissions import may_export, may_see_business
from yanliang.tables.html import render_html
from yanliang.ui.pagination import paginate


def asked_region(request: HttpRequest, parameters: QueryDict) -> Region:
    """The region asked for, one's own without a word; 404 for one that the person may not see."""
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    code = parameters.get("region") or request.user.scope_code
    return get_object_or_404(Region.objects.visible_to(request.user), pk=code)


def asked_day(parameters: QueryDict) -> dt.date | None:
    """The day in an address that a page made; 404 for one that no page makes."""
    form = DayForm(parameters)
    if not form.is_valid():
        raise Http404("；".join(form.errors["date"]))
    return form.cleaned_data["date"]


def asked_column(parameters: QueryDict) -> CountColumn:
    number = parameters.get("column", "")
    column = COLUMN.get(int(number)) if number.isascii() and number.isdigit() else None
    if not isinstance(column, CountColumn):
        raise Http404("没有这一栏，或这一栏不是户数。")
    return column


def with_key(sections: tuple[Section, ...], key: str | None) -> Section:
    found = next((each for each in sections if each.key == (key or SECTION_OF_ALL)), None)
    if found is None:
        raise Http404("没有这一类农户。")
    return found


def path_to(region: Region, request: HttpRequest) -> list[Region]:
    """The regions that `region` lies in and that the person may see, outermost first."""
    above = [region.code[:length] for length in range(2, len(region.code))]
    return list(Region.objects.visible_to(request.user).filter(code__in=above))


@login_required
@require_GET
def annex2(request: HttpRequest) -> HttpResponse:
    """The table of a region, one section at a time; a wrong date gets its message and no figures."""
    region = asked_region(request, request.GET)
    form = DayForm(request.GET)
    context = {"form": form, "region": region, "path": path_to(region, request)}
    if form.is_valid():
        day = form.cleaned_data["date"]
        sheet = sheet_of(region, day)
        section = with_key(sheet.sections, request.GET.get("section"))
        context |= {
            "day": day,
            "section": section,
            "sections": sheet.sections,
            "table": render_html(table_of(sheet, section, notes=False), request, show_title=False),
            "may_export": may_export(request.user),
        }
    return render(request, "reports/annex2.html", context)


@login_required
@require_POST
def annex2_export(request: HttpRequest) -> HttpResponse:
    """The table of a region as Excel or PDF; the trail says who took it, when and why."""
    region = asked_region(request, request.POST)
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")
    form = request.POST.get("format")
    if form not in FORMATS:
        raise Http404("没有这种文件格式。")
    sheet = sheet_of(region, asked_day(request.POST))
    section = with_key(sheet.sections, request.POST.get("section"))
    reason = request.POST.get("reason", "").strip()[:200]
    content = exported(sheet, form, section, by=request.user, reason=reason)
    recorded_export(sheet, form, by=request.user, reason=reason)
    response = HttpResponse(content, content_type=FORMATS[form].content_type)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{title_of(sheet)}.{FORMATS[form].ending}"
    )
    return response


@login_required
@require_GET
def figure_households(request: HttpRequest) -> HttpResponse:
    """Exactly the households that a figure counts: now in the register's own list, as of a past day here."""
    region = asked_region(request, request.GET)
    column = asked_column(request.GET)
    day = asked_day(request.GET)
    section = with_key(sections_of(HouseholdClass.objects.all()), request.GET.get("section"))
    moment = moment_of(day)
    if moment is None:
        return redirect(register_url(region.code, section, column))
    page = paginate(request, households_at(region.code, section, column, moment))
    context = {
        "title": f"{TITLE}：{column.number} {column.label}",
        "region": region,
        "section": section,
        "column": column,
        "day": day,
        "page": page,
        "rows": rows_at(page.object_list, moment, request.user),
        "back": sheet_url(region.code, section.key, day),
    }
    return render(request, "reports/figure_households.html", context)
