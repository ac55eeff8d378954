"""The tables and pictures that are sealed with a week's figures."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reports.weekly.charts import burn_down_charts, left_chart, trend_chart
from reports.weekly.gathering import Weekly
from reports.weekly.problem_tables import recurrent_table, zeros_table
from reports.weekly.tables import full_table, short_table
from yanliang.tables import plain
from yanliang.tables.table import Cell, Column, Fact, Row, Table

NOT_REPORTED = "未报"


def plain_tables(weekly: Weekly, absent: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The comparison, the other tables and the charts, as they are kept.

    `absent` are the names of offices without a submission, by code: they stand in the tables as 未报.
    """
    absent = absent or {}
    return {
        "comparison": plain.as_plain(with_absent(short_table(weekly.figures), absent)),
        "tables": [
            plain.as_plain(with_absent(full_table(weekly), absent)),
            *map(plain.as_plain, ledger_tables(weekly)),
        ],
        "charts": [str(chart) for chart in charts_of(weekly)],
    }


def ledger_tables(weekly: Weekly) -> Iterator[Table]:
    """The three zeros, 屡改屡犯, supervision: what the bureau's own ledger says at the same moment."""
    yield zeros_table(weekly.figures)
    recurrent = recurrent_table(weekly.figures)
    if recurrent:
        yield recurrent
    if weekly.figures.rectified.offices:
        yield supervision_table(weekly)


def charts_of(weekly: Weekly) -> Iterator[str]:
    yield trend_chart(weekly.trend, weekly.figures.whole)
    yield left_chart(weekly.figures)
    yield from burn_down_charts(weekly.figures)


def supervision_table(weekly: Weekly) -> Table:
    """The week's supervision visits to each office, and who was not visited (domain rules §5)."""
    return Table(
        title="本周督导检查情况",
        columns=(
            Column("place", weekly.figures.place_noun, width=14),
            Column("visits", "检查次数", kind="int", width=12),
            Column("households", "走访农户", kind="int", width=12),
            Column("problems", "发现问题", kind="int", width=12),
            Column("state", "本周", width=12),
        ),
        rows=[
            Row(
                {
                    "place": each.office.short_name,
                    "visits": each.visits,
                    "households": each.households,
                    "problems": each.problems,
                    "state": "已检查" if each.visits else Cell("未检查", flag="warning"),
                },
                key=each.office.code,
            )
            for each in weekly.figures.rectified.offices
        ],
        head_facts=(Fact("单位", "次、户、件"),),
        paper="A4 portrait",
        sheet_name="督导检查",
    )


def with_absent(table: Table, absent: Mapping[str, str]) -> Table:
    """`table`, whose first column names places, with a row of 未报 for each of `absent` and totals that say so."""
    if not absent:
        return table
    without = f"（不含{'、'.join(absent.values())}）"
    rows, totals = [], []
    for row in table.rows:
        if row.kind == "total":
            name = f"{row.cell('place').value}{without}"
            totals.append(replace(row, cells={**row.cells, "place": name}))
        else:
            rows.append(row)
    rows += [
        Row(
            {leaf.key: Cell(NOT_REPORTED, flag="muted") for leaf in table.leaves} | {"place": name},
            key=code,
        )
        for code, name in absent.items()
    ]
    return replace(table, rows=[*rows, *totals])
