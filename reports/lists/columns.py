"""The columns of each list, as data: a frozen list keeps those it was signed with."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reports.enums import ListKind
from yanliang.tables.table import Column, Kind
from yanliang.ui.masking import mask_id, mask_phone

#: The column whose value is hidden for display (domain rules §9).
ID_NUMBER, PHONE, RESPONSIBLE = "id_number", "phone", "responsible"


class ListColumn(NamedTuple):
    """A column of a list; columns next to each other with one `heading` stand under it."""

    key: str
    label: str
    kind: Kind = "text"
    width: int = 10
    heading: str = ""


PERSON = (
    ListColumn("code", "户编号", "code", 18),
    ListColumn("group", "村民小组", width=9),
    ListColumn("head_name", "户主姓名", width=10),
    ListColumn(ID_NUMBER, "身份证号", "code", 20),
    ListColumn("household_class", "农户类别", width=14),
    ListColumn("population", "家庭人口", "int", 6),
)
ANSWERABLE = (ListColumn(RESPONSIBLE, "责任人", width=18),)

COLUMNS: dict[ListKind, tuple[ListColumn, ...]] = {
    ListKind.HELPED: (
        *PERSON,
        ListColumn(PHONE, "联系电话", "code", 14),
        ListColumn("identities", "身份", width=22, heading="身份认定"),
        ListColumn("certificates", "证件编号", width=22, heading="身份认定"),
        ListColumn("departments", "认定部门", width=10, heading="身份认定"),
        ListColumn("helper", "帮扶干部", width=10, heading="帮扶"),
        ListColumn("first_secretary", "第一书记", width=10, heading="帮扶"),
        *ANSWERABLE,
    ),
    ListKind.CHECKED: (
        *PERSON,
        ListColumn("structure", "结构", width=9, heading="住房"),
        ListColumn("storeys", "层数", "int", 5, heading="住房"),
        ListColumn("bays", "间数", "int", 5, heading="住房"),
        ListColumn("floor_area", "面积（㎡）", "decimal", 9, heading="住房"),
        ListColumn("built_year", "建成年份", "code", 7, heading="住房"),
        ListColumn("housing_source", "住房来源", width=9, heading="住房"),
        ListColumn("residence", "居住情况", width=11, heading="住房"),
        ListColumn("inspected_on", "核查日期", "date", 11, heading="核查"),
        ListColumn("inspectors", "核查人", width=15, heading="核查"),
        ListColumn("verdict", "核查结论", width=10, heading="核查"),
        ListColumn("reasons", "疑似不安全的理由", width=24, heading="核查"),
        *ANSWERABLE,
    ),
    ListKind.APPRAISED: (
        *PERSON,
        ListColumn("verdict", "核查结论", width=10),
        ListColumn("organisation", "鉴定机构", width=16, heading="鉴定"),
        ListColumn("appraised_on", "鉴定日期", "date", 11, heading="鉴定"),
        ListColumn("appraisers", "鉴定人员", width=15, heading="鉴定"),
        ListColumn("report_number", "报告编号", width=14, heading="鉴定"),
        ListColumn("components", "构件等级", width=18, heading="鉴定"),
        ListColumn("grade", "鉴定等级", width=7, heading="鉴定"),
        ListColumn("disaster_measures", "防灾措施", width=9, heading="鉴定"),
        ListColumn("advice", "处理建议", width=9, heading="鉴定"),
        ListColumn("confirmed_on", "户主确认", "date", 11, heading="鉴定"),
        ListColumn("ruling", "审定结果", width=10, heading="领导小组审定"),
        ListColumn("document_number", "文号", width=14, heading="领导小组审定"),
        *ANSWERABLE,
    ),
    ListKind.RENOVATED: (
        *PERSON,
        ListColumn("grade", "鉴定等级", width=7),
        ListColumn("mode", "改造方式", width=9, heading="改造方案"),
        ListColumn("contractor", "施工单位或工匠", width=16, heading="改造方案"),
        ListColumn("contract_number", "合同编号", width=12, heading="改造方案"),
        ListColumn("planned_area", "面积（㎡）", "decimal", 9, heading="改造方案"),
        ListColumn("funding", "资金（元）", "decimal", 12, heading="改造方案"),
        ListColumn("planned_finish", "计划竣工", "date", 11, heading="改造方案"),
        ListColumn("started_on", "开工", "date", 11, heading="实施"),
        ListColumn("finished_on", "竣工", "date", 11, heading="实施"),
        ListColumn("demolished_on", "旧房拆除", "date", 11, heading="实施"),
        ListColumn("state", "状态", width=9, heading="实施"),
        ListColumn("subsidy", "补助（元）", "decimal", 11, heading="补助"),
        ListColumn("paid_on", "发清日期", "date", 11, heading="补助"),
        *ANSWERABLE,
    ),
    ListKind.ACCEPTED: (
        *PERSON,
        ListColumn("mode", "改造方式", width=9),
        ListColumn("finished_on", "竣工日期", "date", 11),
        ListColumn("accepted_on", "验收日期", "date", 11, heading="质量验收"),
        ListColumn("acceptors", "验收人", width=14, heading="质量验收"),
        ListColumn("passed", "合格项", "int", 6, heading="质量验收"),
        ListColumn("failed", "不合格项", "int", 6, heading="质量验收"),
        ListColumn("grade_after", "改造后等级", width=8, heading="质量验收"),
        ListColumn("result", "验收结果", width=9, heading="质量验收"),
        ListColumn("opinion", "户主意见", width=9, heading="质量验收"),
        ListColumn("remark", "说明", width=20, heading="质量验收"),
        *ANSWERABLE,
    ),
}


def hidden(column: ListColumn, value: Any) -> Any:
    """The value with ID and phone numbers masked for display (domain rules §9)."""
    if column.key == ID_NUMBER:
        return mask_id(value or "")
    if column.key == PHONE:
        return mask_phone(value or "")
    return value


def column_tree(columns: Sequence[ListColumn]) -> tuple[Column, ...]:
    """The columns as a table has them, neighbours of one heading under it."""
    return tuple(branches(columns))


def branches(columns: Sequence[ListColumn]) -> Iterator[Column]:
    heading, below = "", []
    for column in columns:
        if below and column.heading != heading:
            yield branch(heading, below)
            below = []
        leaf = Column(column.key, column.label, kind=column.kind, width=column.width)
        heading = column.heading
        if heading:
            below.append(leaf)
        else:
            yield leaf
    if below:
        yield branch(heading, below)


def branch(heading: str, leaves: list[Column]) -> Column:
    return Column(f"group-{leaves[0].key}", heading, children=tuple(leaves))


def as_plain(columns: Sequence[ListColumn]) -> list[list[Any]]:
    """The columns as JSON values; `from_plain` restores them."""
    return [list(column) for column in columns]


def from_plain(columns: Sequence[Sequence[Any]]) -> tuple[ListColumn, ...]:
    return tuple(ListColumn(*column) for column in columns)
