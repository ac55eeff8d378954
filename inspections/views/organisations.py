"""The organisations that appraise for the bureau."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from inspections.appraisal_forms import OrganisationForm
from inspections.enums import AppraisalState
from inspections.models import AppraisalOrganisation
from yanliang.accounts.permissions import may_appraise
from yanliang.audit.trail import record


@login_required
@require_http_methods(["GET", "POST"])
def organisation_list(request: HttpRequest) -> HttpResponse:
    """All organisations, and a form for a new one."""
    return show(request, AppraisalOrganisation())


@login_required
@require_http_methods(["GET", "POST"])
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return show(
        request, get_object_or_404(AppraisalOrganisation.objects.visible_to(request.user), pk=pk)
    )


def show(request: HttpRequest, organisation: AppraisalOrganisation) -> HttpResponse:
    if not may_appraise(request.user):
        raise PermissionDenied("鉴定机构由区局登记。")
    form = OrganisationForm(request.POST or None, instance=organisation, staff=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            organisation = form.save()
            after = {
                str(form.fields[name].label): str(form.cleaned_data[name])
                for name in form.changed_data
                if name != "phone"
            }
            record("organisation_saved", organisation, by=request.user, after=after)
        messages.success(request, f"已保存{organisation}。")
        return redirect("inspections:organisation_list")
    organisations = AppraisalOrganisation.objects.visible_to(request.user).annotate(
        waiting=Count("appraisals", filter=Q(appraisals__state=AppraisalState.ASSIGNED)),
        recorded=Count("appraisals", filter=Q(appraisals__state=AppraisalState.RECORDED)),
    )
    return render(
        request,
        "inspections/appraisal_organisations.html",
        {"organisations": organisations, "form": form, "edited": form.instance},
    )
