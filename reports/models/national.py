"""Entry into the national 住房安全排查鉴定信息系统: column layouts, exports, returned references (domain rules §2)."""

from typing import Self

from django.conf import settings
from django.db import models

from households.enums import ImportState
from households.models.imports import WorkbookImport
from yanliang.accounts.scoping import RegionScopedQuerySet


class NationalLayoutQuerySet(models.QuerySet):
    def newest(self) -> "NationalLayout | None":
        """The version that an export takes now."""
        return self.order_by("-number").first()


class NationalLayout(models.Model):
    """列对应: which columns the national system asks for, in order; each saving is a version of its own.

    `columns` is a list of {"label", "field", "text"}: heading, key of `reports.national.fields`, and what
    stands in every row where the field is fixed text. `saved_by` is empty for the version shipped.
    """

    number = models.PositiveIntegerField("版本", unique=True)
    columns = models.JSONField("各列")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="保存人"
    )
    saved_at = models.DateTimeField("保存时间")

    objects = NationalLayoutQuerySet.as_manager()

    class Meta:
        verbose_name = "国家系统列对应"
        verbose_name_plural = "国家系统列对应"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"国家系统列对应第{self.number}版"


class NationalExport(models.Model):
    """Rows that were taken away to be entered, by which version of the layout, by whom and why."""

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区划"
    )
    layout = models.ForeignKey(
        NationalLayout, models.PROTECT, related_name="exports", verbose_name="列对应"
    )
    row_count = models.PositiveIntegerField("户数")
    reason = models.CharField("用途", max_length=200, blank=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导出人"
    )
    exported_at = models.DateTimeField("导出时间")

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "待录入导出"
        verbose_name_plural = "待录入导出"
        ordering = ["-exported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.region} 待录入国家系统 {self.row_count} 户"


class ReferenceImportQuerySet(RegionScopedQuerySet):
    def unconfirmed(self) -> Self:
        return self.filter(state=ImportState.PREVIEW)


class ReferenceImport(WorkbookImport):
    """One workbook with references that came back, from preview to the references registered.

    `mapping` is how its columns were read (see `reports.national.importing`).
    """

    file = models.FileField("文件", upload_to="national-references/%Y/%m/")
    mapping = models.JSONField("列对应", default=dict)
    outcomes = models.BinaryField(null=True)

    objects = ReferenceImportQuerySet.as_manager()

    class Meta(WorkbookImport.Meta):
        verbose_name = "国家系统编号导入"
        verbose_name_plural = "国家系统编号导入"
