"""Imports of workbooks: the file as it came, how its columns were read, what became of each row."""

import uuid

from django.conf import settings
from django.db import models

from households.enums import ImportState
from yanliang.accounts.scoping import RegionScopedQuerySet


class WorkbookImport(models.Model):
    """An uploaded workbook, from preview to what it brought; an heir says where its `file` is kept.

    `counts` holds the number of rows by outcome, `outcomes` what was read from every row and how it was
    judged, as compressed JSON: read whole or not at all, so rows of their own would only cost.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区划"
    )
    filename = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(
        "状态", max_length=10, choices=ImportState, default=ImportState.PREVIEW
    )
    counts = models.JSONField("结果", default=dict)
    outcomes = models.BinaryField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename


class RosterImportQuerySet(RegionScopedQuerySet):
    def unfinished(self):
        return self.filter(state__in=[ImportState.PREVIEW, ImportState.QUEUED, ImportState.RUNNING])


class RosterImport(WorkbookImport):
    """One uploaded roster, from preview to commit and, within 24 hours, undoing.

    `undo` is what the commit changed, as compressed JSON.
    """

    region = models.ForeignKey("households.Region", models.PROTECT, verbose_name="区划")
    file = models.FileField("文件", upload_to="rosters/%Y/%m/")
    mapping = models.JSONField("列对应", default=dict)
    outcomes = models.BinaryField(null=True)
    undo = models.BinaryField(null=True)
    failure = models.TextField("失败原因", blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    undone_at = models.DateTimeField("撤销时间", null=True)

    objects = RosterImportQuerySet.as_manager()

    class Meta(WorkbookImport.Meta):
        verbose_name = "花名册导入"
        verbose_name_plural = "花名册导入"
