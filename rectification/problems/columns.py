"""The columns of a 整改台账: how they are printed, and the headings under which other lists write them."""

import re
from dataclasses import replace

from households.roster.fields import BY_KEY as ROSTER_FIELDS
from households.roster.fields import Field, Vocabulary
from rectification.enums import EntryKind
from yanliang.tables.excel import printable
from yanliang.tables.table import Column

COLUMNS = (
    Column("serial", "序号", "int", width=5),
    Column("number", "编号", "code", width=18),
    Column("source", "问题来源", width=9),
    Column("kind", "问题类别", width=14),
    Column("place", "街办、村", width=12),
    Column("household", "农户", width=21),
    Column("description", "问题描述", width=30),
    Column("found_on", "发现日期", "date", width=11),
    Column("measure", "整改措施", width=24),
    Column("unit", "责任单位", width=10),
    Column("responsible", "责任人", width=8),
    Column("leading_official", "牵头领导", width=8),
    Column("due_on", "整改时限", "date", width=11),
    Column("progress", "进展", width=30),
    Column("evidence", "佐证", width=20),
    Column("closed", "是否销号", "code", width=8),
    Column("closed_on", "销号时间", "date", width=11),
    Column("recurrent", "屡改屡犯", "code", width=8),
)
LABELS = {column.key: column.label for column in COLUMNS}
#: Of a problem's log the ledger prints so many lines of what was done and said, the last ones.
LAST_LINES = 3
#: Kinds of entries that 进展 tells; what is no progress is named.
TOLD = (EntryKind.PROGRESS, EntryKind.RETURNED, EntryKind.REOPENED)


def one_line(text: str) -> str:
    return " ".join(text.split())


def told(kind: str, text: str) -> str:
    """What an entry of the log says in 进展, without its date."""
    # What a workbook cannot hold is gone before the spaces beside it are made one.
    said = one_line(printable(text))
    return said if kind == EntryKind.PROGRESS else f"{EntryKind(kind).label}：{said}"


#: Usual headings of feedback lists, besides the ledger's own; signs in a heading do not matter.
ALIASES = {
    "serial": "No No. 行号 顺序号",
    "number": "问题编号 台账编号",
    "source": "来源 反馈来源 来源渠道 发现渠道 问题出处 检查单位 反馈单位 督查单位 检查类别",
    "kind": "问题类型 问题分类 问题种类 类别 类型 分类",
    "place": "街办村 镇村 镇街村 街村 问题所在地 所在地 地点 位置 涉及镇村 涉及街村 涉及区域 问题地点",
    "household": "户主 户主姓名 农户姓名 姓名 户名 涉及农户 涉及户 涉及户主 农户户主 农户名称 户主名",
    "description": "存在问题 存在的问题 主要问题 存在的主要问题 具体问题 反馈问题 发现问题 发现的问题 问题 问题内容 "
    "问题情况 问题表现 具体表现 反馈问题描述 反馈意见 问题事项 问题清单 问题详情",
    "found_on": "发现时间 反馈日期 反馈时间 检查日期 检查时间 排查日期 排查时间 督查时间 督查日期",
    "measure": "措施 整改内容 整改办法 整改要求 整改建议 具体措施 整改具体措施 拟采取措施",
    "unit": "整改单位 牵头单位 整改责任单位 责任部门",
    "responsible": "整改责任人 具体责任人 责任人姓名 直接责任人 整改人",
    "leading_official": "责任领导 分管领导 包抓领导 主要领导 牵头人 牵头责任人 街办主要领导",
    "due_on": "整改期限 完成时限 整改完成时限 时限 期限 限期 计划完成时间 拟完成时间 整改截止时间 截止时间",
    "progress": "整改进展 进展情况 整改情况 整改进展情况 整改落实情况 完成情况 整改完成情况 整改结果 落实情况",
    "evidence": "佐证材料 印证资料 证明材料 佐证资料",
    "closed": "销号 销号情况 是否完成 是否整改 是否整改到位 是否整改完成 整改状态 状态",
    "closed_on": "销号日期 实际完成时间 整改完成时间",
    "recurrent": "是否屡改屡犯 是否反复",
}
PATTERNS = {
    "description": r"^存在.{0,6}问题|问题.{0,4}(?:描述|内容|情况|表现)",
    "measure": r"整改.{0,4}措施",
    "due_on": r"(?:整改|完成).{0,4}[时期]限",
    "progress": r"整改.{0,6}进展|进展情况",
}
_OF_OTHERS = re.compile(r"帮扶|联系人|填报|审核|配偶|子女|成员")


def _fields() -> list[Field]:
    fields = [
        Field(
            key,
            label,
            (re.sub(r"[、，]", "", label), *ALIASES[key].split()),
            required=key == "description",
            pattern=PATTERNS.get(key, ""),
        )
        for key, label in LABELS.items()
    ]
    # 单位 alone may be who checked as well as who answers.
    offices = [each for each in ROSTER_FIELDS["office"].aliases if "单位" not in each]
    return [
        *fields,
        Field("office", "街办", tuple(offices), pattern=ROSTER_FIELDS["office"].pattern),
        replace(ROSTER_FIELDS["village"], required=False),
        Field("code", "户编号", ("户编号", "农户编号", "户号", "农户编码")),
        replace(ROSTER_FIELDS["id_number"], required=False),
        ROSTER_FIELDS["remark"],
        ROSTER_FIELDS["message"],
    ]


#: How the headings of an exported ledger, or of a feedback list from above, are told.
LEDGER = Vocabulary(
    "问题台账",
    _fields(),
    subjects=("number", "description"),
    of_others=_OF_OTHERS,
    fewest=1,
)
