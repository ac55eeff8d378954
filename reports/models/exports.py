"""Long files that the task worker writes, with how far it has come."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.enums import JobState, ListKind
from yanliang.accounts.scoping import RegionScopedQuerySet


class ListFormat(models.TextChoices):
    XLSX = "xlsx", "Excel"
    PDF = "pdf", "PDF"


class ListExport(models.Model):
    """The lists of a region as one file; `group` and `kind` empty: every list there is.

    `done` and `total` count rows; `total` is 0 until the worker has counted them. `full_numbers` tells
    whether ID numbers stand in full (domain rules §9).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region = models.ForeignKey("households.Region", models.PROTECT, verbose_name="区划")
    kind = models.CharField("清单", max_length=10, choices=ListKind, blank=True)
    group = models.CharField("类别组", max_length=40, blank=True)
    format = models.CharField("格式", max_length=4, choices=ListFormat)
    full_numbers = models.BooleanField("含完整证件号", default=False)
    reason = models.CharField("用途", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField("已写行数", default=0)
    total = models.PositiveIntegerField("总行数", default=0)
    file = models.FileField("文件", upload_to="list_exports/%Y/%m/", blank=True)
    failure = models.TextField("失败原因", blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导出人"
    )
    requested_at = models.DateTimeField("导出时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "清单导出"
        verbose_name_plural = "清单导出"
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=JobState.DONE) | ~Q(file=""),
                name="list_export_has_file",
                violation_error_message="已生成的导出必须有文件。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region} 四清清单 {self.get_format_display()}"

    @property
    def percent(self) -> int:
        """How much is written, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0
