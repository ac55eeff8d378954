"""Problems by workbook: upload a feedback list or an exported ledger, preview, confirm, what became of each row."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from households.enums import ImportState
from households.roster.refusals import RosterRefused
from rectification.models import ProblemImport
from rectification.problems import importing
from rectification.problems.exporting import FORMATS
from rectification.problems.upload_form import ProblemUploadForm
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.ui.pagination import paginate

#: What needs somebody comes first.
ORDER = ("error", "new", "changed", "known", "unchanged", "ignored")
#: These have a tile even where they are none.
ALWAYS = frozenset({"error", "new", "changed"})


def import_of(request: HttpRequest, pk) -> ProblemImport:
    """The import, for who may work on it: 404 outside the region, 403 without the right."""
    imports = ProblemImport.objects.visible_to(request.user).select_related("uploaded_by")
    problem_import = get_object_or_404(imports, pk=pk)
    importing.require_right(request.user)
    return problem_import


@login_required
@require_GET
def problem_import_list(request: HttpRequest) -> HttpResponse:
    importing.require_right(request.user)
    return show_list(request, ProblemUploadForm())


def show_list(request: HttpRequest, form: ProblemUploadForm, failure: str = "") -> HttpResponse:
    """The upload form and all imports so far; `failure` says why a file was refused."""
    imports = ProblemImport.objects.visible_to(request.user).select_related("uploaded_by")
    context = {
        "form": form,
        "page": paginate(request, imports.defer("outcomes")),
        "failure": failure,
    }
    status = 400 if failure or form.errors else 200
    return render(request, "rectification/problem_import_list.html", context, status=status)


@login_required
@require_POST
def problem_import_upload(request: HttpRequest) -> HttpResponse:
    importing.require_right(request.user)
    form = ProblemUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_list(request, form)
    upload = form.cleaned_data["file"]
    try:
        problem_import = importing.upload_problems(upload, form.given, request.user)
    except RosterRefused as refusal:
        refused = {"文件": upload.name[:200]}
        record("problems_refused", by=request.user, after=refused, reason=refusal.message)
        return show_list(request, form, f"“{upload.name}”没有接收：{refusal.message}")
    return redirect("rectification:problem_import_detail", problem_import.pk)


@login_required
@require_GET
def problem_import_detail(request: HttpRequest, pk) -> HttpResponse:
    problem_import = import_of(request, pk)
    rows = importing.rows_of(problem_import)
    shown = request.GET.get("outcome", "")
    if shown == "warning":
        rows = [row for row in rows if row.outcome != "error" and row.problems]
    elif shown in importing.OUTCOMES:
        rows = [row for row in rows if row.outcome == shown]
    else:
        rows = [row for row in rows if row.outcome != "ignored"]
        rows.sort(key=lambda row: ORDER.index(row.outcome))
    counts = problem_import.counts
    context = {
        "problem_import": problem_import,
        "page": paginate(request, rows),
        "shown": shown,
        "several_sheets": len({row.sheet for row in rows}) > 1,
        "ignored_sheets": importing.ignored_sheets(problem_import),
        "tiles": [
            (outcome, label, counts.get(outcome, 0))
            for outcome, label in [
                *((each, importing.OUTCOMES[each]) for each in ORDER),
                ("warning", "有提醒"),
            ]
            if counts.get(outcome) or outcome in ALWAYS
        ],
        "to_enter": counts.get("new", 0),
        "to_change": counts.get("changed", 0),
        "is_preview": problem_import.state == ImportState.PREVIEW,
        "is_done": problem_import.state == ImportState.DONE,
    }
    return render(request, "rectification/problem_import_detail.html", context)


@login_required
@require_POST
def problem_import_confirm(request: HttpRequest, pk) -> HttpResponse:
    problem_import = import_of(request, pk)
    try:
        problem_import = importing.confirm(problem_import, request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except RosterRefused as refusal:
        messages.error(request, refusal.message)
    else:
        entered, changed, refused = (
            problem_import.counts.get(each, 0) for each in ("new", "changed", "error")
        )
        rest = f"另有 {refused} 行有错误，没有导入。" if refused else ""
        messages.success(request, f"已登记 {entered} 个新问题，更新 {changed} 个问题。{rest}")
    return redirect("rectification:problem_import_detail", pk)


@login_required
@require_POST
def problem_import_cancel(request: HttpRequest, pk) -> HttpResponse:
    problem_import = import_of(request, pk)
    try:
        importing.cancel(problem_import, request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "已放弃这份清单，台账没有改动。")
    return redirect("rectification:problem_import_list")


@login_required
@require_POST
def problem_import_download(request: HttpRequest, pk) -> HttpResponse:
    """The marked workbook, or with `only=refused` the refused rows alone."""
    problem_import = import_of(request, pk)
    only_refused = request.POST.get("only") == "refused"
    content = importing.workbook(problem_import, request.user, only_refused=only_refused)
    kind = "错误行" if only_refused else "标红"
    stem = problem_import.filename.rpartition(".")[0] or problem_import.filename
    name = f"{stem}-{kind}-{now():%m%d}.xlsx"
    record("exported", problem_import, by=request.user, after={"文件": name})
    response = HttpResponse(content, content_type=FORMATS["xlsx"].content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
