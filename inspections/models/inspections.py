"""Inspections with their drafts and photos."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from households.enums import Verdict
from inspections.enums import InspectionState, Signature
from yanliang.accounts.scoping import RegionScopedQuerySet


class ByHousehold(RegionScopedQuerySet):
    region_path = "household__region_id"


class InspectionQuerySet(ByHousehold):
    def standing(self):
        """Inspections that no correction has replaced."""
        return self.exclude(state=InspectionState.REPLACED)

    def to_review(self):
        return self.filter(state=InspectionState.SUBMITTED)

    def returned(self):
        return self.filter(state=InspectionState.RETURNED)


class Inspection(models.Model):
    """One visit as submitted; a correction is a new row that `replaces` this one and keeps it.

    `facts` are the house facts as found, `answers` map item codes to answers, `remarks` item codes to what was
    seen, `measures` item codes to measured values; `reasons` are the sentences behind the verdict.
    """

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="inspections", verbose_name="农户"
    )
    version = models.ForeignKey(
        "inspections.ChecklistVersion", models.PROTECT, related_name="+", verbose_name="核查表"
    )
    revision = models.PositiveSmallIntegerField("第几稿", default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    event = models.OneToOneField(
        "households.SafetyEvent", models.PROTECT, related_name="inspection", verbose_name="安全事项"
    )
    inspected_on = models.DateField("核查日期")
    inspectors = models.JSONField("核查人", default=list)
    signature = models.CharField(
        "户主签字", max_length=10, choices=Signature, default=Signature.PAPER
    )
    facts = models.JSONField("住房情况", default=dict)
    answers = models.JSONField("核查结果", default=dict)
    remarks = models.JSONField("说明", default=dict, blank=True)
    measures = models.JSONField("实测", default=dict, blank=True)
    verdict = models.CharField("核查结论", max_length=12, choices=Verdict)
    reasons = models.JSONField("判定理由", default=list)
    state = models.CharField(
        "状态", max_length=10, choices=InspectionState, default=InspectionState.SUBMITTED
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人"
    )
    submitted_at = models.DateTimeField("提交时间")
    correction_reason = models.CharField("更正理由", max_length=200, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True)
    return_reason = models.CharField("退回理由", max_length=200, blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "核查"
        verbose_name_plural = "核查"
        ordering = ["-submitted_at", "-pk"]
        indexes = [models.Index(fields=["state", "submitted_at"], name="inspection_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.NONE),
                name="inspection_has_verdict",
                violation_error_message="提交的核查必须有结论。",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, revision=1)
                | Q(replaces__isnull=False, revision__gt=1),
                name="inspection_revision",
                violation_error_message="更正稿必须指明所更正的核查。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspected_on} {self.get_verdict_display()}"


class InspectionDraft(models.Model):
    """What has been typed but not submitted: one a household, saved as it is typed.

    `data` has the form's own shape; `corrects` is the inspection that is being corrected.
    `version` grows with each save, so that two machines notice each other.
    """

    household = models.OneToOneField(
        "households.Household", models.CASCADE, related_name="draft", verbose_name="农户"
    )
    corrects = models.ForeignKey(
        Inspection, models.CASCADE, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人"
    )
    saved_at = models.DateTimeField("保存时间")

    objects = ByHousehold.as_manager()

    class Meta:
        verbose_name = "核查草稿"
        verbose_name_plural = "核查草稿"
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return f"{self.household_id}"


class Photo(models.Model):
    """A photo as it is shown: upright, at most 1600 px, stripped; time and place of taking kept here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="photos", verbose_name="农户"
    )
    file = models.ImageField(
        "照片", upload_to="photos/%Y/%m/", width_field="width", height_field="height"
    )
    thumbnail = models.ImageField("缩略图", upload_to="photos/%Y/%m/")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    sha256 = models.CharField("原件摘要", max_length=64, db_index=True)
    fingerprint = models.CharField("画面特征", max_length=32, blank=True, editable=False)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")

    objects = ByHousehold.as_manager()

    class Meta:
        verbose_name = "照片"
        verbose_name_plural = "照片"
        ordering = ["uploaded_at"]

    def __str__(self) -> str:
        return str(self.pk)


class InspectionPhoto(models.Model):
    """Which item of an inspection a photo proves; `item_code` “front” is the front of the house."""

    FRONT = "front"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="photo_links")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="inspection_links")
    item_code = models.CharField("核查项", max_length=8)

    class Meta:
        verbose_name = "核查照片"
        verbose_name_plural = "核查照片"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "photo", "item_code"], name="inspection_photo_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.photo_id}"
