"""Which household class a cell means; the names and aliases are data (domain rules §1)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from .cleaning import CellFault, compact, is_blank, shown
from .reader import CellValue
from .reference import ClassRef

_BREAK = re.compile(r"[、,，/;；+&|和及与\s]+")
_BRACKETED = re.compile(r"\([^()]*\)")
_ENDINGS = ("家庭", "人员", "对象", "户")


class ClassAnswer(NamedTuple):
    """The class that counts, all identities by precedence, and the note for the report when there are several."""

    code: str
    identities: tuple[str, ...]
    note: str


class ClassIndex:
    """Finds classes by name, alias, or either without 户, 家庭, 人员, 对象 at the end."""

    def __init__(self, classes: Iterable[ClassRef]) -> None:
        ordered = sorted(classes, key=lambda entry: entry.precedence)
        self._by_name: dict[str, ClassRef] = {}
        for shorten in (False, True):
            for entry in ordered:
                for name in (entry.name, *entry.aliases):
                    key = _bare(name) if shorten else compact(name)
                    self._by_name.setdefault(key, entry)
        self._names = "、".join(entry.name for entry in ordered)
        self.find = lru_cache(maxsize=4096, typed=True)(self._find)

    def _one(self, text: str) -> ClassRef | None:
        return self._by_name.get(text) or self._by_name.get(_bare(text))

    def _find(self, value: CellValue) -> ClassAnswer | CellFault:
        if is_blank(value):
            return CellFault("class_unknown", f"农户类别为空，应填写以下之一：{self._names}")
        whole = self._one(compact(value))
        if whole is not None:
            return ClassAnswer(whole.code, (whole.code,), "")
        found: set[ClassRef] = set()
        for part in _BREAK.split(str(value).strip()):
            if not part:
                continue
            entry = self._one(compact(part))
            if entry is None:
                return CellFault(
                    "class_unknown",
                    f"农户类别“{shown(part)}”不在规定的类别中，应改为以下之一：{self._names}",
                )
            found.add(entry)
        identities = sorted(found, key=lambda entry: entry.precedence)
        main = identities[0]
        note = f"class={main.name}" if len(identities) > 1 else ""
        return ClassAnswer(main.code, tuple(entry.code for entry in identities), note)


def _bare(name: str) -> str:
    text = _BRACKETED.sub("", compact(name))
    for ending in _ENDINGS:
        if text.endswith(ending) and len(text) > len(ending) + 1:
            return text.removesuffix(ending)
    return text
