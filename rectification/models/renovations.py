"""One household's renovation with its money, photos and papers."""

import datetime as dt
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum

from households.enums import RenovationMode
from inspections.papers import check_paper
from rectification.enums import (
    ACTIVE,
    DEMOLISHING,
    AcceptanceResult,
    DocumentKind,
    FundingSource,
    Moment,
    RenovationState,
)
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole
from yanliang.accounts.scoping import RegionScopedQuerySet

#: Days after the acceptance within which the subsidy must be paid (domain rules §2).
SUBSIDY_DAYS = 30


class RenovationQuerySet(RegionScopedQuerySet):
    region_path = "household__region_id"

    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def to_start(self) -> Self:
        return self.filter(state=RenovationState.PLANNED)

    def overdue(self, day: dt.date) -> Self:
        """Not accepted although the date of the household's class lies before `day`."""
        return self.active().filter(household__household_class__cleared_by__lt=day)

    def awaiting_acceptance(self) -> Self:
        return self.filter(state=RenovationState.FINISHED)

    def subsidy_due(self, day: dt.date) -> Self:
        """Accepted more than 30 days before `day`, and the subsidy is not paid in full."""
        return self.filter(
            state=RenovationState.ACCEPTED,
            subsidy_paid_on__isnull=True,
            acceptances__result=AcceptanceResult.PASSED,
            acceptances__voided_at__isnull=True,
            acceptances__accepted_on__lt=day - dt.timedelta(days=SUBSIDY_DAYS),
        )

    def old_house_standing(self) -> Self:
        """The new house is begun and the old one is not demolished: it blocks the acceptance."""
        return self.filter(
            mode__in=DEMOLISHING,
            old_house_demolished_on__isnull=True,
            state__in=ACTIVE - {RenovationState.PLANNED},
        )


