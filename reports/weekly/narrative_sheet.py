"""The text of a weekly report as a sheet that prints on upright A4 in the look of official papers (GB/T 9704)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal
from unicodedata import east_asian_width

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.weekly.narrative import Part
from yanliang.tables.excel import PAPER_SIZES, write_text

#: Characters across the only column; a Chinese character takes two.
WIDTH = 84
#: Excel replaces a font that is missing.
TITLE_FONT = Font(name="方正小标宋简体", size=22)
SUBTITLE_FONT = Font(name="楷体_GB2312", size=14)
HEAD_FONT = Font(name="黑体", size=14)
BODY_FONT = Font(name="仿宋_GB2312", size=14)
#: Points of a line of the body.
LEADING = 24


@dataclass(frozen=True)
class Line:
    """A cell of the sheet with the height of its row in points."""

    text: str
    font: Font
    side: Literal["left", "center", "right"]
    height: float


def title_line(text: str) -> Line:
    return Line(text, TITLE_FONT, "center", 40.0)


def subtitle_line(text: str) -> Line:
    return Line(text, SUBTITLE_FONT, "center", 26.0 * lines_of(text))


def head_line(text: str) -> Line:
    return Line(text, HEAD_FONT, "left", 30.0)


def paragraph_line(text: str) -> Line:
    """A paragraph, its first line set in by two characters."""
    indented = f"　　{text}"
    return Line(indented, BODY_FONT, "left", LEADING * lines_of(indented) + 4.0)


def closing_line(text: str) -> Line:
    """A line of the signature at the end."""
    return Line(text, BODY_FONT, "right", LEADING + 4.0)


def lines_of(text: str) -> int:
    """How many lines `text` takes in a font as large as the body's."""
    return ceil(body_width(text) / WIDTH)


def body_width(text: str) -> float:
    """The width of `text` in the units of a column, which counts half Chinese characters of 11 points."""
    halves = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return halves * BODY_FONT.size / 11


def write_narrative(
    sheet: Worksheet,
    heading: Iterable[Line],
    parts: Iterable[Part],
    closing: Iterable[Line] = (),
) -> None:
    """Make `sheet` the sheet of the text: what stands above it, the numbered sections, what stands below."""
    sheet.title = "周报"
    sheet.column_dimensions["A"].width = WIDTH
    lines: Sequence[Line] = [
        *heading,
        *(
            line
            for part in parts
            for line in (head_line(part.title), *map(paragraph_line, part.paragraphs))
        ),
        *closing,
    ]
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1)
        write_text(cell, line.text)
        cell.font = line.font
        cell.alignment = Alignment(horizontal=line.side, vertical="center", wrap_text=True)
        sheet.row_dimensions[number].height = line.height
    sheet.page_setup.paperSize = PAPER_SIZES["A4"]
    sheet.page_setup.orientation = "portrait"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.9
    sheet.page_margins.top = sheet.page_margins.bottom = 1.2
    sheet.print_area = f"A1:A{len(lines)}"
