"""The columns that a table may have, and the names under which offices write them: the roster's own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .cleaning import compact


@dataclass(frozen=True)
class Field:
    """One kind of column. `aliases` come best first; `pattern` catches longer headings that no alias equals."""

    key: str
    label: str
    aliases: tuple[str, ...]
    required: bool = False
    pattern: str = ""


def _field(
    key: str, label: str, aliases: str, *, required: bool = False, pattern: str = ""
) -> Field:
    return Field(key, label, (label, *aliases.split()), required, pattern)


FIELDS = (
    _field(
        "office",
        "街办",
        "街道 街道办 街道办事处 所属街道 所属街办 所在街道 所在街办 镇街 镇办 街镇 乡镇 镇 所在乡镇 "
        "乡镇街道 街道乡镇 乡镇名称 街道名称 镇街名称 街办名称 单位 填报单位",
        pattern=r"^(?:所属|所在)?(?:镇|街|乡)[镇街道办乡/]*(?:名称)?$",
    ),
    _field(
        "village",
        "村名",
        "村 村社区 村或社区 村名称 行政村 所在村 所属村 行政村名称 所在行政村 村委会 村居 社区 村委 "
        "村民委员会 村别 村社 村社区名称 所在村社区 所属行政村 村庄 村组 所在村组 村组名称 家庭住址 "
        "家庭地址 住址 详细住址 详细地址 现住址 地址",
        required=True,
        pattern=r"^(?:所在|所属)?(?:行政)?村(?:居|委|\(|/|、|或)?社区?",
    ),
    _field(
        "group",
        "组别",
        "组 村民小组 小组 所在组 所属组 组名 村民组 自然村 自然村组 组号 所在小组 村小组 生产组 队 "
        "自然村小组 自然村名称",
        pattern=r"(?:村民)?小组(?:名称)?$",
    ),
    _field(
        "head_name",
        "户主姓名",
        "户主 户主名 户主名字 农户姓名 姓名 户名 农户 户主姓名名称 名字 家庭户主 户主或姓名 农户户主姓名",
        required=True,
        pattern=r"户主.*姓名|户主$|农户姓名",
    ),
    _field(
        "id_number",
        "身份证号",
        "身份证号码 户主身份证号 户主身份证号码 公民身份号码 公民身份证号码 身份证 身份证件号码 证件号码 "
        "证件号 户主身份证 身份号码 居民身份证号码 居民身份证号 公民身份证号 户主证件号码",
        required=True,
        pattern=r"身份证|身份号码",
    ),
    _field(
        "household_class",
        "农户类别",
        "户类型 农户类型 类别 户类别 对象类别 对象类型 家庭类别 家庭类型 贫困类型 农户属性 户属性 身份类别 "
        "人员类别 类型 人员类型 农户身份 贫困户属性 贫困属性 户别 身份 属性 重点对象类别 四类重点对象类别 "
        "农户性质 户主类别 户主类型 帮扶对象类别 身份类型",
        required=True,
        pattern=r"(?:户|对象|人员|家庭|身份|贫困).{0,6}(?:类别|类型|属性|性质)",
    ),
    _field(
        "population",
        "家庭人口",
        "家庭人口数 人口数 人口 家庭人数 人数 户籍人口 户籍人口数 家庭成员数 家庭总人口 在籍人口 家庭人口数量 "
        "家庭成员人数 总人口 常住人口",
        pattern=r"人口数?|人数",
    ),
    _field(
        "phone",
        "联系电话",
        "电话 手机 手机号 手机号码 联系方式 电话号码 户主电话 户主联系电话 联系号码 户主手机号 户主联系方式 "
        "联系手机",
        pattern=r"电话|手机|联系方式",
    ),
    _field(
        "helper",
        "帮扶干部",
        "帮扶责任人 帮扶人 帮扶干部姓名 帮扶责任人姓名 帮扶人姓名 包联干部 帮扶联系人 帮扶干部名字",
    ),
    _field(
        "structure",
        "房屋结构",
        "结构 结构类型 住房结构 房屋结构类型 建筑结构 结构形式 住房结构类型 房屋类型 房屋类别 主体结构 "
        "房屋结构形式 住房类型",
        pattern=r"结构",
    ),
    _field("storeys", "层数", "房屋层数 楼层 住房层数 建筑层数 楼层数 层", pattern=r"层数"),
    _field("bays", "间数", "房屋间数 住房间数 房间数 间", pattern=r"间数"),
    _field(
        "floor_area",
        "建筑面积",
        "房屋建筑面积 住房建筑面积 面积 住房面积 房屋面积 房屋总面积 现住房面积 总面积 住房总面积 居住面积",
        pattern=r"建筑面积|(?:住房|房屋|居住).{0,4}面积",
    ),
    _field(
        "built_year",
        "建成年份",
        "建成年代 建房时间 建造年份 建造时间 建成时间 建筑年代 建房年份 建造年代 建设年代 建设时间 建设年份 "
        "修建年份 修建时间 修建年代 竣工时间 竣工年份 建房年代 年份 建成年 建房年度 建成年度 房屋年代 年代",
        pattern=r"(?:建成|建房|建造|建设|修建|竣工|建筑).{0,3}(?:年|时间|日期)",
    ),
    _field(
        "certificate",
        "证件编号",
        "低保证号 低保证编号 残疾证号 残疾证编号 证书编号 身份证明编号 贫困户编号 户编号 建档立卡编号 特困证号 "
        "优抚证号",
    ),
    _field(
        "relation",
        "与户主关系",
        "户主关系 家庭关系 与户主的关系 关系 与户主之关系",
        pattern=r"与户主.*关系",
    ),
    _field("remark", "备注", "说明 备注说明 其他说明 备注信息", pattern=r"^备注"),
    _field("serial", "序号", "编号 序 号 行号 No No. 顺序号"),
    _field("message", "错误信息", ""),
)

# A name, phone or number under such a heading is somebody else's.
_OF_OTHERS = re.compile(
    r"帮扶|第一书记|书记|村干部|包联|包村|联系人|责任人|负责人|填报人|填表|审核|核查人|调查人|排查人|鉴定人|配偶|"
    r"子女|成员(?!数|人数)|监护|代理|开户|银行|账号|卡号|宅基地|占地|人均|危房|劳动力|脱贫"
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_PUNCTUATION = re.compile(r"[:：*#、,，。.;；\"“”()\[\]【】〔〕/\\_-]+")
_PATTERN_RANK = 1000


class Vocabulary:
    """The columns that one kind of table may have, and how their headings are told.

    `title` is what staff call such a table. Its header has at least `fewest` of the columns and names at
    least one of `subjects`. A heading in which `of_others` finds something speaks of somebody else and is none
    of the fields.
    """

    def __init__(
        self,
        title: str,
        fields: Iterable[Field],
        *,
        subjects: Iterable[str],
        of_others: re.Pattern[str] | None = None,
        fewest: int = 3,
    ) -> None:
        self.title = title
        self.fields = tuple(fields)
        self.subjects = frozenset(subjects)
        self.fewest = fewest
        self.by_key = {field.key: field for field in self.fields}
        self.required = tuple(field.key for field in self.fields if field.required)
        self._of_others = of_others
        self._by_alias = {
            alias.casefold(): (rank, field.key)
            for field in self.fields
            for rank, alias in enumerate(field.aliases)
        }
        self._patterns = [
            (re.compile(field.pattern), field.key) for field in self.fields if field.pattern
        ]
        self.recognise = lru_cache(maxsize=4096)(self._recognise)

    def _recognise(self, heading: str) -> tuple[int, str] | None:
        """(rank, field key) of one heading text, lower ranks surer; None when it is no known column.

        Spaces, full-width forms, brackets and what stands in them do not matter.
        """
        text = compact(heading).casefold()
        if not text or len(text) > 40:
            return None
        bare = _PUNCTUATION.sub("", _BRACKETED.sub("", text))
        joined = _PUNCTUATION.sub("", text)
        found = self._by_alias.get(bare) or self._by_alias.get(joined)
        if found:
            return found
        if self.belongs_to_others(text):
            return None
        for pattern, key in self._patterns:
            if pattern.search(bare):
                return _PATTERN_RANK, key
        return None

    def belongs_to_others(self, heading: str) -> bool:
        """Whether a heading speaks of a helper, an official or a family member instead of the householder."""
        return bool(self._of_others and self._of_others.search(compact(heading)))


ROSTER = Vocabulary("花名册", FIELDS, subjects=("head_name", "id_number"), of_others=_OF_OTHERS)
BY_KEY = ROSTER.by_key
REQUIRED = ROSTER.required
recognise = ROSTER.recognise

MESSAGE_HEADING = BY_KEY["message"].label
