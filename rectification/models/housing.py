"""其他方式保障: the household lives safely without a renovation."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from inspections.papers import check_paper
from rectification.enums import HousingWay
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole


class OtherHousingQuerySet(VoidableQuerySet):
    region_path = "household__region_id"


class OtherHousing(Voidable):
    """Proof that a household has another safe home: way, address, evidence, and its scan.

    `event` is what made it safe: its own securing, or a meeting's ruling that the proof came after.
    """

    household = models.ForeignKey(
        "households.Household", models.PROTECT, related_name="other_housing", verbose_name="农户"
    )
    way = models.CharField("保障方式", max_length=12, choices=HousingWay)
    address = models.CharField("现住地址", max_length=120)
    evidence = models.CharField("依据材料", max_length=200)
    file = models.FileField("证明文件", upload_to="documents/%Y/%m/", validators=[check_paper])
    secured_on = models.DateField("落实日期")
    event = models.ForeignKey(
        "households.SafetyEvent",
        models.PROTECT,
        related_name="other_housing",
        verbose_name="安全事项",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    objects = OtherHousingQuerySet.as_manager()

    class Meta:
        verbose_name = "其他方式保障"
        verbose_name_plural = "其他方式保障"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(voided_at__isnull=True),
                name="housing_proved_once",
                violation_error_message="这次保障已有证明。",
            ),
            void_is_whole("housing_void_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.address}"
