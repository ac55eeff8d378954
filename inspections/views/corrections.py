"""Correcting what was recorded wrongly: an appraisal's result, a ruling, a meeting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from inspections import correcting
from inspections.correction_forms import (
    MeetingCorrectionForm,
    ResultCorrectionForm,
    RulingCorrectionForm,
)
from inspections.enums import RulingOutcome
from inspections.models import ReplacedDocument, Ruling
from inspections.papers import serve_paper
from inspections.views.appraisals import computed, visible_appraisal
from inspections.views.rulings import visible_meeting
from yanliang.accounts.permissions import may_appraise, may_see_appraisal_queue
from yanliang.ui.forms import say_files_are_gone


@login_required
@require_http_methods(["GET", "POST"])
def appraisal_correct(request: HttpRequest, pk: int) -> HttpResponse:
    appraisal = visible_appraisal(request, pk)
    if not may_appraise(request.user):
        raise PermissionDenied("更正鉴定结果由区局办理。")
    obstacles = correcting.correct_obstacles(appraisal)
    form = ResultCorrectionForm(request.POST or None, request.FILES or None, instance=appraisal)
    if request.method == "POST":
        if form.is_valid():
            try:
                corrected = correcting.correct_result(
                    appraisal,
                    form.values,
                    by=request.user,
                    seen=form.cleaned_data["version"],
                    reason=form.cleaned_data["reason"],
                )
            except ValidationError as wrong:
                form.add_error(None, wrong)
            else:
                messages.success(request, "鉴定结果已更正，原结果留存。")
                return redirect("inspections:appraisal_detail", corrected.pk)
        say_files_are_gone(form)
    return render(
        request,
        "inspections/appraisal_record.html",
        {
            "appraisal": appraisal,
            "household": appraisal.household,
            "form": form,
            "obstacles": [] if form.is_bound else obstacles,
            **computed(appraisal, request.POST or form.initial),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def ruling_correct(request: HttpRequest, pk: int) -> HttpResponse:
    rulings = Ruling.objects.visible_to(request.user).select_related(
        "meeting", "household__region__parent", "household__household_class"
    )
    ruling = get_object_or_404(rulings, pk=pk)
    correcting.require_ruler(request.user)
    form = RulingCorrectionForm(request.POST or None, ruling=ruling)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            correcting.correct_ruling(
                ruling,
                RulingOutcome(typed["outcome"]),
                typed["note"],
                by=request.user,
                seen=typed["version"],
                reason=typed["reason"],
            )
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, f"{ruling.household.head_name}户的审定结果已更正。")
            return redirect("inspections:ruling_detail", ruling.meeting_id)
    return render(
        request,
        "inspections/ruling_correct.html",
        {"meeting": ruling.meeting, "household": ruling.household, "form": form},
    )


@login_required
@require_http_methods(["GET", "POST"])
def meeting_correct(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = visible_meeting(request, pk)
    correcting.require_ruler(request.user)
    form = MeetingCorrectionForm(request.POST or None, request.FILES or None, instance=meeting)
    if request.method == "POST":
        if form.is_valid():
            try:
                correcting.correct_meeting(
                    meeting,
                    form.values,
                    by=request.user,
                    seen=form.cleaned_data["version"],
                    reason=form.cleaned_data["reason"],
                )
            except ValidationError as wrong:
                form.add_error(None, wrong)
            else:
                messages.success(request, "会议信息已更正，各户的审定记录同时更正。")
                return redirect("inspections:ruling_detail", pk)
        say_files_are_gone(form)
    return render(request, "inspections/ruling_correct.html", {"meeting": meeting, "form": form})


@login_required
@require_GET
def replaced_document(request: HttpRequest, pk: int) -> FileResponse:
    """A scan of a meeting that has been replaced since."""
    document = get_object_or_404(
        ReplacedDocument.objects.visible_to(request.user).select_related("meeting"), pk=pk
    )
    if not may_see_appraisal_queue(request.user):
        raise PermissionDenied
    return serve_paper(document.file, f"审定会议 {document.meeting.document_number} 原扫描件")
