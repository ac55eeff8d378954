"""Appraisals: who is asked to appraise which household, and what was found (domain rules §2)."""

from typing import Self

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q

from households.enums import Grade
from inspections.enums import Advice, AppraisalState, Component, ComponentGrade, DisasterMeasures
from inspections.models.inspections import ByHousehold
from inspections.papers import check_paper
from yanliang.accounts.scoping import RegionScopedQuerySet

APPRAISER_COUNT = 2


class AppraisalOrganisation(models.Model):
    """A firm that appraises for the bureau of `region`, a district."""

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="+", verbose_name="区县"
    )
    name = models.CharField("机构名称", max_length=60)
    certificate = models.CharField("资质证书编号", max_length=60)
    contact = models.CharField("联系人", max_length=20, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    is_active = models.BooleanField("可委托", default=True)

    objects = RegionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "鉴定机构"
        verbose_name_plural = "鉴定机构"
        ordering = ["-is_active", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"],
                name="appraisal_organisation_once",
                violation_error_message="该鉴定机构已登记。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AppraisalQuerySet(ByHousehold):
    def open(self) -> Self:
        """Assigned, with no result yet."""
        return self.filter(state=AppraisalState.ASSIGNED)

    def recorded(self) -> Self:
        return self.filter(state=AppraisalState.RECORDED)

    def standing(self) -> Self:
        """Neither cancelled nor replaced by a correction: what counts as the first, second … appraisal."""
        return self.filter(state__in=[AppraisalState.ASSIGNED, AppraisalState.RECORDED])


def component_field(component: Component) -> models.CharField:
    return models.CharField(
        component.label,
        max_length=1,
        choices=ComponentGrade,
        blank=component != Component.SITE,
        default="",
    )


class Appraisal(models.Model):
    """One appraisal from assignment to result; a later one of the same household leaves it as it is.

    A corrected result is a new row that `replaces` this one, which stays as it was (state REPLACED).

    A component's grade is empty where the house has no such component. `computed` follows from the
    components (`inspections.grading`); `grade` is the appraisers' word, which may differ with a reason.
    """

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="appraisals", verbose_name="农户"
    )
    organisation = models.ForeignKey(
        AppraisalOrganisation, models.PROTECT, related_name="appraisals", verbose_name="鉴定机构"
    )
    state = models.CharField(
        "状态", max_length=10, choices=AppraisalState, default=AppraisalState.ASSIGNED
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="委托人"
    )
    assigned_at = models.DateTimeField("委托时间")
    due_on = models.DateField("应完成日期")
    cancel_reason = models.CharField("撤销理由", max_length=200, blank=True)
    appraised_on = models.DateField("鉴定日期", null=True)
    appraisers = models.JSONField("鉴定人员", default=list)
    report_number = models.CharField("报告编号", max_length=40, blank=True)
    site = component_field(Component.SITE)
    foundation = component_field(Component.FOUNDATION)
    walls = component_field(Component.WALLS)
    timber = component_field(Component.TIMBER)
    concrete = component_field(Component.CONCRETE)
    roof = component_field(Component.ROOF)
    dangerous_site = models.BooleanField("场地判定为危险", default=False)
    computed = models.CharField("计算等级", max_length=4, choices=Grade, default=Grade.NONE)
    grade = models.CharField("鉴定等级", max_length=4, choices=Grade, default=Grade.NONE)
    override_reason = models.CharField("调整等级的理由", max_length=200, blank=True)
    disaster_measures = models.CharField(
        "防灾措施", max_length=8, choices=DisasterMeasures, blank=True
    )
    advice = models.CharField("处理建议", max_length=10, choices=Advice, blank=True)
    report = models.FileField(
        "报告扫描件", upload_to="appraisals/%Y/%m/", blank=True, validators=[check_paper]
    )
    confirmed_on = models.DateField("户主确认日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    recorded_at = models.DateTimeField("录入时间", null=True)
    event = models.OneToOneField(
        "households.SafetyEvent", models.PROTECT, null=True, related_name="appraisal"
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    correction_reason = models.CharField("更正理由", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        verbose_name = "鉴定"
        verbose_name_plural = "鉴定"
        ordering = ["-assigned_at", "-pk"]
        indexes = [models.Index(fields=["state", "due_on"], name="appraisal_by_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(state=AppraisalState.ASSIGNED),
                name="appraisal_open_once",
                violation_error_message="该户已有未完成的鉴定委托。",
            ),
            models.UniqueConstraint(
                fields=["organisation", "report_number"],
                condition=~Q(report_number="") & ~Q(state=AppraisalState.REPLACED),
                name="appraisal_report_once",
                violation_error_code="report_number",
                violation_error_message="该机构的这个报告编号已用于另一户。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AppraisalState.RECORDED, AppraisalState.REPLACED])
                | (
                    Q(event__isnull=False, appraised_on__isnull=False, recorded_at__isnull=False)
                    & ~Q(report_number="")
                    & ~Q(grade=Grade.NONE)
                    & ~Q(computed=Grade.NONE)
                ),
                name="appraisal_result_whole",
                violation_error_message="鉴定结果须有鉴定日期、报告编号和等级。",
            ),
            models.CheckConstraint(
                condition=Q(grade=F("computed")) | ~Q(override_reason=""),
                name="appraisal_override_reason",
                violation_error_message="等级与构件计算不一致时，须写明调整理由。",
            ),
            models.CheckConstraint(
                condition=~Q(state=AppraisalState.CANCELLED) | ~Q(cancel_reason=""),
                name="appraisal_cancel_reason",
                violation_error_message="撤销委托须写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(correction_reason=""),
                name="appraisal_correction_reason",
                violation_error_message="更正鉴定结果须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.get_state_display()}"

    def clean(self) -> None:
        if self.state == AppraisalState.RECORDED and len(set(self.appraisers)) < APPRAISER_COUNT:
            raise ValidationError({"appraisers": "鉴定人员不得少于两人。"})

    def validate_constraints(self, exclude=None) -> None:
        try:
            super().validate_constraints(exclude)
        except ValidationError as wrong:
            # A number used twice is pointed out where it was typed.
            faults = wrong.error_dict
            for fault in faults.pop(NON_FIELD_ERRORS, []):
                at = fault.code if fault.code == "report_number" else NON_FIELD_ERRORS
                faults.setdefault(at, []).append(fault)
            raise ValidationError(faults) from None

    @property
    def components(self) -> dict[Component, ComponentGrade]:
        """Grades of the components that the house has, in the order of the form."""
        return {part: ComponentGrade(grade) for part in Component if (grade := getattr(self, part))}
