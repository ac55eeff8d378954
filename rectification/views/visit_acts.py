"""The acts of a visit: plan, edit, raise what was found, done, void."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rectification.forms import VoidForm
from rectification.models import SupervisionVisit
from rectification.supervision import visiting
from rectification.supervision.forms import DoneForm, EditForm, FindingForm, PlanForm
from rectification.supervision.recording import raise_finding
from rectification.views.visit_detail import visible_visit
from yanliang.accounts.permissions import may_supervise


def show_form(
    request: HttpRequest,
    form: forms.Form,
    act: str,
    back: str,
    visit: SupervisionVisit | None = None,
    missing: tuple[str, ...] | list[str] = (),
    advice: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "act": act,
        "title": f"{act}：{visit}" if visit else act,
        "back": back,
        "missing": missing,
        "advice": advice,
    }
    return render(request, "rectification/visit_act.html", context)


def answer(
    request: HttpRequest,
    visit: SupervisionVisit,
    form: forms.Form,
    act: Callable[[], object],
    title: str,
    done: str,
    missing: list[str],
    advice: str = "",
) -> HttpResponse:
    """Show the form of an act on `visit`, or do it and go back to the visit's page."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, done)
            return redirect("rectification:visit_detail", visit.pk)
    back = reverse("rectification:visit_detail", args=[visit.pk])
    return show_form(request, form, title, back, visit, missing, advice)


@login_required
@require_http_methods(["GET", "POST"])
def visit_plan(request: HttpRequest) -> HttpResponse:
    """A new visit; its households are drawn when it is saved."""
    if not may_supervise(request.user):
        raise PermissionDenied("督导检查由区局和督导员登记。")
    form = PlanForm(
        request.POST or None,
        staff=request.user,
        initial={"region": request.GET.get("region"), "visitors": request.user.full_name},
    )
    if request.method == "POST" and form.is_valid():
        try:
            visit = visiting.plan(**form.cleaned_data, by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"已抽取 {visit.households.count()} 户，可打印检查表。")
            return redirect("rectification:visit_detail", visit.pk)
    return show_form(
        request,
        form,
        "登记督导检查",
        reverse("rectification:visit_list"),
        advice="保存后抽取农户，名单和种子不能再改，也不能重抽。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def visit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visible_visit(request, pk)
    visiting.require_right(request.user, visit.region_id, "修改督导检查")
    form = EditForm(request.POST or None, visit=visit)
    return answer(
        request,
        visit,
        form,
        lambda: visiting.edit(pk, **form.cleaned_data, by=request.user),
        "修改检查",
        "检查已保存。",
        visiting.open_obstacles(visit),
        "街办、种子和抽取的农户不能改；登记错了街办的，作废后重新登记。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def visit_finding(request: HttpRequest, pk: int) -> HttpResponse:
    """A problem that visit `pk` found; `?place=` is where, as the form names it."""
    visit = visible_visit(request, pk)
    visiting.require_right(request.user, visit.region_id, "登记督导发现的问题")
    form = FindingForm(
        request.POST or None, visit=visit, initial={"place": request.GET.get("place")}
    )
    return answer(
        request,
        visit,
        form,
        lambda: raise_finding(pk, form.finding, by=request.user),
        "登记问题",
        "问题已登记到问题台账，来源为“区级督导”。",
        visiting.void_obstacles(visit),
    )


@login_required
@require_http_methods(["GET", "POST"])
def visit_done(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visible_visit(request, pk)
    visiting.require_right(request.user, visit.region_id, "完成检查")
    form = DoneForm(request.POST or None, visit=visit)
    return answer(
        request,
        visit,
        form,
        lambda: visiting.complete(pk, **form.cleaned_data, by=request.user),
        visiting.DONE.label,
        "检查已完成，计入本周督导。",
        visiting.DONE.obstacles(visit),
        "完成后走访情况不能再改；以后发现的问题仍可登记。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def visit_void(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visible_visit(request, pk)
    if not visiting.may_void(request.user, visit):
        raise PermissionDenied("督导检查由登记人或区局负责人作废。")
    form = VoidForm(request.POST or None)
    return answer(
        request,
        visit,
        form,
        lambda: visiting.void(pk, **form.cleaned_data, by=request.user),
        "作废检查",
        "检查已作废，不再计入督导次数。",
        visiting.voiding_obstacles(visit),
        "作废的检查仍可查看。",
    )
