"""Workbooks of appraisal results: the file as it came, and what became of each row."""

import uuid

from django.conf import settings
from django.db import models

from households.enums import ImportState
from yanliang.accounts.scoping import RegionScopedQuerySet


class ResultImport(models.Model):
    """One uploaded workbook of results, from preview to the results recorded.

    `counts` holds the number of rows by outcome, `outcomes` what was read from every row and how it was
    judged, as compressed JSON (see `inspections.batch.importing`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区划"
    )
    file = models.FileField("文件", upload_to="appraisal-results/%Y/%m/")
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
    started_at = models.DateTimeField("开始录入时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "鉴定结果导入"
        verbose_name_plural = "鉴定结果导入"
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename
