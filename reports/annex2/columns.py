"""The columns of Annex 2, layout version 1: what each counts, in code and in words, side by side (domain rules §7)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from households.enums import RENOVATION_STAGES, SAFE_STAGES, Grade, Stage, Verdict
from households.summary import Summary
from reports.counts import Counts, Tally, summary_of
from reports.reachable import reachable_summaries

LAYOUT_VERSION = 1
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


@dataclass(frozen=True)
class CountColumn:
    """Households whose summary `counts`; opens as a list."""

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
class RateColumn:
    """One column over another, as a fraction of 1 rounded to hundredths of a percent."""

    number: int
    label: str
    group: str
    hint: str
    part: int
    whole: int

    def value(self, figures: Figures) -> Decimal | None:
        if not figures[self.whole]:
            return None
        share = Decimal(figures[self.part]) / figures[self.whole]
        return share.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


CHECKS, APPRAISALS, RENOVATIONS, CLEARING = "排查", "鉴定", "改造", "清零"

RATE = RateColumn(
    5,
    "排查率",
    CHECKS,
    "已排查除以应排查（4÷3），保留两位小数；应排查为 0 时记“—”",
    part=4,
    whole=3,
)

COLUMNS: tuple[CountColumn | RateColumn, ...] = (
    CountColumn(1, "农户总数", CHECKS, "登记在册的全部农户", lambda s: True),
    CountColumn(
        2,
        "无需排查",
        CHECKS,
        "经区局确认整户消亡、整户迁出或与他户重复的农户",
        lambda s: s.stage == Stage.EXEMPT,
    ),
    CountColumn(
        3, "应排查", CHECKS, "农户总数减去无需排查（1－2）", lambda s: s.stage != Stage.EXEMPT
    ),
    CountColumn(
        4, "已排查", CHECKS, "应排查户中已完成入户核查的农户", lambda s: s.stage not in UNVISITED
    ),
    RATE,
    CountColumn(
        6,
        "未排查",
        CHECKS,
        "应排查户中尚未完成入户核查的农户（3－4）",
        lambda s: s.stage == Stage.UNCHECKED,
    ),
    CountColumn(
        7,
        "排查基本安全",
        CHECKS,
        "有效核查结论为基本安全的农户",
        lambda s: s.verdict == Verdict.SAFE,
    ),
    CountColumn(
        8,
        "疑似不安全",
        CHECKS,
        "有效核查结论为疑似不安全的农户，含其后已鉴定、已改造的",
        lambda s: s.verdict == Verdict.SUSPECTED,
    ),
    CountColumn(
        9,
        "已鉴定",
        APPRAISALS,
        "有有效鉴定等级的农户；改造户按本次改造前的等级计",
        lambda s: s.grade != Grade.NONE,
    ),
    CountColumn(
        10,
        "待鉴定",
        APPRAISALS,
        "疑似不安全且尚无有效鉴定等级的农户",
        lambda s: s.verdict == Verdict.SUSPECTED and s.grade == Grade.NONE,
    ),
    CountColumn(11, "A级", APPRAISALS, "鉴定为A级的农户", lambda s: s.grade == Grade.A),
    CountColumn(12, "B级", APPRAISALS, "鉴定为B级的农户", lambda s: s.grade == Grade.B),
    CountColumn(13, "C级", APPRAISALS, "鉴定为C级的农户", lambda s: s.grade == Grade.C),
    CountColumn(14, "D级", APPRAISALS, "鉴定为D级的农户", lambda s: s.grade == Grade.D),
    CountColumn(
        15,
        "待审定",
        APPRAISALS,
        "鉴定为C、D级、等待区脱贫攻坚领导小组审定的农户",
        lambda s: s.stage == Stage.PENDING_RULING,
    ),
    CountColumn(
        16,
        "纳入改造",
        RENOVATIONS,
        "列入危房改造的农户，不论开工、完工与否（17＋18＋19＋20）",
        lambda s: s.stage in RENOVATION_STAGES,
    ),
    CountColumn(
        17,
        "未开工",
        RENOVATIONS,
        "已纳入改造、尚未开工的农户",
        lambda s: s.stage == Stage.TO_RENOVATE,
    ),
    CountColumn(
        18,
        "改造中",
        RENOVATIONS,
        "已开工、尚未完工的农户，含验收不合格正在返工的",
        lambda s: s.stage in (Stage.RENOVATING, Stage.REWORK),
    ),
    CountColumn(
        19,
        "待验收",
        RENOVATIONS,
        "已完工、等待质量验收的农户",
        lambda s: s.stage == Stage.COMPLETED,
    ),
    CountColumn(
        20, "验收合格", RENOVATIONS, "质量验收合格的农户", lambda s: s.stage == Stage.ACCEPTED
    ),
    CountColumn(
        21,
        "其他方式保障",
        RENOVATIONS,
        "鉴定为C、D级、已落实其他安全住房的农户",
        lambda s: s.stage == Stage.SECURED,
    ),
    CountColumn(
        22,
        "住房安全",
        CLEARING,
        "基本安全、鉴定安全、验收合格或以其他方式保障的农户",
        lambda s: s.stage in SAFE_STAGES,
    ),
    CountColumn(
        23,
        "未清零",
        CLEARING,
        "应排查户中住房安全尚未落实的农户（3－22）",
        lambda s: s.stage not in SAFE_STAGES | {Stage.EXEMPT},
    ),
)
COLUMN = {column.number: column for column in COLUMNS}
COUNT_COLUMNS = tuple(column for column in COLUMNS if isinstance(column, CountColumn))
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
