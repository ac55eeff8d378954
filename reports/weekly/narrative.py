"""The week in sentences, drafted from the figures by the conventions of domain rules §6; a person edits them.

Cumulative first, then this week, then the change against last week; a fall says why; what has no denominator
is “—”; what the register does not know is not said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rectification.enums import AT_WORK, ProblemState
from reports.annex2.columns import COLUMN
from reports.weekly import figures as column
from reports.weekly import rectifying
from reports.weekly.figures import CAUSE_LABELS, ClassGroup, Compared, Overdue, WeeklyFigures
from reports.weekly.wording import (
    ENDS,
    FLAT,
    NAMED,
    ORDINALS,
    change,
    day_in_words,
    listed,
    moment_in_words,
    sentence,
)
from yanliang.tables.table import display

TITLES = (
    "一、总体进展",
    "二、分类情况",
    "三、问题整改",
    "四、长效机制",
    "五、存在困难",
    "六、下周计划",
)
UNEXPLAINED = "台账未登记原因，请核实后补充"
#: The sections of the report (domain rules §6).
TITLES = (
    "一、总体进展",
    "二、分类情况",
    "三、问题整改",
    "四、长效机制",
    "五、存在困难",
    "六、下周计划",
)
NOTHING_KNOWN = "台账中没有本周的相关记录，本节由填报人根据实际工作填写。"


@dataclass(frozen=True)
class Part:
    """A numbered section of the report."""

    title: str
    paragraphs: tuple[str, ...]


def draft(week: WeeklyFigures) -> tuple[Part, ...]:
    """The six sections of the report, each with at least one sentence."""
    told = (progress, by_class, rectification, standing_work, difficulties, plan)
    return tuple(
        Part(title, tuple(paragraphs(week))) for title, paragraphs in zip(TITLES, told, strict=True)
    )


def progress(week: WeeklyFigures) -> Iterator[str]:
    total = week.total
    register = (
        f"截至{moment_in_words(week.week.moment)}，{week.whole}登记农户 {count(total, column.ALL)}"
        f"（无需排查 {count(total, column.EXEMPT)}，应排查 {count(total, column.TO_CHECK)}）"
    )
    yield (
        sentence(register, balance(total, column.ALL))
        + sentence(
            cumulative(total, column.CHECKED, "已排查"),
            f"排查率 {rate(total)}",
            rate_change(total),
        )
        + sentence(cumulative(total, column.SAFE, "实现住房安全"))
        + sentence(f"未清零 {count(total, column.NOT_CLEARED)}", balance(total, column.NOT_CLEARED))
    )
    if total.last is None:
        yield "本周为首个报告周，没有上周数据可以比较。"
    yield from ranking(week)


def ranking(week: WeeklyFigures) -> Iterator[str]:
    """Places by 排查率; those whose rate fell, with the reason; those that have nothing to check yet."""
    ranked = week.ranked
    named = [f"{place.name} {rate(place)}" for place in ranked]
    if len(named) > NAMED:
        yield (
            f"按排查率排序，居前的是{'、'.join(named[:ENDS])}，居后的是{'、'.join(named[-ENDS:])}。"
        )
    elif named:
        yield f"按排查率从高到低：{'、'.join(named)}。"
    fallen = [place for place in ranked if (place.difference(column.CHECK_RATE) or 0) < 0]
    if fallen:
        told = "；".join(f"{place.name}{rate_change(place)}" for place in fallen)
        yield f"排查率下降的{week.place_noun}：{told}。"
    if week.unrated:
        yield f"台账中尚无应排查农户的{week.place_noun}：{names(week.unrated)}。"


def by_class(week: WeeklyFigures) -> Iterator[str]:
    for group in week.groups:
        yield of_group(group)


def of_group(group: ClassGroup) -> str:
    total = group.total
    told = sentence(
        f"{total.name}应排查 {count(total, column.TO_CHECK)}",
        cumulative(total, column.CHECKED, "已排查"),
        f"排查率 {rate(total)}",
        rate_change(total),
    ) + sentence(f"未清零 {count(total, column.NOT_CLEARED)}", balance(total, column.NOT_CLEARED))
    if group.classes:
        members = "；".join(
            f"{each.name}应排查 {count(each, column.TO_CHECK)}、排查率 {rate(each)}、"
            f"未清零 {count(each, column.NOT_CLEARED)}"
            for each in group.classes
        )
        told += f"其中，{members}。"
    return told


def rectification(week: WeeklyFigures) -> Iterator[str]:
    """What became of the houses found wanting: suspected, appraised, ruled on, renovated; then the ledger."""
    total = week.total
    yield (
        sentence(
            f"核查结论为疑似不安全 {count(total, column.SUSPECTED)}",
            balance(total, column.SUSPECTED),
        )
        + sentence(cumulative(total, column.APPRAISED, "已鉴定", each_of(total, column.GRADES)))
        + sentence(
            f"疑似不安全中待鉴定 {count(total, column.TO_APPRAISE)}",
            balance(total, column.TO_APPRAISE),
        )
        + waiting(total)
    )
    stages = (column.TO_START, column.RENOVATING, column.TO_ACCEPT, column.ACCEPTED)
    yield sentence(
        f"纳入改造 {count(total, column.TO_RENOVATE)}{each_of(total, stages)}",
        balance(total, column.TO_RENOVATE),
    ) + sentence(
        cumulative(total, column.ACCEPTED, "验收合格"),
        f"以其他方式保障 {count(total, column.SECURED)}" if total.this[column.SECURED] else "",
    )
    if left := week.parts(column.NOT_CLEARED):
        yield f"未清零农户分布：{listed(left, week.place_noun)}。"
    yield from rectifying.problems(week)


def waiting(total: Compared) -> str:
    """Households before the leading group; not a word where none waits and none has waited."""
    if not total.this[column.TO_RULE] and not total.difference(column.TO_RULE):
        return ""
    return sentence(f"待审定 {count(total, column.TO_RULE)}", balance(total, column.TO_RULE))


def standing_work(week: WeeklyFigures) -> Iterator[str]:
    """Only what the register logs: changes of households, danger found in safe houses, monitoring, supervision."""
    changes = [f"本周台账登记的农户动态：{causes(week.changes)}。"] if week.changes else []
    yield from [*changes, *rectifying.watching(week)] or [NOTHING_KNOWN]


def difficulties(week: WeeklyFigures) -> Iterator[str]:
    told = [
        *overdue_checks(week),
        *(late(each, week) for each in week.overdue),
        *rectifying.overdue(week),
        *lagging(week),
    ]
    yield from told or ["没有超过时限的事项，各项工作按期推进。"]


def overdue_checks(week: WeeklyFigures) -> Iterator[str]:
    unchecked = week.total.this[column.UNCHECKED]
    if unchecked and week.inspections_due < week.week.day:
        yield (
            f"入户核查时限（{day_in_words(week.inspections_due)}）已过，"
            f"仍有 {unchecked:,} 户未排查{where(week.parts(column.UNCHECKED), week)}。"
        )


def late(overdue: Overdue, week: WeeklyFigures) -> str:
    return (
        f"{'、'.join(overdue.class_names)}的清零时限（{day_in_words(overdue.due)}）已过，"
        f"仍有 {overdue.households:,} 户未清零{where(overdue.by_place, week)}。"
    )


def lagging(week: WeeklyFigures) -> Iterator[str]:
    """Places below the whole's rate, and places with households to check that checked none this week."""
    whole = week.total.value(column.CHECK_RATE)
    behind = [place for place in reversed(week.ranked) if place.value(column.CHECK_RATE) < whole]
    if behind:
        named = [f"{place.name} {rate(place)}" for place in behind[:NAMED]]
        more = f"等 {len(behind)} 个{week.place_noun}" if len(behind) > NAMED else ""
        yield f"排查率低于{week.whole}水平的：{'、'.join(named)}{more}。"
    idle = {
        place.name: place.this[column.UNCHECKED]
        for place in week.places
        if place.this[column.UNCHECKED] and place.difference(column.CHECKED) == 0
    }
    if idle:
        ordered = dict(sorted(idle.items(), key=lambda item: -item[1]))
        yield f"本周排查没有进展、仍有农户未排查的：{listed(ordered, week.place_noun)}。"


