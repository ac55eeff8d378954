"""Papers and workbooks of the city to test with."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from reports.annex2.city_workbook.sample import made_up_paper
from reports.thursday.paper import Paper
from yanliang.tables.table import Column, Row, Table

SECTIONS = ("全部农户", "一般农户")
COLUMNS = (
    Column("place", "街办"),
    Column("check", "排查", children=(
        Column("1", "农户总数", kind="int", number=1),
        Column("2", "已排查", kind="int", number=2),
        Column("3", "排查率", kind="percent", number=3),
    )),
    Column("grade", "鉴定", children=(
        Column("4", "其他", kind="int", number=4),
    )),
    Column("work", "改造", children=(
        Column("5", "其他", kind="int", number=5),
    )),
)  # fmt: skip
GUANSHAN, BEITUN, DISTRICT = "610114007", "610114005", "610114"


def table(
    section: str, rows: Sequence[Row] | None = None, columns: tuple[Column, ...] = COLUMNS
) -> Table:
    """A small Annex 2: two offices and their sum; figures of 一般农户 are half of everyone's."""
    part = 1 if section == SECTIONS[0] else 2
    return Table(
        "统计表",
        columns,
        rows
        or [
            figures("关山街道", GUANSHAN, 200 // part, 150 // part),
            figures("北屯街道", BEITUN, 100 // part, 40 // part),
            figures("合计", DISTRICT, 300 // part, 190 // part, kind="total"),
        ],
        sheet_name=section,
    )


def figures(name: str, key: str, households: int, checked: int, kind="detail") -> Row:
    cells = {
        "place": name,
        "1": households,
        "2": checked,
        "3": checked / households,
        "4": 4,
        "5": 5,
    }
    return Row(cells, kind=kind, key=key)


def tables() -> tuple[Table, ...]:
    return tuple(table(section) for section in SECTIONS)


def paper(annex: Sequence[Table] | None = None) -> Paper:
    return made_up_paper(annex or tables())


def workbook_of(sheets: Mapping[str, Mapping[str, object]]) -> bytes:
    """A workbook with the given cells by sheet and place."""
    workbook, stream = Workbook(), BytesIO()
    workbook.remove(workbook.active)
    for title, cells in sheets.items():
        sheet = workbook.create_sheet(title)
        for place, value in cells.items():
            sheet[place] = value
    workbook.save(stream)
    return stream.getvalue()


def sheet_of(**cells) -> bytes:
    return workbook_of({"表一": cells})


#: A small form without a fault or a warning in the small layout above.
COMPLETE = {
    "A1": "{{填报单位}}（{{表:全部农户}}）",
    "A2": "{{行:关山街道}}",
    "B2": "{{农户总数}}",
    "C2": "{{已排查}}",
    "D2": "{{排查率}}",
    "E2": "{{4}}",
    "F2": "{{5}}",
    "A3": "{{行:北屯街道}}",
    "A4": "{{行:合计}}",
    "A5": "{{说明}}",
}


def uploaded(content: bytes, name: str = "市局表样.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
