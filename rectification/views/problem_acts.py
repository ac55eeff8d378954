"""The acts of a problem, each on a page of its own with what stands in the way."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from rectification.enums import AT_WORK, UNSETTLED, Verification
from rectification.forms import VoidForm
from rectification.models import Evidence, Problem
from rectification.problems import acting, editing
from rectification.problems.forms import (
    ActForm,
    AssignForm,
    EditForm,
    ExtendForm,
    ProblemVoidForm,
    ReopenForm,
    ReturnForm,
    SubmitForm,
    VerifyForm,
)
from rectification.problems.proving import void_evidence
from rectification.voiding import void_obstacles
from yanliang.periods import today


@dataclass(frozen=True)
class Act:
    """An act as it is offered: by whom, from which states, what is missing, and what its form does.

    `do(pk, form, by, seen)` acts; `missing(problem, by)` gives sentences.
    """

    name: str
    label: str
    allowed: Callable[[object, Problem], bool]
    sources: frozenset[str]
    missing: Callable[[Problem, object], list[str]]
    form: type[ActForm]
    do: Callable
    done: str
    advice: str = ""

    @property
    def url_name(self) -> str:
        return f"rectification:problem_{self.name}"


ASSIGN = Act(
    "assign",
    acting.ASSIGN.label,
    acting.may_work,
    acting.ASSIGN.sources,
    lambda problem, by: acting.ASSIGN.obstacles(problem),
    AssignForm,
    lambda pk, form, **who: acting.assign(pk, form.assignment, **who),
    "已交办。",
    "每个问题只有一名责任人；交办后状态为“整改中”。",
)
SUBMIT = Act(
    "submit",
    acting.SUBMIT.label,
    acting.may_work,
    acting.SUBMIT.sources,
    lambda problem, by: acting.SUBMIT.obstacles(problem),
    SubmitForm,
    lambda pk, form, **who: acting.submit(pk, form.cleaned_data["result"], **who),
    "已申请销号，等待区局核实。",
)
VERIFY = Act(
    "verify",
    acting.VERIFY.label,
    acting.may_verify,
    acting.VERIFY.sources,
    lambda problem, by: (
        acting.VERIFY.obstacles(problem) + acting.second_person_obstacles(problem, by)
    ),
    VerifyForm,
    lambda pk, form, **who: acting.verify(
        pk, Verification(form.cleaned_data["manner"]), form.cleaned_data["comment"], **who
    ),
    "已核实，问题销号。",
    "核对整改结果和佐证，确已整改到位的才销号。",
)
RETURN = Act(
    "return",
    acting.SEND_BACK.label,
    acting.may_verify,
    acting.SEND_BACK.sources,
    lambda problem, by: acting.SEND_BACK.obstacles(problem),
    ReturnForm,
    lambda pk, form, **who: acting.send_back(pk, form.cleaned_data["reason"], **who),
    "已退回，街办继续整改。",
)
REOPEN = Act(
    "reopen",
    acting.REOPEN.label,
    acting.may_reopen,
    acting.REOPEN.sources,
    lambda problem, by: acting.REOPEN.obstacles(problem),
    ReopenForm,
    lambda pk, form, **who: acting.reopen(
        pk, form.cleaned_data["reason"], form.cleaned_data["due_on"], **who
    ),
    "已重新整改，标为“屡改屡犯”，由街办主要领导牵头。",
    "问题又出现的，重新整改；此后标为“屡改屡犯”，须由街办主要领导牵头。",
)
EXTEND = Act(
    "extend",
    "延期",
    acting.may_verify,
    UNSETTLED,
    lambda problem, by: acting.extend_obstacles(problem),
    ExtendForm,
    lambda pk, form, **who: acting.extend(
        pk, form.cleaned_data["due_on"], form.cleaned_data["reason"], **who
    ),
    "已延期。",
)
EDIT = Act(
    "edit",
    "修改",
    acting.may_work,
    AT_WORK,
    lambda problem, by: editing.edit_obstacles(problem),
    EditForm,
    lambda pk, form, **who: editing.edit(pk, form.values, **who),
    "已保存。",
)
VOID = Act(
    "void",
    acting.VOID.label,
    acting.may_verify,
    acting.VOID.sources,
    lambda problem, by: acting.VOID.obstacles(problem),
    ProblemVoidForm,
    lambda pk, form, **who: acting.void(pk, form.cleaned_data["reason"], **who),
    "已作废，不再计入台账；记录保留备查。",
    "登记错误、重复登记的作废，不删除。",
)
#: What keeps the entry right, whatever step the problem is at.
CARE = (EXTEND, EDIT, VOID)
#: In the order in which a problem goes its way.
ACTS = (ASSIGN, SUBMIT, VERIFY, RETURN, REOPEN, *CARE)


def visible_problem(request: HttpRequest, pk: int) -> Problem:
    """The problem with all that a page's head shows; 404 where the person may not see it."""
    problems = Problem.objects.visible_to(request.user).select_related(
        "region__parent", "household", "kind", "assignee"
    )
    return get_object_or_404(problems, pk=pk)


def do(request: HttpRequest, pk: int, act: Act) -> HttpResponse:
    """Show the form of an act, or do it with what was typed and go back to the problem."""
    problem = visible_problem(request, pk)
    if not act.allowed(request.user, problem):
        raise PermissionDenied(f"您没有“{act.label}”的权限。")
    form = act.form(request.POST or None, problem=problem, staff=request.user)
    latest = None
    if request.method == "POST" and form.is_valid():
        try:
            act.do(pk, form, by=request.user, seen=form.cleaned_data["seen"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
            if getattr(refused, "code", "") == "stale":
                problem = visible_problem(request, pk)
                form.see(problem.version)
                latest = problem.entries.select_related("by").last()
        else:
            messages.success(request, f"{problem.number} {act.done}")
            return redirect("rectification:problem_detail", pk)
    missing = act.missing(problem, request.user)
    return show_act(
        request, problem, form, act.label, missing=missing, advice=act.advice, latest=latest
    )


def show_act(request: HttpRequest, problem: Problem, form, label: str, **shown) -> HttpResponse:
    problem.shown_light = problem.light(today())
    context = {"problem": problem, "form": form, "act": label, **shown}
    return render(request, "rectification/problem_act.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def problem_assign(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, ASSIGN)


@login_required
@require_http_methods(["GET", "POST"])
def problem_submit(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, SUBMIT)


@login_required
@require_http_methods(["GET", "POST"])
def problem_verify(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, VERIFY)


@login_required
@require_http_methods(["GET", "POST"])
def problem_return(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, RETURN)


@login_required
@require_http_methods(["GET", "POST"])
def problem_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, REOPEN)


@login_required
@require_http_methods(["GET", "POST"])
def problem_extend(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, EXTEND)


@login_required
@require_http_methods(["GET", "POST"])
def problem_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, EDIT)


@login_required
@require_http_methods(["GET", "POST"])
def problem_void(request: HttpRequest, pk: int) -> HttpResponse:
    return do(request, pk, VOID)


@login_required
@require_http_methods(["GET", "POST"])
def evidence_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare the file `pk` void, with the reason."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    problem = visible_problem(request, evidence.problem_id)
    if not acting.may_work(request.user, problem):
        raise PermissionDenied("您没有作废佐证的权限。")
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            void_evidence(pk, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"已作废：{evidence}。")
            return redirect("rectification:problem_detail", problem.pk)
    return show_act(
        request,
        problem,
        form,
        "作废佐证",
        missing=void_obstacles(evidence),
        advice=f"{evidence}：传错、与本问题无关的作废；原件保留备查。",
    )
