"""Stable values of households and dwellings; labels are what staff read."""

from django.db import models


class Verdict(models.TextChoices):
    """核查结论 of the valid inspection."""

    NONE = "none", "未核查"
    SAFE = "safe", "基本安全"
    SUSPECTED = "suspected", "疑似不安全"


class Grade(models.TextChoices):
    """Whole-house grade of the valid appraisal."""

    NONE = "none", "未鉴定"
    A = "a", "A级"
    B = "b", "B级"
    C = "c", "C级"
    D = "d", "D级"


class Stage(models.TextChoices):
    """How far a household has come on the way from first visit to 清零 (domain rules §2)."""

    UNCHECKED = "unchecked", "未排查"
    SAFE = "safe", "基本安全"
    SUSPECTED = "suspected", "疑似不安全"
    APPRAISED_SAFE = "appraised_safe", "鉴定安全"
    PENDING_RULING = "pending_ruling", "待审定"
    TO_RENOVATE = "to_renovate", "待改造"
    RENOVATING = "renovating", "改造中"
    REWORK = "rework", "返工"
    COMPLETED = "completed", "待验收"
    ACCEPTED = "accepted", "验收合格"
    SECURED = "secured", "其他方式保障"
    EXEMPT = "exempt", "无需排查"


#: The dwelling is safe: nothing is left to do (domain rules §2).
SAFE_STAGES = frozenset({Stage.SAFE, Stage.APPRAISED_SAFE, Stage.ACCEPTED, Stage.SECURED})
#: A renovation is due, under way or done.
RENOVATION_STAGES = frozenset(
    {Stage.TO_RENOVATE, Stage.RENOVATING, Stage.REWORK, Stage.COMPLETED, Stage.ACCEPTED}
)
SAFE_GRADES = frozenset({Grade.A, Grade.B})
UNSAFE_GRADES = frozenset({Grade.C, Grade.D})


class SafetyBasis(models.TextChoices):
    """安全依据: why a house counts as safe in the national 住房安全排查鉴定信息系统 (domain rules §2)."""

    APPRAISED = "appraised", "鉴定安全"
    RENOVATED = "renovated", "改造安全"
    SECURED = "secured", "保障安全"


#: The stages that have a safety basis. 基本安全 has none yet: who stands in that system is appraised too.
SAFETY_BASIS = {
    Stage.APPRAISED_SAFE: SafetyBasis.APPRAISED,
    Stage.ACCEPTED: SafetyBasis.RENOVATED,
    Stage.SECURED: SafetyBasis.SECURED,
}


class NationalState(models.TextChoices):
    """How far a household is on its way into the national system."""

    ENTERED = "entered", "已录入"
    TO_ENTER = "to_enter", "可录入"
    NOT_YET = "not_yet", "尚不安全"


class EventKind(models.TextChoices):
    """What can happen to a household's safety; the summary is folded from these alone."""

    INSPECTED = "inspected", "入户核查"
    APPRAISED = "appraised", "鉴定"
    RULED_IN = "ruled_in", "审定纳入改造"
    RULED_SECURED = "ruled_secured", "审定以其他方式保障"
    RULED_BACK = "ruled_back", "审定退回重新鉴定"
    RENOVATION_STARTED = "renovation_started", "改造开工"
    RENOVATION_FINISHED = "renovation_finished", "改造完工"
    ACCEPTANCE_PASSED = "acceptance_passed", "验收合格"
    ACCEPTANCE_FAILED = "acceptance_failed", "验收不合格"
    SECURED = "secured", "落实其他安全住房"
    WARNED = "warned", "发现新险情"
    EXEMPTED = "exempted", "认定无需排查"
    REINSTATED = "reinstated", "恢复排查"


class Structure(models.TextChoices):
    TM = "TM", "土木"
    ZTH = "ZTH", "砖土混杂"
    ZM = "ZM", "砖木"
    ZH = "ZH", "砖混"
    KJ = "KJ", "框架"
    MJ = "MJ", "木结构"
    SM = "SM", "石木"
    YD = "YD", "窑洞"
    QG = "QG", "轻钢"
    QT = "QT", "其他"


class HousingSource(models.TextChoices):
    OWN = "own", "自有"
    RENOVATED = "renovated", "危房改造"
    RELOCATED = "relocated", "易地搬迁"
    RENTED = "rented", "租赁"
    KIN = "kin", "投亲靠友"
    COLLECTIVE = "collective", "集体公租房"
    OTHER = "other", "其他"


class Residence(models.TextChoices):
    PERMANENT = "permanent", "常住"
    AWAY_WITHIN_YEAR = "away_within_year", "外出一年内"
    AWAY_OVER_YEAR = "away_over_year", "外出一年以上"


class OldHouse(models.TextChoices):
    NOT_APPLICABLE = "not_applicable", "不适用"
    DEMOLISHED = "demolished", "已拆除"
    SEALED = "sealed", "已封停"
    STANDING = "standing", "未拆除"


class RenovationMode(models.TextChoices):
    REINFORCE = "reinforce", "修缮加固"
    REBUILD = "rebuild", "原址重建"
    ELSEWHERE = "elsewhere", "异地新建"
    UNIFIED = "unified", "统建"


class ChangeKind(models.TextChoices):
    """增减台账: why the number of households, or a household's class, changed."""

    ADDED = "added", "新增"
    SPLIT = "split", "分户"
    MERGED = "merged", "合户"
    MOVED_OUT = "moved_out", "整户迁出"
    DIED_OUT = "died_out", "整户消亡"
    DUPLICATE = "duplicate", "与他户重复"
    CLASS_CHANGED = "class_changed", "身份变更"
    CORRECTED = "corrected", "更正"
    REINSTATED = "reinstated", "恢复"


#: Kinds that ask the bureau to take a household out of the check (无需排查).
REMOVAL_KINDS = frozenset(
    {ChangeKind.MERGED, ChangeKind.MOVED_OUT, ChangeKind.DIED_OUT, ChangeKind.DUPLICATE}
)


class ChangeState(models.TextChoices):
    DONE = "done", "已生效"
    PENDING = "pending", "待区局确认"
    REFUSED = "refused", "区局未同意"


class ImportState(models.TextChoices):
    PREVIEW = "preview", "待确认"
    QUEUED = "queued", "排队中"
    RUNNING = "running", "导入中"
    DONE = "done", "已导入"
    FAILED = "failed", "导入失败"
    CANCELLED = "cancelled", "已放弃"
    UNDONE = "undone", "已撤销"
