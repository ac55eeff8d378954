"""Reading a roster workbook into plain values, within bounded time and memory."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import python_calamine as calamine

from . import containers, limits
from .refusals import RosterRefused

CellValue = int | float | str | bool | date | datetime | time | timedelta

UNCACHED_FORMULA = "#公式没有保存结果#"
"""Stands in the cell of a formula that was never calculated, so that the row is refused and says why."""

MergedRange = tuple[int, int, int, int]
"""First row, first column, last row, last column, all from 0."""


@dataclass
class Sheet:
    """One sheet as it stands. `rows[i]` is Excel's row i + 1; an empty cell is ""."""

    name: str
    rows: list[list[CellValue]]
    merges: list[MergedRange] = field(default_factory=list)
    hidden: bool = False
    formulas: int = 0
    """Number of formula cells (.xlsx only)."""
    xml_rows: int = 0
    """Rows that are stored in the file, formatted empty ones included (.xlsx only)."""
    widths: dict[int, float] = field(default_factory=dict)
    """Column (from 0) → width in characters (.xlsx only)."""

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return max(map(len, self.rows), default=0)


@dataclass
class Roster:
    """A workbook that was found safe and read. `kind` is xlsx, xls or ods; `filename` is what the user calls it."""

    path: Path
    filename: str
    kind: str
    sheets: list[Sheet]

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name; `KeyError` if there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)


def open_roster(path: str | Path, *, filename: str = "") -> Roster:
    """Read a workbook; `RosterRefused` says in Chinese why not and what to do.

    `filename` is the name the user gave it, kept for messages; the content alone decides what the file is.
    """
    path = Path(path)
    with path.open("rb") as source:
        inspected = containers.inspect(source)
        sheets = read_workbook(source, inspected)
    if not any(sheet.rows for sheet in sheets):
        raise RosterRefused("empty", "工作簿里没有内容。请确认选对了文件，再重新上传。")
    return Roster(path, filename or path.name, inspected.kind, sheets)


def read_workbook(source: BinaryIO, inspected: containers.Inspected) -> list[Sheet]:
    """The sheets of a file that was found safe to read; `RosterRefused` says in Chinese why not."""
    if inspected.kind == "docx":
        raise RosterRefused("not_workbook", containers.NOT_A_WORKBOOK)
    try:
        return _read_sheets(source, inspected)
    except RosterRefused:
        raise
    except calamine.PasswordError as error:
        raise RosterRefused("encrypted", containers.ENCRYPTED) from error
    # A broken workbook may surface as any error, a panic of the reader (BaseException) included.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
            raise
        raise RosterRefused("damaged", containers.DAMAGED) from error


def _read_sheets(source: BinaryIO, inspected: containers.Inspected) -> list[Sheet]:
    sheets = []
    cells = filled_rows = 0
    source.seek(0)
    # From an open file: given a path, the reader would trust its extension.
    with calamine.load_workbook(source) as workbook:
        metadata = [
            entry
            for entry in workbook.sheets_metadata
            if entry.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        if len(metadata) > limits.MAX_SHEETS:
            raise RosterRefused(
                "too_many_sheets",
                f"工作簿有 {len(metadata)} 张工作表，最多读 {limits.MAX_SHEETS} 张。请拆成几个文件分别上传。",
            )
        for entry in metadata:
            read = workbook.get_sheet_by_name(entry.name)
            last_row, last_column = read.end or (-1, -1)
            containers.check_extent(last_row, last_column, entry.name)
            height, width = last_row + 1, last_column + 1
            cells += height * width
            if cells > limits.MAX_CELLS:
                raise RosterRefused(
                    "too_many_rows", "工作簿内容过多。请按村拆成几个文件，分别上传。"
                )
            rows = read.to_python(skip_empty_area=False)
            filled_rows += height - sum(1 for row in rows if not any(row))
            if filled_rows > limits.MAX_DATA_ROWS:
                raise RosterRefused(
                    "too_many_rows",
                    f"工作簿超过 {limits.MAX_DATA_ROWS} 行。请按街办或按村拆成几个文件，分别上传。",
                )
            facts = inspected.facts.get(entry.name) or containers.SheetFacts()
            _mark_uncached(rows, facts.uncached)
            merges = inspected.merges.get(entry.name)
            if merges is None:
                merges = [
                    (top, left, bottom, right)
                    for (top, left), (bottom, right) in read.merged_cell_ranges or []
                ]
            sheets.append(
                Sheet(
                    name=entry.name,
                    rows=rows,
                    merges=merges,
                    hidden=entry.visible != calamine.SheetVisibleEnum.Visible,
                    formulas=facts.formulas,
                    xml_rows=facts.xml_rows,
                    widths=facts.widths,
                )
            )
    return sheets


def _mark_uncached(rows: list[list[CellValue]], cells: list[tuple[int, int]]) -> None:
    for row, column in cells:
        while len(rows) <= row:
            rows.append([])
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        if rows[row][column] == "":
            rows[row][column] = UNCACHED_FORMULA
