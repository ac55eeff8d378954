"""Entering a problem: by hand, put right at once, or with one press from what an inspection or a renovation lacks."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households.models import Household, Region
from inspections.enums import InspectionState
from inspections.models import Inspection
from rectification.models import Problem, ProblemKind
from rectification.problems import origins
from rectification.problems.forms import FixForm, RaiseForm
from rectification.views.acts import visible_renovation
from yanliang.accounts.permissions import may_raise_problem, may_work_on_problem
from yanliang.ui.forms import say_files_are_gone


def require(has_right: bool, what: str) -> None:
    if not has_right:
        raise PermissionDenied(f"您没有{what}的权限。")


def empty_form(request: HttpRequest, form_class: type[RaiseForm]) -> RaiseForm:
    """The form, with the household or region that the link names; 404 where that is not to be seen."""
    pk, code = request.GET.get("household", ""), request.GET.get("region", "")
    if pk.isdecimal():
        households = Household.objects.visible_to(request.user).select_related("region")
        household = get_object_or_404(households, pk=pk)
        initial = {"household_code": household.code, "region": household.region_id}
        form = form_class(staff=request.user, initial=initial)
        form.name_household(household)
        return form
    if code:
        code = get_object_or_404(Region.objects.visible_to(request.user), pk=code).pk
    return form_class(staff=request.user, initial={"region": code})


def form_of(request: HttpRequest, form_class: type[RaiseForm]) -> RaiseForm:
    if request.method == "POST":
        return form_class(request.POST, request.FILES, staff=request.user)
    return empty_form(request, form_class)


def entered(request: HttpRequest, act: Callable[[], Problem]) -> HttpResponseRedirect:
    """Do `act` and go to its problem, also to the one that was there. Raises ValidationError otherwise."""
    try:
        problem = act()
    except origins.Known as known:
        problem = known.problem
        messages.info(request, known.message)
    else:
        messages.success(request, f"已登记 {problem.number}，{problem.get_state_display()}。")
    return redirect("rectification:problem_detail", problem.pk)


def enter(
    request: HttpRequest, form: RaiseForm, act: Callable[[], Problem], template: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            return entered(request, act)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    if form.is_bound:
        say_files_are_gone(form)
    context = {"form": form, "may_fix": may_work_on_problem(request.user)}
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def problem_raise(request: HttpRequest) -> HttpResponse:
    """A problem in words; ?household or ?region says where."""
    require(may_raise_problem(request.user), "登记问题")
    form = form_of(request, RaiseForm)
    if not may_work_on_problem(request.user):
        form.leave_unassigned()

    def act() -> Problem:
        return origins.raise_by_hand(form.draft, form.assignment_if_named, by=request.user)

    return enter(request, form, act, "rectification/problem_raise.html")


@login_required
@require_http_methods(["GET", "POST"])
def problem_fix(request: HttpRequest) -> HttpResponse:
    """立行立改: entered with what came of it and the proof, up to 申请销号."""
    require(may_work_on_problem(request.user), "登记立行立改")
    form = form_of(request, FixForm)

    def act() -> Problem:
        return origins.fix_by_hand(form.draft, form.fixed, by=request.user)

    return enter(request, form, act, "rectification/problem_fix.html")


@login_required
@require_GET
def problem_kind_fields(request: HttpRequest) -> HttpResponse:
    """Direction and measure as they follow from ?kind; what was typed over a measure in use stays."""
    require(may_raise_problem(request.user), "登记问题")
    key = request.GET.get("kind", "")
    kind = ProblemKind.objects.filter(pk=key).first() if key.isdecimal() else None
    typed = request.GET.get("measure", "").strip()
    is_own = bool(typed) and not ProblemKind.objects.filter(measure=typed).exists()
    initial = {"direction": kind.direction, "measure": kind.measure} if kind else {}
    if is_own:
        initial["measure"] = typed
    form = RaiseForm(staff=request.user, initial=initial)
    return render(request, "rectification/_problem_kind_fields.html", {"form": form})


def visible_inspection(request: HttpRequest, pk: int) -> Inspection:
    inspections = Inspection.objects.visible_to(request.user)
    return get_object_or_404(inspections.select_related("household", "version", "event"), pk=pk)


@login_required
@require_GET
def inspection_problems(request: HttpRequest, pk: int) -> HttpResponse:
    """What a visit found failed, and what was entered of it: a piece of its page, or a page of its own."""
    inspection = visible_inspection(request, pk)
    name = "_inspection_problems.html" if request.htmx else "inspection_problems.html"
    context = {
        "inspection": inspection,
        "failed": origins.failed_items(inspection),
        "may_raise": may_raise_problem(request.user)
        and inspection.state != InspectionState.REPLACED,
    }
    return render(request, f"rectification/{name}", context)


@login_required
@require_POST
def problem_from_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the failed item that the button names."""
    inspection = visible_inspection(request, pk)
    require(may_raise_problem(request.user), "登记问题")
    code = request.POST.get("item", "")
    try:
        return entered(request, lambda: origins.raise_from_item(pk, code, by=request.user))
    except ValidationError as refused:
        say(request, refused)
    return redirect("inspections:inspection_detail", inspection.pk)


@login_required
@require_POST
def problem_from_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the papers that a renovation lacks."""
    renovation = visible_renovation(request, pk)
    require(may_raise_problem(request.user), "登记问题")
    try:
        return entered(request, lambda: origins.raise_from_papers(pk, by=request.user))
    except ValidationError as refused:
        say(request, refused)
    return redirect("rectification:renovation_detail", renovation.pk)


def say(request: HttpRequest, refused: ValidationError) -> None:
    for sentence in refused.messages:
        messages.error(request, sentence)