class Renovation(models.Model):
    """危房改造 of a household: plan, course and subsidy; only `rectification.renovating` writes it.

    `certificate` is the firm's qualification or the craftsman's training certificate. `version` grows with
    each act, so that two people who edit the plan notice each other. The subsidy's date and sum are written
    when its final instalment is (`SubsidyPayment`).
    """

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="renovations", verbose_name="农户"
    )
    mode = models.CharField("改造方式", max_length=12, choices=RenovationMode)
    contractor = models.CharField("施工单位或工匠", max_length=60)
    certificate = models.CharField("资质或工匠证编号", max_length=60, blank=True)
    contract_number = models.CharField("合同编号", max_length=60, blank=True)
    contracted_on = models.DateField("合同日期", null=True, blank=True)
    planned_area = models.DecimalField(
        "计划面积（㎡）",
        max_digits=7,
        decimal_places=2,
        validators=[
            MinValueValidator(Decimal(5), "计划面积应为 5–2000 ㎡。"),
            MaxValueValidator(Decimal(2000), "计划面积应为 5–2000 ㎡。"),
        ],
    )
    planned_finish = models.DateField("计划竣工日期")
    started_on = models.DateField("开工日期", null=True, blank=True)
    finished_on = models.DateField("竣工日期", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=RenovationState, default=RenovationState.PLANNED
    )
    subsidy_amount = models.DecimalField(
        "补助总额（元）", max_digits=12, decimal_places=2, null=True, blank=True
    )
    subsidy_paid_on = models.DateField("补助发清日期", null=True, blank=True)
    old_house_demolished_on = models.DateField("旧房拆除日期", null=True, blank=True)
    cancel_reason = models.CharField("取消理由", max_length=200, blank=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    planned_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RenovationQuerySet.as_manager()

    class Meta:
        verbose_name = "危房改造"
        verbose_name_plural = "危房改造"
        ordering = ["-planned_at", "-pk"]
        indexes = [models.Index(fields=["state", "mode"], name="renovation_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(state__in=sorted(ACTIVE)),
                name="renovation_active_once",
                violation_error_message="该户已有一项未完成的改造。",
            ),
            models.CheckConstraint(
                condition=Q(planned_area__gte=5, planned_area__lte=2000),
                name="renovation_planned_area",
                violation_error_message="计划面积应为 5–2000 ㎡。",
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(finished_on__gte=models.F("started_on")),
                name="renovation_dates",
                violation_error_message="竣工日期不能早于开工日期。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RenovationState.PLANNED, RenovationState.CANCELLED])
                | Q(started_on__isnull=False),
                name="renovation_has_started",
                violation_error_message="已开工的改造必须有开工日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RenovationState.FINISHED, RenovationState.ACCEPTED])
                | Q(finished_on__isnull=False),
                name="renovation_has_finished",
                violation_error_message="已完工的改造必须有竣工日期。",
            ),
            models.CheckConstraint(
                condition=Q(subsidy_amount__isnull=True, subsidy_paid_on__isnull=True)
                | Q(
                    subsidy_amount__gt=0,
                    subsidy_paid_on__isnull=False,
                    state=RenovationState.ACCEPTED,
                ),
                name="renovation_subsidy",
                violation_error_message="补助总额与发清日期应同时填写，并在验收合格后发清。",
            ),
            models.CheckConstraint(
                condition=~Q(state=RenovationState.ACCEPTED)
                | ~Q(mode__in=sorted(DEMOLISHING))
                | Q(old_house_demolished_on__isnull=False),
                name="renovation_old_house",
                violation_error_message="旧房未拆除，不能验收合格。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.code} {self.get_mode_display()}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def must_demolish(self) -> bool:
        """Whether this mode asks for the old house to be demolished."""
        return self.mode in DEMOLISHING

    def is_overdue(self, day: dt.date) -> bool:
        return self.is_active and self.household.household_class.cleared_by < day


class FundingQuerySet(RegionScopedQuerySet):
    region_path = "renovation__household__region_id"

    def by_source(self) -> dict[str, Decimal]:
        """Yuan by source, for the sources that give any."""
        return dict(self.order_by().values_list("source").annotate(yuan=Sum("amount")))


class Funding(models.Model):
    """What one source gives to a renovation, in yuan."""

    renovation = models.ForeignKey(Renovation, models.CASCADE, related_name="funding")
    source = models.CharField("资金来源", max_length=10, choices=FundingSource)
    amount = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)

    objects = FundingQuerySet.as_manager()

    class Meta:
        verbose_name = "改造资金"
        verbose_name_plural = "改造资金"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["renovation", "source"],
                name="funding_source_once",
                violation_error_message="同一来源只填一次。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="funding_amount",
                violation_error_message="金额应大于零。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.amount}"


class RenovationPhotoQuerySet(VoidableQuerySet):
    region_path = "renovation__household__region_id"


class RenovationPhoto(Voidable):
    """Which moment of the work a photo shows."""

    renovation = models.ForeignKey(Renovation, models.CASCADE, related_name="photo_links")
    photo = models.ForeignKey(
        "inspections.Photo", models.PROTECT, related_name="renovation_links", verbose_name="照片"
    )
    moment = models.CharField("阶段", max_length=10, choices=Moment)

    objects = RenovationPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "改造照片"
        verbose_name_plural = "改造照片"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["renovation", "photo"],
                condition=Q(voided_at__isnull=True),
                name="renovation_photo_once",
                violation_error_message="同一张照片只能用于一个阶段。",
            ),
            void_is_whole("renovation_photo_void_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.get_moment_display()} {self.photo_id}"


class DocumentQuerySet(VoidableQuerySet):
    region_path = "renovation__household__region_id"


class RenovationDocument(Voidable):
    """A paper of a renovation: PDF or picture, checked by content, served only by a view."""

    renovation = models.ForeignKey(Renovation, models.CASCADE, related_name="documents")
    kind = models.CharField("材料", max_length=12, choices=DocumentKind)
    file = models.FileField("文件", upload_to="documents/%Y/%m/", validators=[check_paper])
    name = models.CharField("文件名", max_length=120)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "改造材料"
        verbose_name_plural = "改造材料"
        ordering = ["pk"]
        constraints = [void_is_whole("document_void_whole")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @property
    def household(self):
        """Whose paper it is; the trail files entries by it."""
        return self.renovation.household
