"""Checklist versions: data, frozen once published (domain rules §3)."""

from django.core.exceptions import ValidationError
from django.db import models

from inspections.enums import AnswerKind, Effect


class ChecklistVersion(models.Model):
    """A version of 住房安全核查表; an inspection keeps its version for ever."""

    number = models.PositiveSmallIntegerField("版本号", unique=True)
    name = models.CharField("名称", max_length=80)
    cumulative_threshold = models.PositiveSmallIntegerField(
        "累计判定项数", default=2, help_text="K 类不符合达到此数即为疑似不安全"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    class Meta:
        verbose_name = "核查表版本"
        verbose_name_plural = "核查表版本"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.number} 版）"


class ChecklistItem(models.Model):
    """One question. `structures` lists the structure codes it applies to; `applies_if` a further condition:
    “rebuilt” (原址/异地重建户) or “renovated” (危改户), empty for none."""

    version = models.ForeignKey(ChecklistVersion, models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField("顺序")
    code = models.CharField("编号", max_length=8)
    part = models.CharField("部位", max_length=20)
    question = models.CharField("核查内容", max_length=200)
    requirement = models.CharField("基本安全要求", max_length=200)
    effect = models.CharField("作用", max_length=1, choices=Effect)
    answer_kind = models.CharField("回答方式", max_length=10, choices=AnswerKind)
    structures = models.JSONField("适用结构", default=list)
    applies_if = models.CharField("适用条件", max_length=20, blank=True)
    hint = models.CharField("看哪里", max_length=200, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "核查项"
        verbose_name_plural = "核查项"
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="item_code_once"),
            models.UniqueConstraint(fields=["version", "order"], name="item_order_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.question}"

    def save(self, *args, **kwargs):
        """Raises ValidationError once the version is published: inspections were made by its words."""
        if self.version.published_at:
            raise ValidationError("核查表已发布，不能再改；请另建新版本。")
        super().save(*args, **kwargs)
