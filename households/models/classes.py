"""Household classes: data, because policy renames them (domain rules §1)."""

from django.db import models

from households.summary import ClassRules


class ClassScheme(models.Model):
    """A set of classes that was in force for a time."""

    code = models.SlugField("代码", primary_key=True)
    name = models.CharField("名称", max_length=60)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("废止日期", null=True, blank=True)

    class Meta:
        verbose_name = "农户类别方案"
        verbose_name_plural = "农户类别方案"
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return self.name


class HouseholdClass(models.Model):
    """A class of households; a household with several identities counts under the lowest precedence number.

    `appraise_all`: stands on the 住房鉴定 list even when found 基本安全.
    `needs_ruling`: graded C/D, it waits for 区脱贫攻坚领导小组 before a renovation.
    `is_helped`: stands on the 帮扶对象 list, not on 住房核查 (domain rules §4).
    `in_national_system`: its households are also entered in the 住房安全排查鉴定信息系统 (§2).
    """

    scheme = models.ForeignKey(ClassScheme, models.PROTECT, verbose_name="方案")
    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=40)
    group = models.CharField("类别组", max_length=40)
    precedence = models.PositiveSmallIntegerField("优先序")
    department = models.CharField("认定部门", max_length=20, blank=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    appraise_all = models.BooleanField("全部鉴定", default=False)
    needs_ruling = models.BooleanField("危房须审定", default=False)
    is_helped = models.BooleanField("列入帮扶对象清单", default=False)
    in_national_system = models.BooleanField("须录入国家系统", default=False)
    cleared_by = models.DateField("清零时限")
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("废止日期", null=True, blank=True)

    class Meta:
        verbose_name = "农户类别"
        verbose_name_plural = "农户类别"
        ordering = ["precedence"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "precedence"],
                name="class_precedence_unique",
                violation_error_message="同一方案内优先序不能重复。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> ClassRules:
        return ClassRules(self.appraise_all, self.needs_ruling)
