"""The versions of Annex 2's columns: each a sum of measures, or one sum over another; and what no version may do.

A version in use never changes: the bureau saves a next one (see `layout_saving`), tables of earlier days keep theirs.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from itertools import groupby
from typing import Any

from households.reference import fixture
from households.summary import Summary
from reports.annex2.columns import COLUMN, MEASURES, RATE, Figures, share_of
from reports.models import AnnexLayout
from reports.reachable import reachable_summaries
from yanliang.periods import campaign, now, today

SHIPPED = "annex2_layout_v1.json"
#: In a hint, the label of a column of the same layout; its number is printed instead.
REFERENCE = re.compile(r"〔(.+?)〕")


@dataclass(frozen=True)
class Terms:
    """Measures (keys of MEASURES) that are added, and measures that are taken off the sum."""

    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.plus or self.minus)

    def value(self, figures: Figures) -> int:
        added, taken = (
            sum(MEASURES[key].value(figures) for key in keys) for keys in (self.plus, self.minus)
        )
        return added - taken

    def weight(self, summary: Summary) -> int:
        """How often the sum counts a household with this summary."""
        added, taken = (
            sum(MEASURES[key].counts(summary) for key in keys) for keys in (self.plus, self.minus)
        )
        return added - taken

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """Every summary that a household counted here can have."""
        return tuple(each for each in reachable_summaries() if self.weight(each) == 1)

    @property
    def in_words(self) -> str:
        """“应排查－已排查”."""
        signed = [("＋", key) for key in self.plus] + [("－", key) for key in self.minus]
        return "".join(sign + MEASURES[key].label for sign, key in signed).removeprefix("＋")

    def as_plain(self) -> list[str]:
        """The keys, those taken off behind a minus sign."""
        return [*self.plus, *(f"-{key}" for key in self.minus)]

    @classmethod
    def from_plain(cls, keys: Iterable[str]) -> "Terms":
        """Raises KeyError for what is no measure."""
        keys = tuple(keys)
        if unknown := {key.removeprefix("-") for key in keys} - MEASURES.keys():
            raise KeyError(f"No measure {sorted(unknown)}")
        return cls(
            tuple(key for key in keys if not key.startswith("-")),
            tuple(key.removeprefix("-") for key in keys if key.startswith("-")),
        )


@dataclass(frozen=True)
class LayoutColumn:
    """A column: the households that `terms` count; with `whole`, the share of those in the `whole`.

    A `hint` (口径) calls other columns 〔栏目名〕.
    """

    number: int
    label: str
    group: str
    hint: str
    terms: Terms
    whole: Terms | None = None

    @property
    def is_rate(self) -> bool:
        return self.whole is not None

    def value(self, figures: Figures) -> int | Decimal | None:
        """Households, or a fraction of 1; None for a rate of nothing."""
        if self.whole is None:
            return self.terms.value(figures)
        return share_of(self.terms.value(figures), self.whole.value(figures))

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """Every summary that a household in this column can have."""
        return self.terms.summaries

    @property
    def measure(self) -> str:
        """The measure that the column shows as it is; "" for a sum and for a rate of its own."""
        if self.whole is not None:
            parts = (self.terms.as_plain(), self.whole.as_plain())
            is_check_rate = parts == ([COLUMN[RATE.part].key], [COLUMN[RATE.whole].key])
            return RATE.key if is_check_rate else ""
        return self.terms.plus[0] if len(self.terms.plus) == 1 and not self.terms.minus else ""

    @property
    def rule(self) -> str:
        """“已排查÷应排查”."""
        return f"{self.terms.in_words}÷{self.whole.in_words}" if self.whole else self.terms.in_words

    def as_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "number": self.number,
            "group": self.group,
            "label": self.label,
            "hint": self.hint,
            "terms": self.terms.as_plain(),
        }
        return plain | ({"whole": self.whole.as_plain()} if self.whole is not None else {})

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "LayoutColumn":
        return cls(
            number=plain["number"],
            label=plain["label"],
            group=plain["group"],
            hint=plain["hint"],
            terms=Terms.from_plain(plain["terms"]),
            whole=Terms.from_plain(plain["whole"]) if "whole" in plain else None,
        )


@dataclass(frozen=True)
class Layout:
    """The columns of Annex 2 from left to right, in force from `valid_from` until the next version's."""

    number: int
    columns: tuple[LayoutColumn, ...]
    valid_from: dt.date

    @property
    def groups(self) -> Iterator[tuple[str, list[LayoutColumn]]]:
        """The columns under the name of their group."""
        for name, members in groupby(self.columns, key=lambda column: column.group):
            yield name, list(members)

    def column(self, number: int) -> LayoutColumn | None:
        return next((column for column in self.columns if column.number == number), None)

    @cached_property
    def _showing(self) -> dict[str, LayoutColumn]:
        """The first column that shows a measure as it is, by the measure's key."""
        return {column.measure: column for column in reversed(self.columns) if column.measure}

    def showing(self, measure: int) -> LayoutColumn | None:
        """The column that shows the measure of this number as it is."""
        return self._showing.get(COLUMN[measure].key)

    def label_of(self, measure: int) -> str:
        """What people who read this layout call a measure."""
        shown = self.showing(measure)
        return shown.label if shown else COLUMN[measure].label

    def hint_of(self, column: LayoutColumn) -> str:
        """The 口径 of `column` with the numbers of the columns that it speaks of."""
        numbers = {each.label: str(each.number) for each in reversed(self.columns)}
        return REFERENCE.sub(lambda found: numbers.get(found[1], found[1]), column.hint)

    def as_plain(self) -> list[dict[str, Any]]:
        """The columns as an AnnexLayout stores them."""
        return [column.as_plain() for column in self.columns]

    @classmethod
    def from_plain(
        cls, columns: Iterable[dict[str, Any]], number: int, valid_from: dt.date
    ) -> "Layout":
        """Raises KeyError where a column names what is no measure."""
        return cls(number, tuple(map(LayoutColumn.from_plain, columns)), valid_from)


