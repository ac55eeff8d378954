"""The re-check list of a disaster for the villages: a table for each, to take along and fill in."""

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import NamedTuple

from django.core.exceptions import ValidationError

from households.enums import Structure
from households.models import Region
from rectification.enums import CheckState
from rectification.models import DisasterEvent
from yanliang.accounts.enums import RegionLevel
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.tables.register_excel import write_register
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import Column, DocumentProperties, Fact, Row, Table

COLUMNS = (
    Column("serial", "序号", "int", width=5),
    Column("group", "组", width=7),
    Column("head", "户主", width=9),
    Column("code", "户编号", "code", width=18),
    Column("class", "类别", width=14),
    Column("structure", "结构", width=9),
    Column("built_year", "建成年份", "code", width=8),
    Column("state", "复查结果", width=10),
    Column("checked_on", "复查日期", width=11),
    Column("checker", "复查人", width=9),
    Column("note", "情况", width=26),
)
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
#: More than these are too many sheets for one print-out, and too long to wait for.
PDF_ROWS = 6000
#: Left to be filled in by hand: an empty cell would be printed as “—”.
BLANK = " "


class Line(NamedTuple):
    """A household on the list as it is printed; records would take ten times as long to read."""

    village: str
    group: str
    head: str
    code: str
    class_name: str
    structure: str
    built_year: int | None
    state: str
    checked_on: dt.date | None
    checker: str
    note: str


#: Where the fields of a line come from, in their order.
SOURCES = (
    "household__region_id",
    "household__group",
    "household__head_name",
    "household__code",
    "household__household_class__name",
    "household__structure",
    "household__built_year",
    "state",
    "checked_on",
    "checker",
    "note",
)
STATES, STRUCTURES = dict(CheckState.choices), dict(Structure.choices)


def tables_of(event: DisasterEvent, checks) -> Iterator[Table]:
    """A table for each village of `checks`. Two queries."""
    names = dict(Region.objects.values_list("code", "short_name"))
    lines = map(Line._make, checks.in_order().values_list(*SOURCES))
    for village, group in groupby(lines, key=lambda line: line.village):
        office = names.get(village[: RegionLevel.OFFICE], "")
        yield village_table(event, f"{office}{names[village]}", list(group))


def village_table(event: DisasterEvent, place: str, lines: list[Line]) -> Table:
    return Table(
        title=f"{event}复查名单",
        columns=COLUMNS,
        rows=[row_of(serial, line) for serial, line in enumerate(lines, start=1)],
        head_facts=(
            Fact("村（社区）", place),
            Fact("灾种", f"{event.get_kind_display()}（{event.happened_on}）"),
            Fact("复查时限", f"{event.check_by}"),
            Fact("户数", str(len(lines))),
            Fact("制表日期", f"{today()}"),
        ),
        signatures=("复查人", "村负责人"),
        notes=("复查结果填“未见险情”或“有疑点”；有疑点的写明部位和程度，拍照后当天在系统中登记。",),
        paper="A4 landscape",
        sheet_name=place,
    )


def row_of(serial: int, line: Line) -> Row:
    is_seen = line.state != CheckState.PENDING
    return Row(
        {
            "serial": serial,
            "group": line.group,
            "head": line.head,
            "code": line.code,
            "class": line.class_name,
            "structure": STRUCTURES.get(line.structure, ""),
            "built_year": str(line.built_year or ""),
            "state": STATES[line.state] if is_seen else BLANK,
            "checked_on": f"{line.checked_on}" if is_seen else BLANK,
            "checker": line.checker or BLANK,
            "note": line.note or BLANK,
        }
    )


def printed(event: DisasterEvent, checks, extension: str, *, by, reason: str = "") -> bytes:
    """The list as a file, and the trail's word of who took it.

    Raises ValidationError where there is nothing to print, or too much for a PDF.
    """
    rows = checks.count()
    if not rows:
        raise ValidationError("名单中没有符合条件的农户，没有可以导出的内容。")
    if extension == "pdf" and rows > PDF_ROWS:
        raise ValidationError(
            f"共 {rows:,} 户，超过一次打印的 {PDF_ROWS:,} 户，请先按街办或村筛选，或导出 Excel。"
        )
    properties = DocumentProperties(
        title=f"{event}复查名单",
        author=str(by),
        subject=f"用途：{reason}" if reason else "",
        created=now(),
    )
    tables = tables_of(event, checks)
    record(
        "exported",
        event,
        by=by,
        after={"内容": properties.title, "格式": extension.upper(), "户数": rows},
        reason=reason,
    )
    if extension == "pdf":
        return register_pdf(list(tables), properties=properties)
    stream = BytesIO()
    write_register(stream, tables, properties=properties)
    return stream.getvalue()
