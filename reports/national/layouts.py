"""列对应: the columns of the national system as the bureau last saved them; a saved version never changes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from households.reference import fixture
from reports.models import NationalLayout
from reports.national.fields import BY_KEY, FIXED, KEYS
from yanliang.accounts.permissions import may_edit_national_layout
from yanliang.audit.trail import record
from yanliang.periods import now

STALE = "列对应在您打开后已由他人另存为新版，您的内容还在页面上：请核对最新一版后再保存。"


class LayoutColumn(NamedTuple):
    """A column: its heading, the key of what it shows, and the text where that is FIXED."""

    label: str
    field: str
    text: str = ""

    @property
    def shows(self) -> str:
        """What stands in the column, in words."""
        return f"固定文字“{self.text}”" if self.field == FIXED else BY_KEY[self.field].label


def columns_of(layout: NationalLayout) -> list[LayoutColumn]:
    return [LayoutColumn(**column) for column in layout.columns]


def as_json(columns: Iterable[LayoutColumn]) -> list[dict[str, str]]:
    return [column._asdict() for column in columns]


def faults(columns: Sequence[LayoutColumn]) -> list[str]:
    """What is wrong with a layout, as sentences; nothing when it can be saved."""
    found = []
    labels = [column.label for column in columns]
    if not all(labels):
        found.append("有一列没有列名，请填写列名，或把这一列去掉。")
    found += [
        f"列名“{label}”用了 {labels.count(label)} 次，每一列的列名应不同。"
        for label in dict.fromkeys(labels)
        if label and labels.count(label) > 1
    ]
    keys = [column.field for column in columns if column.field != FIXED]
    found += [
        f"“{BY_KEY[key].label}”对应了 {keys.count(key)} 列，只保留一列。"
        for key in dict.fromkeys(keys)
        if keys.count(key) > 1
    ]
    found += [
        f"“{column.label}”是固定文字，请写明每一行填什么。"
        for column in columns
        if column.field == FIXED and not column.text
    ]
    if not set(KEYS) & set(keys):
        names = "或“".join(f"{BY_KEY[key].label}”" for key in KEYS)
        found.append(f"请至少保留“{names}一列：系统返回编号时，靠它找到是哪一户。")
    return found


def save_layout(columns: Sequence[LayoutColumn], *, by, seen: int) -> NationalLayout:
    """Save `columns` as the next version; the newest comes back where nothing has changed.

    `seen` is the number of the version that the page showed as the newest. Raises PermissionDenied without the
    right, ValidationError with the faults, or (code "stale") where somebody has saved another version since.
    """
    if not may_edit_national_layout(by):
        raise PermissionDenied("只有区住建局可以修改国家系统的列对应。")
    if wrong := faults(columns):
        raise ValidationError(wrong)
    try:
        with transaction.atomic():
            newest = NationalLayout.objects.newest()
            if (newest.number if newest else 0) != seen:
                raise ValidationError(STALE, code="stale")
            if newest and columns_of(newest) == list(columns):
                return newest
            layout = NationalLayout.objects.create(
                number=seen + 1, columns=as_json(columns), saved_by=by, saved_at=now()
            )
            record(
                "national_layout_saved",
                layout,
                by=by,
                before={"各列": in_words(newest)} if newest else None,
                after={"各列": in_words(layout)},
            )
    except IntegrityError as taken:
        raise ValidationError(STALE, code="stale") from taken
    return layout


def in_words(layout: NationalLayout) -> str:
    return "、".join(
        column.label if column.label == column.shows else f"{column.label}（{column.shows}）"
        for column in columns_of(layout)
    )


def load_national_layout() -> int:
    """Load the shipped layout where there is none yet; return the number of the version in force."""
    newest = NationalLayout.objects.newest()
    if newest is None:
        data: list[dict[str, Any]] = json.loads(fixture("national_layout.json").read_text())
        columns = [LayoutColumn(**column) for column in data]
        newest = NationalLayout.objects.create(number=1, columns=as_json(columns), saved_at=now())
    return newest.number
