"""Charts drawn on the server as SVG: the same picture on a page and in a PDF.

No script, no style attribute and nothing from elsewhere, so a page under a CSP of 'self' shows
them inline. What a chart shows is also told in its <desc>, for those who cannot see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import ceil, floor, log10
from typing import Literal
from unicodedata import east_asian_width

from django.utils.safestring import SafeString, mark_safe

Number = int | float | Decimal
Tone = Literal["accent", "grey", "light", "warning"]

ACCENT = "#1f5fa8"
WARNING = "#b3261e"
TEXT = "#2b3036"
QUIET = "#595f69"
RULE = "#d5d9df"
COLOURS: dict[Tone, str] = {
    "accent": ACCENT,
    "grey": "#6b7280",
    "light": "#9aa3af",
    "warning": WARNING,
}
# Lines differ by their dashes too: colour alone is lost in a black and white print.
DASHES: dict[Tone, str] = {"accent": "", "grey": "7 4", "light": "2 3", "warning": "9 3 2 3"}
FONTS = "Noto Sans CJK SC, Microsoft YaHei, sans-serif"
WIDTH = 720
SIZE = 13
LABEL_GAP = 16


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of values of one chart; None is a gap."""

    name: str
    values: Sequence[Number | None]
    tone: Tone = "accent"


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from 0 to `top` in steps that people count in (1, 2, 2.5, 5, 10 …)."""

    top: float
    step: float

    @property
    def ticks(self) -> list[float]:
        return [index * self.step for index in range(round(self.top / self.step) + 1)]


def figure(value: Number | None, unit: str) -> str:
    """Return a value as a chart prints it: “1,234”, “98.50%”, “—” for None."""
    if value is None:
        return "—"
    if unit == "%":
        return f"{value:.2f}%"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def line_chart(
    title: str,
    x_labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str,
    y_max: Number | None = None,
) -> SafeString:
    """Return lines over `x_labels`, each named and valued at its right end.

    `y_max` fixes the top of the scale (100 for percent). Negative values are drawn at zero: every
    measure here is a count or a share. Raises ValueError where a series has not one value for each
    label.
    """
    _same_length(x_labels, series)
    height, left, top, bottom = 320, 64, 62, 276
    ends = [_last(one.values) for one in series]
    names = [
        f"{one.name} {figure(end[1] if end else None, unit)}".strip()
        for one, end in zip(series, ends, strict=True)
    ]
    right = WIDTH - 20 - min(220, max((_text_width(name) for name in names), default=0))
    values = [value for one in series for value in one.values if value is not None]
    scale = _scale(values, y_max)
    steps = max(1, len(x_labels) - 1)

    def x(index: int) -> float:
        return (left + right) / 2 if len(x_labels) == 1 else left + (right - left) * index / steps

    def y(value: Number) -> float:
        return bottom - (bottom - top) * min(max(float(value), 0), scale.top) / scale.top

    parts = [_heading(title, unit)]
    for tick in scale.ticks:
        parts.append(_line(left, y(tick), right, y(tick), RULE))
        parts.append(_text(left - 8, y(tick) + 4, _tick(tick, unit), QUIET, "end"))
    for index in _spaced(x_labels, (right - left) / steps):
        parts.append(_text(x(index), bottom + 20, x_labels[index], QUIET, "middle"))
    for one in series:
        colour = COLOURS[one.tone]
        for run in _runs(one.values):
            points = [(x(index), y(value)) for index, value in run]
            if len(points) > 1:
                parts.append(_polyline(points, colour, DASHES[one.tone]))
            parts += [_dot(px, py, colour) for px, py in points]
    wanted = [y(end[1]) if end else bottom for end in ends]
    for one, name, place in zip(series, names, _apart(wanted, top, bottom), strict=True):
        # Light grey suits a line, not a text.
        colour = QUIET if one.tone == "light" else COLOURS[one.tone]
        parts.append(_text(right + 10, place + 4, _shortened(name, 220), colour))
    return _svg("chart", WIDTH, height, title, _told(x_labels, series, unit), parts)


def bar_chart(
    title: str,
    labels: Sequence[str],
    values: Sequence[Number | None] | Sequence[Series],
    *,
    unit: str,
    target: Number | None = None,
) -> SafeString:
    """Return horizontal bars, one line for each label, in the order given.

    `values` is one row of values, or several Series drawn under each other for each label.
    `target` is drawn as a broken line. Raises ValueError where values and labels do not match.
    """
    series = _as_series(title, values)
    _same_length(labels, series)
    grouped = len(series) > 1
    bar, gap = (12, 12) if grouped else (18, 12)
    pitch = bar * max(1, len(series)) + gap
    top = 62 + (22 if grouped else 0) + (18 if target is not None else 0)
    height = top + pitch * len(labels) + 12
    lined = [_two_lines(label, 200) for label in labels]
    left = 24 + max((_text_width(line) for lines in lined for line in lines), default=0)
    numbers = [value for one in series for value in one.values if value is not None]
    widest = max((_text_width(figure(value, unit)) for value in numbers), default=20)
    right = WIDTH - 24 - widest
    reached = [*numbers, target] if target is not None else numbers
    longest = max((float(value) for value in reached), default=0) or 1

    def x(value: Number) -> float:
        return left + (right - left) * max(float(value), 0) / longest

    parts = [_heading(title, unit)]
    if grouped:
        parts += _legend(series, 24, 60)
    if target is not None:
        at, words = x(target), f"目标 {figure(target, unit)}"
        parts.append(_line(at, top - 4, at, height - 10, WARNING, "6 4"))
        # The words stay inside the picture at whichever end the target stands.
        middle = min(max(at, _text_width(words) / 2 + 4), WIDTH - _text_width(words) / 2 - 4)
        parts.append(_text(middle, top - 10, words, WARNING, "middle"))
    parts.append(_line(left, top - 4, left, height - 10, QUIET))
    for index, lines in enumerate(lined):
        upper = top + pitch * index
        middle = upper + bar * len(series) / 2
        first = middle + 4.5 - 7 * (len(lines) - 1)
        parts += [
            _text(left - 10, first + 14 * number, line, TEXT, "end")
            for number, line in enumerate(lines)
        ]
        for number, one in enumerate(series):
            value, start = one.values[index], upper + bar * number
            end = x(value) if value is not None else left
            if end > left:
                parts.append(_rect(left, start, end - left, bar - 1, COLOURS[one.tone]))
            words = figure(value, unit)
            if target is not None:
                # A white ground keeps the target line from crossing the figure out.
                parts.append(_rect(end + 2, start, _text_width(words) + 8, bar - 1, "#ffffff"))
            parts.append(_text(end + 6, start + bar / 2 + 4.5, words, TEXT))
    return _svg("chart", WIDTH, height, title, _told(labels, series, unit), parts)


def sparkline(values: Sequence[Number | None], *, label: str = "走势") -> SafeString:
    """Return a line the size of a word, from the lowest to the highest value, its end marked."""
    width, height, margin = 120, 28, 4
    known = [float(value) for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    steps = max(1, len(values) - 1)

    def point(index: int, value: Number) -> tuple[float, float]:
        # Values that do not change run through the middle.
        share = (float(value) - low) / (high - low) if high > low else 0.5
        return margin + (width - 2 * margin) * index / steps, height - margin - (
            height - 2 * margin
        ) * share

    parts = [
        _polyline([point(index, value) for index, value in run], ACCENT, "")
        for run in _runs(values)
        if len(run) > 1
    ]
    if end := _last(values):
        parts.append(_dot(*point(*end), ACCENT))
    told = "、".join(figure(value, "") for value in values) or "无数据"
    return _svg("sparkline", width, height, label, told, parts)


def _as_series(title: str, values: Sequence[Number | None] | Sequence[Series]) -> list[Series]:
    series = [value for value in values if isinstance(value, Series)]
    if series:
        return series
    return [Series(title, [value for value in values if not isinstance(value, Series)])]


def _same_length(labels: Sequence[str], series: Sequence[Series]) -> None:
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name}: {len(one.values)} values for {len(labels)} labels")


def _scale(values: Sequence[Number], y_max: Number | None) -> Scale:
    highest = float(y_max) if y_max else max((float(value) for value in values), default=0)
    if highest <= 0:
        return Scale(1, 1)
    power = 10 ** floor(log10(highest / 4))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * 5 >= highest)
    if step < 1 and all(value == int(value) for value in values):
        # Households and problems come in whole numbers.
        step = 1
    return Scale(step * ceil(highest / step - 1e-9), step)


def _tick(value: float, unit: str) -> str:
    return f"{value:,.10g}" + ("%" if unit == "%" else "")


def _runs(values: Sequence[Number | None]) -> Iterator[list[tuple[int, Number]]]:
    """Yield the stretches of values between the gaps."""
    run: list[tuple[int, Number]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _last(values: Sequence[Number | None]) -> tuple[int, Number] | None:
    return next(
        ((index, value) for index, value in reversed(list(enumerate(values))) if value is not None),
        None,
    )


def _spaced(labels: Sequence[str], pitch: float) -> list[int]:
    """Return which labels to print so that none touches the next, the last one always."""
    if not labels:
        return []
    widest = max(_text_width(label) for label in labels) + 12
    every = max(1, ceil(widest / pitch)) if len(labels) > 1 else 1
    return sorted(range(len(labels) - 1, -1, -every))


def _apart(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Move heights apart until no two labels touch, keeping their order and the frame."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = list(wanted)
    for before, after in zip(order, order[1:], strict=False):
        placed[after] = max(placed[after], placed[before] + LABEL_GAP)
    limit = bottom
    for index in reversed(order):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - LABEL_GAP
    return placed


def _told(labels: Sequence[str], series: Sequence[Series], unit: str) -> str:
    """Say in words what the chart shows."""
    sentences = [
        f"{one.name}："
        + "，".join(
            f"{label} {figure(value, unit)}"
            for label, value in zip(labels, one.values, strict=True)
        )
        for one in series
    ]
    said = "；".join(sentences) or "无数据"
    return said + ("。" if unit in ("", "%") else f"。单位：{unit}。")


def _text_width(text: str) -> float:
    return sum(SIZE if east_asian_width(char) in "WFA" else SIZE * 0.6 for char in text)


def _two_lines(text: str, width: float) -> list[str]:
    """Break a long name in two about equal lines; what is longer still ends in an ellipsis."""
    if _text_width(text) <= width:
        return [text]
    half = ceil(len(text) / 2)
    return [_shortened(text[:half], width), _shortened(text[half:], width)]


def _shortened(text: str, width: float) -> str:
    if _text_width(text) <= width:
        return text
    while text and _text_width(text) + SIZE > width:
        text = text[:-1]
    return f"{text}…"


def _heading(title: str, unit: str) -> str:
    room = (WIDTH - 180) * SIZE / 16
    heading = _text(24, 26, _shortened(title, room), TEXT, size=16, weight="700")
    return heading + (_text(WIDTH - 20, 26, f"单位：{unit}", QUIET, "end") if unit else "")


def _legend(series: Sequence[Series], x: float, y: float) -> Iterator[str]:
    for one in series:
        yield _rect(x, y - 10, 12, 12, COLOURS[one.tone])
        yield _text(x + 18, y + 1, one.name, TEXT)
        x += 18 + _text_width(one.name) + 24


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{colour}" stroke-width="1"{dashes}/>'
    )


def _polyline(points: Sequence[tuple[float, float]], colour: str, dash: str) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    colour: str,
    anchor: str = "start",
    *,
    size: int = SIZE,
    weight: str = "400",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}"'
        f' font-weight="{weight}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(
    name: str, width: int, height: int, title: str, told: str, parts: Sequence[str]
) -> SafeString:
    return mark_safe(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img"'
        f' aria-label="{escape(title)}" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="{FONTS}">'
        f"<title>{escape(title)}</title><desc>{escape(told)}</desc>{''.join(parts)}</svg>"
    )
