"""市局表样: the city's own workbooks for Annex 2, looked through with made-up figures; no business data is shown."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from reports.annex2.city_workbook import keeping
from reports.annex2.city_workbook.filled import filled, filled_workbook, read
from reports.annex2.city_workbook.findings import Examination, Finding
from reports.annex2.city_workbook.keeping import require_right
from reports.annex2.city_workbook.names import FACTS, forms_of, vocabulary_of
from reports.annex2.city_workbook.sample import (
    MADE_UP,
    SAMPLE_NAME,
    made_up_paper,
    made_up_tables,
    sample_workbook,
)
from reports.models import CityWorkbook
from reports.views.national import WORKBOOK_TYPE
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.tables.foreign import WorkbookRefused
from yanliang.tables.sheet_page import sheet_pages
from yanliang.tables.table import DocumentProperties
from yanliang.ui.pagination import paginate

DETAIL = "reports/city_workbook_detail.html"


def workbook_of(request: HttpRequest, pk: int) -> CityWorkbook:
    require_right(request.user)
    return get_object_or_404(CityWorkbook.objects.select_related("uploaded_by"), pk=pk)


@login_required
@require_GET
def city_workbook_list(request: HttpRequest) -> HttpResponse:
    require_right(request.user)
    return show_list(request)


def show_list(request: HttpRequest, failure: str = "", note: str = "") -> HttpResponse:
    """The workbooks, the form to bring one in, and what its placeholders may be called."""
    tables = made_up_tables()
    vocabulary = vocabulary_of(tables)
    paper = made_up_paper(tables)
    in_use = CityWorkbook.objects.in_use()
    context = {
        "page": paginate(request, CityWorkbook.objects.select_related("uploaded_by")),
        "in_use": in_use,
        "in_use_faults": keeping.faults_of(in_use, tables) if in_use else [],
        "failure": failure,
        "note": note,
        "forms": forms_of(vocabulary),
        "facts": [(fact.name, fact.meaning, fact.answer(paper).text) for fact in FACTS],
        "sections": [table.sheet_name for table in vocabulary.sections.values()],
        "places": list(vocabulary.place_names.values()),
        "columns": vocabulary.figure_columns,
    }
    return render(
        request, "reports/city_workbook_list.html", context, status=400 if failure else 200
    )


@login_required
@require_POST
def city_workbook_upload(request: HttpRequest) -> HttpResponse:
    require_right(request.user)
    upload, note = request.FILES.get("file"), request.POST.get("note", "").strip()
    if upload is None:
        return show_list(request, "请先选择市局表样（.xlsx）。", note)
    try:
        workbook = keeping.upload_workbook(upload, note=note, by=request.user)
    except WorkbookRefused as refused:
        record(
            "city_workbook_refused",
            by=request.user,
            after={"文件": upload.name[:200]},
            reason=str(refused),
        )
        return show_list(request, f"“{upload.name}”没有保存：{refused}", note)
    messages.success(request, f"已上传“{workbook}”，还没有启用。检查结果和预览见下。")
    return redirect("reports:city_workbook_detail", workbook.pk)


@login_required
@require_GET
def city_workbook_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found in the workbook, and how it looks when it is filled."""
    workbook = workbook_of(request, pk)
    in_use = CityWorkbook.objects.in_use()
    context = {
        "workbook": workbook,
        "made_up": MADE_UP,
        "replaces": in_use if in_use and in_use != workbook else None,
    }
    tables = made_up_tables()
    try:
        examination = Examination(read(workbook), tables)
    except WorkbookRefused as refused:
        # It can still be put out of use.
        return render(request, DETAIL, context | {"faults": [Finding(str(refused))]})
    # Filling changes what the findings are read from.
    context |= {"faults": examination.faults, "warnings": examination.warnings}
    context["sheets"] = sheet_pages(filled_workbook(made_up_paper(tables), examination))
    return render(request, DETAIL, context)


@login_required
@require_POST
def city_workbook_use(request: HttpRequest, pk: int) -> HttpResponse:
    workbook = workbook_of(request, pk)
    try:
        keeping.take_into_use(
            pk,
            by=request.user,
            seen=number_in(request, "seen"),
            seen_in_use=number_in(request, "in_use") or None,
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, f"已启用“{workbook}”：以后导出的附件2用这份表样。")
    return redirect("reports:city_workbook_detail", pk)


@login_required
@require_POST
def city_workbook_shelve(request: HttpRequest, pk: int) -> HttpResponse:
    workbook = workbook_of(request, pk)
    try:
        keeping.shelve(pk, by=request.user, seen=number_in(request, "seen"))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, f"已停用“{workbook}”：以后导出的附件2用本系统自带的式样。")
    return redirect("reports:city_workbook_detail", pk)


def number_in(request: HttpRequest, name: str) -> int:
    """A number that the page put into its form; 0, which fits nothing, for what is none."""
    typed = request.POST.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() else 0


@login_required
@require_GET
def city_workbook_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook filled with made-up figures, as a file."""
    workbook = workbook_of(request, pk)
    tables = made_up_tables()
    properties = DocumentProperties(
        title=f"{workbook}（{MADE_UP}）", author=str(request.user), subject=MADE_UP, created=now()
    )
    try:
        content = filled(made_up_paper(tables), Examination(read(workbook), tables), properties)
    except WorkbookRefused as lost:
        raise Http404(str(lost)) from lost
    return as_file(content, f"{workbook.name.removesuffix('.xlsx')}（示例数字）.xlsx")


@login_required
@require_GET
def city_workbook_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook as it was uploaded."""
    workbook = workbook_of(request, pk)
    try:
        return as_file(read(workbook), workbook.name)
    except WorkbookRefused as lost:
        raise Http404(str(lost)) from lost


@login_required
@require_GET
def city_workbook_sample(request: HttpRequest) -> HttpResponse:
    """A workbook to begin with: the layout in force, a placeholder in every cell."""
    require_right(request.user)
    return as_file(sample_workbook(made_up_tables()), SAMPLE_NAME)


def as_file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=WORKBOOK_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
