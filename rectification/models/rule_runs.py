"""Runs of the rules over the register."""

from django.conf import settings
from django.db import models


class RuleRun(models.Model):
    """One run of the rules over the register: when, and how many problems each raised and found settled."""

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    counts = models.JSONField("结果", default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )

    class Meta:
        verbose_name = "自动核对"
        verbose_name_plural = "自动核对"
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
