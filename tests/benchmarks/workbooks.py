"""The lists of the district as one workbook against the quickest writer of the same cells.

jetxl is that (1.1 s for 110,000 × 20 cells with real dates; rustpy-xlsxwriter 2.7 s, XlsxWriter 22 s): it writes
bare cells and holds all of them in memory; ours come with borders, formats, merged header and print set-up.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.measuring import Comparison
from tests.tables.registers import register_row, register_table
from yanliang.tables.register_excel import write_register
from yanliang.tables.table import EMPTY, DocumentProperties

SHEETS, ROWS_A_SHEET = 12, 9_200


def comparisons() -> Iterator[Comparison]:
    rows = [register_row(number) for number in range(1, ROWS_A_SHEET + 1)]
    keys = [leaf.key for leaf in register_table(0).leaves]
    values = [tuple(row.cell(key).value for key in keys) for row in rows]
    names = [f"清单{number}" for number in range(1, SHEETS + 1)]
    # A file of its own for each run: to write over an older one takes longer.
    folder = tempfile.TemporaryDirectory(prefix="yanliang-workbooks-")

    def ours() -> None:
        tables = [register_table(0, rows=iter(values), sheet_name=name) for name in names]
        with tempfile.TemporaryFile(dir=folder.name) as stream:
            write_register(stream, tables, properties=DocumentProperties())

    def quickest() -> None:
        import jetxl

        columns = [known(column) for column in zip(*values, strict=True)]
        sheets = [
            {"name": name, "columns": dict(zip(keys, columns, strict=True))} for name in names
        ]
        path = Path(folder.name) / "quickest.xlsx"
        jetxl.write_sheets(sheets, str(path), 1)
        path.unlink()

    yield Comparison(
        f"四清清单 Excel，{SHEETS} 张表 {SHEETS * ROWS_A_SHEET:,} 行 × {len(keys)} 列",
        subject=ours,
        reference=quickest if find_spec("jetxl") else None,
        ratio=2,
        rounds=7,
    )


def known(values: Sequence) -> list:
    """A column as jetxl takes it, and with the dashes: no decimals, and dates with a time."""
    types = set(map(type, values))
    if Decimal in types:
        return [EMPTY if value is None else float(value) for value in values]
    if dt.date in types:
        return [EMPTY if v is None else dt.datetime(v.year, v.month, v.day) for v in values]
    return [EMPTY if value is None else value for value in values]
