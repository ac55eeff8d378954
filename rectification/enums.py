"""Stable values of renovation, acceptance and other safe housing (domain rules §2)."""

from django.db import models

from households.enums import RenovationMode


class RenovationState(models.TextChoices):
    PLANNED = "planned", "待开工"
    STARTED = "started", "改造中"
    FINISHED = "finished", "待验收"
    REWORK = "rework", "返工"
    ACCEPTED = "accepted", "验收合格"
    CANCELLED = "cancelled", "已取消"


#: The renovation is neither done nor given up; a household has at most one such.
ACTIVE = frozenset(
    {
        RenovationState.PLANNED,
        RenovationState.STARTED,
        RenovationState.FINISHED,
        RenovationState.REWORK,
    }
)
#: A new house takes the place of the old one, which must go.
DEMOLISHING = frozenset({RenovationMode.REBUILD, RenovationMode.ELSEWHERE})


class FundingSource(models.TextChoices):
    CENTRAL = "central", "中央"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"
    OWN = "own", "自筹"
    OTHER = "other", "其他"


#: The state's money: what of it is planned bounds the subsidy.
PUBLIC_SOURCES = frozenset(
    {
        FundingSource.CENTRAL,
        FundingSource.PROVINCE,
        FundingSource.CITY,
        FundingSource.DISTRICT,
    }
)


class Moment(models.TextChoices):
    """When in the course of the work a photo was taken."""

    BEFORE = "before", "改造前"
    DURING = "during", "改造中"
    AFTER = "after", "改造后"


class DocumentKind(models.TextChoices):
    APPLICATION = "application", "危房改造申请书"
    IDENTITY = "identity", "身份证、户口本复印件"
    PUBLICITY = "publicity", "评议公示材料"
    CONTRACT = "contract", "施工合同（协议）"
    CERTIFICATE = "certificate", "施工单位资质或工匠证"
    DRAWING = "drawing", "设计图或标准图"
    REPAIR_PLAN = "repair_plan", "修缮加固方案"
    LAND = "land", "宅基地批准书"
    DEMOLITION = "demolition", "旧房拆除承诺书"
    ALLOCATION = "allocation", "统建房分配协议"
    COMPLETION = "completion", "竣工验收表"
    PAYMENT = "payment", "补助资金拨付凭证"
    OTHER = "other", "其他材料"


class AcceptanceItem(models.TextChoices):
    """What 质量验收 looks at; the codes are kept in every record."""

    SITE = "Y01", "场地安全"
    FOUNDATION = "Y02", "地基基础"
    WALLS = "Y03", "承重墙（柱）"
    MEMBERS = "Y04", "梁、楼板等承重构件"
    ROOF = "Y05", "屋面及防水"
    TIES = "Y06", "圈梁、构造柱等抗震措施"
    OPENINGS = "Y07", "门窗"
    FINISH = "Y08", "墙面、地面"
    DRAINAGE = "Y09", "散水、排水"
    WIRING = "Y10", "电气线路"
    AREA = "Y11", "建筑面积符合规定"


class Mark(models.TextChoices):
    PASS = "pass", "√ 合格"
    FAIL = "fail", "× 不合格"
    NONE = "none", "○ 无此项"


class AcceptanceResult(models.TextChoices):
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"


class Opinion(models.TextChoices):
    """The householder's word on the finished work."""

    AGREES = "agrees", "同意"
    DISAGREES = "disagrees", "不同意"


class HousingWay(models.TextChoices):
    """How a household lives safely without renovating (其他方式保障)."""

    KIN = "kin", "随子女、亲属居住"
    RENTED = "rented", "租住安全住房"
    COLLECTIVE = "collective", "入住集体公租房"
    BOUGHT = "bought", "自购安全住房"
    CARE = "care", "入住敬老院集中供养"
    RELOCATED = "relocated", "易地搬迁安置"
    OTHER = "other", "其他"
