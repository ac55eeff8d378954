"""Lines of Chinese text: broken anywhere between two characters but where typesetters forbid it."""

import re
from collections.abc import Callable, Iterator
from typing import Final

# No line ends with the first nor begins with the second (避头尾).
OPENING: Final = "（《〈「『【〔［｛“‘"
CLOSING: Final = "，。、；：？！）》〉」』】〕］｝”’…—·％℃㎡!,.;:?)%"
# What is never torn apart: a word or number, or one character, with its punctuation.
UNIT: Final = re.compile(rf"[{OPENING}]*(?:[!-~À-ɏ]+|.)[{CLOSING}]*", re.DOTALL)

Measure = Callable[[str], float]


def wrapped(text: str, measure: Measure, room: float) -> list[str]:
    """Return `text` in lines no wider than `room`, in the unit of `measure`; nothing is left out.

    A word wider than a line is broken where the line ends, and a character wider than it has a line
    for itself.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        if measure(paragraph) <= room:
            lines.append(paragraph)
        else:
            lines.extend(_filled(paragraph, measure, room))
    return lines


def balanced(text: str, measure: Measure, room: float) -> list[str]:
    """Return `text` in as few lines as `wrapped` does, but of about one width: 家庭 人口, not 家庭人 口."""
    lines = wrapped(text, measure, room)
    width = measure(text) / len(lines)
    while width < room:
        narrower = wrapped(text, measure, width)
        if len(narrower) == len(lines):
            return narrower
        width += 0.5
    return lines


def _filled(paragraph: str, measure: Measure, room: float) -> Iterator[str]:
    line, used = "", 0.0
    for unit in _units(paragraph, measure, room):
        width = measure(unit)
        if line and used + width > room:
            yield line.rstrip(" ")
            line, used = "", 0.0
            if unit == " ":
                continue
        line += unit
        used += width
    yield line


def _units(paragraph: str, measure: Measure, room: float) -> Iterator[str]:
    for unit in UNIT.findall(paragraph):
        if measure(unit) <= room:
            yield unit
        else:
            yield from unit
