"""Roster import: upload, preview, confirm, progress, result, undo."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from households.enums import ImportState
from households.models import RosterImport
from households.roster import fields, importing, results, undoing
from households.roster.headers import Mapping
from households.roster.refusals import RosterRefused
from households.tasks import run_roster_import
from yanliang.accounts.permissions import may_import_roster
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.ui.pagination import paginate

FAULTS_SHOWN = 20
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: After so many seconds without a worker the page offers to import in the request itself.
PATIENCE_SECONDS = 5


def import_of(request: HttpRequest, pk) -> RosterImport:
    """The import, for who may work on it: 404 outside the region, 403 without the right."""
    imports = RosterImport.objects.visible_to(request.user).select_related("region", "uploaded_by")
    roster_import = get_object_or_404(imports.defer("undo"), pk=pk)
    if not may_import_roster(request.user):
        raise PermissionDenied
    return roster_import


@login_required
@require_GET
def roster_list(request: HttpRequest) -> HttpResponse:
    if not may_import_roster(request.user):
        raise PermissionDenied
    return show_list(request)


def show_list(request: HttpRequest, failure: str = "") -> HttpResponse:
    """The upload form and all imports so far; `failure` says why a file was refused."""
    imports = RosterImport.objects.visible_to(request.user).select_related("uploaded_by")
    page = paginate(request, imports.defer("outcomes", "undo", "mapping"))
    context = {"page": page, "failure": failure}
    return render(request, "households/roster_list.html", context, status=400 if failure else 200)


@login_required
@require_POST
def roster_upload(request: HttpRequest) -> HttpResponse:
    if not may_import_roster(request.user):
        raise PermissionDenied
    upload = request.FILES.get("file")
    if upload is None:
        failure = "请先选择花名册文件（.xlsx、.xls 或 .ods）。"
    else:
        try:
            roster_import = importing.upload_roster(upload, request.user.region, request.user)
        except RosterRefused as refusal:
            refused = {"文件": upload.name[:200]}
            record("roster_refused", by=request.user, after=refused, reason=refusal.message)
            failure = f"“{upload.name}”没有导入：{refusal.message}"
        else:
            return redirect("households:roster_detail", roster_import.pk)
    return show_list(request, failure)


def column_choices(mapping: Mapping) -> list[dict]:
    """For each sheet, every field with the column it is read from, and the columns to choose from."""
    sheets = []
    for sheet in mapping.sheets:
        chosen = sheet.fields
        by_index = {column.index: column for column in sheet.columns}
        sheets.append(
            {
                "name": sheet.sheet,
                "columns": sheet.columns,
                "fields": [
                    {
                        "key": field.key,
                        "label": field.label,
                        "is_required": field.required,
                        "is_missing": field.key in sheet.missing,
                        "index": chosen.get(field.key),
                        "samples": by_index[chosen[field.key]].samples
                        if field.key in chosen
                        else (),
                    }
                    for field in fields.FIELDS
                    if field.key not in {"serial", "message"}
                ],
            }
        )
    return sheets


def counted(roster_import: RosterImport) -> list[tuple[str, str, int]]:
    return [
        (outcome, label, roster_import.counts.get(outcome, 0))
        for outcome, label in importing.OUTCOMES.items()
    ]


@login_required
@require_GET
def roster_detail(request: HttpRequest, pk) -> HttpResponse:
    roster_import = import_of(request, pk)
    mapping = Mapping.from_json(roster_import.mapping)
    return render(
        request,
        "households/roster_detail.html",
        {
            "roster_import": roster_import,
            "mapping": mapping,
            "sheets": column_choices(mapping),
            "counts": counted(roster_import),
            "faults": results.faults(roster_import, FAULTS_SHOWN),
            "to_write": importing.row_count(roster_import),
            "is_preview": roster_import.state == ImportState.PREVIEW,
            "is_waiting": roster_import.state in {ImportState.QUEUED, ImportState.RUNNING},
            "is_done": roster_import.state == ImportState.DONE,
            "is_undoable": undoing.is_in_time(roster_import),
            "progress": importing.progress_of(roster_import),
        },
    )


@login_required
@require_POST
def roster_mapping(request: HttpRequest, pk) -> HttpResponse:
    roster_import = import_of(request, pk)
    mapping = Mapping.from_json(roster_import.mapping)
    choices = {}
    for number, sheet in enumerate(mapping.sheets):
        known = {str(column.index) for column in sheet.columns}
        for field in fields.FIELDS:
            chosen = request.POST.get(f"{number}.{field.key}")
            before = sheet.fields.get(field.key)
            if chosen is not None and chosen != ("" if before is None else str(before)):
                choices[sheet.sheet, field.key] = int(chosen) if chosen in known else None
    if not choices:
        messages.info(request, "列对应没有变化。")
    else:
        act(request, importing.correct_mapping, roster_import, choices, request.user)
    return redirect("households:roster_detail", pk)


def act(request: HttpRequest, function, *arguments, done: str = "") -> RosterImport | None:
    """Do an act and say what became of it; a refusal becomes a message, and None comes back."""
    try:
        result = function(*arguments)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return None
    if done:
        messages.success(request, done)
    return result


@login_required
@require_POST
def roster_confirm(request: HttpRequest, pk) -> HttpResponse:
    roster_import = import_of(request, pk)
    if act(request, importing.confirm, roster_import, request.user):
        if importing.row_count(roster_import) <= importing.ROWS_IN_REQUEST:
            act(request, importing.run, roster_import, request.user, done="花名册已导入。")
        else:
            run_roster_import.enqueue(str(roster_import.pk), request.user.pk)
    return redirect("households:roster_detail", pk)


@login_required
@require_POST
def roster_run(request: HttpRequest, pk) -> HttpResponse:
    """Import in the request, where no worker takes the queue."""
    roster_import = import_of(request, pk)
    act(request, importing.run, roster_import, request.user, done="花名册已导入。")
    return redirect("households:roster_detail", pk)


@login_required
@require_GET
def roster_progress(request: HttpRequest, pk) -> HttpResponse:
    """The progress bar, asked for every second; when the work is over, the page is loaded anew."""
    roster_import = import_of(request, pk)
    progress = importing.progress_of(roster_import)
    if roster_import.state not in {ImportState.QUEUED, ImportState.RUNNING}:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    asked_before = request.GET.get("asked", "")
    asked = int(asked_before) + 1 if asked_before.isdecimal() else 1
    return render(
        request,
        "households/_roster_progress.html",
        {
            "roster_import": roster_import,
            "progress": progress,
            "asked": asked,
            "is_stuck": progress["percent"] == 0 and asked > PATIENCE_SECONDS,
        },
    )


@login_required
@require_POST
def roster_cancel(request: HttpRequest, pk) -> HttpResponse:
    roster_import = import_of(request, pk)
    act(
        request,
        importing.cancel,
        roster_import,
        request.user,
        done="已放弃这次导入，未写入任何农户。",
    )
    return redirect("households:roster_list")


@login_required
@require_POST
def roster_undo(request: HttpRequest, pk) -> HttpResponse:
    roster_import = import_of(request, pk)
    reason = request.POST.get("reason", "")
    act(request, undoing.undo_import, roster_import, request.user, reason, done="已撤销这次导入。")
    return redirect("households:roster_detail", pk)


@login_required
@require_POST
def roster_download(request: HttpRequest, pk) -> HttpResponse:
    """The marked workbook, or with `only=refused` the refused rows alone."""
    roster_import = import_of(request, pk)
    only_refused = request.POST.get("only") == "refused"
    content = results.workbook(roster_import, only_refused=only_refused)
    kind = "错误行" if only_refused else "标红"
    name = f"{roster_import.filename.rpartition('.')[0] or roster_import.filename}-{kind}-{now():%m%d}.xlsx"
    record("exported", roster_import, by=request.user, after={"文件": name})
    response = HttpResponse(content, content_type=WORKBOOK_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
