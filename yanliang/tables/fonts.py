"""Typefaces of the documents that this program sets itself: found, measured and embedded.

The fonts are those of the system (fontconfig chooses, as for WeasyPrint), as a rule Noto CJK:
collections of 65,535 glyphs with CFF outlines. HarfBuzz opens one in 0.05 s and cuts the glyphs that
a document uses out of it in as much again; the outlines go into the file as they are.
"""

import ctypes
from collections.abc import Iterable
from functools import cache
from hashlib import md5
from io import BytesIO
from itertools import groupby
from typing import Final, Literal
from unicodedata import category, normalize

import pydyf
import uharfbuzz as hb
from fontTools.cffLib import CFFFontSet

from yanliang.tables.pdf import FONTS_PACKAGE

Style = Literal["song", "song bold", "hei"]

PATTERNS: Final[dict[Style, str]] = {
    "song": "Noto Serif CJK SC",
    "song bold": "Noto Serif CJK SC:bold",
    "hei": "Noto Sans CJK SC",
}
# Printed for a character that no font has, as in official papers.
GETA: Final = "〓"
NAMELESS: Final = frozenset({"Cn", "Co", "Cs"})
CONTROLS: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
# They choose a variant of the character before them and are never seen themselves.
VARIATION_SELECTORS: Final = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
OUTLINES: Final = frozenset({"CFF ", "glyf"})
THOUSAND: Final = 1000


class FontMissing(RuntimeError):
    """The system has no font for Chinese; the message says what to install."""


class EmbeddedFont:
    """A font of one document: it remembers the glyphs that are used and is embedded with those alone.

    In the page a glyph is its number in the font, in four hexadecimal digits.
    """

    def __init__(self, name: str, font: hb.Font) -> None:
        self.name = name
        self._font = font
        self._characters: dict[int, str] = {}

    def use(self, character: str) -> int | None:
        """Return the number of the glyph for `character`, to be embedded; None where there is none."""
        number = self._font.get_nominal_glyph(ord(character))
        if number is not None:
            shared = self._characters.setdefault(number, character)
            # A radical shares the glyph of the character it looks like: who copies wants that one.
            if normalize("NFKC", shared) != shared:
                self._characters[number] = character
        return number

    def width(self, glyph: int) -> float:
        """Return the advance of `glyph` in thousandths of the type size."""
        return self._scaled(self._font.get_glyph_h_advance(glyph))

    def add_to(self, pdf: pydyf.PDF) -> bytes:
        """Add the font with its glyphs to `pdf` and return the reference to it."""
        kind, descriptor = self._descriptor(pdf)
        widths = pydyf.Array()
        for glyph in sorted(self._characters):
            if (width := self.width(glyph)) != THOUSAND:
                widths += [glyph, pydyf.Array([round(width, 2)])]
        descendant = {
            "Type": "/Font",
            "Subtype": f"/CIDFontType{kind}",
            "BaseFont": descriptor["FontName"],
            "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
            "DW": THOUSAND,
            "W": widths,
            "FontDescriptor": _added(pdf, descriptor),
        }
        if kind == 2:
            descendant["CIDToGIDMap"] = "/Identity"
        font = {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": descriptor["FontName"],
            "Encoding": "/Identity-H",
            "DescendantFonts": pydyf.Array([_added(pdf, pydyf.Dictionary(descendant))]),
            "ToUnicode": _added(pdf, self._to_unicode()),
        }
        return _added(pdf, pydyf.Dictionary(font))

    def _descriptor(self, pdf: pydyf.PDF) -> tuple[int, pydyf.Dictionary]:
        """Return the type of CID font, 0 for CFF and 2 for TrueType outlines, and its descriptor."""
        face, glyphs = self._font.face, self._characters.keys()
        extents = self._font.get_font_extents("ltr")
        ascent, descent = self._scaled(extents.ascender), self._scaled(extents.descender)
        descriptor = pydyf.Dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{_tag(glyphs)}+{_postscript_name(face)}",
                "Flags": 4,
                "FontBBox": pydyf.Array([0, descent, THOUSAND, ascent]),
                "ItalicAngle": 0,
                "Ascent": ascent,
                "Descent": descent,
                "CapHeight": ascent,
                "StemV": 80,
            }
        )
        if "CFF " in face.table_tags:
            program = pydyf.Stream(
                [_cff(face, glyphs)], {"Subtype": "/CIDFontType0C"}, compress=True
            )
            descriptor["FontFile3"] = _added(pdf, program)
            return 0, descriptor
        data = _subset(face, glyphs, hb.SubsetFlags.RETAIN_GIDS).blob.data
        descriptor["FontFile2"] = _added(
            pdf, pydyf.Stream([data], {"Length1": len(data)}, compress=True)
        )
        return 2, descriptor

    def _to_unicode(self) -> pydyf.Stream:
        pairs = [
            f"<{glyph:04x}> <{character.encode('utf-16-be').hex()}>"
            for glyph, character in sorted(self._characters.items())
        ]
        lines = [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
        ]
        # The format allows a hundred pairs in a block.
        for start in range(0, len(pairs), 100):
            block = pairs[start : start + 100]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
        return pydyf.Stream(lines, compress=True)

    def _scaled(self, units: float) -> float:
        return units * THOUSAND / self._font.face.upem


