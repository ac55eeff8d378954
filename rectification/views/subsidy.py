"""Payments of the subsidy: enter one, declare one void, read its slip."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from inspections.papers import serve_paper
from rectification.forms import PaymentForm, VoidForm
from rectification.models import SubsidyPayment
from rectification.subsidy import pay_subsidy, subsidy_obstacles, void_payment
from rectification.views.acts import answer, require_recorder, visible_renovation
from rectification.voiding import void_obstacles


def visible_payment(request: HttpRequest, pk: int) -> SubsidyPayment:
    return get_object_or_404(SubsidyPayment.objects.visible_to(request.user), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def subsidy_pay(request: HttpRequest, pk: int) -> HttpResponse:
    renovation = visible_renovation(request, pk)
    require_recorder(request.user)
    return answer(
        request,
        renovation,
        PaymentForm(request.POST or None, request.FILES or None, renovation=renovation),
        partial(pay_subsidy, pk),
        "登记补助发放",
        subsidy_obstacles(renovation),
        "已登记补助发放。",
        advice="补助应在验收合格后 30 天内发清；分期发放的，每发一笔登记一笔。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def payment_void(request: HttpRequest, pk: int) -> HttpResponse:
    payment = visible_payment(request, pk)
    renovation = visible_renovation(request, payment.renovation_id)
    require_recorder(request.user)
    return answer(
        request,
        renovation,
        VoidForm(request.POST or None),
        partial(void_payment, pk),
        "作废补助登记",
        void_obstacles(payment),
        "补助登记已作废。",
        advice=f"作废 {payment}：记录保留，不再计入累计；作废最后一笔后，补助又为未发清。",
    )


@login_required
@require_GET
def payment_paper(request: HttpRequest, pk: int) -> FileResponse:
    payment = visible_payment(request, pk)
    return serve_paper(payment.paper, f"补助发放凭证_{payment.paid_on}")
