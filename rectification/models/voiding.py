"""What was entered wrongly is kept, marked and left out of every count."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from yanliang.accounts.scoping import RegionScopedQuerySet


class VoidableQuerySet(RegionScopedQuerySet):
    def standing(self) -> Self:
        """Those that count: nobody has declared them void."""
        return self.filter(voided_at__isnull=True)


class Voidable(models.Model):
    """A record that can be declared void (作废) with a reason; it stays to be read."""

    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="作废人",
    )
    void_reason = models.CharField("作废理由", max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


def void_is_whole(name: str) -> models.CheckConstraint:
    """Void means when, by whom and why; the rest has none of the three."""
    return models.CheckConstraint(
        condition=Q(voided_at__isnull=True, voided_by__isnull=True, void_reason="")
        | Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason=""),
        name=name,
        violation_error_message="作废须写明时间、经办人和理由。",
    )
