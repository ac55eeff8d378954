"""Instalments of the subsidy: their sum, their order, the final one, and what is declared void."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rectification.enums import PUBLIC_SOURCES
from rectification.models import Renovation, SubsidyPayment
from rectification.renovating import edit_plan, overpaid
from rectification.subsidy import pay_subsidy, void_payment
from tests.factories import StaffFactory
from tests.rectification.cases import (
    ACCEPT,
    FINISH,
    FUNDING,
    PLAN,
    START,
    accepted,
    clerk,
    finished,
    paid,
    planned,
    scan,
    started,
)
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
#: What `cases.FUNDING` plans of the state's money.
PUBLIC = Decimal(25000)
WHY = "金额录错"


@pytest.fixture(autouse=True)
def _reference(reference):
    pass


def pay(renovation, amount, on=ACCEPT, **changes):
    return pay_subsidy(renovation.pk, by=clerk(), on=on, amount=Decimal(amount), **changes)


def part(renovation, amount, on=START, **changes):
    return pay(renovation, amount, on, is_final=False, **changes)


def fresh(renovation) -> Renovation:
    return Renovation.objects.get(pk=renovation.pk)


def refused(act, *args, **kwargs) -> str:
    """The sentences with which `act` is refused; nothing was paid by it."""
    before = SubsidyPayment.objects.count()
    with pytest.raises(ValidationError) as error:
        act(*args, **kwargs)
    assert SubsidyPayment.objects.count() == before
    return "".join(error.value.messages)


def test_two_instalments_and_the_final_one():
    renovation = accepted()
    part(renovation, 10000)
    part(renovation, 5000, FINISH)
    assert fresh(renovation).subsidy_paid_on is None
    pay(renovation, 10000, ACCEPT + 3 * DAY)
    renovation = fresh(renovation)
    assert (renovation.subsidy_paid_on, renovation.subsidy_amount) == (ACCEPT + 3 * DAY, PUBLIC)
    assert [payment.is_final for payment in renovation.payments.all()] == [False, False, True]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amounts=st.lists(
        st.decimals(Decimal("0.01"), Decimal(12000), places=2), min_size=1, max_size=6
    ),
    voided=st.sets(st.integers(0, 5)),
)
def test_the_sum_is_that_of_the_standing_payments_and_never_above_the_plan(amounts, voided):
    with transaction.atomic():
        renovation = accepted()
        for amount in amounts:
            standing = renovation.payments.standing().yuan()
            if standing + amount > PUBLIC:
                assert "超过中央、省、市、区计划资金" in refused(part, renovation, amount)
            else:
                part(renovation, amount)
        for place, payment in enumerate(list(renovation.payments.all())):
            if place in voided:
                void_payment(payment.pk, by=clerk(), reason=WHY)
        kept = [each.amount for each in renovation.payments.standing()]
        rest = PUBLIC - sum(kept)
        if rest:
            pay(renovation, rest)
            assert fresh(renovation).subsidy_amount == PUBLIC
        assert overpaid(fresh(renovation)) == []
        transaction.set_rollback(True)


def test_without_planned_public_money_nothing_bounds_the_subsidy():
    renovation = accepted()
    renovation.funding.filter(source__in=PUBLIC_SOURCES).delete()
    pay(renovation, 40000)
    assert fresh(renovation).subsidy_amount == 40000


@pytest.mark.parametrize(
    ("make", "act", "sentence"),
    [
        (planned, part, "开工后才能发放"),
        (started, lambda each, amount: part(each, amount, START - DAY), "不能早于开工日期"),
        (finished, pay, "验收合格后才能发放最后一笔"),
        (accepted, lambda each, amount: pay(each, amount, ACCEPT - DAY), "不能早于验收日期"),
        (accepted, lambda each, amount: pay(each, amount, dt.date(2999, 1, 1)), "不能晚于今天"),
        (accepted, lambda each, amount: pay(each, 0), "应大于零"),
        (accepted, lambda each, amount: pay(each, amount, account_tail="12a4"), "后四位数字"),
        (accepted, lambda each, amount: pay(each, amount, seen=99), "已被他人修改"),
    ],
)
def test_refusals_say_why(make, act, sentence):
    assert sentence in refused(act, make(), 1000)


def test_the_final_one_comes_last():
    renovation = accepted()
    part(renovation, 1000, ACCEPT + 5 * DAY)
    assert "不能早于前一笔" in refused(pay, renovation, 1000, ACCEPT + 4 * DAY)
    pay(renovation, 1000, ACCEPT + 5 * DAY)
    assert "已登记过" in refused(part, renovation, 1000, ACCEPT + 6 * DAY)


def test_progress_payments_do_not_end_what_is_due():
    renovation = accepted()
    part(renovation, 1000, ACCEPT + DAY)
    due = Renovation.objects.subsidy_due(ACCEPT + 31 * DAY)
    assert list(due) == [renovation]
    final = pay(renovation, 1000, ACCEPT + DAY).payments.last()
    assert list(due.all()) == []
    void_payment(final.pk, by=clerk(), reason=WHY)
    assert list(due.all()) == [renovation]


def test_a_void_instalment_leaves_the_sum_of_a_settled_subsidy():
    renovation = accepted()
    first = part(renovation, 9000).payments.get()
    pay(renovation, 1000)
    void_payment(first.pk, by=clerk(), reason=WHY)
    renovation = fresh(renovation)
    assert (renovation.subsidy_paid_on, renovation.subsidy_amount) == (ACCEPT, 1000)
    first.refresh_from_db()
    assert (first.is_void, first.void_reason, first.voided_by) == (True, WHY, clerk())


def test_void_once_with_a_reason_and_by_the_bureau():
    payment = paid()
    with pytest.raises(ValidationError, match="作废理由"):
        void_payment(payment.pk, by=clerk(), reason="  ")
    with pytest.raises(PermissionDenied):
        void_payment(payment.pk, by=StaffFactory(role="recorder"), reason=WHY)
    void_payment(payment.pk, by=clerk(), reason=WHY)
    with pytest.raises(ValidationError, match="不必再作废"):
        void_payment(payment.pk, by=clerk(), reason=WHY)
    entry = Entry.objects.get(act="subsidy_voided")
    assert (entry.reason, entry.before["累计"], entry.after["累计"]) == (
        WHY,
        "10,000.00 元",
        "0.00 元",
    )


def test_the_plan_cannot_fall_below_what_is_paid():
    renovation = started()
    part(renovation, 10000)
    seen = fresh(renovation).version
    less = {"central": Decimal(9999)}
    with pytest.raises(ValidationError, match="累计发放 10,000.00 元"):
        edit_plan(renovation.pk, PLAN, less, by=clerk(), seen=seen)
    assert renovation.funding.get(source="central").amount == PUBLIC


def test_a_plan_saved_unchanged_leaves_its_money_alone():
    renovation = started()
    before = list(renovation.funding.values())
    edit_plan(renovation.pk, PLAN, FUNDING, by=clerk(), seen=renovation.version)
    assert list(renovation.funding.values()) == before


def test_the_database_knows_one_final_payment_above_zero():
    renovation = accepted()
    payment = pay(renovation, 1000).payments.get()
    payment.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        payment.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        renovation.payments.update(amount=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        renovation.payments.update(void_reason=WHY)


def test_on_the_page(sign_in, bureau_clerk, recorder):
    payment = paid(account_tail="0042", voucher="YKT-7")
    client = sign_in(bureau_clerk)
    address = reverse("rectification:renovation_detail", args=[payment.renovation_id])
    page = client.get(address).text
    for words in ("已发 10,000.00 元，未发清", "账户尾号 0042", "凭证 YKT-7"):
        assert words in page
    listed = client.get(reverse("rectification:renovation_list")).context["page"]
    assert [renovation.paid for renovation in listed] == [10000]
    void_payment(payment.pk, by=clerk(), reason=WHY)
    page = client.get(address).text
    assert WHY in page
    assert "已发 10,000.00 元" not in page
    slip = client.get(reverse("rectification:payment_paper", args=[payment.pk]))
    assert slip.headers["Content-Type"] == "application/pdf"
    void = reverse("rectification:payment_void", args=[payment.pk])
    assert void not in sign_in(recorder).get(address).text


def test_a_payment_without_a_slip_has_nothing_to_show(sign_in, bureau_clerk):
    payment = part(started(), 1000).payments.get()
    slip = sign_in(bureau_clerk).get(reverse("rectification:payment_paper", args=[payment.pk]))
    assert slip.status_code == 404


def test_a_progress_payment_sent_twice_is_paid_once(sign_in, bureau_clerk):
    renovation = started()
    client = sign_in(bureau_clerk)
    address = reverse("rectification:subsidy_pay", args=[renovation.pk])
    seen = client.get(address).context["form"]["seen"].value()
    for _ in range(2):
        client.post(address, {"on": "2020-04-20", "amount": "800", "seen": seen, "paper": scan()})
    assert renovation.payments.yuan() == 800
