"""What happened to a household's safety, and what its summary was before."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from households.enums import EventKind, Grade, Stage, Verdict
from yanliang.accounts.scoping import RegionScopedQuerySet


class SafetyEventQuerySet(RegionScopedQuerySet):
    region_path = "household__region_id"

    def standing(self):
        """Events that count: those not replaced by a correction, in their order."""
        return self.filter(superseded=False).order_by("household_id", "position")


class SafetyEvent(models.Model):
    """One event; upper apps append it with `households.events.record_event`, in the transaction of their act.

    `position` orders a household's events; a correction takes the position of what it replaces.
    `outcome` is the verdict of an inspection or the grade of an appraisal, empty for other kinds.
    `household_class` is the class that the household had then: its rules decide what the event leads to.
    `source` names the record behind it (“inspections.inspection:17”).
    """

    household = models.ForeignKey("households.Household", models.CASCADE, related_name="events")
    position = models.PositiveIntegerField()
    kind = models.CharField("事项", max_length=20, choices=EventKind)
    outcome = models.CharField("结果", max_length=12, blank=True)
    household_class = models.ForeignKey(
        "households.HouseholdClass", models.PROTECT, related_name="+", verbose_name="当时类别"
    )
    happened_on = models.DateField("发生日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    source = models.CharField("来源记录", max_length=60, blank=True)
    detail = models.JSONField("内容", default=dict, blank=True)
    superseded = models.BooleanField("已更正", default=False)

    objects = SafetyEventQuerySet.as_manager()

    class Meta:
        verbose_name = "安全事项"
        verbose_name_plural = "安全事项"
        ordering = ["household", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "position"],
                condition=Q(superseded=False),
                name="event_position_once",
            ),
        ]
        indexes = [models.Index(fields=["recorded_at"], name="event_recorded")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"


class PastSummaryQuerySet(RegionScopedQuerySet):
    def standing_at(self, moment):
        """Summaries that were in force at `moment` and have changed since."""
        return self.filter(since__lte=moment, until__gt=moment)


class PastSummary(models.Model):
    """Region, class and summary of a household as they were from `since` until just before `until`.

    The present ones are on `Household`; both together give the figures as at any moment.
    """

    household = models.ForeignKey(
        "households.Household", models.CASCADE, related_name="past_summaries"
    )
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", db_index=False
    )
    household_class = models.ForeignKey(
        "households.HouseholdClass", models.PROTECT, related_name="+", db_index=False
    )
    verdict = models.CharField(max_length=12, choices=Verdict)
    stage = models.CharField(max_length=16, choices=Stage)
    grade = models.CharField(max_length=4, choices=Grade)
    since = models.DateTimeField()
    until = models.DateTimeField()

    objects = PastSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = "以往进度"
        verbose_name_plural = "以往进度"
        ordering = ["household", "since"]
        indexes = [
            # Groups first, in the order of the statistics queries: they read it alone and sort nothing.
            models.Index(
                fields=["region", "household_class", "verdict", "stage", "grade", "since", "until"],
                name="past_summary_spans",
            ),
            models.Index(fields=["since", "region"], name="past_summary_since"),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.get_stage_display()} {self.since:%Y-%m-%d}"
