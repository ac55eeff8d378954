"""Thursday: an office's week and what it submitted, the district's week and what went to the city (domain rules §6)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reports.enums import DistrictState, FileFormat, ReviewOutcome, WeekState
from reports.models.sealed import SealedDocument, SealedQuerySet
from yanliang.accounts.scoping import RegionScopedQuerySet
from yanliang.periods import is_on_time


class OfficeWeek(models.Model):
    """A street office's reporting week: the text being written, and how far the submission has come.

    It is the row that every act upon the week locks. `parts` is the narrative as it was last saved, a list of
    [title, text], empty until somebody saves it; `drafted_for` the hash of the figures that it speaks of;
    `explanations` what was written to checks that ask for a word, by the check's key. `revision` is the number
    of the submission that counts, 0 before the first. An exception moves the office's cut-off to `extended_to`.
    """

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="街办"
    )
    thursday = models.DateField("报告周", db_index=True)
    state = models.CharField("状态", max_length=10, choices=WeekState, default=WeekState.DRAFT)
    revision = models.PositiveSmallIntegerField("上报次数", default=0)
    parts = models.JSONField("文字", default=list)
    drafted_for = models.CharField(max_length=64, blank=True)
    explanations = models.JSONField("说明", default=dict)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="编辑人"
    )
    edited_at = models.DateTimeField("编辑时间", null=True)
    extended_to = models.DateTimeField("延期至", null=True)
    extension_reason = models.CharField("延期理由", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "街办报告周"
        verbose_name_plural = "街办报告周"
        ordering = ["-thursday", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "thursday"],
                name="office_week_once",
                violation_error_message="这个街办的这一周已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WeekState.values), name="office_week_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=WeekState.DRAFT, revision=0)
                | (~Q(state=WeekState.DRAFT) & Q(revision__gt=0)),
                name="office_week_state_has_submission",
                violation_error_message="没有上报过的周只能是“未报”。",
            ),
            models.CheckConstraint(
                condition=Q(extended_to__isnull=True) | ~Q(extension_reason=""),
                name="office_week_extension_reason",
                violation_error_message="延期须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.thursday:%Y-%m-%d} 报告周"


class SubmissionQuerySet(SealedQuerySet):
    def counting(self) -> Self:
        """The newest of each office and week, whatever became of it."""
        return self.filter(revision=F("week__revision"))

    def accepted(self) -> Self:
        """Those that the bureau's sum is made of."""
        return self.counting().filter(week__state=WeekState.ACCEPTED)


