"""The subsidy, instalment by instalment: paid in full by the final one, after the acceptance."""

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from inspections.papers import check_paper
from rectification.enums import RenovationState
from rectification.models import Renovation, SubsidyPayment
from rectification.renovating import lock_with_household, overpaid, refuse_on, require_right
from rectification.voiding import declare_void
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import check_version, lock


def subsidy_obstacles(renovation: Renovation) -> list[str]:
    """Why no payment of the subsidy can be entered; empty when it can."""
    if renovation.state == RenovationState.PLANNED:
        return ["当前状态为“待开工”，开工后才能发放补助。"]
    if renovation.state == RenovationState.CANCELLED:
        return ["这项改造已取消，不能再登记补助。"]
    if renovation.subsidy_paid_on:
        return [f"补助已于 {renovation.subsidy_paid_on} 发清，已登记过。"]
    return []


def date_faults(renovation: Renovation, on: dt.date, is_final: bool) -> list[str]:
    """What is wrong with a payment on that day, as sentences."""
    if on > today():
        return ["发放日期不能晚于今天。"]
    if on < renovation.started_on:
        return [f"发放日期不能早于开工日期（{renovation.started_on}）。"]
    if not is_final:
        return []
    if renovation.state != RenovationState.ACCEPTED:
        shown = renovation.get_state_display()
        return [f"当前状态为“{shown}”，验收合格后才能发放最后一笔。"]
    accepted_on = renovation.acceptances.standing().passed().get().accepted_on
    if on < accepted_on:
        return [f"最后一笔的发放日期不能早于验收日期（{accepted_on}）。"]
    last = renovation.payments.standing().last()
    if last and on < last.paid_on:
        return [f"最后一笔的发放日期不能早于前一笔（{last.paid_on}）。"]
    return []


def pay_subsidy(
    pk: int,
    *,
    by,
    on: dt.date,
    amount: Decimal,
    is_final: bool = True,
    account_tail: str = "",
    voucher: str = "",
    paper: UploadedFile | None = None,
    seen: int | None = None,
) -> Renovation:
    """An instalment of `amount` yuan was paid to the household `on` that day.

    Instalments may be paid from the start on, the final one only after the acceptance; together they never
    exceed the state's planned money. `seen` is the renovation's version in the form, which keeps a form sent
    twice from being paid twice. Raises PermissionDenied without the right, ValidationError otherwise.
    """
    require_right(by, "登记补助发放")
    if paper:
        check_paper(paper)
    with transaction.atomic():
        renovation = lock_with_household(pk)
        refuse_on(subsidy_obstacles(renovation))
        if seen is not None:
            check_version(renovation, seen)
        refuse_on(date_faults(renovation, on, is_final))
        payment = SubsidyPayment(
            renovation=renovation,
            amount=amount,
            paid_on=on,
            is_final=is_final,
            account_tail=account_tail,
            voucher=voucher,
            paper=paper or "",
            recorded_by=by,
            recorded_at=now(),
        )
        payment.full_clean()
        payment.save()
        refuse_on(overpaid(renovation))
        settle(renovation)
        record("subsidy_paid", renovation, by=by, after=in_words(payment))
    return renovation


def settle(renovation: Renovation) -> None:
    """Write the date and the sum of a subsidy that is paid in full, or empty both."""
    payments = renovation.payments.standing()
    final = payments.filter(is_final=True).first()
    renovation.subsidy_paid_on = final.paid_on if final else None
    renovation.subsidy_amount = payments.yuan() if final else None
    renovation.version += 1
    renovation.validate_constraints()
    renovation.save()


def in_words(payment: SubsidyPayment) -> dict[str, str]:
    """A payment as the trail keeps it."""
    paid = payment.renovation.payments.standing().yuan()
    return {
        "发放日期": f"{payment.paid_on}",
        "金额": f"{payment.amount:,.2f} 元",
        "累计": f"{paid:,.2f} 元",
        "补助": "已发清" if payment.renovation.subsidy_paid_on else "未发清",
    }


def void_payment(pk: int, *, by, reason: str) -> SubsidyPayment:
    """A payment that was entered wrongly; without its final one the subsidy is due again.

    Raises PermissionDenied without the right, ValidationError without a reason or for what is void already.
    """
    require_right(by, "作废补助登记")
    with transaction.atomic():
        payment = SubsidyPayment.objects.get(pk=pk)
        renovation = lock_with_household(payment.renovation_id)
        payment = lock(payment)
        payment.renovation = renovation
        before = in_words(payment)
        declare_void(payment, by=by, reason=reason)
        settle(renovation)
        after = in_words(payment)
        record(
            "subsidy_voided",
            renovation,
            by=by,
            before=before,
            after={name: after[name] for name in after if after[name] != before[name]},
            reason=payment.void_reason,
        )
    return payment
