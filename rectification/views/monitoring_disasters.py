"""Disasters and their re-check lists: called, previewed, worked through, printed, declared void."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inspections.photos import owned
from rectification.enums import CheckState
from rectification.models import DisasterCheck, DisasterEvent
from rectification.monitoring import disasters, printing, rechecking
from rectification.monitoring.filters import CheckFilters
from rectification.monitoring.forms import DisasterForm, LookForm, SoundForm, VoidForm
from rectification.voiding import void_obstacles
from yanliang.accounts.permissions import (
    may_call_recheck,
    may_export,
    may_record_recheck,
    may_see_business,
)
from yanliang.periods import today
from yanliang.ui.pagination import paginate

#: The photos' name in the form, as static/js/photos.js sends them.
PHOTOS = "photos.recheck"


def visible_event(request: HttpRequest, pk: int) -> DisasterEvent:
    events = DisasterEvent.objects.visible_to(request.user).select_related(
        "region", "recorded_by", "voided_by"
    )
    return get_object_or_404(events, pk=pk)


def checks_of(request: HttpRequest, event: DisasterEvent):
    """The households on the event's list that the person may see."""
    return DisasterCheck.objects.visible_to(request.user).filter(event=event)


@login_required
@require_GET
def disaster_list(request: HttpRequest) -> HttpResponse:
    """The events, each with what of one's own region is seen and still to see."""
    if not may_see_business(request.user):
        raise PermissionDenied
    page = paginate(
        request, DisasterEvent.objects.visible_to(request.user).select_related("region")
    )
    counts = {
        event: (total, pending)
        for event, total, pending in DisasterCheck.objects.visible_to(request.user)
        .filter(event__in=[event.pk for event in page])
        .order_by()
        .values_list("event")
        .annotate(total=Count("pk"), pending=Count("pk", filter=Q(state=CheckState.PENDING)))
    }
    for event in page:
        event.total, event.pending = counts.get(event.pk, (0, 0))
        event.late = event.pending and not event.is_void and event.is_late(today())
    context = {"page": page, "may_call": may_call_recheck(request.user)}
    return render(request, "rectification/monitoring_disaster_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def disaster_record(request: HttpRequest) -> HttpResponse:
    """The first POST shows whom the list would hold, the second, with that number, writes it."""
    if not may_call_recheck(request.user):
        raise PermissionDenied("灾害复查由街办或区局登记。")
    form = DisasterForm(request.POST or None, staff=request.user)
    affected = disaster = None
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        disaster, expected = form.disaster, form.cleaned_data["expected"]
        if expected is not None:
            try:
                event = disasters.record_disaster(disaster, by=request.user, expected=expected)
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                messages.success(request, "灾害已登记，名单中的农户等村组复查。")
                return redirect("rectification:disaster_detail", event.pk)
        elif faults := disasters.call_obstacles(disaster):
            form.add_error(None, ValidationError(faults))
        if not form.errors or form.has_error(NON_FIELD_ERRORS, "stale"):
            affected = disasters.preview(disaster)
    context = {
        "form": form,
        "affected": affected,
        "disaster": disaster,
        "structures": disasters.structure_names(disaster) if disaster else "",
        "typed": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name in form.fields and name != "expected"
        ],
    }
    return render(request, "rectification/monitoring_disaster_form.html", context)


