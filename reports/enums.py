"""Stable values of the four lists and their sign-off (四清一责任, domain rules §4)."""

from django.db import models


class ListKind(models.TextChoices):
    """The lists; a class group keeps either 帮扶对象 or 住房核查 as its first."""

    HELPED = "helped", "帮扶对象"
    CHECKED = "checked", "住房核查"
    APPRAISED = "appraised", "住房鉴定"
    RENOVATED = "renovated", "危房改造"
    ACCEPTED = "accepted", "质量验收"


class SignLevel(models.TextChoices):
    """Who signs, in this order; 部门 signs only 帮扶对象."""

    VILLAGE = "village", "村"
    OFFICE = "office", "街办"
    DEPARTMENT = "department", "部门"
    BUREAU = "bureau", "区住建局"


class SignMeans(models.TextChoices):
    SCREEN = "screen", "网上签字"
    PAPER = "paper", "纸质签字"


class JobState(models.TextChoices):
    """Where long work stands that the task worker does."""

    QUEUED = "queued", "排队中"
    RUNNING = "running", "生成中"
    DONE = "done", "已生成"
    FAILED = "failed", "生成失败"
