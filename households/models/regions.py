"""Regions: district, street offices, villages, by their national statistical code."""

from django.db import models

from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.scoping import RegionScopedQuerySet


class RegionQuerySet(RegionScopedQuerySet):
    region_path = "code"

    def districts(self):
        return self.filter(level=RegionLevel.DISTRICT)

    def offices(self):
        return self.filter(level=RegionLevel.OFFICE)

    def villages(self):
        return self.filter(level=RegionLevel.VILLAGE)


class Region(models.Model):
    """A place; its parent's code is a prefix of its own, and the length of the code is its level.

    A village's 第一书记 stands on its 帮扶对象 list (domain rules §4), an office's 主要领导 leads on its problems (§5).
    """

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=60)
    level = models.SmallIntegerField("级别", choices=RegionLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    previous_codes = models.JSONField("曾用代码", default=list, blank=True)
    first_secretary = models.CharField("第一书记", max_length=20, blank=True)
    principal_leader = models.CharField("街办主要领导", max_length=20, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "区划"
        verbose_name_plural = "区划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name

    @property
    def office_code(self) -> str:
        """Code of the street office that this place is or lies in; empty above that level."""
        return self.code[: RegionLevel.OFFICE] if len(self.code) >= RegionLevel.OFFICE else ""
