"""A table as plain JSON values and back, for documents that are kept as they were."""

import datetime as dt
from decimal import Decimal
from typing import Any

from yanliang.tables.table import Cell, Column, Fact, Row, Table, Value


def as_plain(table: Table) -> dict[str, Any]:
    """`table` as JSON can keep it; links are left out, for they lead into the register as it is now."""
    return {
        "title": table.title,
        "subtitle": table.subtitle,
        "annex_label": table.annex_label,
        "columns": [plain_column(column) for column in table.columns],
        "rows": [
            {
                "kind": row.kind,
                "level": row.level,
                "key": row.key,
                "cells": {key: plain_cell(row.cell(key)) for key in row.cells},
            }
            for row in table.rows
        ],
        "facts": [[fact.label, fact.value] for fact in table.head_facts],
        "signatures": [
            each if isinstance(each, str) else [each.label, each.value] for each in table.signatures
        ],
        "remarks": list(table.remarks),
        "notes": list(table.notes),
        "checks": None if table.checks is None else list(table.checks),
        "paper": table.paper,
        "sheet_name": table.sheet_name,
    }


def from_plain(data: dict[str, Any]) -> Table:
    return Table(
        title=data["title"],
        subtitle=data["subtitle"],
        annex_label=data["annex_label"],
        columns=tuple(column_from(each) for each in data["columns"]),
        rows=[
            Row(
                {key: cell_from(cell) for key, cell in row["cells"].items()},
                kind=row["kind"],
                level=row["level"],
                key=row["key"],
            )
            for row in data["rows"]
        ],
        head_facts=tuple(Fact(*fact) for fact in data["facts"]),
        signatures=tuple(
            each if isinstance(each, str) else Fact(*each) for each in data["signatures"]
        ),
        remarks=tuple(data["remarks"]),
        notes=tuple(data["notes"]),
        checks=None if data["checks"] is None else tuple(data["checks"]),
        paper=data["paper"],
        sheet_name=data["sheet_name"],
    )


def plain_column(column: Column) -> dict[str, Any]:
    return {
        "key": column.key,
        "label": column.label,
        "kind": column.kind,
        "number": column.number,
        "hint": column.hint,
        "width": column.width,
        "children": [plain_column(child) for child in column.children],
    }


def column_from(data: dict[str, Any]) -> Column:
    children = tuple(column_from(child) for child in data["children"])
    return Column(**data | {"children": children})


def plain_cell(cell: Cell) -> dict[str, Any]:
    return {"value": plain_value(cell.value), "note": cell.note, "flag": cell.flag}


def cell_from(data: dict[str, Any]) -> Cell:
    return Cell(value_from(data["value"]), note=data["note"], flag=data["flag"])


def plain_value(value: Value) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    return value


def value_from(data: Any) -> Value:
    if not isinstance(data, dict):
        return data
    if "decimal" in data:
        return Decimal(data["decimal"])
    return dt.date.fromisoformat(data["date"])
