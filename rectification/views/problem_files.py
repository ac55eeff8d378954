"""The ledger as a file: the problems of the list as it is narrowed, as Excel or as PDF."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from rectification.models import Problem
from rectification.problems.exporting import FORMATS, Ledger, exported
from rectification.problems.filters import ProblemFilters
from yanliang.accounts.permissions import may_export
from yanliang.periods import now, today


@login_required
@require_POST
def problem_export(request: HttpRequest) -> HttpResponse:
    """The list that the query string narrows, in the chosen `format`."""
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")
    extension = request.POST.get("format", "xlsx")
    if extension not in FORMATS:
        raise Http404("没有这种文件格式。")
    filters = ProblemFilters(request.GET, staff=request.user)
    ledger = Ledger(
        problems=filters.apply(Problem.objects.visible_to(request.user)),
        conditions=filters.in_words,
        by=request.user,
        at=now(),
        reason=request.POST.get("reason", "").strip()[:200],
    )
    response = HttpResponse(
        exported(ledger, extension), content_type=FORMATS[extension].content_type
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{ledger.title}_{today():%Y%m%d}.{extension}"
    )
    return response
