"""One problem on one page: its facts, its log, its proof, its acts; and the problems of a household."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_POST

from inspections.papers import serve_paper
from rectification.enums import EvidenceKind, ProblemState
from rectification.models import Evidence, Problem
from rectification.problems import acting
from rectification.problems.forms import PapersForm, PhotoForm, ProgressForm
from rectification.problems.proving import add_papers, add_photo
from rectification.problems.rights import covers
from rectification.views.acts import visible_household
from rectification.views.detail import apart
from rectification.views.problem_acts import ACTS, ASSIGN, CARE, SUBMIT, VERIFY
from yanliang.accounts.permissions import (
    may_raise_problem,
    may_see_visits,
    may_work_on_problem,
)
from yanliang.periods import today
from yanliang.ui.forms import say_files_are_gone


def acts_of(problem: Problem, staff) -> dict:
    """The acts that are this person's: those whose time it is, with what they wait for, and the others.

    One that can be done leads on, and its button stands out; a second 交办 does not.
    """
    mine = [act for act in ACTS if act.allowed(staff, problem)]
    timely = [act for act in mine if problem.state in act.sources]
    steps = [(act, act.missing(problem, staff)) for act in timely if act not in CARE]
    ready = [act for act, missing in steps if not missing]
    is_begun = problem.state == ProblemState.IN_PROGRESS
    onward = (VERIFY, SUBMIT) if is_begun else (VERIFY, SUBMIT, ASSIGN)
    return {
        "steps": steps,
        "care": [act for act in timely if act in CARE],
        "later": [act for act in mine if act not in timely],
        "leading_act": next((act for act in onward if act in ready), None),
    }


def who_and_when(staff, moment: dt.datetime | None) -> str:
    """Who did something and when, in Shanghai; the program where nobody did, — where it is to come."""
    return f"{staff or '系统'} {localtime(moment):%Y-%m-%d %H:%M}" if moment else "—"


def facts(problem: Problem) -> list[tuple[str, str]]:
    return [
        ("问题来源", problem.get_source_display()),
        ("问题类别", str(problem.kind)),
        ("所属排查", problem.get_direction_display()),
        ("地点", problem.place),
        ("发现日期", f"{problem.found_on}"),
        ("登记", who_and_when(problem.raised_by, problem.raised_at)),
    ]


def work(problem: Problem) -> list[tuple[str, str]]:
    """Who answers for it by when, and what came of it."""
    closed = who_and_when(problem.closed_by, problem.closed_at)
    was_closed = problem.closed_at is not None and problem.state != ProblemState.CLOSED
    if problem.verification:
        closed = f"{problem.get_verification_display()}，{closed}"
    return [
        ("责任单位", problem.unit),
        ("责任人", problem.responsible or "未交办"),
        ("经办账号", str(problem.assignee or "—")),
        ("牵头领导", problem.leading_official or "—"),
        ("整改时限", f"{problem.due_on}"),
        ("申请销号", who_and_when(problem.submitted_by, problem.submitted_at)),
        ("上次销号" if was_closed else "核实销号", closed),
    ]


def evidence_of(problem: Problem) -> dict:
    """The proof by its kind, what is void apart."""
    standing, voided = apart(problem.evidence.select_related("added_by", "voided_by"))
    photos = [
        (kind, [each for each in standing if each.kind == kind])
        for kind in (EvidenceKind.BEFORE, EvidenceKind.AFTER)
    ]
    return {
        "photos": photos,
        "has_photos": any(found for _, found in photos),
        "papers": [each for each in standing if each.kind == EvidenceKind.PAPER],
        "register": [each for each in standing if each.kind == EvidenceKind.REGISTER],
        "voided_evidence": voided,
    }


def show_problem(request: HttpRequest, problem: Problem, **typed: forms.Form) -> HttpResponse:
    """The page of a problem; `typed` holds the forms on it that were refused, with what was typed."""
    may_work = acting.may_work(request.user, problem)
    inline = {}
    if may_work and problem.is_at_work:
        inline["progress_form"] = ProgressForm(auto_id="progress_%s")
    if may_work and not problem.is_settled:
        inline["photo_form"] = PhotoForm(auto_id="photo_%s")
        inline["papers_form"] = PapersForm(auto_id="papers_%s")
    for form in typed.values():
        say_files_are_gone(form)
    problem.shown_light = problem.light(today())
    context = {
        "problem": problem,
        "facts": facts(problem),
        "work": work(problem),
        "may_void": may_work and not problem.is_settled,
        "entries": problem.entries.select_related("by"),
        **acts_of(problem, request.user),
        "may_open_visit": problem.visit is not None
        and may_see_visits(request.user)
        and covers(request.user, problem.visit.region_id),
        **evidence_of(problem),
        **inline,
        **typed,
    }
    return render(request, "rectification/problem_detail.html", context)


def whole_problem(request: HttpRequest, pk: int) -> Problem:
    """The problem with everything that its page shows; 404 where the person may not see it."""
    problems = Problem.objects.visible_to(request.user).select_related(
        "region__parent",
        "household",
        "kind",
        "assignee",
        "recurs",
        "visit",
        "raised_by",
        "submitted_by",
        "closed_by",
    )
    return get_object_or_404(problems, pk=pk)


@login_required
@require_GET
def problem_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_problem(request, whole_problem(request, pk))


def require_work(request: HttpRequest, pk: int) -> Problem:
    problem = whole_problem(request, pk)
    if not acting.may_work(request.user, problem):
        raise PermissionDenied("您没有经办这个问题的权限。")
    return problem


def answer(request: HttpRequest, problem: Problem, name: str, form, act, done: str) -> HttpResponse:
    """Do `act` with the form `name` of the problem's page, or show the page with what was wrong."""
    if form.is_valid():
        try:
            act()
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, done)
            return redirect("rectification:problem_detail", problem.pk)
    return show_problem(request, problem, **{name: form})


