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


class WeekState(models.TextChoices):
    """How far a street office's reporting week has come (domain rules §6)."""

    DRAFT = "draft", "未报"
    SUBMITTED = "submitted", "已报"
    ACCEPTED = "accepted", "已审"
    RETURNED = "returned", "退回"


class DistrictState(models.TextChoices):
    """How far the bureau's week has come (domain rules §6)."""

    COLLECTING = "collecting", "汇总中"
    LOCKED = "locked", "已锁定"
    FORWARDED = "forwarded", "已转报市局"
    CORRECTING = "correcting", "更正中"


class ReviewOutcome(models.TextChoices):
    """What the bureau says of a submission."""

    ACCEPTED = "accepted", "审核通过"
    RETURNED = "returned", "退回"


class FileFormat(models.TextChoices):
    """The files that a submission or a district report can be taken away as."""

    ANNEX_XLSX = "annex-xlsx", "附件2 Excel"
    SUMMARY_PDF = "summary-pdf", "周报 PDF"
    SUMMARY_XLSX = "summary-xlsx", "周报 Excel"
    SUMMARY_DOCX = "summary-docx", "周报 Word"


class Severity(models.TextChoices):
    """What a check of a week asks of who submits it."""

    BLOCKS = "blocks", "不能上报"
    EXPLAIN = "explain", "须说明"
    HINT = "hint", "提示"
