"""Four lists as they were signed: frozen copies, signatures, and who answers for a row (domain rules §4)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from inspections.papers import check_paper
from reports.enums import ListKind, SignLevel, SignMeans
from reports.models.sealed import SealedDocument, SealedQuerySet
from yanliang.accounts.scoping import RegionScopedQuerySet


class FrozenListQuerySet(SealedQuerySet):
    def of(self, region_code: str, kind: str, group: str) -> Self:
        """The versions of one list, the newest first."""
        return self.filter(region_id=region_code, kind=kind, group=group).order_by("-number")


class FrozenList(SealedDocument):
    """One list of a village and class group as it stood when somebody was to sign it; never changed.

    What it says is put together by `reports.lists.freezing`.
    """

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="村（社区）"
    )
    kind = models.CharField("清单", max_length=10, choices=ListKind)
    group = models.CharField("类别组", max_length=40)
    number = models.PositiveIntegerField("版本")
    row_count = models.PositiveIntegerField("户数")
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="冻结人"
    )
    frozen_at = models.DateTimeField("冻结时间")

    objects = FrozenListQuerySet.as_manager()

    class Meta:
        verbose_name = "清单版本"
        verbose_name_plural = "清单版本"
        ordering = ["region", "kind", "group", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "group", "number"],
                name="frozen_list_number_once",
                violation_error_message="这份清单刚刚被别人冻结，请刷新后再签。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.group} {self.get_kind_display()} 第{self.number}版"


class SigningQuerySet(RegionScopedQuerySet):
    region_path = "frozen__region_id"


class Signing(models.Model):
    """One act of signing: a person, post and time, over rows of one frozen list.

    On paper `recorded_by` uploads the scan, and `name` and `post` are those of who signed.
    """

    frozen = models.ForeignKey(
        FrozenList, models.PROTECT, related_name="signings", verbose_name="清单版本"
    )
    level = models.CharField("级别", max_length=10, choices=SignLevel)
    means = models.CharField("方式", max_length=10, choices=SignMeans)
    name = models.CharField("签字人", max_length=40)
    post = models.CharField("职务", max_length=40)
    signed_at = models.DateTimeField("签字时间")
    scan = models.FileField(
        "签字扫描件", upload_to="signed/%Y/%m/", blank=True, validators=[check_paper]
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = SigningQuerySet.as_manager()

    class Meta:
        verbose_name = "签字"
        verbose_name_plural = "签字"
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(means=SignMeans.SCREEN, scan="")
                | (Q(means=SignMeans.PAPER) & ~Q(scan="")),
                name="signing_scan",
                violation_error_message="纸质签字必须上传签字页扫描件。",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(post=""),
                name="signing_named",
                violation_error_message="签字必须写明姓名和职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.frozen} {self.get_level_display()} {self.name}"

    @property
    def region_id(self) -> str:
        """The village whose list was signed; the trail files entries by it."""
        return self.frozen.region_id


class RowSignatureQuerySet(RegionScopedQuerySet):
    def standing(self) -> Self:
        """Signatures that no later change has voided."""
        return self.filter(voided_at__isnull=True)


class RowSignature(models.Model):
    """A signature on one row: (list, household, ordinal) at a level, over the row's hash as it was signed.

    `ordinal` counts a household's appraisals or renovations; the other lists have one row a household.
    `region` is the village whose list was signed. `name` repeats the signing's, so that the database can
    refuse a second level to the same person.
    """

    signing = models.ForeignKey(Signing, models.PROTECT, related_name="rows", verbose_name="签字")
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="村（社区）"
    )
    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="+", verbose_name="农户"
    )
    kind = models.CharField("清单", max_length=10, choices=ListKind)
    ordinal = models.PositiveSmallIntegerField("次序", default=1)
    level = models.CharField("级别", max_length=10, choices=SignLevel)
    name = models.CharField("签字人", max_length=40)
    sha256 = models.CharField(max_length=64)
    voided_at = models.DateTimeField("失效时间", null=True)
    void_reason = models.CharField("失效原因", max_length=300, blank=True)

    objects = RowSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "行签字"
        verbose_name_plural = "行签字"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["region", "kind"],
                condition=Q(voided_at__isnull=True),
                name="row_signature_standing",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind", "ordinal", "level"],
                condition=Q(voided_at__isnull=True),
                name="row_signed_once_a_level",
                violation_error_message="这一行本级已经签过字。",
            ),
            models.UniqueConstraint(
                fields=["household", "kind", "ordinal", "name"],
                condition=Q(voided_at__isnull=True),
                name="row_signed_once_a_person",
                violation_error_message="同一人不能在一行上签两级。",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="row_signature_void_reason",
                violation_error_message="签字失效须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.get_kind_display()} {self.get_level_display()}"


class Responsible(models.Model):
    """责任人: the one person who answers for a list of a village, or for one household on it (责任唯一)."""

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="村（社区）"
    )
    kind = models.CharField("清单", max_length=10, choices=ListKind)
    group = models.CharField("类别组", max_length=40)
    household = models.ForeignKey(
        "households.Household",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="农户",
    )
    name = models.CharField("责任人", max_length=20)
    post = models.CharField("职务", max_length=40)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    set_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "责任人"
        verbose_name_plural = "责任人"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "group"],
                condition=Q(household__isnull=True),
                name="responsible_once_a_list",
                violation_error_message="一份清单只能有一名责任人。",
            ),
            models.UniqueConstraint(
                fields=["household", "kind"],
                condition=Q(household__isnull=False),
                name="responsible_once_a_row",
                violation_error_message="一户在一份清单上只能有一名责任人。",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(post=""),
                name="responsible_named",
                violation_error_message="请填写责任人的姓名和职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.post}）"
