"""A small table with everything that a report can have."""

from datetime import date
from decimal import Decimal

from yanliang.tables.table import Cell, Column, Fact, Row, Table

RARE = "䶮𠮷㐂"

COLUMNS = (
    Column("name", "填报单位", width=22),
    Column(
        "checking",
        "排查",
        children=(
            Column("total", "农户总数", "int", number=1, hint="登记在册的全部农户"),
            Column("rate", "排查率", "percent", number=2, hint="已排查÷应排查 <两位小数>"),
        ),
    ),
    Column(
        "more",
        "其他",
        children=(
            Column("area", "面积", "decimal"),
            Column("day", "日期", "date"),
            Column("code", "身份证号", "code"),
        ),
    ),
)


def sample_table(**changes) -> Table:
    """Return the sample; `changes` replace arguments of Table."""
    arguments = {
        "title": "所有农户住房安全排查情况统计表",
        "columns": COLUMNS,
        "rows": [
            Row(
                {
                    "name": Cell("关山街道", href="/figures/?region=610114007&page=1"),
                    "total": Cell(9856, href="/households/?column=1"),
                    "rate": Decimal("0.98125"),
                    "area": Decimal("1234.5"),
                    "day": date(2020, 6, 24),
                    "code": "61011419580301004X",
                },
                level=1,
            ),
            Row(
                {
                    "name": f"=HYPERLINK({RARE})",
                    "total": Cell("未报", flag="muted", note="本周没有上报"),
                    "area": Cell(0, flag="warning"),
                    "code": 610114195803010047,
                }
            ),
            Row({"name": "合计", "total": 9856, "rate": Decimal(1)}, kind="total"),
        ],
        "annex_label": "附件2",
        "subtitle": "全部农户",
        "head_facts": (
            Fact("填报单位（盖章）", "区住建局"),
            Fact("填报日期", "2020年6月24日"),
            Fact("单位", "户"),
        ),
        "signatures": ("填报人", "审核人", "单位负责人", "联系电话"),
        "notes": ("每户只计一次。",),
        "checks": (),
        "sheet_name": "全部农户",
    }
    return Table(**(arguments | changes))