def faults(columns: Sequence[LayoutColumn]) -> list[str]:
    """What is wrong with the columns of a layout, as sentences; nothing when it can be saved.

    Every sum counts a household once or not at all, so that each figure opens exactly as many households.
    """
    if not columns:
        return ["版式里至少要有一栏。"]
    found = [
        f"栏号 {number} 用了 {times} 次，每一栏的栏号应不同。"
        for number, times in Counter(column.number for column in columns).items()
        if times > 1
    ]
    names = [name for name, _ in groupby(columns, key=lambda column: column.group)]
    found += [
        f"“{name}”这一组的各栏没有排在一起，请调整位置。"
        for name, times in Counter(names).items()
        if name and times > 1
    ]
    found += [
        f"“{group}”组里栏目名“{label}”用了 {times} 次，同一组里应不同。"
        for (group, label), times in Counter((each.group, each.label) for each in columns).items()
        if label and times > 1
    ]
    labels = {column.label for column in columns}
    return found + [fault for column in columns for fault in column_faults(column, labels)]


def column_faults(column: LayoutColumn, labels: set[str]) -> Iterator[str]:
    """What is wrong with one column of a layout whose columns have these `labels`."""
    name = f"第 {column.number} 栏“{column.label}”"
    if not column.label:
        yield f"第 {column.number} 栏没有栏目名。"
    if not column.group:
        yield f"{name}没有写属于哪一组。"
    for label in REFERENCE.findall(column.hint):
        if label not in labels:
            yield f"{name}的口径提到〔{label}〕，表里没有这一栏，请改写口径。"
    if column.whole is None:
        yield from terms_faults(name, column.terms)
    else:
        yield from terms_faults(f"{name}的分子", column.terms)
        yield from terms_faults(f"{name}的分母", column.whole)


def terms_faults(name: str, terms: Terms) -> Iterator[str]:
    """Households that the sum would count twice, or take off without having counted them; or that it has none."""
    if not terms:
        yield f"{name}没有选计入哪些户。"
        return
    weights = {terms.weight(summary): summary for summary in reachable_summaries()}
    if max(weights) > 1:
        yield f"{name}会把同一户计几次：{counting(terms.plus, weights[max(weights)])}有相同的户。"
    if min(weights) < 0:
        yield f"{name}减去的户没有全部加上：{counting(terms.minus, weights[min(weights)])}里有未计入的户。"
    if set(weights) == {0}:
        yield f"{name}加上的又全部减去了，一户也不计。"


def counting(keys: Iterable[str], summary: Summary) -> str:
    """The labels of the measures among `keys` that count a household with this summary."""
    return "、".join(f"“{MEASURES[key].label}”" for key in keys if MEASURES[key].counts(summary))


def layout_of(version: AnnexLayout) -> Layout:
    return Layout.from_plain(version.columns, version.number, version.valid_from)


def layout_on(day: dt.date | None) -> Layout:
    """The layout that tables of `day` are drawn in, today's without one. One query.

    Where none has been loaded yet, the one shipped.
    """
    version = AnnexLayout.objects.in_force_on(day or today())
    return layout_of(version) if version else shipped_layout()


@cache
def shipped_layout() -> Layout:
    """Version 1: the table of domain rules §7, in force since the campaign began."""
    return Layout.from_plain(json.loads(fixture(SHIPPED).read_text()), 1, campaign().start)


def load_annex_layout() -> int:
    """Load the shipped layout where there is none yet; return the number of the newest version."""
    newest = AnnexLayout.objects.newest()
    if newest is None:
        shipped = shipped_layout()
        newest = AnnexLayout.objects.create(
            number=shipped.number,
            columns=shipped.as_plain(),
            valid_from=shipped.valid_from,
            saved_at=now(),
        )
    return newest.number
