"""What was paid of a renovation's subsidy, instalment by instalment."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Sum

from inspections.papers import check_paper
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole


class PaymentQuerySet(VoidableQuerySet):
    region_path = "renovation__household__region_id"

    def yuan(self) -> Decimal:
        """The sum of these payments."""
        return self.aggregate(yuan=Sum("amount"))["yuan"] or Decimal(0)


class SubsidyPayment(Voidable):
    """One instalment in yuan; the final one, after the acceptance, says that the subsidy is paid in full.

    Of the householder's account only the last four digits are kept (domain rules §9). `voucher` is the
    number of the bank's slip, `paper` its scan.
    """

    renovation = models.ForeignKey(
        "rectification.Renovation", models.PROTECT, related_name="payments"
    )
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)
    paid_on = models.DateField("发放日期")
    is_final = models.BooleanField("最后一笔", default=False)
    account_tail = models.CharField(
        "账户后四位",
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{4}$", "账户只填后四位数字。")],
    )
    voucher = models.CharField("凭证号", max_length=60, blank=True)
    paper = models.FileField(
        "凭证扫描件", upload_to="documents/%Y/%m/", blank=True, validators=[check_paper]
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "补助发放"
        verbose_name_plural = "补助发放"
        ordering = ["paid_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="payment_amount",
                violation_error_message="补助金额应大于零。",
            ),
            models.UniqueConstraint(
                fields=["renovation"],
                condition=Q(is_final=True, voided_at__isnull=True),
                name="payment_final_once",
                violation_error_message="补助已发清。",
            ),
            void_is_whole("payment_void_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount:,.2f} 元"
