"""Appraisals on screen: assignments, result, report, site list, and a household's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households.enums import EventKind
from households.models import Household
from inspections import appraisal as acts
from inspections import causes, warning
from inspections.appraisal_forms import AppraisalFilters, AssignForm, GradeForm, ResultForm
from inspections.enums import AppraisalState, Component
from inspections.grading import whole_grade
from inspections.models import Appraisal, AppraisalOrganisation
from inspections.papers import serve_paper
from inspections.site_list import site_list
from yanliang.accounts.permissions import (
    may_appraise,
    may_see_appraisal_queue,
    may_warn,
    may_withdraw_warning,
)
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.tables.pdf import table_pdf
from yanliang.tables.table import DocumentProperties
from yanliang.ui.forms import say_files_are_gone
from yanliang.ui.pagination import paginate

PEOPLE = ("household__region__parent", "household__household_class", "organisation")


def visible_appraisal(request: HttpRequest, pk: int) -> Appraisal:
    visible = Appraisal.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related(*PEOPLE, "assigned_by", "recorded_by"), pk=pk)


def chosen_households(request: HttpRequest):
    """The households ticked on the page that this person may see."""
    chosen = {
        int(pk) for pk in request.POST.getlist("household") if pk.isdecimal() and len(pk) <= 18
    }
    households = Household.objects.visible_to(request.user).filter(pk__in=chosen)
    return households.select_related("region").order_by("code")


def return_address(request: HttpRequest, otherwise: str) -> str:
    """The page that the act was started from, if it is one of ours."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else reverse(otherwise)


@login_required
@require_GET
def appraisal_list(request: HttpRequest) -> HttpResponse:
    if not may_see_appraisal_queue(request.user):
        raise PermissionDenied
    visible = Appraisal.objects.visible_to(request.user)
    filters = AppraisalFilters(request.GET, request.user)
    organisations = AppraisalOrganisation.objects.visible_to(request.user).annotate(
        waiting=Count("appraisals", filter=Q(appraisals__state=AppraisalState.ASSIGNED))
    )
    rows = filters.apply(visible).select_related(*PEOPLE)
    return render(
        request,
        "inspections/appraisal_list.html",
        {
            "page": paginate(request, rows),
            "filters": filters,
            "today": today(),
            "counts": visible.open().aggregate(
                open=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today()))
            ),
            "waiting": [each for each in organisations if each.waiting],
            "may_appraise": may_appraise(request.user),
        },
    )


@login_required
@require_POST
def appraisal_assign(request: HttpRequest) -> HttpResponse:
    """Assign the ticked households; say which were left alone, and why."""
    if not may_appraise(request.user):
        raise PermissionDenied("组织鉴定由区局办理。")
    back = redirect(return_address(request, "inspections:appraisal_queue"))
    form = AssignForm(request.POST, staff=request.user)
    households = chosen_households(request)
    if not form.is_valid():
        messages.error(request, "".join(sum(form.errors.values(), [])))
        return back
    done, refused = acts.assign_all(
        households, form.cleaned_data["organisation"], form.cleaned_data["due_on"], request.user
    )
    if done:
        messages.success(request, f"已委托{form.cleaned_data['organisation']}鉴定 {done} 户。")
    if refused:
        lines = format_html_join(
            "",
            "<li>{} {}：{}</li>",
            ((each.household.region, each.household.head_name, each.sentence) for each in refused),
        )
        messages.warning(
            request, format_html('{} 户未委托：<ul class="mb-0">{}</ul>', len(refused), lines)
        )
    if not done and not refused:
        messages.warning(request, "没有选中农户，请先勾选。")
    return back


