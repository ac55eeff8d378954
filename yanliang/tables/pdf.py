"""Documents and tables as PDF, drawn by WeasyPrint from templates on this machine alone.

WeasyPrint is imported where it is used: without pango the rest of the program must still start,
and `missing_parts` say what to install.
"""

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import url2pathname

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from yanliang.tables.html import body_markup, header_markup
from yanliang.tables.table import DocumentProperties, Paper, Table

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

# Without the last, a page with Noto fonts takes thirty times as long, with no error.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# Millimetres between the margins that print.css gives each paper.
PAPER_WIDTHS: dict[Paper, int] = {"A3 landscape": 388, "A4 landscape": 261, "A4 portrait": 156}
FONTS_PACKAGE = "fonts-noto-cjk"


def render_pdf(template_name: str, context: Mapping[str, Any]) -> bytes:
    """Return the template, which extends pdf/base.html, as a PDF.

    Pictures come from the static files or from data: addresses; every other address is left out.
    """
    from weasyprint import HTML

    markup = render_to_string(template_name, dict(context))
    fetcher = _fetcher()
    return HTML(string=markup, url_fetcher=fetcher).write_pdf(
        stylesheets=[_print_stylesheet()], presentational_hints=False
    )


def table_pdf(tables: Sequence[Table], *, properties: DocumentProperties) -> bytes:
    """Return the tables as a PDF, each on a page of its own paper.

    Raises ValueError without tables.
    """
    if not tables:
        raise ValueError("A PDF needs at least one table")
    named = replace(properties, title=properties.title or tables[0].title)
    return render_pdf(
        "pdf/tables.html",
        {"properties": named, "faces": [table_face(table) for table in tables]},
    )


def table_face(table: Table) -> dict[str, Any]:
    """Return what the partial pdf/_table.html needs to draw `table`, as its variable `face`."""
    return {
        "table": table,
        "head": header_markup(table),
        "body": body_markup(table, links=False),
        "paper": table.paper.replace(" ", "-").lower(),
        "points": type_size(table),
        "columns": _column_widths(table),
    }


def type_size(table: Table) -> int:
    """Return the size of type, 7 to 11 points, at which the columns hold their characters."""
    characters = sum(leaf.characters for leaf in table.leaves)
    # A point is 0.353 mm, and a bold digit with its share of the padding half as wide as high.
    return max(7, min(11, int(PAPER_WIDTHS[table.paper] / characters / 0.353 / 0.52)))


def _column_widths(table: Table) -> SafeString:
    total = sum(leaf.characters for leaf in table.leaves)
    return mark_safe(
        "".join(f'<col style="width: {leaf.characters / total:.3%}">' for leaf in table.leaves)
    )


def missing_parts() -> list[str]:
    """Return one sentence for each part of the system that PDF needs and that is not installed."""
    sentences = [
        f"生成 PDF 需要系统库 {package}，请安装：apt-get install {package}"
        for library, package in LIBRARIES.items()
        if not _loads(library)
    ]
    if not _has_chinese_font():
        sentences.append(
            f"系统没有中文字体，PDF 中的汉字无法显示，请安装：apt-get install {FONTS_PACKAGE}"
        )
    return sentences


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_chinese_font() -> bool:
    """Ask fontconfig itself, as pango does; its command-line tools may not be installed."""
    try:
        fontconfig = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return False
    fontconfig.FcNameParse.restype = ctypes.c_void_p
    fontconfig.FcObjectSetCreate.restype = ctypes.c_void_p
    fontconfig.FcFontList.restype = ctypes.POINTER(ctypes.c_int)
    pattern = ctypes.c_void_p(fontconfig.FcNameParse(b":lang=zh-cn"))
    objects = ctypes.c_void_p(fontconfig.FcObjectSetCreate())
    # The first member of the font set is the number of fonts found.
    found = fontconfig.FcFontList(None, pattern, objects)
    return bool(found) and found[0] > 0


@cache
def _fetcher() -> "URLFetcher":
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticOnlyFetcher(URLFetcher):
        """Reads data: addresses and files under the static folders; refuses everything else."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            if url.startswith("file:") and not _is_static(url):
                raise ValueError(f"Not a static file: {url}")
            return super().fetch(url, headers)

    return StaticOnlyFetcher(allowed_protocols=("file", "data"), allow_redirects=False)


def _is_static(url: str) -> bool:
    path = Path(url2pathname(url.removeprefix("file://").split("?")[0])).resolve()
    return any(path.is_relative_to(Path(folder).resolve()) for folder in _static_folders())


def _static_folders() -> list[str]:
    return [
        storage.location
        for finder in finders.get_finders()
        for storage in getattr(finder, "storages", {}).values()
    ]


@cache
def _print_stylesheet() -> Any:
    from weasyprint import CSS

    path = finders.find("css/print.css")
    if path is None:
        raise FileNotFoundError("css/print.css is not among the static files")
    return CSS(filename=path, url_fetcher=_fetcher())
