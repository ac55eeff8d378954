"""The inspection form: shown, judged while it is filled in, submitted."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from households.enums import Stage
from households.models import Household
from inspections import drafts, submission
from inspections.enums import InspectionState, Signature
from inspections.examination import Examination, examine
from inspections.forms import (
    Typed,
    as_typed,
    blank,
    parsed_date,
    typed_data,
)
from inspections.models import Inspection, InspectionDraft
from inspections.progress import next_unchecked, village_progress
from inspections.views import sheet
from yanliang.accounts.permissions import may_inspect
from yanliang.periods import campaign, today


def household_to_inspect(request: HttpRequest, pk: int) -> Household:
    """The household, for who may fill in its form; 404 or 403 otherwise."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("region", "household_class"),
        pk=pk,
    )
    if not may_inspect(request.user):
        raise PermissionDenied("您没有登记核查的权限。")
    return household


def inspection_to_correct(request: HttpRequest, pk: int) -> Inspection:
    inspection = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related(
            "household__region", "household__household_class", "version", "event"
        ),
        pk=pk,
    )
    if not submission.may_correct(request.user, inspection):
        raise PermissionDenied("您没有更正这份核查的权限。")
    return inspection


def corrected_by(request: HttpRequest, household: Household) -> Inspection | None:
    """The inspection that the posted form corrects, if it corrects one."""
    pk = request.POST.get("corrects", "")
    if not pk.isdecimal():
        return None
    inspection = inspection_to_correct(request, int(pk))
    return get_object_or_404(
        Inspection.objects.select_related("version", "event"),
        pk=inspection.pk,
        household=household,
    )


def seen_by(request: HttpRequest) -> drafts.Seen:
    """What the page says that it had seen."""
    newest = request.POST.get("seen_inspection", "")
    return drafts.Seen(request.POST.get("seen_draft", ""), int(newest) if newest.isdecimal() else 0)


@login_required
@require_GET
def inspection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    household = household_to_inspect(request, pk)
    if household.stage == Stage.EXEMPT:
        messages.error(request, "该户为“无需排查”，不能登记核查；如须恢复，请先办理恢复排查。")
        return redirect(household_address(household))
    draft = drafts.draft_of(household)
    if draft and draft.corrects_id:
        return redirect("inspections:inspection_correct", draft.corrects_id)
    typed = draft.data if draft else blank(household, entered_before(request.user, household))
    return show(request, examine(household, typed), draft)


def entered_before(staff, household: Household) -> Inspection | None:
    """The visit that `staff` entered last in the household's village; only its inspectors and date are read."""
    entered = Inspection.objects.filter(
        submitted_by=staff, household__region_id=household.region_id
    )
    return entered.only("inspectors", "inspected_on").order_by("-pk").first()


@login_required
@require_GET
def inspection_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """The same form, filled with what was submitted, to put a new revision in its place."""
    inspection = inspection_to_correct(request, pk)
    if inspection.state == InspectionState.REPLACED:
        messages.error(request, "这份核查已经更正过，请打开最新一稿再更正。")
        return redirect("inspections:inspection_detail", inspection.pk)
    draft = drafts.draft_of(inspection.household)
    if draft and draft.corrects_id != inspection.pk:
        messages.error(request, "该户还有一份未提交的核查草稿，请先提交或放弃它，再更正。")
        return redirect("inspections:inspection_detail", inspection.pk)
    typed = draft.data if draft else as_typed(inspection)
    examination = examine(inspection.household, typed, inspection)
    return show(request, examination, draft, inspection)


def show(
    request: HttpRequest,
    examination: Examination,
    draft: InspectionDraft | None,
    corrects: Inspection | None = None,
) -> HttpResponse:
    household, typed = examination.household, examination.typed
    newest = drafts.newest_inspection(household)
    leading, others = sheet.facts(examination)
    return render(
        request,
        "inspections/form.html",
        {
            "household": household,
            "household_url": household_address(household),
            "version": examination.checklist.version,
            "examination": examination,
            "typed": typed,
            "draft": draft,
            "set_aside": draft.data.get(drafts.SET_ASIDE) if draft else None,
            "seen_draft": drafts.token(draft),
            "newest": newest,
            "corrects": corrects,
            "leading_facts": leading,
            "other_facts": others,
            "parts": list(sheet.parts(examination)),
            "front_photos": sheet.front_photos(examination),
            "inspectors": [*typed.get("inspectors", []), "", ""][:2],
            "inspected_on": parsed_date(typed.get("inspected_on", "")),
            "signatures": Signature.choices,
            "first_day": campaign().start,
            "last_day": today(),
            "progress": village_progress(household.region_id),
        },
    )


@login_required
@require_POST
def verdict_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The verdict so far, with its reasons and what is missing; writes nothing."""
    household = household_to_inspect(request, pk)
    examination = examine(household, typed_data(request.POST), corrected_by(request, household))
    return render(request, "inspections/_judgement.html", {"examination": examination})


@login_required
@require_POST
def inspection_submit(request: HttpRequest, pk: int) -> JsonResponse:
    """Submit a visit or a correction: 200 with the address to go to, 422 with what is missing, 409 when somebody
    else saved or submitted meanwhile."""
    household = household_to_inspect(request, pk)
    corrects = corrected_by(request, household)
    typed, seen = typed_data(request.POST), seen_by(request)
    try:
        if corrects:
            inspection = submission.correct(
                corrects, typed, request.user, typed["correction_reason"], seen=seen
            )
        else:
            inspection = submission.submit(household, typed, request.user, seen=seen)
    except drafts.Conflict as conflict:
        return conflict_answer(household, conflict)
    except submission.Incomplete:
        return incomplete_answer(request, household, typed, corrects)
    except ValidationError as refusal:
        return JsonResponse({"error": "".join(refusal.messages)}, status=422)
    verb = "已更正" if corrects else "已提交"
    messages.success(
        request, f"{verb} {household.head_name}户：{submission.outcome_sentence(inspection)}。"
    )
    if request.POST.get("go") != "next":
        return JsonResponse(
            {"next": reverse("inspections:inspection_detail", args=[inspection.pk])}
        )
    return JsonResponse({"next": next_address(request, household)})


def next_address(request: HttpRequest, household: Household) -> str:
    following = next_unchecked(request.user, household.region_id, household)
    if following:
        return reverse("inspections:inspection_edit", args=[following.pk])
    messages.success(request, f"{household.region}已没有未排查的户。")
    return f"{reverse('households:household_list')}?region={household.region_id}"


def incomplete_answer(
    request: HttpRequest, household: Household, typed: Typed, corrects: Inspection | None
) -> JsonResponse:
    examination = examine(household, typed, corrects)
    html = render_to_string("inspections/_judgement.html", {"examination": examination}, request)
    return JsonResponse(
        {
            "error": f"还差 {len(examination.missing)} 处没有填好，见“还差什么”。",
            "judgement": html,
            "field": examination.missing[0].field,
        },
        status=422,
    )


def conflict_answer(household: Household, conflict: drafts.Conflict) -> JsonResponse:
    seen = drafts.seen_now(household)
    return JsonResponse(
        {
            "error": conflict.message,
            "can_choose": conflict.can_choose,
            "has_theirs": bool(seen.draft),
            "submitted_url": (
                reverse("inspections:inspection_detail", args=[seen.inspection])
                if seen.inspection and not conflict.can_choose
                else ""
            ),
        },
        status=409,
    )


def household_address(household: Household) -> str:
    return reverse("households:household_detail", args=[household.pk])
