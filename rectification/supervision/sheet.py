"""督导检查表: what the visitors take along and sign, or, after the visit, what goes into the files."""

from collections.abc import Sequence

from rectification.enums import Seen
from rectification.models import SupervisionVisit, VisitHousehold
from yanliang.periods import now
from yanliang.tables.pdf import render_pdf, table_face
from yanliang.tables.table import Column, DocumentProperties, Fact, Row, Table

TITLE = "督导检查表"
#: What is ticked by hand, or printed once it is recorded.
BOX, TICK = "□", "√"
TICKED = (Seen.SOUND, Seen.PROBLEM, Seen.ABSENT)

#: No number of a person: the sheet goes from hand to hand.
COLUMNS = (
    Column("position", "序号", kind="int", width=5),
    Column("village", "村（社区）", width=12),
    Column("group", "村民小组", width=10),
    Column("head", "户主", width=10),
    Column("class", "农户类别", width=18),
    Column("stage", "住房安全进度", width=14),
    Column(
        "seen",
        "走访结果",
        children=tuple(Column(seen.value, seen.label, width=11) for seen in TICKED),
    ),
    Column("note", "情况记录", width=40),
)


def title_of(visit: SupervisionVisit) -> str:
    return f"{TITLE}_{visit.region}_{visit.visited_on:%Y%m%d}"


def table_of(visit: SupervisionVisit, rows: Sequence[VisitHousehold]) -> Table:
    """The sheet, empty boxes where nothing is recorded yet."""
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=[Row(cells_of(row)) for row in rows],
        head_facts=(
            Fact("受检街办", str(visit.region)),
            Fact("检查日期", f"{visit.visited_on:%Y年%-m月%-d日}"),
            Fact("检查人员", visit.visitors),
            Fact("抽取", f"{len(rows)} 户"),
            Fact("抽样种子", str(visit.seed)),
        ),
        signatures=(
            "检查人员（签字）",
            "街办陪同人员（签字）",
            "街办负责人（签字）",
            "日期",
        ),
        notes=(
            "农户由系统按类别和村的户数比例随机抽取，抽取后不得更换；没有走访的，写明原因。",
            "发现的问题逐条登记问题台账，由街办整改，区住建局核实销号。",
        ),
        paper="A4 landscape",
    )


def cells_of(row: VisitHousehold) -> dict:
    household = row.household
    return {
        "position": row.position,
        "village": str(household.region),
        "group": household.group,
        "head": household.head_name,
        "class": str(household.household_class),
        "stage": household.get_stage_display(),
        # Not the dash of an empty cell: here people write.
        "note": row.note or " ",
        **{seen.value: TICK if row.seen == seen else BOX for seen in TICKED},
    }


def pdf(visit: SupervisionVisit, rows: Sequence[VisitHousehold], *, by, reason: str = "") -> bytes:
    """The sheet as a PDF that says who took it, when and why."""
    properties = DocumentProperties(
        title=title_of(visit),
        author=str(by),
        subject=f"导出原因：{reason}" if reason else "",
        created=now(),
    )
    return render_pdf(
        "pdf/visit_sheet.html",
        {"properties": properties, "face": table_face(table_of(visit, rows)), "visit": visit},
    )
