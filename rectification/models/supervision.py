"""督导检查: the bureau's visits to the street offices, with the households drawn for them."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from rectification.enums import Seen, VisitState
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole
from yanliang.accounts.scoping import RegionScopedQuerySet
from yanliang.periods import thursday_of

SAMPLE_LARGEST = 200


class VisitQuerySet(VoidableQuerySet):
    def in_week(self, thursday: dt.date) -> Self:
        """Visits of the reporting week that ends with `thursday` (Friday to Thursday)."""
        return self.filter(visited_on__gt=thursday - dt.timedelta(days=7), visited_on__lte=thursday)

    def done(self) -> Self:
        return self.standing().filter(state=VisitState.DONE)


class SupervisionVisit(Voidable):
    """One visit to the street office `region`; `seed` and `size` draw the same households again."""

    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="visits", verbose_name="街办"
    )
    visited_on = models.DateField("检查日期")
    visitors = models.CharField("检查人员", max_length=120)
    seed = models.PositiveIntegerField("抽样种子")
    size = models.PositiveSmallIntegerField(
        "抽取户数",
        validators=[
            MinValueValidator(1, f"抽取户数应为 1–{SAMPLE_LARGEST} 户。"),
            MaxValueValidator(SAMPLE_LARGEST, f"抽取户数应为 1–{SAMPLE_LARGEST} 户。"),
        ],
    )
    state = models.CharField("状态", max_length=10, choices=VisitState, default=VisitState.PLANNED)
    summary = models.TextField("检查情况", max_length=2000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "督导检查"
        verbose_name_plural = "督导检查"
        ordering = ["-visited_on", "-pk"]
        indexes = [models.Index(fields=["region", "visited_on"], name="visit_by_region")]
        constraints = [
            void_is_whole("visit_void_whole"),
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=SAMPLE_LARGEST),
                name="visit_size",
                violation_error_message=f"抽取户数应为 1–{SAMPLE_LARGEST} 户。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.visited_on}"

    @property
    def thursday(self) -> dt.date:
        """The Thursday of the reporting week that it counts in."""
        return thursday_of(self.visited_on)


class VisitHouseholdQuerySet(RegionScopedQuerySet):
    region_path = "visit__region_id"


class VisitHousehold(models.Model):
    """A household drawn for a visit, in the order of the sheet, with what was seen there."""

    visit = models.ForeignKey(SupervisionVisit, models.CASCADE, related_name="households")
    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="visits", verbose_name="农户"
    )
    position = models.PositiveSmallIntegerField("序号")
    seen = models.CharField("走访结果", max_length=10, choices=Seen, default=Seen.PENDING)
    note = models.CharField("情况", max_length=300, blank=True)

    objects = VisitHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = "走访农户"
        verbose_name_plural = "走访农户"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "household"],
                name="visit_household_once",
                violation_error_message="该户已在这次检查的名单中。",
            ),
            models.UniqueConstraint(
                fields=["visit", "position"],
                name="visit_position_once",
                violation_error_message="名单的序号重复。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.household}"
