"""Annex 2 on screen, its files, and the households behind each figure."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from households.models import HouseholdClass
from reports.annex2.drill_down import (
    households_at,
    register_url,
    rows_at,
    sheet_url,
)
from reports.annex2.exports import FORMATS, exported, recorded_export, title_of
from reports.annex2.faces import chinese_date, table_of
from reports.annex2.sections import sections_of
from reports.annex2.sheet import sheet_of
from reports.forms import DayForm
from reports.views.asked import (
    asked_day,
    asked_figure,
    asked_moment,
    asked_region,
    asked_week,
    path_to,
    with_key,
)
from reports.weekly.wording import moment_in_words
from yanliang.accounts.permissions import may_edit_annex_layout, may_export
from yanliang.tables.html import render_html
from yanliang.ui.pagination import paginate


@login_required
@require_GET
def annex2(request: HttpRequest) -> HttpResponse:
    """The table of a region, one section at a time; a wrong date gets its message and no figures."""
    region = asked_region(request, request.GET)
    form = DayForm(request.GET)
    context = {
        "form": form,
        "region": region,
        "path": path_to(region, request),
        "may_edit_layout": may_edit_annex_layout(request.user),
    }
    if form.is_valid():
        day = form.cleaned_data["date"]
        sheet = sheet_of(region, day)
        section = with_key(sheet.sections, request.GET.get("section"))
        context |= {
            "day": day,
            "section": section,
            "sections": sheet.sections,
            "layout": sheet.layout,
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
    """Exactly the households that a figure counts: now in the register's own list; here those of the end of a past
    day, or of the cut-off of a closed week."""
    region = asked_region(request, request.GET)
    day, week = asked_day(request.GET), asked_week(request.GET)
    figure = asked_figure(request.GET, day, week)
    section = with_key(sections_of(HouseholdClass.objects.all()), request.GET.get("section"))
    moment = asked_moment(day, week)
    if moment is None:
        return redirect(register_url(region.code, section, figure.counting))
    page = paginate(request, households_at(region.code, section, figure.counting, moment))
    context = {
        "region": region,
        "section": section,
        "figure": figure,
        "week": week,
        "at": moment_in_words(week.closes) if week else f"{chinese_date(day)}24时",
        "page": page,
        "rows": rows_at(page.object_list, moment, request.user),
        "back": sheet_url(region.code, section.key, day, week and week.thursday),
    }
    return render(request, "reports/figure_households.html", context)
