"""What is looked at before a week is submitted, how grave it is, and where it is mended (domain rules §6, §7)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from households.enums import (
    UNSAFE_GRADES,
    ChangeKind,
    ChangeState,
    EventKind,
    Stage,
    Verdict,
)
from households.models import HouseholdChange, SafetyEvent
from inspections.models import Inspection, InspectionDraft
from reports.annex2.columns import COLUMN
from reports.enums import Severity
from reports.thursday.changes import Cell, CellChange, Move, cell_changes, moves
from reports.thursday.gathering import Standing
from reports.weekly.figures import (
    ACCEPTED,
    ALL,
    APPRAISED,
    CAUSE_LABELS,
    CAUSES_OF,
    CHECKED,
    SAFE,
    UNCHECKED,
)
from reports.weekly.wording import day_in_words
from yanliang.periods import campaign, day_of

#: Measures that fall only with a logged reason (domain rules §7); the number of households also grows only with one.
ONLY_GROWING = (CHECKED, APPRAISED, ACCEPTED, SAFE)
#: Events that take safety or a grade away.
SETBACKS = (
    Q(kind__in=[EventKind.WARNED, EventKind.RULED_BACK])
    | Q(kind=EventKind.INSPECTED, outcome=Verdict.SUSPECTED)
    | Q(kind=EventKind.APPRAISED, outcome__in=UNSAFE_GRADES)
)
#: Checks whose fact lasts from week to week, so that the word said on them last week may still hold.
LASTING = frozenset({"unchecked", "returned"})
#: So many places or causes are named in a sentence.
NAMED = 5


@dataclass(frozen=True)
class Check:
    """Something to mend, to explain or to know; `url` opens where it is mended.

    `households` are those behind it, with the logged reason of each or "" where there is none.
    """

    key: str
    severity: Severity
    sentence: str
    url: str = ""
    mend: str = ""
    households: Mapping[int, str] = field(default_factory=dict)


def checks_of(standing: Standing, *, drafted_for: str = "") -> list[Check]:
    """Everything that is to be said before the week is submitted, the gravest first.

    `drafted_for` is the digest of the figures that the saved text speaks of, "" where none is saved.
    """
    found = [
        *identity_checks(standing),
        *movement_checks(standing),
        *unchecked_check(standing),
        *inspection_checks(standing),
    ]
    if drafted_for and drafted_for != standing.digest:
        found.append(
            Check(
                "text",
                Severity.EXPLAIN,
                "文字是按以前的数字起草的，之后数字有变动：请核改文字，或按最新数字重新起草。",
            )
        )
    order = list(Severity)
    return sorted(found, key=lambda check: order.index(check.severity))


def identity_checks(standing: Standing) -> Iterator[Check]:
    """Identities within and between the sections: the program's own arithmetic, so none should ever fail."""
    sheet = standing.weekly.sheet
    for section in sheet.sections:
        for position, fault in enumerate(sheet.faults(section)):
            yield Check(
                f"identity-{section.key}-{position}",
                Severity.BLOCKS,
                f"{section.name}勾稽关系不成立：{fault}。请联系系统管理员重算进度。",
                link("reports:annex2", region=standing.region.code, section=section.key),
                "打开统计表",
            )


def movement_checks(standing: Standing) -> Iterator[Check]:
    """Figures that fell, and a changed number of households, village by village, with the households behind them."""
    before = standing.groups_before
    if before is None:
        return
    moved = moves(before, standing.groups)
    everyone = standing.weekly.sheet.sections[:1]
    places = [place.code for place in standing.weekly.sheet.places]
    changed = cell_changes(moved, everyone, places)
    logged = logged_causes(standing, {move.household for move in moved})
    names = {place.code: place.short_name for place in standing.weekly.sheet.places}
    for number in (ALL, *ONLY_GROWING):
        cells = {
            cell: change for cell, change in changed.items() if wants_reason(cell, change, number)
        }
        if cells:
            yield movement_check(standing, number, cells, logged, names)
    reclassed = [move for move in moved if has_other_class(move)]
    if reclassed:
        yield class_check(standing, reclassed, logged)


def has_other_class(move: Move) -> bool:
    return bool(move.before and move.after and move.before.class_id != move.after.class_id)


def wants_reason(cell: Cell, change: CellChange, number: int) -> bool:
    if cell.number != number:
        return False
    return bool(change.gained or change.lost) if number == ALL else change.difference < 0


def movement_check(
    standing: Standing,
    number: int,
    cells: Mapping[Cell, CellChange],
    logged: Mapping[int, Sequence[str]],
    names: Mapping[str, str],
) -> Check:
    behind = sorted(
        {
            household
            for change in cells.values()
            for household in (*change.lost, *(change.gained if number == ALL else ()))
        }
    )
    shown = [f"{names[cell.place]} {change.difference:+,} 户" for cell, change in cells.items()]
    more = f"等 {len(shown)} 个村" if len(shown) > NAMED else ""
    verb = "有增减" if number == ALL else "较上周减少"
    return check_on_households(
        standing,
        f"moved-{number}",
        f"{COLUMN[number].label}{verb}：{'、'.join(shown[:NAMED])}{more}",
        behind,
        CAUSES_OF[number],
        logged,
    )


