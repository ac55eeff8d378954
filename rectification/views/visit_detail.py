"""One visit on one page: its households with what was seen there, what was found; and its sheet on paper."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from rectification.enums import Seen
from rectification.models import Problem, SupervisionVisit, VisitHousehold
from rectification.supervision import sheet, visiting
from rectification.supervision.forms import OutcomesForm
from rectification.supervision.recording import Conflict, record_outcomes
from yanliang.accounts.permissions import may_export, may_see_visits
from yanliang.audit.trail import record
from yanliang.periods import today


def visible_visit(request: HttpRequest, pk: int) -> SupervisionVisit:
    """404 where the person may not see it, 403 where the post does not read visits."""
    visits = SupervisionVisit.objects.visible_to(request.user)
    visit = get_object_or_404(visits.select_related("region", "recorded_by", "voided_by"), pk=pk)
    if not may_see_visits(request.user):
        raise PermissionDenied("您的岗位不查看督导检查。")
    return visit


def rows_of(visit: SupervisionVisit) -> list[VisitHousehold]:
    """The sample in the order of the sheet."""
    rows = visit.households.select_related("household__region", "household__household_class")
    return list(rows)


def problems_of(visit: SupervisionVisit, request: HttpRequest) -> list[Problem]:
    found = Problem.objects.visible_to(request.user).filter(visit=visit)
    return list(found.select_related("region", "household", "kind").order_by("number"))


def show(
    request: HttpRequest, visit: SupervisionVisit, form: OutcomesForm | None = None
) -> HttpResponse:
    """The visit's page; `form` is what could not be saved."""
    rows = form.rows if form else rows_of(visit)
    problems = problems_of(visit, request)
    is_visitor = visiting.may_visit(request.user, visit.region_id)
    is_open = not visiting.open_obstacles(visit)
    has_begun = visit.visited_on <= today()
    if form is None and is_visitor and is_open and has_begun:
        form = OutcomesForm(rows=rows)
    for row in rows:
        row.problems = [each for each in problems if each.household_id == row.household_id]
    context = {
        "visit": visit,
        "rows": rows,
        "form": form,
        "outcomes": Seen.choices,
        "called_at": sum(row.seen != Seen.PENDING for row in rows),
        "shows_sample": visiting.may_know_sample(request.user, visit),
        "problems": problems,
        "is_visitor": is_visitor,
        "is_open": is_open,
        "missing": visiting.DONE.obstacles(visit) if is_visitor and is_open else [],
        "may_raise": is_visitor and not visit.is_void and has_begun,
        "may_void": visiting.may_void(request.user, visit)
        and not visiting.voiding_obstacles(visit),
        "may_export": may_export(request.user),
    }
    return render(request, "rectification/visit_detail.html", context)


@login_required
@require_GET
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_visit(request, pk))


@login_required
@require_POST
def visit_household_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """What was seen at the households of visit `pk`: as many of them as have been called at so far."""
    visit = visible_visit(request, pk)
    visiting.require_right(request.user, visit.region_id, "登记走访情况")
    form = OutcomesForm(request.POST, rows=rows_of(visit))
    if form.is_valid():
        try:
            saved = record_outcomes(pk, form.typed, by=request.user)
        except Conflict as conflict:
            form.tell_conflict(conflict.found)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            if saved:
                messages.success(request, f"已保存 {saved} 户的走访情况。")
            return redirect(after_saving(request, visit))
    return show(request, visit, form)


def after_saving(request: HttpRequest, visit: SupervisionVisit) -> str:
    """The visit's page, or the form of a problem where the button beside a household was pressed."""
    row = request.POST.get("raise", "")
    if not row.isdecimal():
        return reverse("rectification:visit_detail", args=[visit.pk])
    return f"{reverse('rectification:visit_finding', args=[visit.pk])}?place=household-{row}"


@login_required
@require_POST
def visit_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """督导检查表 as PDF; the trail says who took it, and why."""
    visit = visible_visit(request, pk)
    if not may_export(request.user):
        raise PermissionDenied("您没有导出的权限。")
    if not visiting.may_know_sample(request.user, visit):
        raise PermissionDenied("抽取的农户在检查当天公布。")
    reason = request.POST.get("reason", "").strip()[:200]
    record(
        "exported",
        visit,
        by=request.user,
        reason=reason,
        after={"内容": sheet.title_of(visit), "户数": visit.households.count()},
    )
    response = HttpResponse(
        sheet.pdf(visit, rows_of(visit), by=request.user, reason=reason),
        content_type="application/pdf",
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{sheet.title_of(visit)}.pdf"
    )
    return response
