"""Stable values of inspections (domain rules §3)."""

from django.db import models


class Effect(models.TextChoices):
    VETO = "V", "一票否决"
    CUMULATIVE = "K", "累计判定"
    RECORD = "R", "记录"


class AnswerKind(models.TextChoices):
    CHECK = "check", "符合性"
    PRESENCE = "presence", "有无"
    MEASURE = "measure", "实测"


class Answer(models.TextChoices):
    """Answers to check items, then those to record items (P01–P04)."""

    PASS = "pass", "符合"
    FAIL = "fail", "不符合"
    UNSURE = "unsure", "无法判定"
    NOT_APPLICABLE = "na", "不适用"
    PRESENT = "present", "有"
    PARTIAL = "partial", "部分有"
    ABSENT = "absent", "无"


class InspectionState(models.TextChoices):
    SUBMITTED = "submitted", "待审核"
    REVIEWED = "reviewed", "已审核"
    RETURNED = "returned", "已退回"
    REPLACED = "replaced", "已更正"


class Signature(models.TextChoices):
    """How the householder signed."""

    PAPER = "paper", "线下已签"
    REFUSED = "refused", "拒签"
    ABSENT = "absent", "不在家"
