"""Stable values of inspections (domain rules §3)."""

from django.db import models

from households.enums import EventKind


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


class Component(models.TextChoices):
    """Parts that an appraisal grades; the values are the fields of `Appraisal`."""

    SITE = "site", "场地"
    FOUNDATION = "foundation", "地基基础"
    WALLS = "walls", "承重墙"
    TIMBER = "timber", "木构件"
    CONCRETE = "concrete", "混凝土构件"
    ROOF = "roof", "屋面"


class ComponentGrade(models.TextChoices):
    """Grade of a component, from the best to the worst; empty where the house has none."""

    A = "a", "a"
    B = "b", "b"
    C = "c", "c"
    D = "d", "d"


class AppraisalState(models.TextChoices):
    ASSIGNED = "assigned", "已委托"
    RECORDED = "recorded", "已录入"
    CANCELLED = "cancelled", "已撤销"
    REPLACED = "replaced", "已更正"


class DisasterMeasures(models.TextChoices):
    FULL = "full", "具备"
    PARTIAL = "partial", "部分具备"
    NONE = "none", "不具备"


class Advice(models.TextChoices):
    KEEP = "keep", "维持"
    REPAIR = "repair", "维修"
    REINFORCE = "reinforce", "加固"
    REBUILD = "rebuild", "拆除重建"
    MOVE = "move", "迁址"


class RulingOutcome(models.TextChoices):
    """What the leading group decides on a household; the values are the kinds of event."""

    IN = EventKind.RULED_IN.value, "纳入改造"
    SECURED = EventKind.RULED_SECURED.value, "其他方式保障"
    BACK = EventKind.RULED_BACK.value, "退回"


class WarningSource(models.TextChoices):
    MONITORING = "monitoring", "动态监测"
    DISASTER = "disaster", "灾害"
    COMPLAINT = "complaint", "群众反映"
    SUPERVISION = "supervision", "督导检查"
    QUALITY = "quality", "改造质量问题"
