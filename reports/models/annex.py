"""The look of Annex 2 as data: versions of its columns, and the city's own workbook (domain rules §7)."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class AnnexLayoutQuerySet(models.QuerySet):
    def newest(self) -> "AnnexLayout | None":
        return self.order_by("-number").first()

    def in_force_on(self, day: dt.date) -> "AnnexLayout | None":
        """The version that tables of `day` are drawn in; the first where none was in force yet."""
        return (
            self.filter(valid_from__lte=day).order_by("-number").first()
            or self.order_by("number").first()
        )


class AnnexLayout(models.Model):
    """One version of Annex 2's columns; a saved version never changes, and old weeks keep theirs.

    `columns` is a list of columns as `reports.annex2.layouts` reads them. `saved_by` is empty for the
    version shipped.
    """

    number = models.PositiveIntegerField("版本", unique=True)
    columns = models.JSONField("各栏")
    valid_from = models.DateField("启用日期")
    note = models.CharField("说明", max_length=200, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="保存人"
    )
    saved_at = models.DateTimeField("保存时间")

    objects = AnnexLayoutQuerySet.as_manager()

    class Meta:
        verbose_name = "附件2版式"
        verbose_name_plural = "附件2版式"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"附件2版式第{self.number}版"


class CityWorkbookQuerySet(models.QuerySet):
    def in_use(self) -> "CityWorkbook | None":
        return self.filter(is_in_use=True).first()

    def shelved(self) -> Self:
        return self.filter(is_in_use=False)


class CityWorkbook(models.Model):
    """The city's own .xlsx with placeholders, filled instead of the program's own Annex 2 while it is in use."""

    name = models.CharField("文件名", max_length=200)
    file = models.FileField("文件", upload_to="city_workbooks/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    note = models.CharField("说明", max_length=200, blank=True)
    is_in_use = models.BooleanField("启用", default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CityWorkbookQuerySet.as_manager()

    class Meta:
        verbose_name = "市局表样"
        verbose_name_plural = "市局表样"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_in_use"],
                condition=Q(is_in_use=True),
                name="city_workbook_one_in_use",
                violation_error_message="同一时间只能启用一份市局表样。",
            )
        ]

    def __str__(self) -> str:
        return self.name
