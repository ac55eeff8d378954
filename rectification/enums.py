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


class Direction(models.TextChoices):
    """Which of the three 排查 a problem belongs to (domain rules §5)."""

    POLICY = "policy", "政策落实"
    PROBLEM = "problem", "存在问题"
    MECHANISM = "mechanism", "长效机制"


class ProblemSource(models.TextChoices):
    """Who found the problem."""

    SELF = "self", "自查排查"
    HOUSEHOLD = "household", "入户核查"
    CENTRAL = "central", "中央巡视"
    NATIONAL = "national", "国家考核"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级督导"
    LETTER = "letter", "信访"


#: 中省反馈: these are due earlier (domain rules §5).
FROM_ABOVE = frozenset({ProblemSource.CENTRAL, ProblemSource.NATIONAL, ProblemSource.PROVINCE})


class ProblemState(models.TextChoices):
    OPEN = "open", "待整改"
    IN_PROGRESS = "in_progress", "整改中"
    SUBMITTED = "submitted", "申请销号"
    RETURNED = "returned", "退回"
    REOPENED = "reopened", "重新整改"
    CLOSED = "closed", "已销号"
    VOID = "void", "作废"


#: The office works on it.
AT_WORK = frozenset(
    {
        ProblemState.OPEN,
        ProblemState.IN_PROGRESS,
        ProblemState.RETURNED,
        ProblemState.REOPENED,
    }
)
#: Not struck off yet: what the counters of the three zeros count.
UNSETTLED = AT_WORK | {ProblemState.SUBMITTED}
SETTLED = frozenset({ProblemState.CLOSED, ProblemState.VOID})


class Light(models.TextChoices):
    """How a problem stands against its date."""

    RED = "red", "超期"
    YELLOW = "yellow", "临期"
    GREEN = "green", "正常"
    GREY = "grey", "已办结"


class Fact(models.TextChoices):
    """What the register itself knows to be wrong; a problem of such a kind closes only when it is gone."""

    SUBSIDY_UNPAID = "subsidy_unpaid", "验收合格满 30 天补助未发清"
    OLD_HOUSE_STANDING = "old_house_standing", "新房已开工旧房未拆除"
    DOCUMENTS_MISSING = "documents_missing", "改造档案材料不齐"
    NOT_IN_NATIONAL_SYSTEM = "not_in_national_system", "住房已安全未录入国家系统"
    NO_PHOTO = "no_photo", "核查没有照片"
    PHOTO_SHARED = "photo_shared", "两户用了同一张照片"
    SAME_PERSON = "same_person", "疑似一人两户"
    MECHANISM_GAP = "mechanism_gap", "监测责任未落实"


class Verification(models.TextChoices):
    """How the bureau made sure that a problem is put right."""

    ON_SITE = "on_site", "现场核实"
    DOCUMENTS = "documents", "资料核实"
    PHONE = "phone", "电话核实"


class EntryKind(models.TextChoices):
    """What an entry of a problem's log tells."""

    RAISED = "raised", "登记"
    ASSIGNED = "assigned", "交办"
    PROGRESS = "progress", "进展"
    EDITED = "edited", "修改"
    EVIDENCE = "evidence", "佐证"
    SUBMITTED = "submitted", "申请销号"
    VERIFIED = "verified", "核实销号"
    RETURNED = "returned", "退回"
    REOPENED = "reopened", "重新整改"
    EXTENDED = "extended", "延期"
    VOIDED = "voided", "作废"


class EvidenceKind(models.TextChoices):
    BEFORE = "before", "整改前照片"
    AFTER = "after", "整改后照片"
    PAPER = "paper", "佐证材料"
    REGISTER = "register", "台账记录"


#: Photos, whose content and time are compared.
PICTURED = frozenset({EvidenceKind.BEFORE, EvidenceKind.AFTER})


class VisitState(models.TextChoices):
    PLANNED = "planned", "已抽取"
    DONE = "done", "已完成"


class Seen(models.TextChoices):
    """What the visitors found at a household of the sample."""

    PENDING = "pending", "未走访"
    SOUND = "sound", "未发现问题"
    PROBLEM = "problem", "发现问题"
    ABSENT = "absent", "未见到人"


class Team(models.TextChoices):
    """The four teams that watch over houses in the long term (长效机制)."""

    OFFICE = "office", "街办"
    HELPER = "helper", "帮扶干部"
    SECRETARY = "secretary", "第一书记"
    GROUP = "group", "村组"


class ReportState(models.TextChoices):
    """What became of a monitoring report."""

    OPEN = "open", "待处置"
    WARNED = "warned", "已登记新险情"
    PROBLEM = "problem", "已登记问题"
    SOUND = "sound", "查看后无险情"


class DisasterKind(models.TextChoices):
    RAINSTORM = "rainstorm", "暴雨"
    LONG_RAIN = "long_rain", "连阴雨"
    FLOOD = "flood", "洪涝"
    EARTHQUAKE = "earthquake", "地震"
    WIND = "wind", "大风"
    SNOW = "snow", "暴雪"
    LANDSLIDE = "landslide", "滑坡、地质灾害"
    OTHER = "other", "其他"


class CheckState(models.TextChoices):
    """What a re-check after a disaster found."""

    PENDING = "pending", "待复查"
    SOUND = "sound", "未见险情"
    DOUBTFUL = "doubtful", "有疑点"
