"""质量验收: one row each time a finished renovation is looked at."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from households.enums import SAFE_GRADES, Grade
from rectification.enums import AcceptanceResult, Opinion
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole


class AcceptanceQuerySet(VoidableQuerySet):
    region_path = "renovation__household__region_id"

    def passed(self) -> Self:
        return self.filter(result=AcceptanceResult.PASSED)


class Acceptance(Voidable):
    """What the acceptors found; `marks` maps the codes of `AcceptanceItem` to a `Mark`.

    One that is void was withdrawn (撤回): its renovation waits for another.
    """

    renovation = models.ForeignKey(
        "rectification.Renovation", models.PROTECT, related_name="acceptances"
    )
    accepted_on = models.DateField("验收日期")
    acceptors = models.JSONField("验收人", default=list)
    marks = models.JSONField("验收项目", default=dict)
    grade_after = models.CharField(
        "改造后等级", max_length=4, choices=[each for each in Grade.choices if each[0] != "none"]
    )
    result = models.CharField("验收结果", max_length=10, choices=AcceptanceResult)
    opinion = models.CharField("户主意见", max_length=10, choices=Opinion)
    remark = models.CharField("说明", max_length=300, blank=True)
    event = models.OneToOneField(
        "households.SafetyEvent", models.PROTECT, related_name="acceptance", verbose_name="安全事项"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = "质量验收"
        verbose_name_plural = "质量验收"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["renovation"],
                condition=Q(result=AcceptanceResult.PASSED, voided_at__isnull=True),
                name="acceptance_passed_once",
                violation_error_message="这项改造已经验收合格。",
            ),
            models.CheckConstraint(
                condition=~Q(result=AcceptanceResult.PASSED)
                | Q(grade_after__in=sorted(SAFE_GRADES), opinion=Opinion.AGREES),
                name="acceptance_passed_is_safe",
                violation_error_message="验收合格的，改造后应为A级或B级，且户主同意。",
            ),
            void_is_whole("acceptance_void_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.accepted_on} {self.get_result_display()}"

    @property
    def household(self):
        """Whose house it is; the trail files entries by it."""
        return self.renovation.household
