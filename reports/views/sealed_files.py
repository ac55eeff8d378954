"""Files of a sealed document, whichever it is."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from reports.enums import FileFormat
from reports.models import DistrictReport, Submission
from reports.thursday.files import FORMATS, file_name
from reports.thursday.issuing import issue_file
from reports.thursday.paper import Paper
from yanliang.accounts.permissions import may_export

Document = TypeVar("Document", Submission, DistrictReport)


def sealed_file(
    request: HttpRequest, document: Document, paper_of: Callable[[Document], Paper]
) -> HttpResponse:
    """The file of `document` that the form asks for; 403 without the right to export."""
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")
    asked = request.POST.get("format")
    if asked not in FileFormat.values:
        raise Http404("没有这种文件格式。")
    kind, paper = FileFormat(asked), paper_of(document)
    reason = request.POST.get("reason", "").strip()[:200]
    content = issue_file(document, paper, kind, by=request.user, reason=reason)
    response = HttpResponse(content, content_type=FORMATS[kind].content_type)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=file_name(paper, kind)
    )
    return response
