"""The measures of Annex 2: what each counts, in code and in words, side by side (domain rules §7).

They are the fixed stock that every layout's columns are sums of (see `layouts`), numbered as in its first version.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from households.enums import RENOVATION_STAGES, SAFE_STAGES, Grade, Stage, Verdict
from households.summary import Summary
from reports.counts import Counts, Tally, summary_of
from reports.reachable import reachable_summaries

#: “（3－4）”, “（17＋18＋19＋20）”.
NUMBERS_OF_COLUMNS = re.compile(r"（\d+(?:[＋－÷]\d+)+）")
UNVISITED = frozenset({Stage.EXEMPT, Stage.UNCHECKED})


@dataclass(frozen=True)
class Figures:
    """The counts (户) of one row by column number; `column.value` reads the rates too."""

    households: Mapping[int, int]

    def __getitem__(self, number: int) -> int:
        return self.households[number]

    @property
    def check_rate(self) -> Decimal | None:
        """排查率 as a fraction of 1 with four places; None where nothing is to be checked."""
        return RATE.value(self)


class Described:
    """What has a 口径 that mentions columns by their numbers in layout version 1."""

    hint: str

    @property
    def meaning(self) -> str:
        """The 口径 without those numbers, for where that table is not in sight."""
        return NUMBERS_OF_COLUMNS.sub("", self.hint)


@dataclass(frozen=True)
class CountColumn(Described):
    """Households whose summary `counts`; opens as a list. Layouts name it by its `key`."""

    key: str
    number: int
    label: str
    group: str
    hint: str
    counts: Callable[[Summary], bool]

    def value(self, figures: Figures) -> int:
        return figures[self.number]

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """Every summary that a household in this column can have."""
        return tuple(summary for summary in reachable_summaries() if self.counts(summary))


@dataclass(frozen=True)
class RateColumn(Described):
    """One column over another, as a fraction of 1 rounded to hundredths of a percent."""

    key: str
    number: int
    label: str
    group: str
    hint: str
    part: int
    whole: int

    def value(self, figures: Figures) -> Decimal | None:
        return share_of(figures[self.part], figures[self.whole])


def share_of(part: int, whole: int) -> Decimal | None:
    """`part` over `whole` as a fraction of 1, rounded to hundredths of a percent; None where `whole` is 0."""
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


CHECKS, APPRAISALS, RENOVATIONS, CLEARING = "排查", "鉴定", "改造", "清零"

RATE = RateColumn(
    "check_rate",
    5,
    "排查率",
    CHECKS,
    "已排查除以应排查（4÷3），保留两位小数；应排查为 0 时记“—”",
    part=4,
    whole=3,
)

COLUMNS: tuple[CountColumn | RateColumn, ...] = (
    CountColumn("households", 1, "农户总数", CHECKS, "登记在册的全部农户", lambda s: True),
    CountColumn(
        "exempt",
        2,
        "无需排查",
        CHECKS,
        "经区局确认整户消亡、整户迁出或与他户重复的农户",
        lambda s: s.stage == Stage.EXEMPT,
    ),
    CountColumn(
        "to_check",
        3,
        "应排查",
        CHECKS,
        "农户总数减去无需排查（1－2）",
        lambda s: s.stage != Stage.EXEMPT,
    ),
    CountColumn(
        "checked",
        4,
        "已排查",
        CHECKS,
        "应排查户中已完成入户核查的农户",
        lambda s: s.stage not in UNVISITED,
    ),
    RATE,
    CountColumn(
        "unchecked",
        6,
        "未排查",
        CHECKS,
        "应排查户中尚未完成入户核查的农户（3－4）",
        lambda s: s.stage == Stage.UNCHECKED,
    ),
    CountColumn(
        "found_safe",
        7,
        "排查基本安全",
        CHECKS,
        "有效核查结论为基本安全的农户",
        lambda s: s.verdict == Verdict.SAFE,
    ),
    CountColumn(
        "suspected",
        8,
        "疑似不安全",
        CHECKS,
        "有效核查结论为疑似不安全的农户，含其后已鉴定、已改造的",
        lambda s: s.verdict == Verdict.SUSPECTED,
    ),
    CountColumn(
        "appraised",
        9,
        "已鉴定",
        APPRAISALS,
        "有有效鉴定等级的农户；改造户按本次改造前的等级计",
        lambda s: s.grade != Grade.NONE,
    ),
    CountColumn(
        "to_appraise",
        10,
        "待鉴定",
        APPRAISALS,
        "疑似不安全且尚无有效鉴定等级的农户",
        lambda s: s.verdict == Verdict.SUSPECTED and s.grade == Grade.NONE,
    ),
    CountColumn("grade_a", 11, "A级", APPRAISALS, "鉴定为A级的农户", lambda s: s.grade == Grade.A),
    CountColumn("grade_b", 12, "B级", APPRAISALS, "鉴定为B级的农户", lambda s: s.grade == Grade.B),
    CountColumn("grade_c", 13, "C级", APPRAISALS, "鉴定为C级的农户", lambda s: s.grade == Grade.C),
    CountColumn("grade_d", 14, "D级", APPRAISALS, "鉴定为D级的农户", lambda s: s.grade == Grade.D),
    CountColumn(
        "to_rule",
        15,
        "待审定",
        APPRAISALS,
        "鉴定为C、D级、等待区脱贫攻坚领导小组审定的农户",
        lambda s: s.stage == Stage.PENDING_RULING,
    ),
    CountColumn(
        "renovation",
        16,
        "纳入改造",
        RENOVATIONS,
        "列入危房改造的农户，不论开工、完工与否（17＋18＋19＋20）",
        lambda s: s.stage in RENOVATION_STAGES,
    ),
    CountColumn(
        "to_start",
        17,
        "未开工",
        RENOVATIONS,
        "已纳入改造、尚未开工的农户",
        lambda s: s.stage == Stage.TO_RENOVATE,
    ),
    CountColumn(
        "renovating",
        18,
        "改造中",
        RENOVATIONS,
        "已开工、尚未完工的农户，含验收不合格正在返工的",
        lambda s: s.stage in (Stage.RENOVATING, Stage.REWORK),
    ),
    CountColumn(
        "to_accept",
        19,
        "待验收",
        RENOVATIONS,
        "已完工、等待质量验收的农户",
        lambda s: s.stage == Stage.COMPLETED,
    ),
    CountColumn(
        "accepted",
        20,
        "验收合格",
        RENOVATIONS,
        "质量验收合格的农户",
        lambda s: s.stage == Stage.ACCEPTED,
    ),
    CountColumn(
        "secured",
        21,
        "其他方式保障",
        RENOVATIONS,
        "鉴定为C、D级、已落实其他安全住房的农户",
        lambda s: s.stage == Stage.SECURED,
    ),
    CountColumn(
        "safe",
        22,
        "住房安全",
        CLEARING,
        "基本安全、鉴定安全、验收合格或以其他方式保障的农户",
        lambda s: s.stage in SAFE_STAGES,
    ),
    CountColumn(
        "not_cleared",
        23,
        "未清零",
        CLEARING,
        "应排查户中住房安全尚未落实的农户（3－22）",
        lambda s: s.stage not in SAFE_STAGES | {Stage.EXEMPT},
    ),
)
COLUMN = {column.number: column for column in COLUMNS}
COUNT_COLUMNS = tuple(column for column in COLUMNS if isinstance(column, CountColumn))
#: The measures that count households, by key.
MEASURES = {column.key: column for column in COUNT_COLUMNS}
NOTHING = {column.number: 0 for column in COUNT_COLUMNS}


@cache
def numbers_of(verdict: str, stage: str, grade: str) -> tuple[int, ...]:
    """The numbers of the columns that count a household with this summary."""
    summary = summary_of(verdict, stage, grade)
    return tuple(column.number for column in COUNT_COLUMNS if column.counts(summary))


def figures_of(counts: Counts, class_ids: frozenset[int] | None = None) -> Figures:
    """The figures of all that `counts` holds, or of the households of some classes."""
    by_class = figures_by_class(counts.tally())
    return total_of(
        figures
        for (_, class_id), figures in by_class.items()
        if class_ids is None or class_id in class_ids
    )


def figures_by_class(tally: Tally) -> dict[tuple[str, int], Figures]:
    """The figures of each place and class in `tally`."""
    found: dict[tuple[str, int], dict[int, int]] = {}
    for (place, class_id, *summary), households in tally.items():
        figures = found.setdefault((place, class_id), dict(NOTHING))
        for number in numbers_of(*summary):
            figures[number] += households
    return {key: Figures(figures) for key, figures in found.items()}


def total_of(parts: Iterable[Figures]) -> Figures:
    total = dict(NOTHING)
    for part in parts:
        for number, households in part.households.items():
            total[number] += households
    return Figures(total)