@login_required
@require_POST
def problem_progress(request: HttpRequest, pk: int) -> HttpResponse:
    problem = require_work(request, pk)
    form = ProgressForm(request.POST, auto_id="progress_%s")

    def act() -> None:
        acting.log_progress(pk, form.cleaned_data["text"], by=request.user)

    return answer(request, problem, "progress_form", form, act, "进展已登记。")


@login_required
@require_POST
def problem_photo(request: HttpRequest, pk: int) -> HttpResponse:
    problem = require_work(request, pk)
    form = PhotoForm(request.POST, request.FILES, auto_id="photo_%s")

    def act() -> None:
        add_photo(pk, EvidenceKind(form.cleaned_data["kind"]), form.picture, by=request.user)

    return answer(request, problem, "photo_form", form, act, "照片已上传。")


@login_required
@require_POST
def problem_papers(request: HttpRequest, pk: int) -> HttpResponse:
    problem = require_work(request, pk)
    form = PapersForm(request.POST, request.FILES, auto_id="papers_%s")

    def act() -> None:
        add_papers(pk, form.cleaned_data["papers"], by=request.user)

    return answer(request, problem, "papers_form", form, act, "佐证材料已上传。")


@login_required
@require_GET
def evidence_show(request: HttpRequest, pk: int) -> FileResponse:
    found = Evidence.objects.visible_to(request.user).select_related("problem")
    evidence = get_object_or_404(found, pk=pk)
    name = f"{evidence.problem.number}_{evidence.get_kind_display()}_{evidence.pk}"
    return serve_paper(evidence.file, name)


@login_required
@require_GET
def household_problems(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's problems: a piece of its page, or a page of its own."""
    household = visible_household(request, pk)
    problems = list(household.problems.select_related("kind").order_by("-pk"))
    for problem in problems:
        problem.shown_light = problem.light(today())
    name = "_household_problems.html" if request.htmx else "household_problems.html"
    context = {
        "household": household,
        "problems": problems,
        "may_raise": may_raise_problem(request.user),
        "may_fix": may_work_on_problem(request.user),
    }
    return render(request, f"rectification/{name}", context)