class Typeface:
    """A style of type in one document, with what stands in for the characters that its font lacks.

    Another font of the system where one has the character, 〓 where none has; what is never seen
    (controls, variation selectors) takes no room.
    """

    def __init__(self, fonts: "Fonts", font: EmbeddedFont) -> None:
        self.name = font.name
        self._fonts = fonts
        self._font = font
        self._widths: dict[str, float] = {}
        self._codes: dict[str, str] = {}
        self._foreign: dict[str, str] = {}

    def measure(self, text: str) -> float:
        """Return the width of `text` in ems."""
        try:
            return sum(map(self._widths.__getitem__, text))
        except KeyError:
            for character in set(text) - self._widths.keys():
                self._meet(character)
            return sum(map(self._widths.__getitem__, text))

    def show(self, text: str, size: float) -> str:
        """Return the PDF operators that print `text`, where this style is set in `size` points."""
        try:
            codes = "".join(map(self._codes.__getitem__, text))
        except KeyError:
            self.measure(text)
            codes = "".join(map(self._codes.__getitem__, text))
        if self._foreign.keys().isdisjoint(text):
            return f"<{codes}>Tj"
        operators = []
        for name, run in groupby(text, lambda character: self._foreign.get(character, self.name)):
            codes = "".join(map(self._codes.__getitem__, run))
            operators.append(f"/{name} {size:g} Tf<{codes}>Tj")
        return f"{''.join(operators)}/{self.name} {size:g} Tf"

    def _meet(self, character: str) -> None:
        kind = category(character)
        if kind in CONTROLS or character in VARIATION_SELECTORS:
            self._widths[character], self._codes[character] = 0, ""
            return
        font, glyph = self._font, self._font.use(character)
        if glyph is None and kind not in NAMELESS:
            font, glyph = self._fonts.standing_in(character) or (self._font, None)
        if glyph is None:
            font, glyph = self._font, self._font.use(GETA) or 0
        self._widths[character] = font.width(glyph) / THOUSAND
        self._codes[character] = f"{glyph:04x}"
        if font is not self._font:
            self._foreign[character] = font.name


class Fonts:
    """The fonts of one document."""

    def __init__(self) -> None:
        self._embedded: dict[tuple[str, int], EmbeddedFont] = {}
        self._typefaces: dict[Style, Typeface] = {}

    def typeface(self, style: Style) -> Typeface:
        """Return the typeface for `style`. Raises FontMissing where the system has no Chinese font."""
        if style not in self._typefaces:
            font = self._open(f"{PATTERNS[style]}:lang=zh-cn:variable=false")
            if font is None or font.use("一") is None:
                raise FontMissing(f"系统没有中文字体，请安装：apt-get install {FONTS_PACKAGE}")
            self._typefaces[style] = Typeface(self, font)
        return self._typefaces[style]

    def standing_in(self, character: str) -> tuple[EmbeddedFont, int] | None:
        """Return another font that has `character`, and the glyph; None where no font has it."""
        for font in self._embedded.values():
            if (glyph := font.use(character)) is not None:
                return font, glyph
        font = self._open(f":charset={ord(character):x}:lang=zh-cn:variable=false")
        if font is not None and (glyph := font.use(character)) is not None:
            return font, glyph
        return None

    def add_to(self, pdf: pydyf.PDF) -> pydyf.Dictionary:
        """Add every font that was used to `pdf`; return them by name, for the pages' resources."""
        return pydyf.Dictionary({font.name: font.add_to(pdf) for font in self._embedded.values()})

    def _open(self, pattern: str) -> EmbeddedFont | None:
        place = font_file(pattern)
        if place is None:
            return None
        if place not in self._embedded:
            font = _font(*place)
            if OUTLINES.isdisjoint(font.face.table_tags):
                return None
            self._embedded[place] = EmbeddedFont(f"F{len(self._embedded) + 1}", font)
        return self._embedded[place]


