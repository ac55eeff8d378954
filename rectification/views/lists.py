"""Renovations as a list with the money behind them, the same as Excel, and the households without a plan."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from rectification.enums import FundingSource, RenovationState
from rectification.exports import renovation_table
from rectification.filters import PlaceFilter, RenovationFilters
from rectification.models import Funding, Renovation, SubsidyPayment
from rectification.renovating import unplanned
from yanliang.accounts.permissions import may_export, may_record_renovation, may_see_business
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.tables.excel import workbook_bytes
from yanliang.tables.table import DocumentProperties
from yanliang.ui.pagination import paginate


def sum_of(lines):
    """The yuan of `lines` that belong to the renovation of the outer query."""
    yuan = (
        lines.filter(renovation=OuterRef("pk"))
        .order_by()
        .values("renovation")
        .annotate(yuan=Sum("amount"))
        .values("yuan")
    )
    return Coalesce(Subquery(yuan), 0, output_field=Funding._meta.get_field("amount"))


def with_money(renovations):
    """`renovations` with `yuan`, the sum of what all sources give, and `paid`, the subsidy paid so far."""
    return renovations.annotate(
        yuan=sum_of(Funding.objects.all()), paid=sum_of(SubsidyPayment.objects.standing())
    )


def listed(renovations):
    """In the order of the list: what is under way by its date, then the rest."""
    return (
        with_money(renovations)
        .select_related("household__region__parent", "household__household_class")
        .order_by("household__household_class__cleared_by", "planned_finish", "pk")
    )


@login_required
@require_GET
def renovation_list(request: HttpRequest) -> HttpResponse:
    if not may_see_business(request.user):
        raise PermissionDenied
    filters = RenovationFilters(request.GET, staff=request.user)
    found = filters.apply(Renovation.objects.visible_to(request.user))
    by_state = dict(found.order_by().values_list("state").annotate(number=Count("pk")))
    by_source = Funding.objects.filter(renovation__in=found.order_by().values("pk")).by_source()
    page = paginate(request, listed(found), count=sum(by_state.values()))
    for renovation in page:
        renovation.late = renovation.is_overdue(today())
    context = {
        "filters": filters,
        "page": page,
        "states": [(each, by_state[each]) for each in RenovationState if each in by_state],
        "funding": [(each.label, by_source[each]) for each in FundingSource if each in by_source],
        "funding_total": sum(by_source.values()),
        "unplanned": unplanned(request.user).count(),
        "may_export": may_export(request.user),
    }
    return render(request, "rectification/renovation_list.html", context)


@login_required
@require_POST
def renovation_export(request: HttpRequest) -> HttpResponse:
    """The current list (the query string's) as a workbook that says who took it, when and why."""
    staff = request.user
    if not may_export(staff):
        raise PermissionDenied("您没有导出的权限。")
    filters = RenovationFilters(request.GET, staff=staff)
    found = listed(filters.apply(Renovation.objects.visible_to(staff)))
    reason = request.POST.get("reason", "").strip()[:200]
    table = renovation_table(found.prefetch_related("funding", "acceptances"), filters.in_words)
    record(
        "exported",
        by=staff,
        reason=reason,
        after={"内容": table.title, "条件": filters.in_words},
    )
    properties = DocumentProperties(
        title=table.title,
        author=str(staff),
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
    )
    response = HttpResponse(
        workbook_bytes([table], properties=properties),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{table.title}_{today():%Y%m%d}.xlsx"
    )
    return response


@login_required
@require_GET
def unplanned_list(request: HttpRequest) -> HttpResponse:
    """待改造 without a plan, longest waiting first."""
    if not may_see_business(request.user):
        raise PermissionDenied
    filters = PlaceFilter(request.GET, staff=request.user)
    households = (
        filters.apply(unplanned(request.user))
        .select_related("region__parent", "household_class")
        .order_by("summary_since", "pk")
    )
    context = {
        "filters": filters,
        "page": paginate(request, households),
        "today": today(),
        "may_record": may_record_renovation(request.user),
    }
    return render(request, "rectification/unplanned_list.html", context)
