"""Named accounts: one person, one region, one role."""

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from .enums import ROLE_LEVELS, Role
from .scoping import RegionScopedQuerySet


class StaffQuerySet(RegionScopedQuerySet):
    region_path = "region_id"


class StaffManager(UserManager.from_queryset(StaffQuerySet)):
    """Django's manager, whose superuser is the keeper."""

    def create_superuser(self, username: str, email=None, password=None, **extra: Any):
        return super().create_superuser(username, email, password, **{"role": Role.KEEPER, **extra})


class Staff(AbstractUser):
    """A member of staff; sees what lies in `region` and acts by `role`.

    `department` is the one that certifies identities, as classes name it (扶贫, 民政, 残联).
    """

    first_name = None
    last_name = None
    full_name = models.CharField("姓名", max_length=40, blank=True)
    region = models.ForeignKey(
        "households.Region", models.PROTECT, verbose_name="所属区划", null=True, blank=True
    )
    role = models.CharField("角色", max_length=20, choices=Role, default=Role.VIEWER)
    post = models.CharField("职务", max_length=40, blank=True)
    department = models.CharField(
        "认定部门", max_length=20, blank=True, help_text="部门账号必填，如：扶贫、民政、残联"
    )
    phone = models.CharField(
        "手机",
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^1\d{10}$", "手机号应为 11 位数字，以 1 开头。")],
    )
    must_change_password = models.BooleanField("下次登录须改密码", default=True)

    objects = StaffManager()
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values),
                name="staff_role_known",
                violation_error_message="角色不在规定的范围内。",
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.KEEPER) | models.Q(region__isnull=False),
                name="staff_region_required",
                violation_error_message="除系统管理员外，账号必须有所属区划。",
            ),
            models.CheckConstraint(
                condition=~models.Q(role=Role.DEPARTMENT) | ~models.Q(department=""),
                name="staff_department_required",
                violation_error_message="部门账号必须写明是哪个认定部门。",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def scope_code(self) -> str:
        """The region code whose rows this person sees; empty for the keeper."""
        if not self.is_active or self.role == Role.KEEPER:
            return ""
        return self.region_id or ""

    def clean(self) -> None:
        super().clean()
        if self.region_id and len(self.region_id) not in ROLE_LEVELS.get(self.role, ()):
            raise ValidationError(
                {"region": f"“{self.get_role_display()}”不能设在这一级区划，请另选区划或角色。"}
            )
