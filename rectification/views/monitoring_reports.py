"""Reports of doubtful houses: made on a phone, read by who sees the house, answered by the office."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from households.models import Household
from households.search import search
from inspections import warning
from inspections.photos import owned
from rectification.enums import ReportState
from rectification.models import MonitoringReport
from rectification.monitoring import reporting
from rectification.monitoring.filters import ReportFilters
from rectification.monitoring.forms import AnswerForm, ReportForm
from rectification.views.acts import visible_household
from yanliang.accounts.permissions import may_answer_report, may_report_doubt, may_see_business
from yanliang.ui.pagination import paginate

#: The photos' name in the form, as static/js/photos.js sends them.
PHOTOS = "photos.report"
#: Households that a search shows on a phone.
FOUND_AT_ONCE = 20


@login_required
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports, those that wait counted."""
    staff = request.user
    if not may_see_business(staff):
        raise PermissionDenied
    filters = ReportFilters(request.GET, staff=staff)
    found = filters.apply(MonitoringReport.objects.visible_to(staff))
    by_state = dict(found.order_by().values_list("state").annotate(number=Count("pk")))
    rows = found.select_related("household__region__parent", "reported_by", "problem")
    context = {
        "filters": filters,
        "page": paginate(request, rows, count=sum(by_state.values())),
        "states": [(each, by_state[each]) for each in ReportState if each in by_state],
        "may_report": may_report_doubt(staff),
    }
    return render(request, "rectification/monitoring_report_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def report_file(request: HttpRequest) -> HttpResponse:
    """A report about `?household=`; without one, a search for it."""
    if not may_report_doubt(request.user):
        raise PermissionDenied("监测报告由本村、本街办登记。")
    key = request.GET.get("household", "")
    if not key.isdecimal() or len(key) > 18:
        return choose_household(request)
    household = visible_household(request, int(key))
    form = ReportForm(request.POST or None, staff=request.user)
    photos = []
    if request.method == "POST":
        is_valid = form.is_valid()
        try:
            photos = owned(household, request.POST.getlist(PHOTOS))
            if is_valid:
                report = reporting.file_report(household.pk, form.doubt, photos, by=request.user)
                messages.success(request, "报告已提交，街办负责人可在待办中看到。")
                return redirect("rectification:report_detail", report.pk)
        except ValidationError as wrong:
            form.add_error(None, wrong)
    context = {"household": household, "form": form, "photos": photos}
    return render(request, "rectification/monitoring_report_form.html", context)


def choose_household(request: HttpRequest) -> HttpResponse:
    """The households of one's own region that the search box means."""
    typed = request.GET.get("q", "").strip()[:40]
    households = Household.objects.visible_to(request.user).select_related("region")
    found = list(search(households, typed)[: FOUND_AT_ONCE + 1]) if typed else []
    context = {
        "typed": typed,
        "found": found[:FOUND_AT_ONCE],
        "has_more": len(found) > FOUND_AT_ONCE,
    }
    return render(request, "rectification/monitoring_report_household.html", context)


def visible_report(request: HttpRequest, pk: int) -> MonitoringReport:
    reports = MonitoringReport.objects.visible_to(request.user).select_related(
        "household__region__parent",
        "household__household_class",
        "reported_by",
        "answered_by",
        "problem",
    )
    return get_object_or_404(reports, pk=pk)


@login_required
@require_GET
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible_report(request, pk)
    context = {
        "report": report,
        "household": report.household,
        "photos": reporting.photos_of(report),
        "checks": list(report.disaster_checks.select_related("event")),
        "may_answer": reporting.may_answer(request.user, report)
        and not reporting.answer_obstacles(report),
    }
    return render(request, "rectification/monitoring_report_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def report_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One of three outcomes; where the household is not safe, no warning, and the page says why."""
    report = visible_report(request, pk)
    if not may_answer_report(request.user):
        raise PermissionDenied("监测报告由街办负责人或区局处置。")
    not_to_warn = warning.obstacles(report.household)
    form = AnswerForm(request.POST or None, closed=[ReportState.WARNED] if not_to_warn else [])
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        answer = {
            ReportState.WARNED: reporting.answer_warned,
            ReportState.PROBLEM: partial(reporting.answer_problem, kind=chosen["kind"]),
            ReportState.SOUND: reporting.answer_sound,
        }[ReportState(chosen["outcome"])]
        try:
            report = answer(pk, explanation=chosen["explanation"], by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"{report.get_state_display()}。")
            return redirect("rectification:report_detail", pk)
    context = {
        "report": report,
        "household": report.household,
        "photos": reporting.photos_of(report),
        "form": form,
        "missing": reporting.answer_obstacles(report),
        "not_to_warn": not_to_warn,
    }
    return render(request, "rectification/monitoring_report_answer.html", context)


@login_required
@require_GET
def household_reports(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's reports and re-checks: a piece of its page, or a page of its own."""
    household = visible_household(request, pk)
    template = "_monitoring_household.html" if request.htmx else "monitoring_household.html"
    context = {
        "household": household,
        "reports": list(household.monitoring_reports.select_related("problem")),
        "checks": list(
            household.disaster_checks.standing().select_related("event").order_by("-pk")
        ),
        "may_report": may_report_doubt(request.user),
    }
    return render(request, f"rectification/{template}", context)
