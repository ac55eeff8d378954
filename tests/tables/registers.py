"""A register as the four lists are: many columns, many rows, some with long reasons."""

from datetime import date, timedelta
from decimal import Decimal

from yanliang.tables.table import Cell, Column, Fact, Row, Table

RARE_NAMES = ("张䶮", "王𠮷", "李㐂", "赵喆", "孙堃", "周昇", "吴赟")
REASON = (
    "东山墙有竖向裂缝，宽约3毫米；屋面瓦件破损、漏雨严重（雨季加剧），檩条局部腐朽，需进一步鉴定。"
)
SIGNATURES = (
    "村负责人（签字）",
    "街办负责人（签字）",
    "区住建局负责人（签字）",
    "扶贫部门（签字）",
)

COLUMNS = (
    Column("number", "序号", "int", width=6, number=1),
    Column("village", "村", width=10, number=2),
    Column("group", "村民小组", width=10, number=3),
    Column(
        "household",
        "户主",
        children=(
            Column("name", "姓名", width=10, number=4),
            Column("id", "身份证号码", "code", width=20, number=5),
            Column("phone", "联系电话", "code", width=13, number=6),
        ),
    ),
    Column("population", "家庭人口", "int", width=6, number=7),
    Column("class", "农户类别", width=14, number=8),
    Column(
        "dwelling",
        "住房",
        children=(
            Column("structure", "结构", width=8, number=9),
            Column("storeys", "层数", "int", width=5, number=10),
            Column("area", "面积（㎡）", "decimal", width=10, number=11),
            Column("built", "建成年份", "code", width=7, number=12),
        ),
    ),
    Column(
        "inspection",
        "核查",
        children=(
            Column("day", "日期", "date", width=11, number=13),
            Column("inspectors", "核查人员", width=12, number=14),
            Column("verdict", "结论", width=10, number=15),
            Column("reason", "主要原因", width=26, number=16),
        ),
    ),
    Column("subsidy", "补助（元）", "int", width=10, number=17),
    Column("remark", "备注", width=8, number=18),
)


def id_number(number: int) -> str:
    return f"61011419580{number:06d}X"


def register_row(number: int) -> Row:
    unsafe = number % 5 == 0
    return Row(
        {
            "number": number,
            "village": "关山街道北冢村",
            "group": f"第{number % 12 + 1}村民小组",
            "name": RARE_NAMES[number % len(RARE_NAMES)],
            "id": id_number(number),
            "phone": f"138{number:08d}",
            "population": number % 7 + 1,
            "class": "建档立卡贫困户" if number % 3 else "一般农户",
            "structure": "土木",
            "storeys": 1,
            "area": Decimal(number) + Decimal("80.5"),
            "built": "1988",
            "day": date(2020, 4, 1) + timedelta(days=number % 30),
            "inspectors": "李明、王芳",
            "verdict": Cell("疑似不安全", flag="warning") if unsafe else "基本安全",
            "reason": REASON * (number % 3) if unsafe else None,
            "subsidy": 1_000 * number if unsafe else None,
        }
    )


def register_table(count: int, **changes) -> Table:
    """Return a list of that many households; `changes` replace arguments of Table."""
    arguments = {
        "title": "阎良区住房安全核查清单",
        "columns": COLUMNS,
        "rows": [register_row(number) for number in range(1, count + 1)],
        "annex_label": "附件3",
        "subtitle": "其他三类重点对象",
        "head_facts": (Fact("村", "北冢村"), Fact("版本", "第2版"), Fact("户数", f"{count}户")),
        "signatures": SIGNATURES,
        "notes": ("每户只列一次。",),
    }
    return Table(**(arguments | changes))
