"""The verdict of an inspection: a pure function of checklist version, answers and house facts (domain rules §3).

Street staff screen: the verdict is 基本安全 or 疑似不安全, never a grade A–D.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from households.enums import RenovationMode, Verdict
from inspections.enums import Answer, AnswerKind, Effect

#: From this many storeys on, a house is for a professional appraisal.
STOREYS_TO_APPRAISE = 3

REBUILT_MODES = frozenset({RenovationMode.REBUILD, RenovationMode.ELSEWHERE})


class Item(Protocol):
    """What the rules read of a checklist item."""

    code: str
    question: str
    effect: str
    answer_kind: str
    structures: Sequence[str]
    applies_if: str


@dataclass(frozen=True)
class VersionRules:
    """A checklist version as the rules read it; `threshold` fails of effect K make a house suspected."""

    items: tuple[Item, ...]
    threshold: int


@dataclass(frozen=True)
class HouseFacts:
    """What the rules read of a house; `structure` is empty and `storeys` None while unknown."""

    structure: str = ""
    storeys: int | None = None
    business_use: bool = False
    renovated_year: int | None = None
    renovated_mode: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> "HouseFacts":
        """From facts as an inspection stores them; anything that is not of the right kind counts as unknown."""

        def number(name: str) -> int | None:
            value = facts.get(name)
            return value if isinstance(value, int) else None

        return cls(
            structure=str(facts.get("structure") or ""),
            storeys=number("storeys"),
            business_use=facts.get("business_use") is True,
            renovated_year=number("renovated_year"),
            renovated_mode=str(facts.get("renovated_mode") or ""),
        )


@dataclass(frozen=True)
class Judgement:
    """A verdict with the sentences behind it, and notes on what to repair that never change it."""

    verdict: Verdict
    reasons: tuple[str, ...]
    repair_notes: tuple[str, ...]


def conditions(facts: HouseFacts) -> frozenset[str]:
    """The conditions of `ChecklistItem.applies_if` that the house meets."""
    met = set()
    if facts.renovated_year or facts.renovated_mode:
        met.add("renovated")
    if facts.renovated_mode in REBUILT_MODES:
        met.add("rebuilt")
    return frozenset(met)


def applicable(items: Iterable[Item], facts: HouseFacts) -> tuple[Item, ...]:
    """The items that the house calls for, in their order; none while its structure is unknown."""
    met = conditions(facts)
    return tuple(
        item
        for item in items
        if facts.structure in item.structures and (not item.applies_if or item.applies_if in met)
    )


def judge(
    rules: VersionRules,
    answers: Mapping[str, str],
    facts: HouseFacts,
    latest_grade_unsafe: bool,
) -> Judgement:
    """Judge what has been answered so far; unanswered items neither help nor harm.

    `latest_grade_unsafe`: the latest appraisal was C or D and no renovation was accepted after it.
    """
    items = applicable(rules.items, facts)
    vetoes = [
        item
        for item in items
        if item.effect == Effect.VETO and answers.get(item.code) in (Answer.FAIL, Answer.UNSURE)
    ]
    failures = [
        item
        for item in items
        if item.effect == Effect.CUMULATIVE and answers.get(item.code) == Answer.FAIL
    ]
    reasons = [
        f"{item.code} {item.question}：{Answer(answers[item.code]).label}（一票否决项）。"
        for item in vetoes
    ]
    if len(failures) >= rules.threshold:
        named = "；".join(f"{item.code} {item.question}" for item in failures)
        reasons.append(
            f"累计判定项有 {len(failures)} 项不符合（达到 {rules.threshold} 项即为疑似不安全）：{named}。"
        )
    reasons += house_reasons(facts, latest_grade_unsafe)
    notes = repair_notes(items, answers)
    if reasons:
        return Judgement(Verdict.SUSPECTED, tuple(reasons), notes)
    calm = (
        f"没有一票否决的情形；累计判定项 {len(failures)} 项不符合，未达到 {rules.threshold} 项。",
    )
    return Judgement(Verdict.SAFE, calm, notes)


def house_reasons(facts: HouseFacts, latest_grade_unsafe: bool) -> list[str]:
    """Why the house is suspected whatever the items say."""
    reasons = []
    if facts.storeys is not None and facts.storeys >= STOREYS_TO_APPRAISE:
        reasons.append(f"房屋为 {facts.storeys} 层，三层及以上须由专业机构鉴定。")
    if facts.business_use:
        reasons.append("房屋兼作经营，须由专业机构鉴定。")
    if latest_grade_unsafe:
        reasons.append("最近一次鉴定为 C级或 D级，其后没有验收合格的改造。")
    return reasons


def repair_notes(items: Iterable[Item], answers: Mapping[str, str]) -> tuple[str, ...]:
    """What record items ask to put right in time, as sentences."""
    notes = []
    for item in items:
        if item.effect != Effect.RECORD:
            continue
        answer = answers.get(item.code)
        if item.answer_kind == AnswerKind.CHECK and answer == Answer.FAIL:
            notes.append(f"{item.code} {item.question}：不符合，应及时修缮。")
        elif item.answer_kind == AnswerKind.PRESENCE and answer == Answer.ABSENT:
            notes.append(f"{item.code} {item.question}：无，修缮或改造时一并完善。")
    return tuple(notes)