def class_check(
    standing: Standing, moved: Sequence[Move], logged: Mapping[int, Sequence[str]]
) -> Check:
    """Households that count under another class: the number of households of both has changed."""
    names = {each.pk: each.name for each in standing.weekly.sheet.sections[0].classes}
    difference: Counter[int] = Counter()
    for move in moved:
        difference[move.before.class_id] -= 1
        difference[move.after.class_id] += 1
    shown = [f"{name} {difference[pk]:+,} 户" for pk, name in names.items() if pk in difference]
    return check_on_households(
        standing,
        "moved-class",
        f"农户类别有变动：{'、'.join(shown)}",
        [move.household for move in moved],
        frozenset({ChangeKind.CLASS_CHANGED}),
        logged,
    )


def check_on_households(
    standing: Standing,
    key: str,
    words: str,
    households: Sequence[int],
    causes: frozenset[str],
    logged: Mapping[int, Sequence[str]],
) -> Check:
    """A check on what moved `households`, to be explained where one of them has none of `causes` in its log."""
    told = {}
    for household in households:
        known = [kind for kind in logged.get(household, ()) if kind in causes]
        told[household] = CAUSE_LABELS[known[-1]] if known else ""
    unexplained = sum(not reason for reason in told.values())
    words += f"，涉及 {len(told)} 户"
    words += f"，其中 {unexplained} 户台账没有登记原因。" if unexplained else "，台账均已登记原因。"
    return Check(
        key,
        Severity.EXPLAIN if unexplained else Severity.HINT,
        words,
        link(
            "reports:check_households",
            region=standing.region.code,
            week=standing.week.thursday,
            check=key,
        ),
        f"看这 {len(told)} 户",
        told,
    )


def logged_causes(standing: Standing, households: set[int]) -> dict[int, list[str]]:
    """What befell each of `households` since last week, as the register logged it, in order. Two queries."""
    since: dt.datetime | None = standing.moment_before
    within = Q(at__lte=standing.week.closes) & (Q(at__gt=since) if since else Q())
    logged = (
        HouseholdChange.objects.within(standing.region.code)
        .filter(state=ChangeState.DONE)
        .annotate(at=Coalesce("decided_at", "recorded_at")),
        SafetyEvent.objects.within(standing.region.code)
        .filter(SETBACKS, superseded=False)
        .annotate(at=F("recorded_at")),
    )
    found: dict[int, list[str]] = {}
    for rows in logged:
        for household, kind in (
            rows.filter(within).order_by("at").values_list("household_id", "kind")
        ):
            if household in households:
                found.setdefault(household, []).append(kind)
    return found


def unchecked_check(standing: Standing) -> Iterator[Check]:
    """Households that nobody has visited although the date for it has passed (notice: 3-31)."""
    due = campaign().inspections_due
    left = standing.weekly.figures.total.this[UNCHECKED]
    if left and day_of(standing.week.closes) > due:
        yield Check(
            "unchecked",
            Severity.EXPLAIN,
            f"入户核查时限（{day_in_words(due)}）已过，还有 {left:,} 户未排查。",
            link("households:household_list", region=standing.region.code, stage=Stage.UNCHECKED),
            "打开未排查农户",
        )


def inspection_checks(standing: Standing) -> Iterator[Check]:
    """Visits that lie unfinished at the office: returned, typed but not submitted, not reviewed. Three queries."""
    scope = standing.region.code
    inspections = Inspection.objects.within(scope)
    for key, severity, number, words, url, mend in (
        (
            "returned",
            Severity.EXPLAIN,
            inspections.returned().count(),
            "被退回的核查 {:,} 户还没有更正。",
            link("inspections:returned_list"),
            "去更正",
        ),
        (
            "drafts",
            Severity.HINT,
            InspectionDraft.objects.within(scope).count(),
            "核查草稿 {:,} 户还没有提交，不在本周数字里。",
            link("inspections:draft_list"),
            "打开草稿",
        ),
        (
            "to_review",
            Severity.HINT,
            inspections.to_review().count(),
            "已提交、还没有审核的核查 {:,} 户。",
            link("inspections:review_list"),
            "去审核",
        ),
    ):
        if number:
            yield Check(key, severity, words.format(number), url, mend)


def unanswered(checks: Iterable[Check], explanations: Mapping[str, str]) -> list[str]:
    """What keeps the week from being submitted, as sentences."""
    found = []
    for check in checks:
        if check.severity == Severity.BLOCKS:
            found.append(check.sentence)
        elif check.severity == Severity.EXPLAIN and not explanations.get(check.key, "").strip():
            found.append(f"{check.sentence}请先处理，或写明说明。")
    return found


def link(name: str, **parameters: object) -> str:
    return f"{reverse(name)}?{urlencode(parameters)}" if parameters else reverse(name)
