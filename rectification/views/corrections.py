"""What was entered wrongly: dates put right, uploads declared void, an acceptance withdrawn."""

import datetime as dt
from decimal import Decimal
from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from rectification.accepting import WITHDRAW, withdraw_acceptance
from rectification.correcting import correct, correct_obstacles
from rectification.forms import CorrectionForm, VoidForm, WithdrawForm
from rectification.models import Acceptance, RenovationDocument, RenovationPhoto
from rectification.views.acts import answer, require_recorder, visible_renovation
from rectification.voiding import (
    photo_void_obstacles,
    void_document,
    void_obstacles,
    void_photo,
)
from yanliang.accounts.permissions import may_withdraw_acceptance


@login_required
@require_http_methods(["GET", "POST"])
def renovation_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right the dates and, after the acceptance, the money of renovation `pk`."""
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    form = CorrectionForm(request.POST or None, renovation=renovation)

    def act(*, by, reason: str, seen: int, **typed: dt.date | Decimal | None) -> None:
        funding = form.funding if form.has_money else None
        correct(pk, form.dates, funding, by=by, reason=reason, seen=seen)

    return answer(
        request,
        renovation,
        form,
        act,
        "更正登记",
        correct_obstacles(renovation),
        "已更正。",
        advice="日期或资金登记有误的，在这里更正；更正前后的内容和理由留在操作记录中。",
        template="rectification/correction_form.html",
    )


@login_required
@require_http_methods(["GET", "POST"])
def document_void(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(RenovationDocument.objects.visible_to(request.user), pk=pk)
    renovation = visible_renovation(request, document.renovation_id)
    require_recorder(request.user)
    return answer(
        request,
        renovation,
        VoidForm(request.POST or None),
        partial(void_document, pk),
        "作废材料",
        void_obstacles(document),
        "材料已作废。",
        advice=f"作废“{document}”：文件保留在“已作废”中，不再算作已有材料。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def photo_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare void the photo that link `pk` has put into a renovation."""
    link = get_object_or_404(
        RenovationPhoto.objects.visible_to(request.user).select_related("photo"), pk=pk
    )
    renovation = visible_renovation(request, link.renovation_id)
    link.renovation = renovation
    require_recorder(request.user)
    return answer(
        request,
        renovation,
        VoidForm(request.POST or None),
        partial(void_photo, pk),
        "作废照片",
        photo_void_obstacles(link),
        "照片已作废。",
        advice=f"作废这张{link.get_moment_display()}照片：照片保留在“已作废”中，不再算作已有照片。",
        photos=[link.photo],
    )


@login_required
@require_http_methods(["GET", "POST"])
def acceptance_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    acceptance = get_object_or_404(Acceptance.objects.visible_to(request.user), pk=pk)
    renovation = visible_renovation(request, acceptance.renovation_id)
    if not may_withdraw_acceptance(request.user):
        raise PermissionDenied("撤回验收由区局负责人办理。")
    return answer(
        request,
        renovation,
        WithdrawForm(request.POST or None),
        partial(withdraw_acceptance, pk),
        WITHDRAW.label,
        void_obstacles(acceptance) or WITHDRAW.obstacles(renovation),
        "验收已撤回，该户回到“待验收”，请登记正确的验收。",
        advice=f"撤回 {acceptance.accepted_on} 的验收（{acceptance.get_result_display()}）："
        "记录保留，该户回到“待验收”，再登记正确的验收。",
    )
