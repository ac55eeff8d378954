"""Pages of a PDF that this program sets itself: operators in, one file out.

Lengths are points from the lower left corner of the page.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

import pydyf

from yanliang.tables.fonts import Fonts, Style, Typeface
from yanliang.tables.table import DocumentProperties
from yanliang.tables.wrapping import balanced, wrapped

Side = Literal["left", "center", "right"]

MM: Final = 72 / 25.4
# Chinese characters stand this far above their base line, in ems.
ASCENT: Final = 0.88


@dataclass(frozen=True, slots=True)
class Lettering:
    """A typeface in a size, with the distance from line to line in ems."""

    typeface: Typeface
    size: float
    spacing: float = 1.3

    @property
    def leading(self) -> float:
        """The height of a line in points."""
        return self.size * self.spacing

    @property
    def choice(self) -> str:
        """The operator that sets this lettering."""
        return f"/{self.typeface.name} {self.size:g} Tf"

    def measure(self, text: str) -> float:
        """Return the width of `text` in points."""
        return self.typeface.measure(text) * self.size

    def lines(self, text: str, room: float) -> list[str]:
        """Return `text` in lines no wider than `room`."""
        return wrapped(text, self.typeface.measure, room / self.size)

    def even_lines(self, text: str, room: float) -> list[str]:
        """Return `text` in lines no wider than `room` and of about one width."""
        return balanced(text, self.typeface.measure, room / self.size)

    def piece(self, text: str, left: float, right: float, side: Side) -> tuple[float, str]:
        """Return where one line between `left` and `right` begins, and the operators that print it.

        A line that is too wide is squeezed.
        """
        width, room = self.measure(text), right - left
        operators = self.typeface.show(text, self.size)
        if width > room + 0.01:
            return left, f"{100 * room / width:.1f} Tz{operators} 100 Tz"
        return left + (room - width) * SHARES[side], operators

    def first_base(self, top: float, height: float, lines: int) -> float:
        """Return the base line of the first of `lines` in the middle of an area."""
        text = (lines - 1) * self.leading + self.size
        return top - (height - text) / 2 - ASCENT * self.size

    def block(
        self, lines: Sequence[str], left: float, right: float, top: float, side: Side = "left"
    ) -> str:
        """Return the operators that print `lines` below each other, the first under `top`."""
        base = self.first_base(top, self.leading * len(lines), len(lines))
        shown = []
        for number, line in enumerate(lines):
            x, operators = self.piece(line, left, right, side)
            shown.append(f"1 0 0 1 {x:.2f} {base - number * self.leading:.2f} Tm {operators}")
        return f"BT {self.choice} {' '.join(shown)} ET"


SHARES: Final[dict[Side, float]] = {"left": 0, "center": 0.5, "right": 1}


class Document:
    """A PDF in the making, and the typefaces in it."""

    def __init__(self) -> None:
        self.fonts = Fonts()
        self._pdf = pydyf.PDF()
        self._resources = pydyf.Dictionary()
        self._pdf.add_object(self._resources)
        self._forms = pydyf.Dictionary()

    def lettering(self, style: Style, size: float, spacing: float = 1.3) -> Lettering:
        """Return a typeface in a size. Raises FontMissing without a Chinese font."""
        return Lettering(self.fonts.typeface(style), size, spacing)

    def add_form(self, name: str, operators: str, side: float) -> None:
        """Keep a square drawing under `name`, to be repeated on many pages at the cost of one."""
        form = pydyf.Stream(
            [operators],
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array([0, 0, side, side]),
            },
            compress=True,
        )
        self._pdf.add_object(form)
        self._forms[name] = form.reference

    def add_page(self, width: float, height: float, contents: Sequence[bytes]) -> None:
        """Add a page of streams that `packed` made."""
        streams = [pydyf.Stream([content], {"Filter": "/FlateDecode"}) for content in contents]
        for stream in streams:
            self._pdf.add_object(stream)
        page = {
            "Type": "/Page",
            "Parent": self._pdf.pages.reference,
            "MediaBox": pydyf.Array([0, 0, round(width, 2), round(height, 2)]),
            "Contents": pydyf.Array([stream.reference for stream in streams]),
            "Resources": self._resources.reference,
        }
        self._pdf.add_page(pydyf.Dictionary(page))

    def finished(self, properties: DocumentProperties) -> bytes:
        """Return the file."""
        self._resources["Font"] = self.fonts.add_to(self._pdf)
        self._resources["XObject"] = self._forms
        self._pdf.catalog["Lang"] = pydyf.String("zh-CN")
        self._pdf.catalog["ViewerPreferences"] = "<< /DisplayDocTitle true >>"
        for key, text in (
            ("Title", properties.title),
            ("Author", properties.author),
            ("Subject", properties.subject),
            ("Keywords", properties.keywords),
        ):
            if text:
                # A damaged text must not cost the document: halves of characters have no UTF-16.
                self._pdf.info[key] = pydyf.String(text.encode("utf-8", "replace").decode())
        if properties.created:
            stamp = f"{properties.created:%Y%m%d%H%M%S%z}"
            self._pdf.info["CreationDate"] = pydyf.String(f"D:{stamp[:17]}'{stamp[17:]}")
        output = BytesIO()
        self._pdf.write(output)
        return output.getvalue()


def packed(operators: str) -> bytes:
    """Return the content of a page as it stands in the file: long registers are never held unpacked."""
    return zlib.compress(operators.encode("ascii"))
