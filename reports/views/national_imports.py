"""References that came back from the national system: upload, preview, confirm, error workbook."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from households.enums import ImportState
from households.roster.refusals import RosterRefused
from reports.models import ReferenceImport
from reports.national import importing
from reports.national.judging import OUTCOMES
from reports.views.national import WORKBOOK_TYPE
from yanliang.accounts.permissions import may_enter_national
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.ui.pagination import paginate

ROWS_SHOWN = 100


def require_right(staff) -> None:
    if not may_enter_national(staff):
        raise PermissionDenied("您没有导入国家系统编号的权限。")


def import_of(request: HttpRequest, pk) -> ReferenceImport:
    """The import, for who may work on it: 404 outside the region, 403 without the right."""
    imports = ReferenceImport.objects.visible_to(request.user)
    returned = get_object_or_404(imports.select_related("region", "uploaded_by"), pk=pk)
    require_right(request.user)
    return returned


@login_required
@require_GET
def reference_list(request: HttpRequest) -> HttpResponse:
    require_right(request.user)
    return show_list(request)


def show_list(request: HttpRequest, failure: str = "") -> HttpResponse:
    """The upload form and all imports so far; `failure` says why a file was refused."""
    imports = ReferenceImport.objects.visible_to(request.user).select_related("uploaded_by")
    context = {"page": paginate(request, imports.defer("outcomes", "mapping")), "failure": failure}
    return render(request, "reports/national_imports.html", context, status=400 if failure else 200)


@login_required
@require_POST
def reference_upload(request: HttpRequest) -> HttpResponse:
    require_right(request.user)
    upload = request.FILES.get("file")
    if upload is None:
        return show_list(request, "请先选择国家系统返回的表格（.xlsx、.xls 或 .ods）。")
    try:
        returned = importing.upload_references(upload, request.user)
    except RosterRefused as refusal:
        return show_list(request, f"“{upload.name}”没有导入：{refusal.message}")
    return redirect("reports:reference_detail", returned.pk)


@login_required
@require_GET
def reference_detail(request: HttpRequest, pk) -> HttpResponse:
    returned = import_of(request, pk)
    counts = returned.counts
    told = importing.rows_of(returned)
    # What is refused comes first: it is what people have to mend.
    told.sort(key=lambda row: row["outcome"] != "error")
    context = {
        "returned": returned,
        "counts": [(key, label, counts.get(key, 0)) for key, label in OUTCOMES.items()],
        "told": told[:ROWS_SHOWN],
        "changed": importing.rows_of(returned, "changed")[:ROWS_SHOWN],
        "shown": ROWS_SHOWN,
        "number_new": counts.get("new", 0),
        "number_changed": counts.get("changed", 0),
        "number_refused": counts.get("error", 0),
        "is_preview": returned.state == ImportState.PREVIEW,
        "is_done": returned.state == ImportState.DONE,
    }
    return render(request, "reports/national_import.html", context)


@login_required
@require_POST
def reference_confirm(request: HttpRequest, pk) -> HttpResponse:
    returned = import_of(request, pk)
    replace = bool(request.POST.get("replace"))
    try:
        returned = importing.confirm(returned, request.user, replace=replace)
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
    else:
        messages.success(request, f"已登记 {returned.counts['written']} 户的国家系统编号。")
    return redirect("reports:reference_detail", pk)


@login_required
@require_POST
def reference_cancel(request: HttpRequest, pk) -> HttpResponse:
    returned = import_of(request, pk)
    try:
        importing.cancel(returned, request.user)
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
        return redirect("reports:reference_detail", pk)
    messages.success(request, "已放弃这次导入，没有登记任何编号。")
    return redirect("reports:reference_list")


@login_required
@require_POST
def reference_download(request: HttpRequest, pk) -> HttpResponse:
    """The uploaded workbook with its faults marked, or with `only=refused` the refused rows alone."""
    returned = import_of(request, pk)
    only_refused = request.POST.get("only") == "refused"
    content = importing.workbook(returned, only_refused=only_refused)
    kind = "错误行" if only_refused else "标红"
    stem = returned.filename.rpartition(".")[0] or returned.filename
    name = f"{stem}-{kind}-{now():%m%d}.xlsx"
    record("exported", returned, by=request.user, after={"文件": name})
    response = HttpResponse(content, content_type=WORKBOOK_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
