"""Reading what was typed into a cell: pure functions from its text to a value, or a `CellFault`.

Cleaned silently: full-width forms, spaces, capitals, 级 behind a grade, the usual ways to write a date.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import TextChoices

from households.roster.cleaning import CellFault, compact, is_blank, shown
from inspections.enums import ComponentGrade
from inspections.forms import INSPECTOR_NAME

#: A cell's text and its column's label in; what the register takes, or what is wrong, out.
Reader = Callable[[str, str], Any]

_DATES = (
    re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})"),
    re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})[日号]?"),
    re.compile(r"(\d{4})()(\d{2})(\d{2})"),
)
_BETWEEN_NAMES = re.compile(r"[、,，;；/\n]+")
#: Digits and letters alone: signs such as 〔〕 and （） belong to a report's number.
_HALF_WIDTH = {
    code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()
}
_YES = frozenset({"是", "有", "√", "y", "yes", "true", "1"})
_NO = frozenset({"否", "×", "x", "n", "no", "false", "0"})


def day(text: str, label: str) -> dt.date | None | CellFault:
    """2020-04-02, 2020.4.2, 2020/4/2, 2020年4月2日 or 20200402; None when empty."""
    if is_blank(text):
        return None
    written = compact(text)
    found = next(filter(None, (form.fullmatch(written) for form in _DATES)), None)
    if found is None:
        return CellFault(
            "date_invalid",
            f"{label}“{shown(text)}”无法识别，应写成 2020-04-02、2020.4.2、2020年4月2日 或 20200402",
        )
    try:
        return dt.date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return CellFault("date_invalid", f"{label}“{shown(text)}”没有这一天，应改正")


def _letter(text: str) -> str | None:
    """a–d for “a”, “A”, “ａ级”, “ A 级”; None for anything else."""
    letter = compact(text).casefold().removesuffix("级")
    return letter if letter in ComponentGrade.values else None


def component(text: str, label: str) -> str | CellFault:
    """A component's grade; "" where the house has none."""
    if is_blank(text):
        return ""
    return _letter(text) or CellFault(
        "component_invalid", f"{label}“{shown(text)}”不对，应填 a、b、c、d 之一，没有此构件的留空"
    )


def grade(text: str, label: str) -> str | CellFault:
    """The whole house's grade; "" takes the computed one."""
    if is_blank(text):
        return ""
    return _letter(text) or CellFault(
        "grade_invalid",
        f"{label}“{shown(text)}”不对，应填 A级、B级、C级、D级之一，按构件计算的留空",
    )


def yes_no(text: str, label: str) -> bool | CellFault:
    """是 or 否 and the usual signs for them; empty is 否."""
    answer = compact(text).casefold()
    if is_blank(text) or answer in _NO:
        return False
    if answer in _YES:
        return True
    return CellFault("yes_no_invalid", f"{label}“{shown(text)}”不对，应填“是”或“否”")


def one_of(choices: type[TextChoices]) -> Reader:
    """A reader of the labels of `choices`; "" when empty."""
    by_label = {compact(each.label): each.value for each in choices}
    return partial(_choice, by_label)


def _choice(by_label: dict[str, str], text: str, label: str) -> str | CellFault:
    if is_blank(text):
        return ""
    labels = "、".join(by_label)
    return by_label.get(compact(text)) or CellFault(
        "choice_invalid", f"{label}“{shown(text)}”不对，应填以下之一：{labels}"
    )


def text_up_to(length: int) -> Reader:
    """A reader of free text; digits and letters become half-width, runs of spaces one."""
    return partial(_text, length)


def _text(length: int, text: str, label: str) -> str | CellFault:
    if is_blank(text):
        return ""
    written = " ".join(text.translate(_HALF_WIDTH).split())
    if len(written) > length:
        return CellFault("too_long", f"{label}有 {len(written)} 个字，最多 {length} 个，应缩短")
    return written


def names(text: str, label: str) -> list[str] | CellFault:
    """Names between 、, commas, semicolons or spaces, each once; “王 伟” is one name."""
    found = []
    for part in _BETWEEN_NAMES.split(text):
        words = part.split()
        if len(words) == 2 and min(map(len, words)) == 1:
            words = ["".join(words)]
        found += [word for word in words if not is_blank(word)]
    if wrong := [name for name in found if not INSPECTOR_NAME.fullmatch(name)]:
        return CellFault(
            "name_invalid", f"{label}“{shown(wrong[0])}”不像姓名，应为 2–20 个汉字，用顿号隔开"
        )
    return list(dict.fromkeys(found))