@cache
def font_file(pattern: str) -> tuple[str, int] | None:
    """Return path and index of the font that fontconfig has for `pattern`; None without any font."""
    fontconfig = _fontconfig()
    if fontconfig is None:
        return None
    wanted = fontconfig.FcNameParse(pattern.encode())
    fontconfig.FcConfigSubstitute(None, wanted, 0)
    fontconfig.FcDefaultSubstitute(wanted)
    found = fontconfig.FcFontMatch(None, wanted, ctypes.byref(ctypes.c_int()))
    fontconfig.FcPatternDestroy(wanted)
    if not found:
        return None
    path, index = ctypes.c_char_p(), ctypes.c_int()
    fontconfig.FcPatternGetString(found, b"file", 0, ctypes.byref(path))
    fontconfig.FcPatternGetInteger(found, b"index", 0, ctypes.byref(index))
    place = path.value and (path.value.decode(), index.value)
    fontconfig.FcPatternDestroy(found)
    return place or None


@cache
def _fontconfig() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return None
    pointer = ctypes.c_void_p
    library.FcNameParse.restype = library.FcFontMatch.restype = pointer
    library.FcConfigSubstitute.argtypes = [pointer, pointer, ctypes.c_int]
    library.FcFontMatch.argtypes = [pointer, pointer, pointer]
    library.FcDefaultSubstitute.argtypes = library.FcPatternDestroy.argtypes = [pointer]
    for getter in (library.FcPatternGetString, library.FcPatternGetInteger):
        getter.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int, pointer]
    return library


@cache
def _font(path: str, index: int) -> hb.Font:
    # The file is mapped, not read: the process holds the pages that it has looked at.
    return hb.Font(hb.Face(hb.Blob.from_file_path(path), index))


def _cff(face: hb.Face, glyphs: Iterable[int]) -> bytes:
    """Return the CFF outlines of `glyphs`, in which each is found by its number in `face`."""
    program = _subset(face, glyphs, hb.SubsetFlags.DEFAULT).reference_table("CFF ").data
    if _is_keyed_by(glyphs, program):
        return program
    # Empty glyphs keep the others at their numbers: for any other font than Noto CJK, and larger.
    flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.CFF_IDENTITY_CHARSET
    return _subset(face, glyphs, flags).reference_table("CFF ").data


def _is_keyed_by(glyphs: Iterable[int], program: bytes) -> bool:
    """Whether a PDF reader finds all `glyphs` in `program` by these numbers."""
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(program), None)
    names = set(fonts.topDictIndex[0].charset) if hasattr(fonts.topDictIndex[0], "ROS") else set()
    return all(f"cid{glyph:05d}" in names for glyph in glyphs if glyph)


def _subset(face: hb.Face, glyphs: Iterable[int], flags: hb.SubsetFlags) -> hb.Face:
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = (
        flags
        | hb.SubsetFlags.NO_HINTING
        | hb.SubsetFlags.DESUBROUTINIZE
        | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    )
    return hb.subset(face, wanted)


def _postscript_name(face: hb.Face) -> str:
    name = face.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or ""
    return "".join(filter(lambda character: character.isascii() and character.isalnum(), name))


def _tag(glyphs: Iterable[int]) -> str:
    """Return six letters that tell one subset of a font from another, as the format asks for."""
    digest = md5(repr(sorted(glyphs)).encode(), usedforsecurity=False).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _added(pdf: pydyf.PDF, part: pydyf.Object) -> bytes:
    pdf.add_object(part)
    return part.reference
