"""Reporting that a safe household is safe no longer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from households.views.detail import visible_household
from inspections import warning
from inspections.appraisal_forms import WarningForm
from inspections.enums import WarningSource
from yanliang.accounts.permissions import may_warn


@login_required
@require_http_methods(["GET", "POST"])
def household_warn(request: HttpRequest, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    if not may_warn(request.user):
        raise PermissionDenied("登记新险情由街办负责人或区局办理。")
    form = WarningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            warning.warn(
                household,
                by=request.user,
                source=WarningSource(chosen["source"]),
                description=chosen["description"],
                found_on=chosen["found_on"],
            )
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, "已登记新险情，该户回到待鉴定，区局即可看到。")
            return redirect("households:household_detail", pk)
    return render(
        request,
        "households/household_act.html",
        {
            "household": household,
            "form": form,
            "act": "登记新险情",
            "advice": "登记后该户改为“疑似不安全”，进入区局待鉴定队列；以往的核查、鉴定和改造记录都保留。",
            "missing": warning.obstacles(household),
            "standing": household.identities.current().select_related("household_class"),
        },
    )
