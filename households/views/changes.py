"""身份变更, 分户, removals and their decision, and the ledger of it all (增减台账)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import Case, Count, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households import changes, identities
from households.enums import ChangeKind, ChangeState
from households.forms import (
    ChangeFilters,
    IdentitiesForm,
    NoteForm,
    ReinstateForm,
    RemovalForm,
    SplitForm,
)
from households.models import Household, HouseholdChange
from households.views.detail import visible_household
from households.views.editing import report_taken, require_editor
from yanliang.accounts.permissions import may_confirm_removal, may_see_business
from yanliang.ui.pagination import paginate


def show_act(
    request: HttpRequest, household: Household, form, title: str, advice: str, missing=()
) -> HttpResponse:
    """The page of an act on one household: its form, or the sentences on what stands against it."""
    context = {
        "household": household,
        "form": form,
        "act": title,
        "advice": advice,
        "missing": missing,
        "standing": household.identities.current().select_related("household_class"),
    }
    return render(request, "households/household_act.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def household_class_change(request, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    require_editor(request.user)
    form = IdentitiesForm(request.POST or None, household=household)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        added = [
            identities.NewIdentity(
                chosen["household_class"],
                chosen["happened_on"],
                chosen["certificate"],
                chosen["department"],
            )
        ]
        try:
            identities.change_identities(
                pk,
                by=request.user,
                seen=chosen["version"],
                reason=chosen["reason"],
                on=chosen["happened_on"],
                end=[identity.pk for identity in chosen["end"]],
                add=added if chosen["household_class"] else [],
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "身份已变更，并已记入增减台账。")
            return redirect("households:household_detail", pk)
    advice = "一户可有多个身份，按优先序最高的一个统计。新增重点对象身份时，一般农户身份自动终止。"
    return show_act(request, household, form, "身份变更", advice)


@login_required
@require_http_methods(["GET", "POST"])
def household_split(request, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    require_editor(request.user)
    missing = changes.split_obstacles(household)
    new = Household(region=household.region, group=household.group, population=1)
    form = SplitForm(request.POST or None, instance=new, household=household, staff=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            split = changes.split_household(
                pk,
                form.instance,
                by=request.user,
                seen=chosen["version"],
                household_class=chosen["household_class"],
                certificate=chosen["certificate"],
                reason=chosen["reason"],
                on=chosen["happened_on"],
            )
        except IntegrityError:
            report_taken(form, request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"已分出 {split}，请补填住房情况并入户排查。")
            return redirect("households:household_detail", split.pk)
    advice = (
        f"新户登记在同一个村，从“未排查”开始；原户现有 {household.population} 人，分出后相应减少。"
    )
    return show_act(request, household, form, "分户", advice, missing)


@login_required
@require_http_methods(["GET", "POST"])
def household_removal(request, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    require_editor(request.user)
    missing = changes.removal_obstacles(household)
    form = RemovalForm(request.POST or None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            changes.request_removal(
                pk,
                ChangeKind(chosen["kind"]),
                by=request.user,
                reason=chosen["reason"],
                evidence=chosen["evidence"],
                on=chosen["happened_on"],
                related=chosen["related"],
            )
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, "申请已报区局；确认前该户照常排查和统计。")
            return redirect("households:household_detail", pk)
    advice = "由街办提出，区局确认后该户改为“无需排查”，不再计入应排查户数。"
    return show_act(request, household, form, "申请无需排查", advice, missing)


@login_required
@require_http_methods(["GET", "POST"])
def household_reinstate(request, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    if not may_confirm_removal(request.user):
        raise PermissionDenied("恢复排查由区局办理。")
    missing = changes.reinstate_obstacles(household)
    form = ReinstateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            changes.reinstate(
                pk, by=request.user, reason=chosen["reason"], on=chosen["happened_on"]
            )
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, "已恢复排查，进度回到认定“无需排查”之前。")
            return redirect("households:household_detail", pk)
    advice = "恢复后该户重新计入应排查户数，进度回到认定“无需排查”之前的状态。"
    return show_act(request, household, form, "恢复排查", advice, missing)


def visible_change(request: HttpRequest, pk: int) -> HouseholdChange:
    visible = HouseholdChange.objects.visible_to(request.user)
    people = ("household__region__parent", "household__household_class", "related", "recorded_by")
    return get_object_or_404(visible.select_related(*people, "decided_by"), pk=pk)


@login_required
@require_GET
def change_detail(request, pk: int) -> HttpResponse:
    return show_change(request, visible_change(request, pk), NoteForm())


def show_change(request: HttpRequest, change: HouseholdChange, form: NoteForm) -> HttpResponse:
    before, after = change.detail.get("before", {}), change.detail.get("after", {})
    context = {
        "change": change,
        "form": form,
        "lines": [
            (name, before.get(name, ""), after.get(name, ""))
            for name in dict.fromkeys([*before, *after])
        ],
        "related_is_visible": change.related
        and change.related.region_id.startswith(request.user.scope_code),
        "may_decide": change.state == ChangeState.PENDING and may_confirm_removal(request.user),
        "missing": changes.CONFIRM.obstacles(change) if change.state == ChangeState.PENDING else [],
    }
    return render(request, "households/change_detail.html", context)


@login_required
@require_POST
def change_confirm(request, pk: int) -> HttpResponse:
    return decide(request, pk, changes.confirm_removal, "已确认，该户改为“无需排查”。")


@login_required
@require_POST
def change_refuse(request, pk: int) -> HttpResponse:
    return decide(request, pk, changes.refuse_removal, "已退回，该户照常排查。")


def decide(request: HttpRequest, pk: int, act, done: str) -> HttpResponse:
    visible_change(request, pk)
    if not may_confirm_removal(request.user):
        raise PermissionDenied("确认无需排查由区局办理。")
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            act(pk, by=request.user, note=form.cleaned_data["note"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, done)
            return redirect("households:change_list")
    return show_change(request, visible_change(request, pk), form)


@login_required
@require_GET
def change_list(request) -> HttpResponse:
    """增减台账: what waits for the bureau first, then the latest."""
    if not may_see_business(request.user):
        raise PermissionDenied
    filters = ChangeFilters(request.GET, staff=request.user)
    found = filters.apply(HouseholdChange.objects.visible_to(request.user))
    totals = dict(found.order_by().values_list("kind").annotate(number=Count("pk")))
    waiting = found.pending().count()
    pending_first = Case(When(state=ChangeState.PENDING, then=Value(0)), default=Value(1))
    rows = (
        found.select_related("household__region", "recorded_by")
        .order_by(pending_first, "-recorded_at", "-pk")
        .only(
            "kind",
            "state",
            "happened_on",
            "reason",
            "recorded_at",
            "household__code",
            "household__head_name",
            "household__region__short_name",
            "recorded_by__full_name",
            "recorded_by__username",
        )
    )
    context = {
        "filters": filters,
        "page": paginate(request, rows, count=sum(totals.values())),
        "totals": [(kind, totals[kind]) for kind in ChangeKind if kind in totals],
        "waiting": waiting,
        "may_confirm": may_confirm_removal(request.user),
    }
    return render(request, "households/change_list.html", context)
