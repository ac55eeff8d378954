"""A workbook that somebody else made: what keeps it from being filled, and what it would lose by it.

The container itself (zip bombs, entities, passwords) is looked at before, where uploads come in.
"""

import re
import zipfile
from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import range_boundaries

from yanliang.tables.filling import open_foreign

MAX_FILE_BYTES: Final = 5 * 1024 * 1024
#: A form of a few sheets inflates to well under a megabyte; openpyxl takes fifty times that in memory.
MAX_XML_BYTES: Final = 8 * 1024 * 1024
MAX_SHEETS: Final = 30
#: openpyxl makes an object of every cell under a merge or a link.
MAX_AREA: Final = 20_000

MACROS: Final = "表样里有宏。请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”，去掉宏后再上传。"
TOO_BIG: Final = (
    "表样太大（不超过 5 MB）。请删去大图片、多余的工作表和表格下方带格式的空行，保存后再上传。"
)
TOO_WIDE: Final = (
    "表样里有一处合并单元格或链接覆盖了上万个单元格。请取消整行、整列的合并，保存后再上传。"
)
TOO_MANY_SHEETS: Final = f"表样的工作表超过 {MAX_SHEETS} 张。请只留下要填报的工作表。"
LINKED: Final = "表样引用了别的文件。请在 Excel 的“数据→编辑链接”中断开链接，保存后再上传。"
DAMAGED: Final = (
    "表样打不开。请在 Excel 或 WPS 中打开原件，另存为新的“Excel 工作簿（.xlsx）”后再上传。"
)

_MACRO_PART = re.compile(r"^xl/(vbaProject|macrosheets/|activeX/)", re.IGNORECASE)
_AREA = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^>]*?ref=[\"']([A-Z0-9:$]+)[\"']")

#: What openpyxl does not write back: its name, the parts it stands in, and what they then hold.
_LOSSES: Final = (
    ("图表可能变样", re.compile(r"^xl/charts/chart"), re.compile(rb"")),
    (
        "文本框和图形会丢失",
        re.compile(r"^xl/drawings/drawing"),
        re.compile(rb"<\w+:(?:sp|cxnSp|grpSp)[\s>]"),
    ),
    (
        "EMF、WMF 图片会丢失",
        re.compile(r"^xl/media/.*\.(?:emf|wmf)$", re.IGNORECASE),
        re.compile(rb""),
    ),
    ("页眉页脚里的图片会丢失", re.compile(r"^xl/worksheets/"), re.compile(rb"<legacyDrawingHF")),
    ("按钮、下拉框等控件会丢失", re.compile(r"^xl/ctrlProps/"), re.compile(rb"")),
    ("嵌入的文件会丢失", re.compile(r"^xl/embeddings/"), re.compile(rb"")),
    ("迷你图会丢失", re.compile(r"^xl/worksheets/"), re.compile(rb"sparklineGroup")),
    ("切片器会丢失", re.compile(r"^xl/slicers/"), re.compile(rb"")),
    ("数据连接会丢失", re.compile(r"^xl/connections"), re.compile(rb"")),
    ("新式批注会丢失", re.compile(r"^xl/threadedComments/"), re.compile(rb"")),
    (
        "引用其他工作表的数据有效性会丢失",
        re.compile(r"^xl/worksheets/"),
        re.compile(rb"<x14:dataValidations"),
    ),
    (
        "数据条、图标集等新式条件格式会丢失",
        re.compile(r"^xl/worksheets/"),
        re.compile(rb"<x14:conditionalFormattings"),
    ),
)


class WorkbookRefused(Exception):
    """The file cannot be taken as a form; the message says in Chinese what to do about it."""


def open_checked(content: bytes) -> Workbook:
    """The workbook; raises WorkbookRefused where it is too big, harmful or damaged."""
    if len(content) > MAX_FILE_BYTES:
        raise WorkbookRefused(TOO_BIG)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise WorkbookRefused(DAMAGED) from error
    try:
        workbook = open_foreign(content)
    # A broken workbook may surface as any error of the reader.
    except Exception as error:
        raise WorkbookRefused(DAMAGED) from error
    if len(workbook.sheetnames) > MAX_SHEETS:
        raise WorkbookRefused(TOO_MANY_SHEETS)
    if not workbook.worksheets:
        raise WorkbookRefused(DAMAGED)
    return workbook


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    # The declared sizes are what zipfile, and so openpyxl, will read.
    if sum(part.file_size for part in parts if _is_xml(part.filename)) > MAX_XML_BYTES:
        raise WorkbookRefused(TOO_BIG)
    types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if b"macroEnabled" in types or any(map(_MACRO_PART.match, names)):
        raise WorkbookRefused(MACROS)
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise WorkbookRefused(LINKED)
    for name in names:
        if _is_xml(name):
            for area in _AREA.findall(archive.read(name)):
                if _size(area.decode("ascii")) > MAX_AREA:
                    raise WorkbookRefused(TOO_WIDE)


def _is_xml(name: str) -> bool:
    return not name.startswith("xl/media/")


def _size(area: str) -> int:
    try:
        left, top, right, bottom = range_boundaries(area)
    except (ValueError, TypeError) as error:
        raise WorkbookRefused(DAMAGED) from error
    if None in (left, top, right, bottom):
        # A whole row or column.
        return MAX_AREA + 1
    return (right - left + 1) * (bottom - top + 1)


def losses(content: bytes) -> list[str]:
    """What the file holds that will be gone or changed once it is filled, as short sentences."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return [
            label
            for label, part, mark in _LOSSES
            if any(
                part.match(name) and mark.search(archive.read(name)) for name in archive.namelist()
            )
        ]
