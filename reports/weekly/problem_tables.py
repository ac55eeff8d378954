"""The tables of a weekly report on the three zeros and on 屡改屡犯."""

from collections.abc import Iterator

from reports.weekly.figures import WeeklyFigures
from reports.weekly.wording import day_in_words
from reports.zeros.counters import ZEROS, Zero, list_url, own_or_below
from yanliang.tables.table import Cell, Column, Fact, Row, RowKind, Table

LEFT, CHANGE = "剩余", "本周增减"


def zeros_table(week: WeeklyFigures) -> Table:
    """What is left of each counter in each place, how it changed in the week, and by when it is due."""
    deadlines = week.rectified.zeros.deadlines
    groups = tuple(
        Column(
            zero.key,
            f"{zero.name}（{day_in_words(deadlines[zero.key])}前）",
            hint=zero.hint,
            children=(
                *(
                    Column(
                        part.key,
                        part.label if len(zero.parts) > 1 else f"{LEFT}（{part.unit}）",
                        kind="int",
                        width=width_in(zero),
                    )
                    for part in zero.parts
                ),
                *(
                    [Column(f"{zero.key}-all", f"{LEFT}（{zero.unit}）", kind="int", width=8)]
                    if len(zero.parts) > 1
                    else []
                ),
                Column(f"{zero.key}-change", CHANGE, kind="int", width=width_in(zero)),
            ),
        )
        for zero in ZEROS
    )
    return Table(
        title=f"各{week.place_noun}三清零进度",
        columns=(Column("place", week.place_noun, width=14), *groups),
        rows=list(zero_rows(week)),
        head_facts=(Fact("单位", "户、件；漏点短板清零为户数与件数之和"),),
        paper="A4 portrait",
        sheet_name="三清零",
    )


def width_in(zero: Zero) -> int:
    """Characters of a column: two of them together hold the counter's name and date in one line."""
    return 8 if len(zero.parts) > 1 else 13


def zero_rows(week: WeeklyFigures) -> Iterator[Row]:
    """The places in their order, what lies in none of them, the total."""
    zeros = week.rectified.zeros
    # Not the report's own places: one that did not submit is counted by the register.
    codes = [code for code in zeros.names if code != zeros.this.scope]
    for code in own_or_below(zeros.this, codes) if codes else ():
        yield zero_row(week, zeros.names[code], code, "detail")
    yield zero_row(week, "合计" if codes else week.total.name, "", "total" if codes else "detail")


def zero_row(week: WeeklyFigures, name: str, place: str, kind: RowKind) -> Row:
    zeros = week.rectified.zeros
    cells: dict[str, Cell] = {}
    for zero in ZEROS:
        for part in zero.parts:
            url = list_url(
                part, place or zeros.this.scope, week.week, only_own=place == zeros.this.scope
            )
            cells[part.key] = Cell(zeros.number(part, place), href=url)
        if len(zero.parts) > 1:
            cells[f"{zero.key}-all"] = Cell(zeros.number(zero, place))
        cells[f"{zero.key}-change"] = Cell(zeros.difference(zero, place))
    return Row({"place": name, **cells}, kind=kind)


def recurrent_table(week: WeeklyFigures) -> Table | None:
    """Every 屡改屡犯 problem that is not struck off; None without any."""
    recurrent = week.rectified.ledger.recurrent
    if not recurrent:
        return None
    return Table(
        title="屡改屡犯问题清单",
        columns=(
            Column("number", "编号", kind="code", width=19),
            Column("place", "地点", width=16),
            Column("kind", "问题类别", width=18),
            Column("responsible", "责任人", width=9),
            Column("leading_official", "牵头领导", width=9),
            Column("due_on", "整改时限", kind="date", width=12),
            Column("state", "状态", width=9),
        ),
        rows=[Row(each._asdict()) for each in recurrent],
        head_facts=(Fact("单位", "件"), Fact("合计", f"{len(recurrent):,}")),
        paper="A4 portrait",
        sheet_name="屡改屡犯",
    )
