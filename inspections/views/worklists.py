"""Where the day's work begins: villages with households to visit, drafts to finish, returned inspections to mend."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from households.enums import Stage
from households.models import Region
from inspections.models import Inspection, InspectionDraft
from inspections.progress import next_unchecked
from inspections.submission import may_correct
from yanliang.accounts.permissions import may_inspect
from yanliang.ui.pagination import paginate


def require_inspector(staff) -> None:
    if not may_inspect(staff):
        raise PermissionDenied("您没有登记核查的权限。")


@login_required
@require_GET
def inspection_start(request: HttpRequest) -> HttpResponse:
    """Choose a village; with `?village=` go to its first household that nobody has visited yet."""
    require_inspector(request.user)
    if code := request.GET.get("village"):
        village = get_object_or_404(Region.objects.visible_to(request.user).villages(), code=code)
        household = next_unchecked(request.user, village.code)
        if household:
            return redirect("inspections:inspection_edit", household.pk)
        messages.success(request, f"{village.short_name}没有未排查的户。")
        return redirect("inspections:inspection_start")
    is_due = ~Q(household__stage=Stage.EXEMPT)
    is_done = is_due & ~Q(household__stage=Stage.UNCHECKED)
    villages = (
        Region.objects.visible_to(request.user)
        .villages()
        .annotate(
            due=Count(Value(1), filter=Q(household__isnull=False) & is_due),
            done=Count(Value(1), filter=Q(household__isnull=False) & is_done),
        )
        .filter(due__gt=0)
    )
    return render(
        request,
        "inspections/start.html",
        {"villages": [(village, village.due - village.done) for village in villages]},
    )


@login_required
@require_GET
def draft_list(request: HttpRequest) -> HttpResponse:
    """One's own drafts; with `?all=1` those of the whole region."""
    require_inspector(request.user)
    shows_all = request.GET.get("all") == "1"
    rows = InspectionDraft.objects.visible_to(request.user).select_related(
        "household__region", "household__household_class", "saved_by"
    )
    if not shows_all:
        rows = rows.filter(saved_by=request.user)
    return render(
        request,
        "inspections/drafts.html",
        {"page": paginate(request, rows), "shows_all": shows_all},
    )


@login_required
@require_GET
def returned_list(request: HttpRequest) -> HttpResponse:
    """Inspections that the office lead has returned, to be mended by a correction; the longest waiting first."""
    require_inspector(request.user)
    rows = (
        Inspection.objects.visible_to(request.user)
        .returned()
        .select_related("household__region", "submitted_by", "reviewed_by")
        .order_by("reviewed_at", "pk")
    )
    page = paginate(request, rows)
    for inspection in page:
        inspection.may_correct = may_correct(request.user, inspection)
    return render(request, "inspections/returned.html", {"page": page})
