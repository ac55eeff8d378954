"""The district's sealed reports: every revision that was ever locked, its households and its files."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from reports.enums import FileFormat
from reports.models import DistrictReport
from reports.thursday.papers import paper_of_report
from reports.views.district_faces import report_faces
from reports.views.sealed_files import sealed_file
from reports.views.sealed_households import sealed_households_page
from yanliang.accounts.permissions import may_export, may_watch_weeks
from yanliang.ui.pagination import paginate


def asked_report(request: HttpRequest, pk: int) -> DistrictReport:
    """The report asked for; 404 outside the region, 403 for whoever is of a single office."""
    if not may_watch_weeks(request.user):
        raise PermissionDenied("区级周报由区住建局办理，您可以查看本单位的上报。")
    reports = DistrictReport.objects.visible_to(request.user).select_related(
        "week", "region", "locked_by", "forwarding__forwarded_by"
    )
    return get_object_or_404(reports, pk=pk)


@login_required
@require_GET
def district_report_list(request: HttpRequest) -> HttpResponse:
    """Every revision of every week, the latest first."""
    if not may_watch_weeks(request.user):
        raise PermissionDenied("区级周报由区住建局办理，您可以查看本单位的上报。")
    reports = (
        DistrictReport.objects.visible_to(request.user)
        .select_related("week", "region", "locked_by", "forwarding")
        .defer("content")
    )
    page = paginate(request, reports)
    return render(request, "reports/district_report_list.html", {"page": page})


@login_required
@require_GET
def district_report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """All that the report says, whether it is intact, its revisions, where it went."""
    report = asked_report(request, pk)
    context = {
        "report": report,
        "formats": FileFormat.choices,
        "may_export": may_export(request.user),
        **report_faces(request, report),
    }
    return render(request, "reports/district_report_detail.html", context)


@login_required
@require_GET
def district_report_households(request: HttpRequest, pk: int) -> HttpResponse:
    """Exactly the households of a sealed figure."""
    report = asked_report(request, pk)
    back = reverse("reports:district_report_detail", args=[report.pk])
    return sealed_households_page(request, report, back)


@login_required
@require_POST
def district_report_export(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of the report; the trail says who took it, when and why."""
    report = asked_report(request, pk)
    return sealed_file(request, report, paper_of_report)
