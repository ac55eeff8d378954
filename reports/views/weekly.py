"""The weekly report on screen and as a file."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from reports.annex2.faces import table_of
from reports.thursday.sealed_line import sealed_line
from reports.views.asked import asked_region, asked_week, path_to
from reports.weekly.charts import burn_down_charts, left_chart, trend_chart
from reports.weekly.exports import (
    FORMATS,
    as_at,
    exported,
    heading_of,
    recorded_export,
    title_of,
)
from reports.weekly.gathering import Weekly, weekly_of
from reports.weekly.narrative import draft
from reports.weekly.problem_tables import recurrent_table, zeros_table
from reports.weekly.tables import short_table
from reports.weekly.weeks import Week, this_week
from yanliang.accounts.permissions import may_export
from yanliang.tables.html import render_html


@login_required
@require_GET
def weekly_summary(request: HttpRequest) -> HttpResponse:
    """The report of a region for a week: narrative, comparison, the three zeros, charts, Annex 2."""
    region = asked_region(request, request.GET)
    weekly = weekly_of(region, asked_week(request.GET) or this_week())
    changed = weekly.week in weekly.weeks
    earlier = [week for week in weekly.weeks if week < weekly.week]
    annex = table_of(weekly.sheet, weekly.sheet.sections[0], notes=False)
    recurrent = recurrent_table(weekly.figures)
    context = {
        "region": region,
        "path": path_to(region, request),
        "week": weekly.week,
        "weeks": weeks_offered(weekly),
        "heading": heading_of(weekly),
        "as_at": as_at(weekly),
        "sealed": sealed_line(request.user, region, weekly.week),
        "last_change": earlier[-1] if earlier and not changed else None,
        "parts": draft(weekly.figures),
        "charts": [trend_chart(weekly.trend, weekly.figures.whole), left_chart(weekly.figures)],
        "zeros": render_html(zeros_table(weekly.figures), request, table_id="zeros"),
        "zero_charts": burn_down_charts(weekly.figures),
        "recurrent": recurrent and render_html(recurrent, request, table_id="recurrent"),
        "short": render_html(short_table(weekly.figures), request, table_id="short"),
        "annex": render_html(annex, request, table_id="annex2"),
        "may_export": may_export(request.user),
    }
    return render(request, "reports/weekly_summary.html", context)


def weeks_offered(weekly: Weekly) -> list[Week]:
    """The weeks to choose from, latest first: those with changes, this one, and the one shown."""
    return sorted({*weekly.weeks, this_week(), weekly.week}, reverse=True)


@login_required
@require_POST
def weekly_export(request: HttpRequest) -> HttpResponse:
    """The report as Excel or PDF; the trail says who took it, when and why."""
    region = asked_region(request, request.POST)
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")
    form = request.POST.get("format")
    if form not in FORMATS:
        raise Http404("没有这种文件格式。")
    weekly = weekly_of(region, asked_week(request.POST) or this_week())
    reason = request.POST.get("reason", "").strip()[:200]
    content = exported(weekly, form, by=request.user, reason=reason)
    recorded_export(weekly, form, by=request.user, reason=reason)
    response = HttpResponse(content, content_type=FORMATS[form][0])
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{title_of(weekly)}.{form}"
    )
    return response
