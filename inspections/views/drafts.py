"""Saving, settling and discarding drafts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from inspections import drafts
from inspections.forms import typed_data
from inspections.models import InspectionDraft
from inspections.views.form import (
    conflict_answer,
    corrected_by,
    household_to_inspect,
    seen_by,
)


@login_required
@require_POST
def draft_save(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep the whole form; 409 says who else saved or submitted, and when."""
    household = household_to_inspect(request, pk)
    corrects = corrected_by(request, household)
    try:
        draft = drafts.save_draft(
            household,
            typed_data(request.POST),
            request.user,
            seen=seen_by(request),
            corrects=corrects,
        )
    except drafts.Conflict as conflict:
        return conflict_answer(household, conflict)
    return saved_answer(draft)


@login_required
@require_POST
def draft_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """End a conflict by the person's choice in `keep`: mine or theirs."""
    household = household_to_inspect(request, pk)
    corrects = corrected_by(request, household)
    if request.POST.get("keep") not in drafts.CHOICES:
        return HttpResponseBadRequest("keep")
    try:
        draft = drafts.settle_conflict(
            household,
            typed_data(request.POST),
            request.user,
            keep=request.POST["keep"],
            seen=seen_by(request),
            corrects=corrects,
        )
    except drafts.Conflict as conflict:
        return conflict_answer(household, conflict)
    return saved_answer(draft)


def saved_answer(draft: InspectionDraft) -> JsonResponse:
    return JsonResponse(
        {"seen_draft": drafts.token(draft), "saved_at": f"{localtime(draft.saved_at):%H:%M:%S}"}
    )


@login_required
@require_POST
def draft_swap(request: HttpRequest, pk: int) -> HttpResponse:
    household = household_to_inspect(request, pk)
    drafts.swap_draft(household, request.user)
    return redirect("inspections:inspection_edit", household.pk)


@login_required
@require_POST
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    household = household_to_inspect(request, pk)
    drafts.discard_draft(household, request.user)
    messages.success(request, f"已放弃 {household.head_name}户的草稿。")
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return redirect(asked)
    return redirect("inspections:draft_list")
