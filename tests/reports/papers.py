"""Papers as a sealed week gives them, over a register of a few households."""

import datetime as dt
import hashlib
from dataclasses import replace

import time_machine

from households.models import Region
from reports.annex2.faces import table_of
from reports.annex2.sheet import sheet_of
from reports.sealing import code_of
from reports.thursday.paper import Paper
from reports.weekly.charts import left_chart, trend_chart
from reports.weekly.gathering import weekly_of
from reports.weekly.narrative import draft
from reports.weekly.problem_tables import zeros_table
from reports.weekly.tables import short_table, trend_table
from reports.weekly.weeks import Week
from tests.factories import HouseholdFactory, happen
from yanliang.periods import SHANGHAI
from yanliang.tables.table import Cell, Column, Row, Table

THURSDAY = dt.date(2020, 4, 9)
SHA256 = hashlib.sha256("存档".encode()).hexdigest()
MISSING = "新兴街道"
PROVENANCE = (
    "新兴街道未报，合计不含其数字。",
    "本版为第 2 版，更正理由：北屯街道重报。",
)


def at(day: int, hour: int = 9):
    """A moment of April 2020 in Shanghai."""
    return time_machine.travel(dt.datetime(2020, 4, day, hour, tzinfo=SHANGHAI), tick=False)


def small_register() -> None:
    """Three households in two offices, one of them inspected in the week."""
    with at(1):
        HouseholdFactory(region_id="610114005200")
        HouseholdFactory()
        household = HouseholdFactory(class_code="low_income")
    with at(8):
        happen(household, "inspected:suspected")


def without(table: Table, place: str) -> Table:
    """The row of `place` says 未报 and nothing else, as in the sum of the bureau."""
    first, figure, *_ = table.leaves
    missing = {first.key: place, figure.key: Cell("未报", flag="muted")}
    rows = [
        Row(missing, key=row.key) if row.cell(first.key).value == place else row
        for row in table.rows
    ]
    return replace(table, rows=rows)


def villages_table(region: Region) -> Table:
    """Annex 2 of everyone, each office followed by its villages."""
    sheet = sheet_of(region)
    whole = table_of(sheet, sheet.sections[0], notes=False)
    rows = []
    for row in whole.rows:
        rows.append(replace(row, kind="subtotal") if row.kind == "detail" else row)
        if row.kind == "detail":
            below = sheet_of(Region.objects.get(pk=row.key))
            villages = table_of(below, below.sections[0], notes=False).rows
            rows += [replace(each, level=1) for each in villages if each.kind == "detail"]
    return replace(whole, subtitle="（全部农户，各村）", rows=rows)


def statement_table() -> Table:
    columns = (
        Column("place", "街办", width=12),
        Column("state", "状态", width=8),
        Column("submitted", "上报时间", width=20),
        Column("receipt", "回执号", kind="code", width=24),
        Column("code", "校验码", kind="code", width=16),
    )
    rows = [
        Row(
            {
                "place": "关山街道",
                "state": "已审",
                "submitted": "2020年4月9日10时5分",
                "receipt": "YL-20200409-007-1",
                "code": "AAAA-BBBB-CCCC",
            }
        ),
        Row({"place": MISSING, "state": Cell("未报", flag="warning")}),
    ]
    return Table("各街办上报情况", columns, rows, paper="A4 portrait", sheet_name="上报情况")


def district_paper(**changes) -> Paper:
    """The district's report of `small_register`, sealed, with one office missing."""
    region = Region.objects.get(pk="610114")
    with at(9, hour=15):
        sheet = sheet_of(region)
        weekly = weekly_of(region, Week(THURSDAY))
        paper = Paper(
            heading="阎良区住房安全排查工作周报",
            unit="阎良区住房和城乡建设局",
            issue="第3期",
            thursday=THURSDAY,
            as_at="截至2020年4月9日12时",
            sealed_at=dt.datetime(2020, 4, 9, 14, 30, tzinfo=SHANGHAI),
            sealed_by="王局（区局负责人）",
            parts=draft(weekly.figures),
            annex=tuple(without(table_of(sheet, section), MISSING) for section in sheet.sections),
            villages=without(villages_table(region), MISSING),
            comparison=short_table(weekly.figures),
            tables=(zeros_table(weekly.figures), trend_table(weekly)),
            charts=(
                trend_chart(weekly.trend, weekly.figures.whole),
                left_chart(weekly.figures),
            ),
            statement=statement_table(),
            provenance=PROVENANCE,
            receipt="YL-20200409-2",
            signers=(
                ("填报人", "李经办"),
                ("审核人", "王局"),
                ("单位负责人", ""),
                ("联系电话", "029-86800000"),
            ),
            code=code_of(SHA256),
            sha256=SHA256,
        )
    return replace(paper, **changes)


def office_paper(region_id: str = "610114007", **changes) -> Paper:
    """An office's paper: its rows are its villages."""
    region = Region.objects.get(pk=region_id)
    with at(9, hour=10):
        sheet = sheet_of(region)
        weekly = weekly_of(region, Week(THURSDAY))
        tables = tuple(table_of(sheet, section) for section in sheet.sections)
        paper = district_paper(
            heading=f"{region.short_name}住房安全排查工作周报",
            unit=f"{region.short_name}办事处",
            parts=draft(weekly.figures),
            annex=tables,
            villages=tables[0],
            comparison=short_table(weekly.figures),
            tables=(zeros_table(weekly.figures),),
            statement=None,
            receipt="YL-20200409-007-1",
        )
    return replace(paper, **changes)


def preview(paper: Paper) -> Paper:
    """The same before it is sealed."""
    return replace(paper, code="", sha256="", receipt="", sealed_by="")
