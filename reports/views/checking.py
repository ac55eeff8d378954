"""Checking a code from paper, or a file that somebody holds, against what is kept."""

import hashlib

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from reports.checking.documents import documents_with
from reports.checking.files import HIDDEN, Answer, checked
from reports.checking.forms import CodeForm, FileForm
from reports.sealing import CODE_LENGTH, digits_of
from yanliang.accounts.permissions import may_see_business
from yanliang.audit.trail import record


@login_required
@require_http_methods(["GET", "POST"])
def document_check(request: HttpRequest) -> HttpResponse:
    """What a code stands for (GET), or what an uploaded file is (POST); the file is read and not kept."""
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    code_form = CodeForm(request.GET)
    context = {"code_form": code_form, "file_form": FileForm()}
    if request.method == "POST":
        context["file_form"] = form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return render(request, "reports/document_check.html", context, status=400)
        file = form.cleaned_data["file"]
        content = file.read()
        answer = checked(content, request.user)
        record_check(request, file.name, content, answer)
        context |= {"file_name": file.name, "answer": answer}
    elif code_form.is_valid() and code_form.cleaned_data["code"].strip():
        context |= told_of_code(code_form.cleaned_data["code"], request.user)
    return render(request, "reports/document_check.html", context)


def told_of_code(code: str, staff) -> dict:
    found, hidden = documents_with(code, staff)
    failure = ""
    if hidden and not found:
        failure = HIDDEN
    elif not found and len(digits_of(code)) < CODE_LENGTH:
        failure = f"校验码有 {CODE_LENGTH} 位数字和字母，请照纸面页脚填写完整。"
    elif not found:
        failure = "存档中没有这个校验码，请核对纸面页脚的校验码。"
    return {"code": code, "found": found, "failure": failure}


def record_check(request: HttpRequest, name: str, content: bytes, answer: Answer) -> None:
    """The trail says who had which file checked, and what came of it."""
    record(
        "file_checked",
        answer.found.document if answer.found else None,
        by=request.user,
        after={
            "文件": name[:200],
            "SHA-256": hashlib.sha256(content).hexdigest(),
            "结论": answer.sentence,
        },
    )


@login_required
@require_GET
def list_check(request: HttpRequest) -> HttpResponse:
    """The former address, which stands in links of lists that were printed."""
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    query = request.GET.urlencode()
    return redirect(f"{reverse('reports:document_check')}{'?' if query else ''}{query}")
