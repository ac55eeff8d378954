"""Rulings of the leading group on 一般农户 graded C or D (区脱贫攻坚领导小组审定, domain rules §2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from inspections.enums import RulingOutcome
from inspections.models.inspections import ByHousehold
from inspections.papers import check_paper
from yanliang.accounts.scoping import RegionScopedQuerySet


class RulingMeeting(models.Model):
    """One meeting of the leading group of `region`, a district, with the document that it issued."""

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区县"
    )
    held_on = models.DateField("会议日期")
    document_number = models.CharField("文号", max_length=60)
    document = models.FileField(
        "会议文件扫描件", upload_to="rulings/%Y/%m/", blank=True, validators=[check_paper]
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人"
    )
    recorded_at = models.DateTimeField("录入时间")
    version = models.PositiveIntegerField(default=1)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "审定会议"
        verbose_name_plural = "审定会议"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "document_number"],
                name="ruling_document_once",
                violation_error_message="该文号的审定会议已录入。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.document_number}"


class ReplacedDocumentQuerySet(RegionScopedQuerySet):
    region_path = "meeting__region_id"


class ReplacedDocument(models.Model):
    """A meeting's scan that a correction took out of use; its file stays."""

    meeting = models.ForeignKey(
        RulingMeeting, models.PROTECT, related_name="replaced_documents", verbose_name="审定会议"
    )
    file = models.FileField("原扫描件", upload_to="rulings/%Y/%m/")
    reason = models.CharField("更正理由", max_length=200)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="更换人"
    )
    replaced_at = models.DateTimeField("更换时间")

    objects = ReplacedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "已更换的会议文件"
        verbose_name_plural = "已更换的会议文件"
        ordering = ["-replaced_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.meeting} {self.replaced_at:%Y-%m-%d}"


class Ruling(models.Model):
    """What a meeting decided on one household; `note` is the evidence, or the reason of a return.

    A correction writes over it: what stood before is in the trail and in the event that was replaced.
    """

    meeting = models.ForeignKey(
        RulingMeeting, models.PROTECT, related_name="rulings", verbose_name="审定会议"
    )
    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="rulings", verbose_name="农户"
    )
    outcome = models.CharField("审定结果", max_length=20, choices=RulingOutcome)
    note = models.CharField("保障依据或退回理由", max_length=200, blank=True)
    event = models.OneToOneField(
        "households.SafetyEvent", models.PROTECT, related_name="ruling", verbose_name="安全事项"
    )
    version = models.PositiveIntegerField(default=1)

    objects = ByHousehold.as_manager()

    class Meta:
        verbose_name = "审定"
        verbose_name_plural = "审定"
        ordering = ["household__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "household"],
                name="ruling_once_a_meeting",
                violation_error_message="同一会议对一户只审定一次。",
            ),
            models.CheckConstraint(
                condition=Q(outcome=RulingOutcome.IN) | ~Q(note=""),
                name="ruling_note",
                violation_error_message="其他方式保障须写明依据，退回须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.get_outcome_display()}"