class Submission(SealedDocument):
    """What an office submitted: figures, the households behind each, narrative; never changed.

    `content` is put together by `reports.thursday.content`; a correction is the next revision, with a reason.
    `due_at` is the cut-off that bound the office, its exception included. `region` and `thursday` repeat the week's.
    """

    week = models.ForeignKey(
        OfficeWeek, models.PROTECT, related_name="submissions", verbose_name="报告周"
    )
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="街办"
    )
    thursday = models.DateField("报告周")
    revision = models.PositiveSmallIntegerField("次数")
    receipt = models.CharField("回执号", max_length=40, unique=True)
    due_at = models.DateTimeField("截止时间")
    submitted_at = models.DateTimeField("上报时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上报人"
    )
    responsible_name = models.CharField("责任人", max_length=20)
    responsible_post = models.CharField("职务", max_length=40)
    is_zero = models.BooleanField("零报告", default=False)
    reason = models.CharField("重报理由", max_length=300, blank=True)
    household_count = models.PositiveIntegerField("户数")
    layout = models.ForeignKey(
        "reports.AnnexLayout", models.PROTECT, related_name="+", verbose_name="版式"
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "街办上报"
        verbose_name_plural = "街办上报"
        ordering = ["-thursday", "region", "-revision"]
        indexes = [models.Index(fields=["thursday", "region"], name="submission_week")]
        constraints = [
            models.UniqueConstraint(
                fields=["week", "revision"],
                name="submission_revision_once",
                violation_error_message="本周刚刚有人上报过，请刷新后核对。",
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(reason=""),
                name="submission_revision_reason",
                violation_error_message="重报须写明理由。",
            ),
            models.CheckConstraint(
                condition=~Q(responsible_name="") & ~Q(responsible_post=""),
                name="submission_responsible",
                violation_error_message="请填写责任人的姓名和职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.thursday:%Y-%m-%d} 上报 {self.receipt}"

    @property
    def is_on_time(self) -> bool:
        return is_on_time(self.submitted_at, self.due_at)


class SubmissionReviewQuerySet(RegionScopedQuerySet):
    region_path = "submission__region_id"


class SubmissionReview(models.Model):
    """The bureau's word on a submission; never changed. `marks` are the cells that it speaks of.

    A mark is [section key, region code, column number] and may carry a remark as its fourth part.
    """

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="reviews", verbose_name="上报"
    )
    outcome = models.CharField("结论", max_length=10, choices=ReviewOutcome)
    reason = models.CharField("理由", max_length=500, blank=True)
    marks = models.JSONField("标记", default=list)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审核人"
    )
    reviewed_at = models.DateTimeField("审核时间")

    objects = SubmissionReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "上报审核"
        verbose_name_plural = "上报审核"
        ordering = ["reviewed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=ReviewOutcome.RETURNED) | ~Q(reason=""),
                name="submission_return_reason",
                violation_error_message="退回须写明理由。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission} {self.get_outcome_display()}"


class DistrictWeek(models.Model):
    """The bureau's reporting week: the narrative being written, who is replaced by live figures, how far it is.

    `parts` and `drafted_for` as of `OfficeWeek`. `overrides` names by region code the missing offices whose live
    figures are used, each with the reason. `revision` is the number of the newest report, 0 before the first.
    """

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区县"
    )
    thursday = models.DateField("报告周", db_index=True)
    state = models.CharField(
        "状态", max_length=10, choices=DistrictState, default=DistrictState.COLLECTING
    )
    revision = models.PositiveSmallIntegerField("版次", default=0)
    parts = models.JSONField("文字", default=list)
    drafted_for = models.CharField(max_length=64, blank=True)
    overrides = models.JSONField("代用台账数", default=dict)
    correction_reason = models.CharField("更正理由", max_length=300, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="编辑人"
    )
    edited_at = models.DateTimeField("编辑时间", null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "区级报告周"
        verbose_name_plural = "区级报告周"
        ordering = ["-thursday", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "thursday"],
                name="district_week_once",
                violation_error_message="这一周已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DistrictState.values), name="district_week_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DistrictState.COLLECTING) | Q(revision__gt=0),
                name="district_week_state_has_report",
                violation_error_message="没有汇总过的周只能是“汇总中”。",
            ),
            models.CheckConstraint(
                condition=~Q(state=DistrictState.CORRECTING) | ~Q(correction_reason=""),
                name="district_week_correction_reason",
                violation_error_message="更正须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.thursday:%Y-%m-%d} 区级报告周"


class DistrictReportQuerySet(SealedQuerySet):
    def standing(self) -> Self:
        """The newest of each week, where that week is locked or forwarded."""
        return self.filter(
            revision=F("week__revision"),
            week__state__in=[DistrictState.LOCKED, DistrictState.FORWARDED],
        )


class DistrictReport(SealedDocument):
    """The district's figures and narrative as they were locked; never changed.

    `content` is put together by `reports.thursday.district_content`. Unlocking, or correcting what was
    forwarded, leads to the next revision, whose `reason` says why.
    """

    week = models.ForeignKey(
        DistrictWeek, models.PROTECT, related_name="reports", verbose_name="报告周"
    )
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区县"
    )
    thursday = models.DateField("报告周")
    revision = models.PositiveSmallIntegerField("版次")
    reason = models.CharField("更正理由", max_length=300, blank=True)
    layout = models.ForeignKey(
        "reports.AnnexLayout", models.PROTECT, related_name="+", verbose_name="版式"
    )
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="锁定人"
    )
    locked_at = models.DateTimeField("锁定时间")

    objects = DistrictReportQuerySet.as_manager()

    class Meta:
        verbose_name = "区级周报"
        verbose_name_plural = "区级周报"
        ordering = ["-thursday", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["week", "revision"],
                name="district_report_revision_once",
                violation_error_message="本周刚刚被别人锁定，请刷新后核对。",
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(reason=""),
                name="district_report_revision_reason",
                violation_error_message="重新锁定须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.thursday:%Y-%m-%d} 周报第{self.revision}版"


class ForwardingQuerySet(RegionScopedQuerySet):
    region_path = "report__region_id"


class Forwarding(models.Model):
    """That a report went to the city: when, under which document number, by whom; never changed."""

    report = models.OneToOneField(
        DistrictReport, models.PROTECT, related_name="forwarding", verbose_name="周报"
    )
    forwarded_on = models.DateField("转报日期")
    document_number = models.CharField("文号", max_length=60)
    recipient = models.CharField("报送单位", max_length=60, default="西安市住房和城乡建设局")
    forwarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="转报人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = ForwardingQuerySet.as_manager()

    class Meta:
        verbose_name = "转报"
        verbose_name_plural = "转报"
        ordering = ["-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(document_number=""),
                name="forwarding_document_number",
                violation_error_message="请填写文号。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.document_number}"


class IssuedFile(models.Model):
    """A file that was made of a submission or a report, by its SHA-256; never changed.

    So that anybody who holds the file can learn whether it is what the program gave out.
    """

    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, related_name="files", verbose_name="上报"
    )
    report = models.ForeignKey(
        DistrictReport, models.PROTECT, null=True, related_name="files", verbose_name="周报"
    )
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区划"
    )
    format = models.CharField("格式", max_length=20, choices=FileFormat)
    sha256 = models.CharField(max_length=64, db_index=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="导出人"
    )
    issued_at = models.DateTimeField("导出时间")

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "已出具的文件"
        verbose_name_plural = "已出具的文件"
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(submission__isnull=True, report__isnull=False)
                | Q(submission__isnull=False, report__isnull=True),
                name="issued_file_of_one_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report or self.submission} {self.get_format_display()}"
