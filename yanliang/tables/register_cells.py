"""The cells of a long register as XML: whole stretches of a column at once, where they are alike.

Two million cells one by one would take ten times as long as writing their bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from math import isfinite
from types import NoneType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from xml.sax.saxutils import escape

from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from yanliang.tables.excel import FORMULA_MARKS, line_count, printable
from yanliang.tables.table import Cell, Column, Value

if TYPE_CHECKING:
    from yanliang.tables.register_excel import LongSheet

Sort = Literal["text", "quoted", "number", "date", "blank"]

CELL_LIMIT: Final = 32_767
#: One value of each sort: a cell looks like its sort in a column of its kind.
SAMPLES: Final[dict[Sort, Value]] = {
    "text": "字",
    "quoted": "=",
    "number": 0,
    "date": date(2020, 1, 1),
    "blank": None,
}
#: Opens a text whose spaces and ends of lines stay.
KEPT: Final = b'<t xml:space="preserve">'
# Joined texts are looked at as one. The separator is a character that XML forbids in a text anyway.
SEPARATOR: Final = "<"
#: Stands for the number of the line until that is known; no text can hold it.
LINE: Final = b"\x00"
# A sign and where it needs care. The sign alone is sought first: that is twenty times as quick.
AWKWARD: Final = (
    (" ", f"{SEPARATOR} "),
    (" ", f" {SEPARATOR}"),
    *((mark, f"{SEPARATOR}{mark}") for mark in FORMULA_MARKS),
)


class Cells(NamedTuple):
    """A column of a chunk: the XML of a cell but for its LINE, what fills it in each row, and its lines.

    `contents` is empty where all cells are alike, and `lines` where every text stands on one.
    """

    pattern: bytes
    contents: Sequence[bytes | int]
    lines: Sequence[int] = ()


class Face:
    """How the values of one column become XML, in rows of one manner (a sum or not, a level)."""

    def __init__(
        self, sheet: "LongSheet", position: int, column: Column, level: int, strong: bool
    ) -> None:
        self._sheet, self._kind, self._level, self._strong = sheet, column.kind, level, strong
        self._opening = b'<c r="%b%b"' % (get_column_letter(position).encode(), LINE)
        self._room = column.characters
        # Most values of a column come again and again.
        self._one = lru_cache(maxsize=1024, typed=True)(self._new_one)
        self._shells: dict[tuple[Sort, bool], tuple[bytes, bytes]] = {}

    def cells(self, values: Sequence[Cell | Value]) -> Cells:
        """Return the cells of `values`: all at once where they are of one type and need no care."""
        types, first = set(map(type, values)), values[0]
        if len(types) == 1 and first == values[-1] and values.count(first) == len(values):
            content, lines = self._one(first)
            pattern = self._opening + content.replace(b"%", b"%%")
            return Cells(pattern, (), [lines] * len(values) if lines > 1 else ())
        if types == {int} and self._kind != "code":
            before, after = self._around("number")
            return Cells(self._opening + before + b"%d" + after, values)
        gaps = NoneType in types
        types.discard(NoneType)
        if types <= {str} or (types <= {str, int} and self._kind == "code"):
            if gaps or int in types:
                values = ["" if each is None else str(each) for each in values]
            return self._texts(values)
        if types == {date} and self._kind != "code":
            return self._joined("date", SEPARATOR.join(map(_day, values)))
        if types <= {int, Decimal} and self._kind != "code":
            numbers = ["" if each is None else str(each) for each in values]
            joined = SEPARATOR.join(numbers)
            # NaN and Infinity are no numbers to Excel.
            if "N" not in joined and "I" not in joined:
                return self._joined("number", joined)
        return self._singly(map(self._one, values))

    def _texts(self, texts: Sequence[str]) -> Cells:
        longest, joined = max(map(len, texts)), SEPARATOR.join(texts)
        if longest > CELL_LIMIT or not _is_plain(joined.replace("\n", ""), len(texts)):
            return self._singly(map(self._one, texts))
        cells = self._joined("text", joined.replace("&", "&amp;").replace(">", "&gt;"))
        broken = "\n" in joined or longest * (1 if joined.isascii() else 2) > self._room
        if self._sheet.wraps and broken:
            return cells._replace(lines=list(map(line_count, texts, repeat(self._room))))
        return cells

    def _joined(self, sort: Sort, joined: str) -> Cells:
        contents = joined.encode().split(SEPARATOR.encode())
        before, after = self._around(sort)
        if "\n" in joined:
            # Said of every cell: it changes nothing of those of one line.
            before = before.replace(b"<t>", KEPT)
        if b"" not in contents:
            return Cells(self._opening + before + b"%b" + after, contents)
        blank = self._blank()
        filled = [before + each + after if each else blank for each in contents]
        return Cells(self._opening + b"%b", filled)

    def _singly(self, made: Iterable[tuple[bytes, int]]) -> Cells:
        contents, lines = zip(*made, strict=True)
        return Cells(self._opening + b"%b", contents, lines if max(lines) > 1 else ())

    def _new_one(self, given: Cell | Value) -> tuple[bytes, int]:
        """Return the cell of a single value, whatever it is, and its lines."""
        cell = given if isinstance(given, Cell) else Cell(given)
        lines = line_count(cell.value, self._room) if isinstance(cell.value, str) else 1
        return self._cell(cell), lines

    def _cell(self, cell: Cell) -> bytes:
        value, warning = cell.value, cell.flag == "warning"
        if isinstance(value, str) or (self._kind == "code" and value is not None):
            return self._text(printable(str(value)), warning)
        if isinstance(value, date):
            sort, number = "date", to_excel(value)
        elif value is not None and isfinite(value):
            # The plus makes 1 of True.
            sort, number = "number", +value
        else:
            return self._blank(warning)
        before, after = self._around(sort, warning)
        return before + str(number).encode() + after

    def _text(self, text: str, warning: bool) -> bytes:
        if not text:
            return self._blank(warning)
        sort = "quoted" if text.startswith(FORMULA_MARKS) else "text"
        before, after = self._around(sort, warning)
        # A workbook knows one sign for the end of a line.
        text = text.replace("\r\n", "\n").replace("\r", "\n")[:CELL_LIMIT]
        if "\n" in text or text != text.strip():
            before = before.replace(b"<t>", KEPT)
        return before + escape(text).encode() + after

    def _blank(self, warning: bool = False) -> bytes:
        return b"".join(self._around("blank", warning))

    def _around(self, sort: Sort, warning: bool = False) -> tuple[bytes, bytes]:
        """Return what stands before and after a value of that sort: its style, its type, the tags."""
        if (sort, warning) not in self._shells:
            sample = Cell(SAMPLES[sort], flag="warning" if warning else "")
            target = SheetCell(self._sheet.sheet)
            self._sheet.dress(target, sample, self._kind, level=self._level, strong=self._strong)
            target.quotePrefix = sort == "quoted"
            style = b' s="%d"' % target.style_id
            if sort in ("number", "date"):
                shell = style + b"><v>", b"</v></c>"
            elif sort == "blank" and not self._sheet.blank:
                shell = style, b"/>"
            else:
                shown = self._sheet.blank.encode() if sort == "blank" else b""
                shell = style + b' t="inlineStr"><is><t>' + shown, b"</t></is></c>"
            self._shells[sort, warning] = shell
        return self._shells[sort, warning]


@lru_cache(maxsize=4096)
def _day(day: date | None) -> str:
    return "" if day is None else str(int(to_excel(day)))


def _is_plain(joined: str, number: int) -> bool:
    """Whether none of the joined texts needs an escape, a quote prefix or its spaces kept."""
    framed = f"{SEPARATOR}{joined}{SEPARATOR}"
    return (
        framed.isprintable()
        and framed.count(SEPARATOR) == number + 1
        and not any(sign in joined and place in framed for sign, place in AWKWARD)
    )
