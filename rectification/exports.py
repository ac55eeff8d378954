"""The list of renovations as a table for Excel."""

from collections.abc import Iterable

from rectification.enums import AcceptanceResult, FundingSource
from rectification.models import Renovation
from yanliang.periods import today
from yanliang.tables.table import Column, Fact, Row, Table

TITLE = "农村危房改造台账"
SUM = "total"


def renovation_table(renovations: Iterable[Renovation], conditions: str) -> Table:
    """A row for each renovation and one with the totals; `conditions` says in words what was chosen.

    The renovations bring their household with region and class, their funding and acceptances along, and
    `paid`, the subsidy paid so far in yuan.
    """
    rows = [row_of(each) for each in renovations]
    totals = {"code": "合计"}
    for key in (*FundingSource, SUM, "subsidy"):
        totals[key] = sum(row.cells[key] or 0 for row in rows)
    if rows:
        rows.append(Row(totals, kind="total"))
    money = tuple(Column(each.value, each.label, "decimal") for each in FundingSource)
    columns = (
        Column("code", "户编号", "code"),
        Column("office", "街办", width=12),
        Column("village", "村（社区）", width=14),
        Column("head", "户主", width=12),
        Column("class", "农户类别", width=20),
        Column("grade", "鉴定等级", width=10),
        Column("mode", "改造方式", width=12),
        Column("contractor", "施工单位或工匠", width=22),
        Column("area", "计划面积（㎡）", "decimal"),
        Column(
            "funding", "资金（元）", children=(*money, Column(SUM, "合计", "decimal", width=14))
        ),
        Column("started", "开工", "date"),
        Column("finished", "竣工", "date"),
        Column("accepted", "验收合格", "date"),
        Column("demolished", "旧房拆除", "date"),
        Column("settled", "补助发清", "date"),
        Column("subsidy", "已发补助（元）", "decimal", width=14),
        Column("state", "状态", width=12),
        Column("due", "清零时限", "date"),
    )
    facts = (Fact("条件", conditions), Fact("日期", f"{today()}"), Fact("单位", "户、元"))
    return Table(title=TITLE, columns=columns, rows=rows, head_facts=facts)


def row_of(renovation: Renovation) -> Row:
    household = renovation.household
    given = {line.source: line.amount for line in renovation.funding.all()}
    passed = [
        each.accepted_on
        for each in renovation.acceptances.all()
        if each.result == AcceptanceResult.PASSED and not each.is_void
    ]
    return Row(
        {
            "code": household.code,
            "office": str(household.region.parent),
            "village": str(household.region),
            "head": household.head_name,
            "class": str(household.household_class),
            "grade": household.get_grade_display(),
            "mode": renovation.get_mode_display(),
            "contractor": renovation.contractor,
            "area": renovation.planned_area,
            **{source.value: given.get(source) for source in FundingSource},
            SUM: sum(given.values()),
            "started": renovation.started_on,
            "finished": renovation.finished_on,
            "accepted": passed[0] if passed else None,
            "demolished": renovation.old_house_demolished_on,
            "settled": renovation.subsidy_paid_on,
            "subsidy": renovation.paid or None,
            "state": renovation.get_state_display(),
            "due": household.household_class.cleared_by,
        }
    )