@login_required
@require_GET
def appraisal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    appraisal = visible_appraisal(request, pk)
    is_open = appraisal.state == AppraisalState.ASSIGNED
    return render(
        request,
        "inspections/appraisal_detail.html",
        {
            "appraisal": appraisal,
            "household": appraisal.household,
            "components": [(part.label, getattr(appraisal, part)) for part in Component],
            "is_overdue": is_open and appraisal.due_on < today(),
            "may_record": is_open and may_appraise(request.user),
            "may_correct": appraisal.state == AppraisalState.RECORDED
            and may_appraise(request.user),
            "round": acts.rounds(appraisal.household).get(pk),
            "replaced_by": Appraisal.objects.filter(replaces=appraisal).first(),
            "obstacles": acts.record_obstacles(appraisal) if is_open else [],
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def appraisal_record(request: HttpRequest, pk: int) -> HttpResponse:
    appraisal = visible_appraisal(request, pk)
    if not may_appraise(request.user):
        raise PermissionDenied("录入鉴定结果由区局办理。")
    obstacles = acts.record_obstacles(appraisal)
    form = ResultForm(request.POST or None, request.FILES or None, instance=appraisal)
    if request.method == "POST":
        if form.is_valid():
            try:
                acts.record_result(
                    appraisal, form.values, by=request.user, seen=form.cleaned_data["version"]
                )
            except ValidationError as wrong:
                form.add_error(None, wrong)
            else:
                messages.success(request, f"已录入{appraisal.household.head_name}户的鉴定结果。")
                return redirect("inspections:appraisal_detail", pk)
        say_files_are_gone(form)
    return render(
        request,
        "inspections/appraisal_record.html",
        {
            "appraisal": appraisal,
            "household": appraisal.household,
            "form": form,
            "obstacles": [] if form.is_bound else obstacles,
            **computed(appraisal, request.POST),
        },
    )


def computed(appraisal: Appraisal, typed) -> dict:
    """The grade that follows from what is typed so far, or the sentence on what is missing.

    `overridden` says that another grade is chosen, so that its reason is asked for.
    """
    form = GradeForm(typed)
    form.is_valid()
    try:
        grading = whole_grade(
            form.components,
            appraisal.household.structure,
            form.cleaned_data.get("dangerous_site", False),
        )
    except ValueError as nothing:
        return {"grading": None, "missing": str(nothing)}
    chosen = typed.get("grade")
    return {"grading": grading, "overridden": chosen not in (None, "", grading.grade)}


@login_required
@require_GET
def appraisal_grade(request: HttpRequest, pk: int) -> HttpResponse:
    appraisal = visible_appraisal(request, pk)
    if not may_appraise(request.user):
        raise PermissionDenied("录入鉴定结果由区局办理。")
    context = computed(appraisal, request.GET) | {"form": ResultForm(instance=appraisal)}
    return render(request, "inspections/appraisal_grade.html", context)


@login_required
@require_POST
def appraisal_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    appraisal = visible_appraisal(request, pk)
    if not may_appraise(request.user):
        raise PermissionDenied("撤销委托由区局办理。")
    try:
        acts.cancel(appraisal, request.user, request.POST.get("reason", "")[:200])
    except ValidationError as wrong:
        messages.error(request, "".join(wrong.messages))
    else:
        messages.success(request, "委托已撤销，该户可重新委托。")
    return redirect("inspections:appraisal_detail", pk)


@login_required
@require_GET
def appraisal_report(request: HttpRequest, pk: int) -> FileResponse:
    appraisal = visible_appraisal(request, pk)
    return serve_paper(appraisal.report, f"鉴定报告 {appraisal.report_number}".strip())


@login_required
@require_POST
def appraisal_site_list(request: HttpRequest) -> HttpResponse:
    """The open assignments of one organisation as a PDF to take along; the trail says who took it."""
    if not may_appraise(request.user):
        raise PermissionDenied("现场清单由区局打印。")
    asked = request.POST.get("organisation", "")
    organisation = (
        AppraisalOrganisation.objects.visible_to(request.user)
        .filter(pk=asked if asked.isdecimal() and len(asked) <= 18 else None)
        .first()
    )
    if organisation is None:
        messages.warning(request, "请先选择鉴定机构，再打印现场清单。")
        return redirect("inspections:appraisal_list")
    appraisals = (
        Appraisal.objects.visible_to(request.user)
        .open()
        .filter(organisation=organisation)
        .select_related(*PEOPLE)
        .prefetch_related(*causes.prefetches("household__"))
        .order_by("household__code")
    )
    table = site_list(organisation, appraisals)
    properties = DocumentProperties(
        title=f"{table.title}（{organisation}）", author=str(request.user), created=now()
    )
    content = table_pdf([table], properties=properties)
    after = {"内容": table.title, "鉴定机构": str(organisation), "户数": len(table.rows)}
    record("exported", organisation, by=request.user, after=after)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{properties.title}{today():%Y%m%d}.pdf"
    )
    return response


@login_required
@require_GET
def household_appraisals(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's appraisals, rulings and warnings, and what can be done next: a piece of its page."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("household_class"), pk=pk
    )
    may_assign = may_appraise(request.user) and not acts.assign_obstacles(household)
    appraisals, rounds = household.appraisals.select_related("organisation"), acts.rounds(household)
    for appraisal in appraisals:
        appraisal.round = rounds.get(appraisal.pk)
    return render(
        request,
        "inspections/appraisal_household.html"
        if not request.htmx
        else "inspections/appraisal_household_piece.html",
        {
            "household": household,
            "appraisals": appraisals,
            "rulings": household.rulings.select_related("meeting").order_by("-meeting__held_on"),
            "warnings": household.events.standing()
            .filter(kind=EventKind.WARNED)
            .prefetch_related("warning_photos__photo")
            .order_by("-position"),
            "today": today(),
            "assign_form": AssignForm(staff=request.user) if may_assign else None,
            "may_appraise": may_appraise(request.user),
            "may_warn": may_warn(request.user) and not warning.obstacles(household),
            "may_withdraw": may_withdraw_warning(request.user),
            "sees_meetings": may_see_appraisal_queue(request.user),
        },
    )
