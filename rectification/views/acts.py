"""The acts of a renovation, each on a page of its own with what stands in the way."""

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from households.models import Household
from rectification import accepting, filing, renovating
from rectification.enums import DocumentKind, Moment
from rectification.forms import (
    AcceptanceForm,
    CancelForm,
    DemolitionForm,
    DocumentForm,
    FinishForm,
    PhotosForm,
    PlanForm,
    StartForm,
)
from rectification.models import Renovation
from yanliang.accounts.permissions import may_record_renovation
from yanliang.periods import today
from yanliang.ui.forms import say_files_are_gone


def visible_renovation(request: HttpRequest, pk: int) -> Renovation:
    """The renovation with its household; 404 where the person may not see it."""
    renovations = Renovation.objects.visible_to(request.user).select_related(
        "household__region__parent", "household__household_class", "planned_by"
    )
    return get_object_or_404(renovations, pk=pk)


def visible_household(request: HttpRequest, pk: int) -> Household:
    households = Household.objects.visible_to(request.user)
    return get_object_or_404(households.select_related("region__parent", "household_class"), pk=pk)


def require_recorder(staff) -> None:
    if not may_record_renovation(staff):
        raise PermissionDenied("改造、验收和其他方式保障由区局登记。")


def show_form(
    request: HttpRequest,
    household: Household,
    form: forms.Form,
    title: str,
    missing: list[str],
    *,
    renovation: Renovation | None = None,
    advice: str = "",
    template: str = "rectification/act.html",
    **extra,
) -> HttpResponse:
    back = (
        reverse("rectification:renovation_detail", args=[renovation.pk])
        if renovation
        else reverse("households:household_detail", args=[household.pk])
    )
    if form.is_bound:
        say_files_are_gone(form)
    context = {
        "household": household,
        "renovation": renovation,
        "is_overdue": household.household_class.cleared_by < today(),
        "form": form,
        "act": title,
        "missing": missing,
        "advice": advice,
        "back": back,
        **extra,
    }
    return render(request, template, context)


def answer(
    request: HttpRequest,
    renovation: Renovation,
    form: forms.Form,
    act: Callable,
    title: str,
    missing: list[str],
    done: str,
    **shown,
) -> HttpResponse:
    """Show the form of an act, or do it with what was typed and go back to the renovation."""
    if request.method == "POST" and form.is_valid():
        try:
            act(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, done)
            return redirect("rectification:renovation_detail", renovation.pk)
    return show_form(
        request, renovation.household, form, title, missing, renovation=renovation, **shown
    )


def do(
    request: HttpRequest,
    pk: int,
    form_class: type[forms.Form],
    act: Callable,
    title: str,
    obstacles: Callable[[Renovation], list[str]],
    done: str,
    advice: str = "",
) -> HttpResponse:
    """An act on renovation `pk` that asks for no more than its form."""
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    return answer(
        request,
        renovation,
        form_class(request.POST or None),
        partial(act, pk),
        title,
        obstacles(renovation),
        done,
        advice=advice,
    )


@login_required
@require_http_methods(["GET", "POST"])
def renovation_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan for household `pk`."""
    household = visible_household(request, pk)
    require_recorder(request.user)
    missing = renovating.plan_obstacles(household)
    form = PlanForm(request.POST or None, instance=Renovation(household=household))
    if request.method == "POST" and form.is_valid():
        try:
            renovation = renovating.plan(pk, form.values, form.funding, by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, "改造方案已登记，开工后请登记开工日期。")
            return redirect("rectification:renovation_detail", renovation.pk)
    return show_form(
        request,
        household,
        form,
        "登记改造方案",
        missing,
        template="rectification/plan_form.html",
    )


@login_required
@require_http_methods(["GET", "POST"])
def renovation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    missing = renovating.edit_obstacles(renovation)
    form = PlanForm(request.POST or None, instance=renovation)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["version"] or 0
        try:
            renovating.edit_plan(pk, form.values, form.funding, by=request.user, seen=seen)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, "改造方案已保存。")
            return redirect("rectification:renovation_detail", pk)
    return show_form(
        request,
        renovation.household,
        form,
        "修改改造方案",
        missing,
        renovation=renovation,
        template="rectification/plan_form.html",
    )


@login_required
@require_http_methods(["GET", "POST"])
def renovation_start(request: HttpRequest, pk: int) -> HttpResponse:
    act = renovating.START
    return do(
        request,
        pk,
        StartForm,
        renovating.start,
        act.label,
        act.obstacles,
        "已登记开工，该户进度为“改造中”。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def renovation_finish(request: HttpRequest, pk: int) -> HttpResponse:
    act = renovating.FINISH
    return do(
        request,
        pk,
        FinishForm,
        renovating.finish,
        act.label,
        act.obstacles,
        "已登记竣工，该户进度为“待验收”。",
        "返工完成后，再登记一次竣工。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def renovation_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    act = renovating.CANCEL
    return do(
        request,
        pk,
        CancelForm,
        renovating.cancel,
        act.label,
        act.obstacles,
        "这项改造已取消，可为该户另行登记方案。",
        "只有未开工的改造可以取消；已落实其他安全住房的，请登记“其他方式保障”。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def old_house_demolish(request: HttpRequest, pk: int) -> HttpResponse:
    return do(
        request,
        pk,
        DemolitionForm,
        renovating.demolish,
        "登记旧房拆除",
        renovating.demolition_obstacles,
        "已登记旧房拆除。",
        "原址重建、异地新建的，旧房拆除后才能验收合格。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def acceptance_record(request: HttpRequest, pk: int) -> HttpResponse:
    """质量验收 of renovation `pk`; an old house that still stands is said before anything is typed."""
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    last = renovation.acceptances.first()
    initial = AcceptanceForm.typed_before(last) if last and last.is_void else None
    form = AcceptanceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            acceptance = accepting.record_acceptance(pk, form.findings, by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"验收已登记：{acceptance.get_result_display()}。")
            return redirect("rectification:renovation_detail", pk)
    return show_form(
        request,
        renovation.household,
        form,
        "质量验收",
        accepting.FAIL.obstacles(renovation),
        renovation=renovation,
        advice="".join(accepting.old_house_obstacles(renovation)),
        template="rectification/acceptance_form.html",
    )


@login_required
@require_POST
def photos_add(request: HttpRequest, pk: int) -> HttpResponse:
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    form = PhotosForm(request.POST, request.FILES)
    if form.is_valid():
        moment = Moment(form.cleaned_data["moment"])
        try:
            added = filing.add_photos(pk, moment, form.cleaned_data["photos"], by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"已上传{moment.label}照片 {len(added)} 张。")
    return back_to(request, renovation, form)


@login_required
@require_POST
def document_add(request: HttpRequest, pk: int) -> HttpResponse:
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    form = DocumentForm(request.POST, request.FILES)
    if form.is_valid():
        kind = DocumentKind(form.cleaned_data["kind"])
        try:
            filing.add_document(pk, kind, form.cleaned_data["file"], by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"已上传：{kind.label}。")
    return back_to(request, renovation, form)


def back_to(request: HttpRequest, renovation: Renovation, form: forms.Form) -> HttpResponse:
    """The renovation's page, with what was wrong with an upload."""
    for sentences in form.errors.values():
        for sentence in sentences:
            messages.error(request, sentence)
    return redirect("rectification:renovation_detail", renovation.pk)
