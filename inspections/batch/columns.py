"""What is entered for one result, in the order of the report: the columns of the workbook and of the grid."""

from collections.abc import Iterator
from dataclasses import dataclass

from households.enums import Grade
from households.roster.fields import Field, Vocabulary
from inspections.enums import Advice, Component, ComponentGrade, DisasterMeasures
from inspections.models import Appraisal

from . import cells


@dataclass(frozen=True)
class Entered:
    """One thing to enter. `name` is its field of the result, `choices` the words offered in a list.

    `width` is in digits of Excel's standard font. `headings` are those of the workbook, where two columns
    may make one field; `aliases`, for each of them, are further headings that mean it.
    """

    name: str
    label: str
    read: cells.Reader
    width: int
    choices: tuple[str, ...] = ()
    is_required: bool = False
    headings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ("",)

    @property
    def keys(self) -> Iterator[tuple[str, str, str]]:
        """Key, heading and aliases of each of its columns in the workbook."""
        for number, heading in enumerate(self.headings or (self.label,)):
            yield f"{self.name}.{number}", heading, self.aliases[number]


def _length(name: str) -> int:
    return Appraisal._meta.get_field(name).max_length


def _component(part: Component, aliases: str) -> Entered:
    return Entered(
        part.value,
        part.label,
        cells.component,
        8,
        tuple(ComponentGrade.values),
        is_required=part == Component.SITE,
        aliases=(aliases,),
    )


ENTERED = (
    Entered(
        "appraised_on",
        "鉴定日期",
        cells.day,
        12,
        is_required=True,
        aliases=("鉴定时间 日期",),
    ),
    Entered(
        "appraisers",
        "鉴定人员",
        cells.names,
        11,
        is_required=True,
        headings=("鉴定人员一", "鉴定人员二"),
        aliases=("鉴定人员 鉴定人 鉴定人一 鉴定人员1 鉴定人1", "鉴定人二 鉴定人员2 鉴定人2"),
    ),
    Entered(
        "report_number",
        "报告编号",
        cells.text_up_to(_length("report_number")),
        18,
        is_required=True,
        aliases=("鉴定报告编号 报告号 报告书编号",),
    ),
    _component(Component.SITE, "场地等级"),
    _component(Component.FOUNDATION, "地基 基础 地基基础等级 地基与基础"),
    _component(Component.WALLS, "墙体 承重墙体 承重墙等级"),
    _component(Component.TIMBER, "木构件等级 木构架"),
    _component(Component.CONCRETE, "混凝土 混凝土构件等级 砼构件"),
    _component(Component.ROOF, "屋面等级 屋盖 屋顶"),
    Entered(
        "dangerous_site",
        "场地危险",
        cells.yes_no,
        9,
        ("是", "否"),
        aliases=("场地是否危险 场地判定为危险 危险场地",),
    ),
    Entered(
        "grade",
        "鉴定等级",
        cells.grade,
        9,
        tuple(each.label for each in Grade if each != Grade.NONE),
        aliases=("等级 房屋等级 整体等级 危险性等级",),
    ),
    Entered(
        "override_reason",
        "调整理由",
        cells.text_up_to(_length("override_reason")),
        22,
        aliases=("调整等级的理由 等级调整理由 调整原因",),
    ),
    Entered(
        "disaster_measures",
        "防灾措施",
        cells.one_of(DisasterMeasures),
        10,
        tuple(DisasterMeasures.labels),
        is_required=True,
    ),
    Entered(
        "advice",
        "处理建议",
        cells.one_of(Advice),
        10,
        tuple(Advice.labels),
        is_required=True,
        aliases=("建议 处理意见",),
    ),
    Entered(
        "confirmed_on",
        "户主确认日期",
        cells.day,
        12,
        aliases=("户主确认 确认日期 户主签字日期",),
    ),
)
BY_NAME = {column.name: column for column in ENTERED}

#: Columns that say which household a row is about; the others that the workbook shows are not read.
KEY, HOUSEHOLD, ORGANISATION = "appraisal", "household", "organisation"


def _fields() -> Iterator[Field]:
    yield Field(KEY, "鉴定编号", ("鉴定编号", "委托编号"), required=True)
    yield Field(HOUSEHOLD, "户编号", ("户编号", "农户编号", "户号"))
    yield Field(ORGANISATION, "鉴定机构", ("鉴定机构", "机构", "机构名称"))
    for column in ENTERED:
        for key, heading, aliases in column.keys:
            # A second name may stand beside the first.
            is_required = column.is_required and key.endswith(".0")
            yield Field(key, heading, (heading, *aliases.split()), is_required)
    yield Field("message", "错误信息", ("错误信息",))


RESULTS = Vocabulary("鉴定结果", _fields(), subjects=(KEY,))


def key_of(appraisal: Appraisal) -> str:
    """“JD000123”: how the workbook names an assignment."""
    return f"JD{appraisal.pk:06}"
