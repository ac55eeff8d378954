"""Signing a list on screen, naming who answers for it, printing it, and entering what was signed on paper."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households.models import Household
from inspections.papers import serve_paper
from reports.enums import SignLevel
from reports.lists.exporting import printed_pdf, record_printing
from reports.lists.faces import frozen_table, keys_of
from reports.lists.forms import PaperForm, ResponsibleForm
from reports.lists.freezing import ListKey, freeze
from reports.lists.membership import class_groups
from reports.lists.responsible import may_name, name_responsible, named
from reports.lists.signing import sign, sign_paper, uploadable_levels
from reports.models import FrozenList, Signing
from reports.views.lists import asked_village_list, list_url
from yanliang.accounts.permissions import may_export, may_see_business, may_see_full_id
from yanliang.tables.html import render_html
from yanliang.ui.pagination import paginate


def back_to(key: ListKey, **more) -> HttpResponse:
    return redirect(list_url(key.region.code, key.kind, key.group, **more))


@login_required
@require_POST
def list_sign(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Sign all rows that wait for this person, or the ticked ones."""
    key = asked_village_list(request, code, kind, request.POST)
    rows = keys_of(request.POST.getlist("row")) if request.POST.get("which") == "picked" else None
    try:
        signing = sign(key, request.user, seen=request.POST.get("seen", ""), rows=rows)
    except ValidationError as refused:
        for sentence in refused.messages:
            messages.error(request, sentence)
        return back_to(key, show=request.POST.get("show", ""))
    messages.success(request, f"已签字 {signing.rows.count()} 行，校验码 {signing.frozen.code}。")
    return back_to(key)


@login_required
@require_http_methods(["GET", "POST"])
def list_responsible(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Name who answers for the list, or for one household on it (`?household=`)."""
    parameters = request.POST if request.method == "POST" else request.GET
    key = asked_village_list(request, code, kind, parameters)
    if not may_name(request.user):
        raise PermissionDenied("责任人由街办登记。")
    household = asked_household(request, parameters)
    person = named(key, household)
    initial = (
        {"name": person.name, "post": person.post, "version": person.version}
        if person
        else {"version": 0}
    )
    form = ResponsibleForm(request.POST or None, initial=initial, for_list=household is None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            name_responsible(
                key,
                name=answers["name"],
                post=answers["post"],
                by=request.user,
                seen=answers["version"],
                household=household,
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            if answers.get("everywhere"):
                name_elsewhere(key, answers, request.user)
            messages.success(request, f"责任人已登记：{answers['name']}（{answers['post']}）。")
            return back_to(key)
    context = {"form": form, "key": key, "household": household, "person": person}
    return render(request, "reports/list_responsible.html", context)


def name_elsewhere(key: ListKey, answers: dict, by) -> None:
    """The same person for the village's other lists that have none."""
    for group in class_groups():
        for kind in group.kinds:
            other = ListKey(key.region, kind, group.name)
            if named(other) is None:
                name_responsible(other, name=answers["name"], post=answers["post"], by=by, seen=0)


def asked_household(request: HttpRequest, parameters) -> Household | None:
    number = parameters.get("household", "")
    if not number:
        return None
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(Household.objects.visible_to(request.user), pk=number)


@login_required
@require_POST
def list_print(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Freeze the list as it stands and give it as a PDF to be signed by hand."""
    key = asked_village_list(request, code, kind, request.POST)
    rows = key.rows()
    if not rows:
        messages.error(request, "这份清单没有农户，不需要打印签字。")
        return back_to(key)
    return give_pdf(request, freeze(key, rows, request.user))


@login_required
@require_POST
def frozen_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A frozen list once more as it was, with its code."""
    return give_pdf(request, asked_frozen(request, pk))


def give_pdf(request: HttpRequest, frozen: FrozenList) -> HttpResponse:
    full = bool(request.POST.get("full"))
    if full and not may_see_full_id(request.user):
        raise PermissionDenied("您没有查看完整证件号的权限。")
    reason = request.POST.get("reason", "").strip()[:200]
    address = request.build_absolute_uri(reverse("reports:frozen_detail", args=[frozen.pk]))
    content = printed_pdf(frozen, address, by=request.user, full_numbers=full, reason=reason)
    record_printing(frozen, by=request.user, full_numbers=full, reason=reason)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{frozen}.pdf"
    )
    return response


def asked_frozen(request: HttpRequest, pk: int) -> FrozenList:
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    lists = FrozenList.objects.visible_to(request.user).select_related("region", "frozen_by")
    return get_object_or_404(lists, pk=pk)


@login_required
@require_GET
def frozen_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_frozen(request, asked_frozen(request, pk))


def show_frozen(
    request: HttpRequest, frozen: FrozenList, form: PaperForm | None = None
) -> HttpResponse:
    """A frozen list: whether it is intact, who signed it, its rows, and the form for the paper."""
    levels = uploadable_levels(request.user)
    table = frozen_table(frozen, frozen.region)
    page = paginate(request, table.rows, per_page=100)
    return render(
        request,
        "reports/frozen_detail.html",
        {
            "frozen": frozen,
            "intact": frozen.is_intact,
            "signings": signings_of(frozen),
            "page": page,
            "table": render_html(replace(table, rows=page.object_list), request, show_title=False),
            "form": form or (PaperForm(staff=request.user) if levels else None),
            "list_url": list_url(frozen.region_id, frozen.kind, frozen.group),
            "may_print": may_export(request.user) or bool(levels),
            "may_see_full_id": may_see_full_id(request.user),
        },
        status=400 if form is not None else 200,
    )


def signings_of(frozen: FrozenList):
    return (
        frozen.signings.select_related("recorded_by")
        .annotate(
            signed=Count("rows"), standing=Count("rows", filter=Q(rows__voided_at__isnull=True))
        )
        .order_by("signed_at", "pk")
    )


@login_required
@require_POST
def frozen_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the signatures that somebody made on the printed list, with the scan."""
    frozen = asked_frozen(request, pk)
    if not uploadable_levels(request.user):
        raise PermissionDenied("您的岗位不登记纸质签字。")
    form = PaperForm(request.POST, request.FILES, staff=request.user)
    if not form.is_valid():
        return show_frozen(request, frozen, form)
    answers = form.cleaned_data
    try:
        signing, others = sign_paper(
            frozen,
            SignLevel(answers["level"]),
            name=answers["name"],
            post=answers["post"],
            signed_on=answers["signed_on"],
            scan=answers["scan"],
            by=request.user,
        )
    except ValidationError as refused:
        form.add_error(None, refused)
        return show_frozen(request, frozen, form)
    messages.success(
        request, f"已登记{signing.get_level_display()}纸质签字 {signing.rows.count()} 行。"
    )
    if others:
        messages.warning(
            request,
            f"有 {len(others)} 行没有登记：打印后有变动，或还没有轮到这一级，请在清单上核对。",
        )
    return redirect("reports:frozen_detail", pk=frozen.pk)


@login_required
@require_GET
def signing_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of a signed page."""
    signing = get_object_or_404(Signing.objects.visible_to(request.user), pk=pk)
    return serve_paper(signing.scan, f"签字页-{signing.frozen.code}")
