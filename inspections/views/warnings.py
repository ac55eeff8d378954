"""Reporting that a safe household is safe no longer, and taking a mistaken report back."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from households.enums import EventKind
from households.forms import reason_field
from households.models import SafetyEvent
from households.views.detail import visible_household
from inspections import warning
from inspections.appraisal_forms import WarningForm
from inspections.causes import sentence
from inspections.enums import WarningSource
from inspections.photos import owned
from yanliang.accounts.permissions import may_warn, may_withdraw_warning

#: The photos' name in the form, as static/js/photos.js sends them.
PHOTOS = "photos.warning"


@login_required
@require_http_methods(["GET", "POST"])
def household_warn(request: HttpRequest, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    if not may_warn(request.user):
        raise PermissionDenied("登记新险情由街办负责人或区局办理。")
    form = WarningForm(request.POST or None)
    photos = []
    if request.method == "POST":
        is_valid = form.is_valid()
        try:
            photos = owned(household, request.POST.getlist(PHOTOS))
            if is_valid:
                chosen = form.cleaned_data
                warning.warn(
                    household,
                    by=request.user,
                    source=WarningSource(chosen["source"]),
                    description=chosen["description"],
                    found_on=chosen["found_on"],
                    photos=photos,
                )
                messages.success(request, "已登记新险情，该户回到待鉴定，区局即可看到。")
                return redirect("households:household_detail", pk)
        except ValidationError as wrong:
            form.add_error(None, wrong)
    return render(
        request,
        "inspections/warning_form.html",
        {
            "household": household,
            "form": form,
            "photos": photos,
            "missing": warning.obstacles(household),
        },
    )


class WithdrawForm(forms.Form):
    reason = reason_field("撤销理由")


@login_required
@require_http_methods(["GET", "POST"])
def warning_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    warnings = SafetyEvent.objects.visible_to(request.user).filter(kind=EventKind.WARNED)
    event = get_object_or_404(warnings, pk=pk)
    if not may_withdraw_warning(request.user):
        raise PermissionDenied("撤销新险情由区局负责人办理。")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            warning.withdraw(event, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, "新险情已撤销，该户恢复到登记前的进度。")
            return redirect("households:household_detail", event.household_id)
    household = visible_household(request, event.household_id)
    return render(
        request,
        "households/household_act.html",
        {
            "household": household,
            "form": form,
            "act": "撤销新险情",
            "advice": f"{sentence(event)}。撤销后该户恢复到登记前的进度，原记录和照片留存；"
            "确有险情的不能撤销，请委托鉴定。",
            "missing": warning.withdraw_obstacles(event),
            "standing": household.identities.current().select_related("household_class"),
        },
    )
