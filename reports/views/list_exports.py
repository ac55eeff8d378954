"""The lists as files: ordering one, seeing how far the worker is, fetching it."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from reports.enums import JobState
from reports.lists.exporting import CONTENT_TYPES, order, run, what, written
from reports.lists.membership import class_groups
from reports.models import ListExport
from reports.models.exports import ListFormat
from reports.tasks import run_list_export
from reports.views.asked import asked_region
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_export, may_see_full_id
from yanliang.periods import now
from yanliang.ui.pagination import paginate

#: After so many seconds without a worker the page offers to write the file in the request itself.
PATIENCE_SECONDS = 5


def require_export(request: HttpRequest) -> None:
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")


@login_required
@require_POST
def list_export(request: HttpRequest) -> HttpResponse:
    """A village's lists at once; those of an office or the district are left to the worker."""
    region = asked_region(request, request.POST)
    require_export(request)
    export = asked_export(request, region)
    if region.level == RegionLevel.VILLAGE:
        order(export, request.user, keep=False)
        response = HttpResponse(written(export), content_type=CONTENT_TYPES[export.format])
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"{what(export)}.{export.format}"
        )
        return response
    order(export, request.user)
    run_list_export.enqueue(str(export.pk))
    return redirect("reports:list_export_detail", pk=export.pk)


def asked_export(request: HttpRequest, region) -> ListExport:
    """What the form asks for; 404 for a list or format that no page offers."""
    full = bool(request.POST.get("full"))
    if full and not may_see_full_id(request.user):
        raise PermissionDenied("您没有查看完整证件号的权限。")
    kind, group = request.POST.get("kind", ""), request.POST.get("group", "")
    known = {(each.name, kind.value) for each in class_groups() for kind in each.kinds}
    wanted = [pair for pair in known if group in ("", pair[0]) and kind in ("", pair[1])]
    chosen = request.POST.get("format")
    if not wanted or chosen not in ListFormat.values:
        raise Http404("没有这种清单或文件格式。")
    return ListExport(
        region=region,
        kind=kind,
        group=group,
        format=chosen,
        full_numbers=full,
        reason=request.POST.get("reason", "").strip()[:200],
    )


def own_exports(request: HttpRequest):
    """Who ordered a file fetches it; nobody else sees what it holds."""
    require_export(request)
    exports = ListExport.objects.visible_to(request.user).select_related("region")
    return exports.filter(requested_by=request.user)


@login_required
@require_GET
def list_exports(request: HttpRequest) -> HttpResponse:
    page = paginate(request, own_exports(request))
    rows = [(each, what(each)) for each in page.object_list]
    return render(request, "reports/list_exports.html", {"page": page, "rows": rows})


@login_required
@require_GET
def list_export_detail(request: HttpRequest, pk) -> HttpResponse:
    """How far the worker is; the page asks again by itself until the file is there."""
    export = get_object_or_404(own_exports(request), pk=pk)
    template = "reports/_list_export.html" if request.htmx else "reports/list_export_detail.html"
    context = {
        "export": export,
        "what": what(export),
        "is_open": export.state in (JobState.QUEUED, JobState.RUNNING),
        "is_stuck": is_stuck(export),
    }
    return render(request, template, context)


def is_stuck(export: ListExport) -> bool:
    """Whether no worker has taken the order up although it had the time."""
    waited = now() - export.requested_at
    return export.state == JobState.QUEUED and waited.total_seconds() > PATIENCE_SECONDS


@login_required
@require_POST
def list_export_now(request: HttpRequest, pk) -> HttpResponse:
    """Without a worker, write the file in this request."""
    export = get_object_or_404(own_exports(request), pk=pk)
    run(export)
    return redirect("reports:list_export_detail", pk=export.pk)


@login_required
@require_GET
def list_export_file(request: HttpRequest, pk) -> HttpResponse:
    export = get_object_or_404(own_exports(request), pk=pk)
    if not export.file:
        raise Http404("文件还没有生成。")
    return FileResponse(
        export.file.open("rb"),
        as_attachment=True,
        filename=f"{what(export)}.{export.format}",
        content_type=CONTENT_TYPES[export.format],
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
