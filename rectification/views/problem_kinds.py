"""问题类别: the kinds that problems are filed under, kept by the bureau."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from rectification.enums import UNSETTLED, ProblemState
from rectification.models import ProblemKind
from rectification.problems.kind_forms import KindForm
from rectification.problems.kinds import save_kind
from yanliang.accounts.permissions import may_keep_problem_kinds


def require_keeper(staff) -> None:
    if not may_keep_problem_kinds(staff):
        raise PermissionDenied("问题类别由区局维护。")


@login_required
@require_GET
def problem_kind_list(request: HttpRequest) -> HttpResponse:
    require_keeper(request.user)
    kinds = ProblemKind.objects.annotate(
        total=Count("problems", filter=~Q(problems__state=ProblemState.VOID)),
        unsettled=Count("problems", filter=Q(problems__state__in=sorted(UNSETTLED))),
    ).order_by(*ProblemKind._meta.ordering)
    return render(request, "rectification/problem_kind_list.html", {"kinds": kinds})


@login_required
@require_http_methods(["GET", "POST"])
def problem_kind_create(request: HttpRequest) -> HttpResponse:
    require_keeper(request.user)
    return answer(request, ProblemKind())


@login_required
@require_http_methods(["GET", "POST"])
def problem_kind_edit(request: HttpRequest, pk: int) -> HttpResponse:
    require_keeper(request.user)
    return answer(request, get_object_or_404(ProblemKind, pk=pk))


def answer(request: HttpRequest, kind: ProblemKind) -> HttpResponse:
    """Show the form of `kind`, or save what was typed and go back to the kinds."""
    heading = f"问题类别：{kind}" if kind.pk else "新增问题类别"
    form = KindForm(request.POST or None, instance=kind)
    if request.method == "POST" and form.is_valid():
        try:
            is_changed = save_kind(form.instance, by=request.user, shown=form.cleaned_data["shown"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
            if getattr(refused, "code", "") == "stale":
                form.see(ProblemKind.objects.get(pk=kind.pk))
        else:
            messages.success(
                request, f"已保存“{form.instance}”。" if is_changed else "没有改动，未保存。"
            )
            return redirect("rectification:problem_kind_list")
    return render(
        request, "rectification/problem_kind_form.html", {"form": form, "heading": heading}
    )
