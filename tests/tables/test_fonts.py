"""Fonts other than the ones this program is installed with, and none at all."""

import re
import shutil
import subprocess
from io import BytesIO

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image

from yanliang.tables import fonts
from yanliang.tables.fonts import FontMissing, Fonts
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import Column, DocumentProperties, Row, Table

ONE = "一"
TABLE = Table(ONE, (Column("one", ONE),), [Row({"one": ONE})], paper="A4 portrait")


def square(pen):
    for index, point in enumerate([(0, -100), (0, 900), (1000, 900), (1000, -100)]):
        (pen.lineTo if index else pen.moveTo)(point)
    pen.closePath()
    return pen


@pytest.fixture(params=["TrueType", "CFF"])
def other_font(request, tmp_path, monkeypatch):
    """The only font of the system: 一 is a black square, behind many empty glyphs."""
    names = [".notdef", *(f"empty{number}" for number in range(40)), "one"]
    is_ttf = request.param == "TrueType"
    builder = FontBuilder(1000, isTTF=is_ttf)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(ONE): "one"})
    if is_ttf:
        glyphs = {name: TTGlyphPen(None).glyph() for name in names}
        builder.setupGlyf(glyphs | {"one": square(TTGlyphPen(None)).glyph()})
    else:
        glyphs = {name: T2CharStringPen(1000, None).getCharString() for name in names}
        glyphs["one"] = square(T2CharStringPen(1000, None)).getCharString()
        builder.setupCFF("Other", {}, glyphs, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Other", "styleName": "Regular", "psName": "Other"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path / "other.font"
    builder.save(path)
    monkeypatch.setattr(fonts, "font_file", lambda pattern: (str(path), 0))
    return request.param


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="apt-get install poppler-utils")
def test_any_font_of_outlines_will_do(other_font):
    content = register_pdf([TABLE], properties=DocumentProperties())

    told = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True)
    assert b"+Other" in told.stdout
    assert told.stdout.count(b"CID TrueType" if other_font == "TrueType" else b"CID Type 0C") == 1
    page = subprocess.run(
        ["pdftoppm", "-r", "72", "-gray", "-"], input=content, capture_output=True, check=True
    )
    assert page.stderr == b""
    dark = (
        Image.open(BytesIO(page.stdout))
        .crop((0, 0, 595, 80))
        .point(lambda grey: grey < 128 and 255)
    )
    # The title, of one character of 20 points: the square, and not an empty glyph.
    left, top, right, bottom = dark.getbbox()
    assert right - left >= 18
    assert bottom - top >= 18
    text = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    assert text.stdout.decode().count(ONE) == 3


def test_without_a_chinese_font_the_package_is_named(monkeypatch):
    monkeypatch.setattr(fonts, "font_file", lambda pattern: None)

    with pytest.raises(FontMissing, match="apt-get install fonts-noto-cjk"):
        register_pdf([TABLE], properties=DocumentProperties())


def test_another_font_stands_in_for_a_character_that_the_first_lacks():
    song = Fonts().typeface("song")

    # The second is one of the few that Noto has in Sans alone.
    shown = song.show("王\u9feb一", 9)

    assert song.measure("王\u9feb一") == 3
    set_in = re.findall(r"/(F\d) 9 Tf<\w{4}>Tj", shown)
    assert len(set_in) == 3
    assert set_in[0] == set_in[2] == song.name != set_in[1]
    # What follows is set in the first again.
    assert shown.endswith(f"/{song.name} 9 Tf")