@login_required
@require_GET
def disaster_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to work through, what is still to see first, and how far each village has come."""
    event = visible_event(request, pk)
    filters = CheckFilters(request.GET, staff=request.user)
    checks = checks_of(request, event)
    found = (
        filters.apply(checks)
        .select_related("household__region__parent", "household__household_class", "report")
        .in_order()
    )
    by_village = rechecking.progress(checks)
    may_record = may_record_recheck(request.user) and not event.is_void
    context = {
        "event": event,
        "areas": disasters.area_names(event),
        "structures": disasters.structure_names(event),
        "filters": filters,
        "page": paginate(request, found),
        "progress": by_village,
        "total": sum(each.total for each in by_village),
        "pending": sum(each.pending for each in by_village),
        "is_late": event.is_late(today()),
        "sound_form": SoundForm(initial={"checker": request.user.full_name})
        if may_record
        else None,
        "may_record": may_record,
        "may_export": may_export(request.user),
        "may_print": may_export(request.user) or may_record_recheck(request.user),
        "may_void": not event.is_void and disasters.may_call(request.user, event.region_id),
    }
    return render(request, "rectification/monitoring_disaster_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def disaster_check(request: HttpRequest, pk: int) -> HttpResponse:
    """One household of a list: 未见险情 or 有疑点."""
    checks = DisasterCheck.objects.visible_to(request.user).select_related(
        "event", "household__region__parent", "household__household_class", "report"
    )
    check = get_object_or_404(checks, pk=pk)
    if not may_record_recheck(request.user):
        raise PermissionDenied("灾后复查由本村、本街办登记。")
    form = LookForm(request.POST or None, staff=request.user)
    photos = []
    if request.method == "POST":
        is_valid = form.is_valid()
        try:
            photos = owned(check.household, request.POST.getlist(PHOTOS))
            if is_valid:
                check = rechecking.record_look(pk, form.look, photos, by=request.user)
                messages.success(request, said_of(check))
                return redirect("rectification:disaster_detail", check.event_id)
        except ValidationError as refused:
            form.add_error(None, refused)
    context = {
        "check": check,
        "event": check.event,
        "household": check.household,
        "form": form,
        "photos": photos,
        "missing": rechecking.check_obstacles(check),
    }
    return render(request, "rectification/monitoring_disaster_check.html", context)


def said_of(check: DisasterCheck) -> str:
    done = f"{check.household.head_name}户已登记：{check.get_state_display()}。"
    return f"{done}已转为监测报告，等街办负责人处置。" if check.report_id else done


@login_required
@require_POST
def disaster_sound(request: HttpRequest, pk: int) -> HttpResponse:
    """未见险情 at all the households that are ticked."""
    event = visible_event(request, pk)
    if not may_record_recheck(request.user):
        raise PermissionDenied("灾后复查由本村、本街办登记。")
    form = SoundForm(request.POST)
    keys = [int(key) for key in request.POST.getlist("check") if key.isdecimal() and len(key) < 18]
    if not form.is_valid():
        messages.error(request, "".join(sum(form.errors.values(), [])))
    elif not keys:
        messages.warning(request, "没有选中农户，请先勾选。")
    else:
        try:
            done = rechecking.record_sound_each(pk, keys, **form.cleaned_data, by=request.user)
        except ValidationError as refused:
            messages.error(request, "".join(refused.messages))
        else:
            messages.success(request, f"已登记 {done} 户未见险情。")
    return back_to(request, event)


@login_required
@require_POST
def disaster_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as it is narrowed: PDF for who fills it in, Excel for who may export."""
    event = visible_event(request, pk)
    extension = request.POST.get("format", "pdf")
    if extension not in printing.CONTENT_TYPES:
        raise Http404("没有这种文件格式。")
    fills_in = extension == "pdf" and may_record_recheck(request.user)
    if not (fills_in or may_export(request.user)):
        raise PermissionDenied("您没有导出的权限。")
    filters = CheckFilters(request.GET, staff=request.user)
    checks = filters.apply(checks_of(request, event))
    reason = request.POST.get("reason", "").strip()[:200]
    try:
        content = printing.printed(event, checks, extension, by=request.user, reason=reason)
    except ValidationError as refused:
        messages.warning(request, "".join(refused.messages))
        return back_to(request, event)
    response = HttpResponse(content, content_type=printing.CONTENT_TYPES[extension])
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{event}复查名单_{today():%Y%m%d}.{extension}"
    )
    return response


def back_to(request: HttpRequest, event: DisasterEvent) -> HttpResponse:
    """The event's page, narrowed as it was."""
    address = reverse("rectification:disaster_detail", args=[event.pk])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


@login_required
@require_http_methods(["GET", "POST"])
def disaster_void(request: HttpRequest, pk: int) -> HttpResponse:
    event = visible_event(request, pk)
    if not disasters.may_call(request.user, event.region_id):
        raise PermissionDenied("灾害复查由登记的街办或区局作废。")
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            disasters.void_disaster(pk, form.cleaned_data["reason"], by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, "已作废，名单不再计入待复查。")
            return redirect("rectification:disaster_detail", pk)
    context = {"event": event, "form": form, "missing": void_obstacles(event)}
    return render(request, "rectification/monitoring_disaster_void.html", context)
