"""The trail: append-only, each entry bound to the one before it by a hash."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from yanliang.accounts.scoping import RegionScopedQuerySet

GENESIS = "0" * 64


class TrailIsAppendOnly(Exception):
    """Somebody tried to change or delete what the trail already holds."""


class EntryQuerySet(RegionScopedQuerySet):
    def update(self, **kwargs):
        raise TrailIsAppendOnly("操作记录只能追加，不能修改。")

    def delete(self):
        raise TrailIsAppendOnly("操作记录只能追加，不能删除。")


class Entry(models.Model):
    """One act: who, when, from where, what, on which object, before and after, why.

    `region_id` is the object's region, so that an office's lead reads its own part of the trail.
    `number` runs without gaps; `digest` covers every field and the previous entry's digest.
    """

    number = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间", db_index=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="操作人", null=True, related_name="+"
    )
    staff_name = models.CharField("操作人姓名", max_length=80, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    place = models.CharField("页面或命令", max_length=200, blank=True)
    act = models.CharField("操作", max_length=60, db_index=True)
    object_type = models.CharField("对象类型", max_length=60, blank=True)
    object_id = models.CharField("对象编号", max_length=60, blank=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    region_id = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    before = models.JSONField("操作前", default=dict)
    after = models.JSONField("操作后", default=dict)
    reason = models.TextField("理由", blank=True)
    previous = models.CharField("上一条摘要", max_length=64)
    digest = models.CharField("本条摘要", max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "操作记录"
        verbose_name_plural = "操作记录"
        ordering = ["-number"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="entry_object")]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise TrailIsAppendOnly("操作记录只能追加，不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TrailIsAppendOnly("操作记录只能追加，不能删除。")


class Head(models.Model):
    """The last link of the chain: the row that writers lock, and what tells a cut-off tail from a whole trail."""

    key = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=GENESIS)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(key=1), name="audit_head_single"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
