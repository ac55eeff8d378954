"""增减台账: every change in the number of households or in a household's class, with its reason."""

from django.conf import settings
from django.db import models

from households.enums import ChangeKind, ChangeState
from yanliang.accounts.scoping import RegionScopedQuerySet


class HouseholdChangeQuerySet(RegionScopedQuerySet):
    region_path = "household__region_id"

    def pending(self):
        return self.filter(state=ChangeState.PENDING)


class HouseholdChange(models.Model):
    """One change; those that make a household 无需排查 wait for the bureau (domain rules §2)."""

    household = models.ForeignKey("households.Household", models.CASCADE, related_name="changes")
    kind = models.CharField("变更", max_length=16, choices=ChangeKind)
    happened_on = models.DateField("变更日期")
    reason = models.CharField("理由", max_length=200)
    evidence = models.CharField("依据材料", max_length=200, blank=True)
    detail = models.JSONField("前后内容", default=dict, blank=True)
    related = models.ForeignKey(
        "households.Household",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="相关农户",
    )
    roster_import = models.ForeignKey(
        "households.RosterImport", models.CASCADE, null=True, editable=False, related_name="changes"
    )
    state = models.CharField("状态", max_length=10, choices=ChangeState, default=ChangeState.DONE)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    decision_note = models.CharField("确认意见", max_length=200, blank=True)

    objects = HouseholdChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "农户增减"
        verbose_name_plural = "农户增减"
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(state=ChangeState.PENDING),
                name="change_pending_once",
                violation_error_message="这一户已有一项变更在等区局确认。",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="change_reason_required",
                violation_error_message="请填写变更理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"