def plan(week: WeeklyFigures) -> Iterator[str]:
    """What is left to do, step by step."""
    steps = [
        (column.UNCHECKED, "完成剩余 {} 户的入户核查"),
        (column.TO_APPRAISE, "组织 {} 户疑似不安全住房鉴定"),
        (column.TO_RULE, "提请区脱贫攻坚领导小组审定 {} 户"),
        (column.TO_START, "督促 {} 户待改造户开工"),
        (column.RENOVATING, "推进 {} 户改造中的农户完工"),
        (column.TO_ACCEPT, "组织 {} 户质量验收"),
    ]
    ledger = week.rectified.ledger
    numbers = [(week.total.this[each], words) for each, words in steps] + [
        (ledger.number(AT_WORK), "推进 {} 件未销号问题整改"),
        (ledger.number(frozenset({ProblemState.SUBMITTED})), "核实 {} 件申请销号的问题"),
    ]
    left = [words.format(f"{number:,}") for number, words in numbers if number]
    if left:
        told = "；".join(f"{ORDINALS[place]}是{step}" for place, step in enumerate(left))
        yield f"{told}。"
    else:
        yield "台账内没有待办的排查、鉴定、改造、验收和问题整改事项。"


def count(compared: Compared, number: int) -> str:
    return f"{compared.this[number]:,} 户"


