"""Results by workbook: the table to fill in, upload, preview, confirm, what became of each row."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from households.enums import ImportState
from households.roster.refusals import RosterRefused
from inspections.appraisal_forms import AppraisalFilters
from inspections.batch import importing
from inspections.batch.workbook import TITLE, entry_workbook
from inspections.models import Appraisal, ResultImport
from yanliang.accounts.permissions import may_appraise
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.tables.table import DocumentProperties
from yanliang.ui.pagination import paginate

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What needs somebody comes first.
ORDER = ("error", "new", "recorded", "unchanged", "ignored")


def require_right(request: HttpRequest) -> None:
    if not may_appraise(request.user):
        raise PermissionDenied("录入鉴定结果由区局办理。")


def import_of(request: HttpRequest, pk) -> ResultImport:
    """The import, for who may work on it: 404 outside the region, 403 without the right."""
    imports = ResultImport.objects.visible_to(request.user).select_related("uploaded_by")
    result_import = get_object_or_404(imports, pk=pk)
    require_right(request)
    return result_import


def as_download(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type=WORKBOOK_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response


@login_required
@require_POST
def result_export(request: HttpRequest) -> HttpResponse:
    """The open assignments that the list's filters leave, as a table to fill in."""
    require_right(request)
    filters = AppraisalFilters(request.POST, request.user)
    appraisals = list(
        filters.apply(Appraisal.objects.visible_to(request.user))
        .open()
        .select_related("household__region__parent", "household__household_class", "organisation")
        .order_by("organisation", "household__code")
    )
    if not appraisals:
        messages.warning(request, "没有符合条件的待录入鉴定，没有可以导出的。")
        return redirect("inspections:appraisal_list")
    title = f"{TITLE}（{today():%Y-%m-%d} 导出，{len(appraisals)} 户）"
    properties = DocumentProperties(title=title, author=str(request.user), created=now())
    content = entry_workbook(appraisals, properties)
    after = {"内容": TITLE, "户数": len(appraisals)}
    reason = request.POST.get("reason", "")[:200]
    record("exported", by=request.user, after=after, reason=reason)
    return as_download(content, f"{TITLE}{today():%Y%m%d}.xlsx")


@login_required
@require_GET
def result_import_list(request: HttpRequest) -> HttpResponse:
    require_right(request)
    return show_list(request)


def show_list(request: HttpRequest, failure: str = "") -> HttpResponse:
    """The upload form and all imports so far; `failure` says why a file was refused."""
    imports = ResultImport.objects.visible_to(request.user).select_related("uploaded_by")
    context = {
        "page": paginate(request, imports.defer("outcomes")),
        "failure": failure,
        "waiting": Appraisal.objects.visible_to(request.user).open().count(),
    }
    status = 400 if failure else 200
    return render(request, "inspections/result_import_list.html", context, status=status)


@login_required
@require_POST
def result_upload(request: HttpRequest) -> HttpResponse:
    require_right(request)
    upload = request.FILES.get("file")
    if upload is None:
        return show_list(request, "请先选择填好的鉴定结果录入表（.xlsx、.xls 或 .ods）。")
    try:
        result_import = importing.upload_results(upload, request.user)
    except RosterRefused as refusal:
        refused = {"文件": upload.name[:200]}
        record("results_refused", by=request.user, after=refused, reason=refusal.message)
        return show_list(request, f"“{upload.name}”没有接收：{refusal.message}")
    return redirect("inspections:result_import_detail", result_import.pk)


@login_required
@require_GET
def result_import_detail(request: HttpRequest, pk) -> HttpResponse:
    result_import = import_of(request, pk)
    rows = importing.rows_of(result_import)
    shown = request.GET.get("outcome", "")
    if shown in importing.OUTCOMES:
        rows = [row for row in rows if row.outcome == shown]
    else:
        rows.sort(key=lambda row: ORDER.index(row.outcome))
    counts = result_import.counts
    return render(
        request,
        "inspections/result_import_detail.html",
        {
            "result_import": result_import,
            "page": paginate(request, rows),
            "shown": shown,
            "tiles": [
                (outcome, importing.OUTCOMES[outcome], counts.get(outcome, 0))
                for outcome in ORDER
                if counts.get(outcome) or outcome in {"error", "unchanged", "ignored"}
            ],
            "to_record": counts.get("new", 0),
            "is_preview": result_import.state == ImportState.PREVIEW,
            "is_running": result_import.state == ImportState.RUNNING,
            "is_broken_off": importing.is_broken_off(result_import),
            "is_done": result_import.state == ImportState.DONE,
        },
    )


@login_required
@require_POST
def result_import_confirm(request: HttpRequest, pk) -> HttpResponse:
    result_import = import_of(request, pk)
    try:
        result_import = importing.confirm(result_import, request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        recorded, refused = (result_import.counts.get(each, 0) for each in ("recorded", "error"))
        rest = f"另有 {refused} 行有错误，没有录入。" if refused else ""
        messages.success(request, f"已录入 {recorded} 户的鉴定结果。{rest}")
    return redirect("inspections:result_import_detail", pk)


@login_required
@require_POST
def result_import_cancel(request: HttpRequest, pk) -> HttpResponse:
    result_import = import_of(request, pk)
    try:
        importing.cancel(result_import, request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "已放弃这份表，没有录入任何结果。")
    return redirect("inspections:result_import_list")


@login_required
@require_POST
def result_import_download(request: HttpRequest, pk) -> HttpResponse:
    """The marked workbook, or with `only=refused` the refused rows alone."""
    result_import = import_of(request, pk)
    only_refused = request.POST.get("only") == "refused"
    content = importing.workbook(result_import, only_refused=only_refused)
    kind = "错误行" if only_refused else "标红"
    stem = result_import.filename.rpartition(".")[0] or result_import.filename
    name = f"{stem}-{kind}-{now():%m%d}.xlsx"
    record("exported", result_import, by=request.user, after={"文件": name})
    return as_download(content, name)
