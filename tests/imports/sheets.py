"""Building small rosters in the three formats, and judging them against the real district."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import xlwt
from django.conf import settings
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from households.roster.headers import Mapping, find_mapping
from households.roster.judging import JudgedRow, judge_rows
from households.roster.reader import Roster, open_roster
from households.roster.reference import ClassRef, Reference, VillageRef
from households.roster.resident_id import check_character

TODAY = date(2026, 11, 23)
GUANSHAN, BEITUN, XINXING, DISTRICT = "610114007", "610114005", "610114004", "610114"
ROSTERS = Path(__file__).parent / "rosters"

HEADER = [
    "序号",
    "村",
    "组别",
    "户主姓名",
    "身份证号",
    "农户类别",
    "家庭人口",
    "联系电话",
    "房屋结构",
    "层数",
    "建筑面积",
    "建成年份",
]


@cache
def villages() -> tuple[VillageRef, ...]:
    path = settings.BASE_DIR / "fixtures" / "regions_610114.csv"
    with path.open(encoding="utf-8-sig") as lines:
        return tuple(
            VillageRef(row["village_code"], row["village_name"], row["street_name"])
            for row in csv.DictReader(lines)
        )


@cache
def classes() -> tuple[ClassRef, ...]:
    scheme = json.loads(
        (settings.BASE_DIR / "fixtures" / "class_scheme_2020.json").read_text("utf-8")
    )
    return tuple(
        ClassRef(row["code"], row["name"], row["precedence"], tuple(row["aliases"]))
        for row in scheme["classes"]
    )


def reference(region: str = GUANSHAN, extra: Iterable[VillageRef] = ()) -> Reference:
    return Reference(region_code=region, villages=[*villages(), *extra], classes=classes())


def id_of(number: int) -> str:
    """The `number`th of a series of valid ID numbers."""
    first = f"6101141970{1 + number // 28 % 12:02}{1 + number % 28:02}{number % 1000:03}"
    return first + check_character(first)


def row(number: int = 1, **changes: object) -> list:
    """A faultless row under HEADER; `changes` by heading."""
    values = {
        "序号": number,
        "村": "关山村",
        "组别": "3组",
        "户主姓名": "田兰社",
        "身份证号": id_of(number),
        "农户类别": "一般农户",
        "家庭人口": 4,
        "联系电话": "13800001234",
        "房屋结构": "砖混",
        "层数": 2,
        "建筑面积": 120,
        "建成年份": 1998,
    }
    return list((values | changes).values())


def write_xlsx(
    path: Path, rows: list[list], *, name: str = "花名册", merges: Iterable[str] = ()
) -> Path:
    return write_sheets(path, {name: rows}, merges=merges)


def write_sheets(path: Path, sheets: dict[str, list[list]], *, merges: Iterable[str] = ()) -> Path:
    """Write an .xlsx; `merges` apply to every sheet."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        worksheet = workbook.create_sheet(name)
        for cells in rows:
            worksheet.append(["" if cell is None else cell for cell in cells])
        for merged in merges:
            worksheet.merge_cells(merged)
    workbook.save(path)
    return path


def write_xls(
    path: Path, rows: list[list], merges: Iterable[tuple[int, int, int, int]] = ()
) -> Path:
    """Write an .xls; `merges` are first and last row, first and last column, from 0."""
    workbook = xlwt.Workbook(encoding="utf-8")
    worksheet = workbook.add_sheet("Sheet1")
    for index, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value not in ("", None):
                worksheet.write(index, column, value)
    for top, bottom, left, right in merges:
        worksheet.merge(top, bottom, left, right)
    workbook.save(str(path))
    return path


def write_ods(
    path: Path, rows: list[list], merged: dict[tuple[int, int], int] | None = None
) -> Path:
    """Write an .ods; `merged` gives (row, column) from 0 → number of rows spanned."""
    merged = merged or {}
    covered = {
        (top + step, column) for (top, column), span in merged.items() for step in range(1, span)
    }
    document = OpenDocumentSpreadsheet()
    table = Table(name="花名册")
    for index, cells in enumerate(rows):
        line = TableRow()
        for column, value in enumerate(cells):
            if (index, column) in covered:
                line.addElement(CoveredTableCell())
                continue
            options: dict[str, object] = {}
            if (index, column) in merged:
                options = {"numberrowsspanned": merged[index, column], "numbercolumnsspanned": 1}
            if isinstance(value, int | float):
                options |= {"valuetype": "float", "value": value}
            elif value:
                options |= {"valuetype": "string"}
            cell = TableCell(**options)
            if value != "":
                cell.addElement(P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def read(path: Path, region: str = GUANSHAN) -> tuple[Roster, Mapping, list[JudgedRow]]:
    """Open, map and judge a workbook as a user of `region`."""
    known = reference(region)
    roster = open_roster(path)
    mapping = find_mapping(roster, known.villages)
    return roster, mapping, list(judge_rows(roster, mapping, known, TODAY))


def judge(path: Path, region: str = GUANSHAN) -> list[tuple[int, str, str]]:
    """(Excel row, outcome, codes) of every row."""
    return [(r.row, r.outcome, r.codes_text) for r in read(path, region)[2]]