def rate(compared: Compared) -> str:
    """“98.25%”; “—” where there is nothing to check."""
    return display(compared.value(column.CHECK_RATE), "percent")


def rate_change(compared: Compared) -> str:
    """“较上周提高 1.25 个百分点”; a fall with its reason; nothing where one of the two weeks has no rate."""
    difference = compared.difference(column.CHECK_RATE)
    if difference is None:
        return ""
    if not difference:
        return FLAT
    points = f"{abs(difference) * 100:.2f} 个百分点"
    if difference > 0:
        return f"较上周提高 {points}"
    return f"较上周下降 {points}{reason(compared, column.CHECK_RATE)}"


def cumulative(compared: Compared, number: int, label: str, detail: str = "") -> str:
    """“累计已排查 44,100 户，本周新增 560 户”; a fall of what only grows says why."""
    difference = compared.difference(number)
    told = f"累计{label} {count(compared, number)}{detail}"
    if difference is None:
        return told
    if not difference:
        return f"{told}，{FLAT}"
    if difference > 0:
        return f"{told}，本周新增 {difference:,} 户"
    return f"{told}，较上周减少 {-difference:,} 户{reason(compared, number)}"


def balance(compared: Compared, number: int) -> str:
    """“较上周增加 12 户” of what may go up and down; with the logged reasons where the column has any."""
    difference = compared.difference(number)
    explained = reason(compared, number) if difference and number in column.CAUSES_OF else ""
    return f"{change(difference, '户')}{explained}"


def reason(compared: Compared, number: int) -> str:
    return f"（原因：{causes(compared.causes_of(number)) or UNEXPLAINED}）"


def causes(found: Mapping[str, int]) -> str:
    return "、".join(
        f"{CAUSE_LABELS[kind]} {households:,} 户" for kind, households in found.items()
    )


def each_of(compared: Compared, numbers: Iterable[int]) -> str:
    """“（A级 3 户、B级 2 户）”: the columns that count anyone."""
    told = "、".join(
        f"{COLUMN[number].label} {count(compared, number)}"
        for number in numbers
        if compared.this[number]
    )
    return f"（{told}）" if told else ""


def where(parts: Mapping[str, int], week: WeeklyFigures) -> str:
    return f"，其中{listed(parts, week.place_noun)}" if parts else ""


def names(places: Iterable[Compared]) -> str:
    return "、".join(place.name for place in places)
