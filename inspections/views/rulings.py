"""Rulings on screen: who waits, one meeting for many households, and each meeting afterwards."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from households.enums import Stage
from households.models import Household, Region
from inspections.appraisal_forms import MeetingForm
from inspections.enums import RulingOutcome
from inspections.models import Appraisal, Ruling, RulingMeeting
from inspections.papers import serve_paper
from inspections.ruling import Decision, hold_meeting
from yanliang.accounts.permissions import may_rule, may_see_appraisal_queue
from yanliang.ui.forms import say_files_are_gone
from yanliang.ui.pagination import paginate

#: Two fields a row stay well under the number of fields that one form may send.
ROWS_A_PAGE = 200
MEETINGS_SHOWN = 20


@login_required
@require_GET
def ruling_list(request: HttpRequest) -> HttpResponse:
    if not may_see_appraisal_queue(request.user):
        raise PermissionDenied
    return show(request, MeetingForm())


def show(request: HttpRequest, form: MeetingForm) -> HttpResponse:
    """The households that wait, with what was chosen for them so far, and the latest meetings."""
    pending = Household.objects.visible_to(request.user).filter(stage=Stage.PENDING_RULING)
    offices = Region.objects.visible_to(request.user).offices()
    asked = request.GET.get("office", "")
    office = next((each for each in offices if each.code == asked), None)
    households = (
        (pending.within(office.code) if office else pending)
        .select_related("region__parent", "household_class")
        .prefetch_related(
            Prefetch(
                "appraisals",
                Appraisal.objects.recorded().select_related("organisation"),
                to_attr="results",
            )
        )
        .order_by("summary_since", "pk")
    )
    page = paginate(request, households, per_page=ROWS_A_PAGE)
    for household in page:
        household.chosen = request.POST.get(f"outcome-{household.pk}", "")
        household.note = request.POST.get(f"note-{household.pk}", "")
    meetings = RulingMeeting.objects.visible_to(request.user).annotate(households=Count("rulings"))
    return render(
        request,
        "inspections/ruling_list.html",
        {
            "page": page,
            "form": form,
            "offices": offices,
            "office": office,
            "outcomes": RulingOutcome.choices,
            "may_rule": may_rule(request.user),
            "meetings": meetings[:MEETINGS_SHOWN],
        },
    )


@login_required
@require_POST
def ruling_record(request: HttpRequest) -> HttpResponse:
    """Record one meeting with the outcome chosen for each household; all or nothing."""
    if not may_rule(request.user):
        raise PermissionDenied("登记审定结果由区局负责人办理。")
    form = MeetingForm(
        request.POST, request.FILES, instance=RulingMeeting(region=request.user.region)
    )
    if form.is_valid():
        try:
            meeting = hold_meeting(form.instance, decisions(request), request.user)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, "审定结果已登记，各户进度已更新。")
            return redirect("inspections:ruling_detail", meeting.pk)
    say_files_are_gone(form)
    return show(request, form)


def decisions(request: HttpRequest) -> list[Decision]:
    """What was chosen on the page for households that this person may see; the others stay as they are."""
    chosen = {
        int(pk): RulingOutcome(value)
        for name, value in request.POST.items()
        if name.startswith("outcome-")
        and (pk := name.removeprefix("outcome-")).isdecimal()
        and len(pk) <= 18
        and value in RulingOutcome.values
    }
    households = Household.objects.visible_to(request.user).filter(pk__in=chosen)
    return [
        Decision(each, chosen[each.pk], request.POST.get(f"note-{each.pk}", "").strip()[:200])
        for each in households
    ]


def visible_meeting(request: HttpRequest, pk: int) -> RulingMeeting:
    meeting = get_object_or_404(RulingMeeting.objects.visible_to(request.user), pk=pk)
    if not may_see_appraisal_queue(request.user):
        raise PermissionDenied
    return meeting


@login_required
@require_GET
def ruling_detail(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = visible_meeting(request, pk)
    rulings = Ruling.objects.visible_to(request.user).filter(meeting=meeting)
    return render(
        request,
        "inspections/ruling_detail.html",
        {
            "meeting": meeting,
            "may_rule": may_rule(request.user),
            "replaced_documents": meeting.replaced_documents.all(),
            "page": paginate(
                request,
                rulings.select_related("household__region__parent", "household__household_class"),
            ),
            "counts": [
                (RulingOutcome(outcome).label, number)
                for outcome, number in rulings.order_by()
                .values_list("outcome")
                .annotate(number=Count("pk"))
            ],
        },
    )


@login_required
@require_GET
def ruling_document(request: HttpRequest, pk: int) -> FileResponse:
    meeting = visible_meeting(request, pk)
    return serve_paper(meeting.document, f"审定会议 {meeting.document_number}")
