"""Two ways to do a thing, timed in turn, and what the slower one may cost."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from unicodedata import east_asian_width

Act = Callable[[], object]


@dataclass(frozen=True)
class Comparison:
    """A subject with its limits: `ratio` times the median of `reference`, `ceiling` milliseconds, or both.

    Each act runs inside a context from `around`, whose own time does not count.
    """

    name: str
    subject: Act
    reference: Act | None = None
    ratio: float | None = None
    ceiling: float | None = None
    rounds: int = 15
    around: Callable[[], AbstractContextManager] = nullcontext


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds."""

    comparison: Comparison
    subject: float
    reference: float | None

    @property
    def ratio(self) -> float | None:
        return self.subject / self.reference if self.reference else None

    @property
    def is_within(self) -> bool:
        limits = self.comparison
        within_ratio = limits.ratio is None or (self.ratio or 0) <= limits.ratio
        return within_ratio and (limits.ceiling is None or self.subject <= limits.ceiling)

    @property
    def limit(self) -> str:
        limits = self.comparison
        parts = [f"{limits.ratio:g}×"] if limits.ratio else []
        parts += [f"{limits.ceiling:g} ms"] if limits.ceiling else []
        return "，".join(parts)


def timed(act: Act, around: Callable[[], AbstractContextManager]) -> float:
    """Milliseconds that `act` takes."""
    with around():
        start = perf_counter()
        act()
        return (perf_counter() - start) * 1000


def measure(comparison: Comparison) -> Result:
    """Run subject and reference in turn, so that a busy moment of the machine meets both; once unmeasured before."""
    acts = [comparison.subject]
    if comparison.reference:
        acts.append(comparison.reference)
    times: list[list[float]] = [[] for _ in acts]
    for number in range(comparison.rounds + 1):
        for act, taken in zip(acts, times, strict=True):
            milliseconds = timed(act, comparison.around)
            if number:
                taken.append(milliseconds)
    medians = [statistics.median(taken) for taken in times]
    return Result(comparison, medians[0], medians[1] if comparison.reference else None)


HEADS = ("项目", "实测 ms", "参照 ms", "倍数", "上限", "结果")


def table(results: Iterable[Result]) -> str:
    """One line a result, in columns."""
    rows = (
        HEADS,
        *(
            (
                result.comparison.name,
                f"{result.subject:.1f}",
                f"{result.reference:.1f}" if result.reference is not None else "—",
                f"{result.ratio:.2f}×" if result.ratio is not None else "—",
                result.limit,
                "达标" if result.is_within else "超限",
            )
            for result in results
        ),
    )
    return in_columns(rows)


def in_columns(rows: Iterable[Sequence[str]]) -> str:
    """The rows, the heads first, each column as wide as its widest text."""
    rows = list(rows)
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        " | ".join(
            text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True)
        )
        for row in rows
    )


def width(text: str) -> int:
    """Columns that `text` takes on a terminal; Chinese characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
