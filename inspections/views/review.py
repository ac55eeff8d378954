"""The office lead's desk: submitted inspections, oldest first, one by one or the safe ones together."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from households.enums import Verdict
from households.models import Region
from inspections import review
from inspections.enums import InspectionState
from inspections.models import Inspection
from yanliang.accounts.permissions import may_review_inspection
from yanliang.ui.pagination import paginate

SELECT = forms.Select(attrs={"class": "form-select form-select-sm"})


class ReviewFilters(forms.Form):
    """Narrows the desk to one verdict or one village that `staff` sees; wrong values empty it and say why."""

    verdict = forms.ChoiceField(
        label="结论",
        required=False,
        widget=SELECT,
        choices=[
            ("", "全部"),
            (Verdict.SUSPECTED, Verdict.SUSPECTED.label),
            (Verdict.SAFE, Verdict.SAFE.label),
        ],
    )
    village = forms.ChoiceField(label="村（社区）", required=False, widget=SELECT)

    def __init__(self, data, staff):
        super().__init__(data)
        villages = Region.objects.visible_to(staff).villages().only("code", "short_name")
        self.fields["village"].choices = [
            ("", "全部"),
            *((each.code, str(each)) for each in villages),
        ]

    def apply(self, inspections):
        if not self.is_valid():
            return inspections.none()
        if verdict := self.cleaned_data["verdict"]:
            inspections = inspections.filter(verdict=verdict)
        if village := self.cleaned_data["village"]:
            inspections = inspections.filter(household__region_id=village)
        return inspections


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label="退回理由",
        max_length=Inspection._meta.get_field("return_reason").max_length,
        error_messages={"required": "请填写退回理由。", "max_length": "退回理由不能超过 200 字。"},
    )


@login_required
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    if not may_review_inspection(request.user):
        raise PermissionDenied
    waiting = Inspection.objects.visible_to(request.user).to_review()
    filters = ReviewFilters(request.GET, request.user)
    counts = waiting.aggregate(
        all=Count(Value(1)), suspected=Count(Value(1), filter=Q(verdict=Verdict.SUSPECTED))
    )
    rows = (
        filters.apply(waiting)
        .select_related("household__region", "submitted_by")
        .prefetch_related("photo_links")
        .defer("facts", "answers", "remarks", "measures")
        .order_by("submitted_at", "pk")
    )
    return render(
        request,
        "inspections/review_list.html",
        {"page": paginate(request, rows), "filters": filters, "counts": counts},
    )


@login_required
@require_POST
def review_bulk(request: HttpRequest) -> HttpResponse:
    """Review the chosen safe inspections, each in its own right; say which were left alone, and why."""
    if not may_review_inspection(request.user):
        raise PermissionDenied
    chosen = {
        int(pk) for pk in request.POST.getlist("inspection") if pk.isdecimal() and len(pk) <= 18
    }
    inspections = (
        Inspection.objects.visible_to(request.user)
        .filter(pk__in=chosen)
        .select_related("household__region")
        .order_by("submitted_at", "pk")
    )
    done, refused = review.review_all(inspections, request.user)
    if done:
        messages.success(request, f"已审核通过 {done} 条。")
    if refused:
        exceptions = format_html_join(
            "",
            "<li>{} {}：{}</li>",
            (
                (
                    refusal.inspection.household.region,
                    refusal.inspection.household.head_name,
                    refusal.sentence,
                )
                for refusal in refused
            ),
        )
        messages.warning(
            request, format_html('{} 条未审核：<ul class="mb-0">{}</ul>', len(refused), exceptions)
        )
    if not done and not refused:
        messages.warning(request, "没有选中可审核的核查，请先勾选。")
    return redirect(return_address(request))


@login_required
@require_POST
def inspection_review(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    return answer(
        request,
        inspection,
        InspectionState.REVIEWED,
        lambda: review.review(inspection, request.user),
        "已审核通过",
    )


@login_required
@require_POST
def inspection_return(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    if not review.may_review(request.user, inspection):
        raise PermissionDenied
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "".join(form.errors["reason"]))
        return redirect(return_address(request))
    return answer(
        request,
        inspection,
        InspectionState.RETURNED,
        lambda: review.send_back(inspection, request.user, form.cleaned_data["reason"]),
        "已退回",
    )


def answer(
    request: HttpRequest, inspection: Inspection, target: str, act: Callable[[], object], done: str
) -> HttpResponse:
    """Do `act` and say so; a second click on the same button gets the first one's answer."""
    try:
        act()
    except ValidationError as wrong:
        inspection.refresh_from_db(fields=["state", "reviewed_by"])
        if inspection.state != target or inspection.reviewed_by_id != request.user.pk:
            messages.error(request, "".join(wrong.messages))
            return redirect(return_address(request))
    messages.success(request, f"{inspection.household.head_name}户的核查{done}。")
    return redirect(return_address(request))


def return_address(request: HttpRequest) -> str:
    """The page that the act was started from, if it is one of ours, else the desk."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else reverse("inspections:review_list")
