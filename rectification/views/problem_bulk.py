"""Many problems handed over, or verified, at once: those chosen, what is asked for, and what came of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from rectification.models import Problem
from rectification.problems.bulk_forms import MOST, BulkAssignForm, BulkVerifyForm
from yanliang.accounts.permissions import may_verify_problem, may_work_on_problem

#: A chosen problem and, once its page was shown, the version that the person looked at.
CHOSEN = re.compile(r"(\d{1,18})(?:-(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class BulkAct:
    label: str
    allowed: Callable[..., bool]
    form: type[forms.Form]
    advice: str
    verifies: bool = False


ASSIGN = BulkAct(
    "批量交办",
    may_work_on_problem,
    BulkAssignForm,
    "所选问题交给同一个责任人。不能交办的留在例外清单里，其余照常办理。",
)
VERIFY = BulkAct(
    "批量核实销号",
    may_verify_problem,
    BulkVerifyForm,
    "请逐个看过整改结果和佐证再销号。佐证不齐、本人申请的留在例外清单里，其余照常办理。",
    verifies=True,
)


@login_required
@require_http_methods(["GET", "POST"])
def problem_bulk_assign(request: HttpRequest) -> HttpResponse:
    return answer(request, ASSIGN)


@login_required
@require_http_methods(["GET", "POST"])
def problem_bulk_verify(request: HttpRequest) -> HttpResponse:
    return answer(request, VERIFY)


def answer(request: HttpRequest, act: BulkAct) -> HttpResponse:
    """Show those chosen with the form of `act`, or do it and show what came of it."""
    if not act.allowed(request.user):
        raise PermissionDenied(f"您没有{act.label}的权限。")
    sent = request.POST if request.method == "POST" else request.GET
    seen = chosen_in(sent.getlist("problem"))
    too_many = len(seen) > MOST
    problems = [] if too_many else chosen_problems(request, seen)
    form = act.form(request.POST if request.method == "POST" else None, problems=problems)
    context = {
        "act": act,
        "back": way_back(request, sent.get("back", "")),
        "most": MOST,
        "too_many": too_many,
    }
    if request.method == "POST" and problems and form.is_valid():
        versions = {problem.pk: seen[problem.pk] or problem.version for problem in problems}
        came = form.act(problems, by=request.user, seen=versions)
        return render(request, "rectification/problem_bulk_result.html", {**context, "came": came})
    for problem in problems:
        problem.seen = seen[problem.pk] or problem.version
    return render(
        request, "rectification/problem_bulk.html", {**context, "form": form, "problems": problems}
    )


def chosen_in(values: list[str]) -> dict[int, int | None]:
    """The primary keys in `values`, with the version that was seen where it is told."""
    found = filter(None, map(CHOSEN.fullmatch, values))
    return {int(match[1]): int(match[2]) if match[2] else None for match in found}


def chosen_problems(request: HttpRequest, seen: dict[int, int | None]) -> list[Problem]:
    return list(
        Problem.objects.visible_to(request.user)
        .filter(pk__in=seen)
        .select_related("region__parent", "household", "kind", "submitted_by")
        .annotate(proofs=Count("evidence", filter=Q(evidence__voided_at__isnull=True)))
        .order_by("number")
    )


def way_back(request: HttpRequest, asked: str) -> str:
    """The list as the person left it, if `asked` is an address of ours."""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else reverse("rectification:problem_list")
