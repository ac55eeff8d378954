"""长效机制: reports of doubtful houses, re-checks after a disaster, and who watches where."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from rectification.enums import CheckState, DisasterKind, ReportState, Team
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole
from yanliang.accounts.scoping import RegionScopedQuerySet


class ReportQuerySet(RegionScopedQuerySet):
    region_path = "household__region_id"

    def waiting(self) -> Self:
        return self.filter(state=ReportState.OPEN)


class MonitoringReport(models.Model):
    """A house that somebody of the four teams found doubtful, and what the office made of it."""

    household = models.ForeignKey(
        "households.Household",
        models.PROTECT,
        related_name="monitoring_reports",
        verbose_name="农户",
    )
    team = models.CharField("监测人员类别", max_length=10, choices=Team)
    reporter = models.CharField("报告人", max_length=20)
    seen_on = models.DateField("发现日期")
    description = models.TextField("情况", max_length=500)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.OPEN)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    reported_at = models.DateTimeField("登记时间")
    answer = models.CharField("处置说明", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="处置人",
    )
    answered_at = models.DateTimeField("处置时间", null=True, blank=True)
    problem = models.ForeignKey(
        "rectification.Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="monitoring_reports",
        verbose_name="问题",
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "监测报告"
        verbose_name_plural = "监测报告"
        ordering = ["-reported_at", "-pk"]
        indexes = [models.Index(fields=["state", "reported_at"], name="report_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state=ReportState.OPEN, answered_by__isnull=True, answered_at__isnull=True
                )
                | ~Q(state=ReportState.OPEN)
                & Q(answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer=""),
                name="report_answer_whole",
                violation_error_message="处置须写明经办人、时间和说明。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.PROBLEM) | Q(problem__isnull=False),
                name="report_has_problem",
                violation_error_message="登记为问题的报告须有问题编号。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.seen_on}"


class ReportPhoto(models.Model):
    """A photo that goes with a monitoring report."""

    report = models.ForeignKey(MonitoringReport, models.CASCADE, related_name="photo_links")
    photo = models.ForeignKey(
        "inspections.Photo", models.PROTECT, related_name="report_links", verbose_name="照片"
    )

    class Meta:
        verbose_name = "监测照片"
        verbose_name_plural = "监测照片"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "photo"],
                name="report_photo_once",
                violation_error_message="这张照片已在报告中。",
            ),
        ]

    def __str__(self) -> str:
        return str(self.photo_id)


class DisasterQuerySet(VoidableQuerySet):
    def visible_to(self, staff) -> Self:
        """Those of one's own region, and those from above that put households of it on the list."""
        listed = DisasterCheck.objects.visible_to(staff).filter(event=models.OuterRef("pk"))
        mine = super().visible_to(staff).order_by().values("pk")
        return self.filter(Q(pk__in=mine) | models.Exists(listed))


class DisasterEvent(Voidable):
    """A storm, an earthquake: what happened, and which households were put on the re-check list.

    `areas` are codes of regions, `structures` values of `Structure`; an empty list of structures means all.
    """

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="disasters", verbose_name="区划"
    )
    kind = models.CharField("灾种", max_length=12, choices=DisasterKind)
    name = models.CharField("名称", max_length=60)
    happened_on = models.DateField("发生日期")
    check_by = models.DateField("复查时限")
    areas = models.JSONField("范围", default=list)
    structures = models.JSONField("房屋结构", default=list, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = DisasterQuerySet.as_manager()

    class Meta:
        verbose_name = "灾害复查"
        verbose_name_plural = "灾害复查"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            void_is_whole("disaster_void_whole"),
            models.CheckConstraint(
                condition=Q(check_by__gte=models.F("happened_on")),
                name="disaster_dates",
                violation_error_message="复查时限不能早于发生日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_late(self, day: dt.date) -> bool:
        return self.check_by < day


class DisasterCheckQuerySet(RegionScopedQuerySet):
    region_path = "household__region_id"

    def standing(self) -> Self:
        return self.filter(event__voided_at__isnull=True)

    def pending(self) -> Self:
        return self.standing().filter(state=CheckState.PENDING)

    def overdue(self, day: dt.date) -> Self:
        return self.pending().filter(event__check_by__lt=day)

    def in_order(self) -> Self:
        """Village by village, and there the second group before the tenth."""
        group = "household__group"
        return self.order_by("household__region_id", Length(group), group, "household__code")


class DisasterCheck(models.Model):
    """One household on an event's list; a doubtful house goes on as a monitoring report."""

    event = models.ForeignKey(DisasterEvent, models.PROTECT, related_name="checks")
    household = models.ForeignKey(
        "households.Household",
        models.PROTECT,
        related_name="disaster_checks",
        verbose_name="农户",
    )
    state = models.CharField("状态", max_length=10, choices=CheckState, default=CheckState.PENDING)
    checked_on = models.DateField("复查日期", null=True, blank=True)
    checker = models.CharField("复查人", max_length=20, blank=True)
    note = models.CharField("情况", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记人",
    )
    report = models.ForeignKey(
        MonitoringReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="disaster_checks",
        verbose_name="监测报告",
    )

    objects = DisasterCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "灾后复查"
        verbose_name_plural = "灾后复查"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "household"],
                name="disaster_household_once",
                violation_error_message="该户已在复查名单中。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=CheckState.PENDING,
                    checked_on__isnull=True,
                    recorded_by__isnull=True,
                    checker="",
                )
                | ~Q(state=CheckState.PENDING)
                & Q(checked_on__isnull=False, recorded_by__isnull=False)
                & ~Q(checker=""),
                name="disaster_check_whole",
                violation_error_message="复查结果须写明日期和复查人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.household}"


class MonitoringDuty(models.Model):
    """Who of a team watches over a village, or for the team 街办 over the office: how often, and when last."""

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="duties", verbose_name="区划"
    )
    team = models.CharField("监测人员类别", max_length=10, choices=Team)
    name = models.CharField("姓名", max_length=20)
    phone = models.CharField(
        "联系电话",
        max_length=11,
        validators=[RegexValidator(r"^1\d{10}$", "手机号应为 11 位数字，以 1 开头。")],
    )
    interval_days = models.PositiveSmallIntegerField(
        "巡查间隔（天）",
        default=30,
        validators=[
            MinValueValidator(1, "巡查间隔应为 1–365 天。"),
            MaxValueValidator(365, "巡查间隔应为 1–365 天。"),
        ],
    )
    last_visit_on = models.DateField("最近巡查日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "监测责任"
        verbose_name_plural = "监测责任"
        ordering = ["region", "team"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "team"],
                name="duty_once",
                violation_error_message="这一类监测人员已登记。",
            ),
            models.CheckConstraint(
                condition=Q(interval_days__gte=1, interval_days__lte=365),
                name="duty_interval",
                violation_error_message="巡查间隔应为 1–365 天。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.get_team_display()} {self.name}"

    def is_late(self, day: dt.date) -> bool:
        """Never been, or longer ago than the interval."""
        return self.last_visit_on is None or day - self.last_visit_on > dt.timedelta(
            days=self.interval_days
        )
