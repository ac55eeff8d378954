"""How punctual the offices were, on screen and as Excel."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from reports.thursday.files import EXCEL
from reports.thursday.timeliness import CHOICES, timeliness_of, timeliness_table
from reports.views.asked import asked_district
from yanliang.accounts.permissions import may_export
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.tables.excel import workbook_bytes
from yanliang.tables.html import render_html
from yanliang.tables.table import DocumentProperties


def asked_number(parameters: QueryDict) -> int:
    """How many weeks are asked for; 404 for a number that the page does not offer."""
    asked = parameters.get("weeks", str(CHOICES[0]))
    found = next((number for number in CHOICES if str(number) == asked), None)
    if found is None:
        raise Http404("没有这个周数。")
    return found


@login_required
@require_GET
def week_timeliness(request: HttpRequest) -> HttpResponse:
    """Offices by weeks."""
    district = asked_district(request, request.GET)
    number = asked_number(request.GET)
    table = timeliness_table(timeliness_of(district, number))
    context = {
        "district": district,
        "number": str(number),
        "choices": [(str(each), f"最近 {each} 周") for each in CHOICES],
        "table": render_html(table, request, show_title=False),
        "may_export": may_export(request.user),
    }
    return render(request, "reports/week_timeliness.html", context)


@login_required
@require_POST
def week_timeliness_export(request: HttpRequest) -> HttpResponse:
    """The table as Excel; the file and the trail say who took it, when and why."""
    district = asked_district(request, request.POST)
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")
    number = asked_number(request.POST)
    table = timeliness_table(timeliness_of(district, number))
    reason = request.POST.get("reason", "").strip()[:200]
    properties = DocumentProperties(
        title=table.title,
        author=str(request.user),
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
    )
    record(
        "exported",
        district,
        by=request.user,
        after={"内容": table.title, "报告周数": number, "格式": "xlsx"},
        reason=reason,
    )
    response = HttpResponse(workbook_bytes([table], properties=properties), content_type=EXCEL)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{table.title}.xlsx"
    )
    return response
