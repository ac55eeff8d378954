"""The sentences on the problem ledger, the three zeros, monitoring and supervision (domain rules §§5, 6)."""

from collections.abc import Iterator

from rectification.enums import UNSETTLED, EntryKind, ProblemSource, ProblemState
from rectification.supervision.coverage import OfficeCoverage
from reports.weekly.figures import WeeklyFigures
from reports.weekly.problems import REGISTERED, STRUCK_OFF, LedgerWeek, Recurrent
from reports.weekly.wording import FLAT, NAMED, change, day_in_words, listed, sentence
from reports.zeros.burndown import per_week
from reports.zeros.counters import ZEROS, Zero
from yanliang.tables.table import display

NO_PROBLEM = "问题台账中没有登记的问题。"


def problems(week: WeeklyFigures) -> Iterator[str]:
    """The ledger, by source, the three zeros, and 屡改屡犯 in a paragraph of its own."""
    ledger = week.rectified.ledger
    if ledger.is_empty:
        yield NO_PROBLEM
    else:
        yield progress(ledger) + remaining(ledger)
        yield by_source(ledger)
    yield f"三清零进展：{'；'.join(zero_clause(zero, week) for zero in ZEROS)}。"
    if not ledger.is_empty:
        yield recurrences(ledger.recurrent)


def progress(ledger: LedgerWeek) -> str:
    """“问题台账累计登记 120 件，本周登记 12 件；累计销号 80 件，本周销号 10 件，销号率 66.67%，与上周持平。”"""
    registered = flow_clause(
        "问题台账累计登记",
        ledger,
        REGISTERED,
        (EntryKind.RAISED, "登记"),
        (EntryKind.VOIDED, "作废"),
    )
    closed = flow_clause(
        "累计销号",
        ledger,
        STRUCK_OFF,
        (EntryKind.VERIFIED, "销号"),
        (EntryKind.REOPENED, "重新整改"),
    )
    return sentence(
        f"{registered}；{closed}", f"销号率 {display(ledger.rate, 'percent')}", rate_clause(ledger)
    )


def flow_clause(
    label: str,
    ledger: LedgerWeek,
    states: frozenset[str],
    gain: tuple[EntryKind, str],
    loss: tuple[EntryKind, str],
) -> str:
    """“累计销号 80 件，本周销号 10 件”; a fall says by what: “较上周减少 1 件（原因：重新整改 3 件）”."""
    told = f"{label} {ledger.number(states):,} 件"
    difference = ledger.difference(states)
    if difference is None:
        return told
    gained, lost = ledger.flow(gain[0]), ledger.flow(loss[0])
    clauses = [told]
    if gained:
        clauses.append(f"本周{gain[1]} {gained:,} 件")
    why = f"{loss[1]} {lost:,} 件" if lost else ""
    if difference < 0:
        clauses.append(f"较上周减少 {-difference:,} 件" + (f"（原因：{why}）" if why else ""))
    elif why:
        clauses.append(f"本周{why}")
    elif not gained:
        clauses.append(FLAT)
    return "，".join(clauses)


def rate_clause(ledger: LedgerWeek) -> str:
    difference = ledger.rate_change
    if difference is None:
        return ""
    if not difference:
        return FLAT
    points = f"{abs(difference) * 100:.2f} 个百分点"
    if difference > 0:
        return f"较上周提高 {points}"
    causes = [
        f"{label} {number:,} 件"
        for kind, label in ((EntryKind.RAISED, "新登记"), (EntryKind.REOPENED, "重新整改"))
        if (number := ledger.flow(kind))
    ]
    return f"较上周下降 {points}" + (f"（原因：{'、'.join(causes)}）" if causes else "")


def remaining(ledger: LedgerWeek) -> str:
    """“未销号 40 件（待整改 10 件、整改中 30 件），较上周减少 2 件；其中超期 3 件，较上周增加 1 件。”"""
    states = [
        f"{state.label} {number:,} 件"
        for state in ProblemState
        if state in UNSETTLED and (number := ledger.number(frozenset({state})))
    ]
    detail = f"（{'、'.join(states)}）" if states else ""
    left = sentence(
        f"未销号 {ledger.left:,} 件{detail}", change(ledger.difference(UNSETTLED), "件")
    )
    before = ledger.overdue_last
    if not ledger.late and not before:
        return left
    overdue = sentence(
        f"其中超期未销号 {ledger.late:,} 件",
        change(None if before is None else ledger.late - before, "件"),
    )
    return left + overdue


def by_source(ledger: LedgerWeek) -> str:
    """“按问题来源：自查排查登记 50 件、销号 40 件、未销号 10 件；…。”"""
    told = [
        "，".join(
            filter(
                None,
                (
                    f"{source.label}登记 {ledger.number(REGISTERED, source):,} 件、"
                    f"销号 {ledger.number(STRUCK_OFF, source):,} 件、"
                    f"未销号 {ledger.number(UNSETTLED, source):,} 件",
                    change(ledger.difference(UNSETTLED, source), "件"),
                ),
            )
        )
        for source in ProblemSource
        if ledger.number(REGISTERED, source)
    ]
    return f"按问题来源：{'；'.join(told)}。" if told else "没有有效的问题。"


def zero_clause(zero: Zero, week: WeeklyFigures) -> str:
    """“脱贫任务清零剩余 12 户，较上周减少 3 户（时限5月31日，每周须完成 4 户）”."""
    zeros = week.rectified.zeros
    left = zeros.number(zero)
    parts = "、".join(
        f"{part.label} {number:,} {part.unit}"
        for part in zero.parts
        if len(zero.parts) > 1 and (number := zeros.number(part))
    )
    told = f"{zero.name}剩余 {left:,} {zero.unit}" + (f"（{parts}）" if parts else "")
    moved = change(zeros.difference(zero), zero.unit)
    due = zeros.deadlines[zero.key]
    pace = per_week(left, week.week.day, due)
    words = f"时限{day_in_words(due)}"
    if left:
        words += "已过" if pace is None else f"，每周须完成 {pace:,} {zero.unit}"
    return "，".join(filter(None, (told, moved))) + f"（{words}）"


def recurrences(recurrent: tuple[Recurrent, ...]) -> str:
    """Each by number, place, kind and leading official; of many the first ten and how many there are."""
    if not recurrent:
        return "屡改屡犯：没有未销号的屡改屡犯问题。"
    named = "；".join(
        f"{each.number}（{each.place}，{each.kind}，牵头领导{each.leading_official or '未登记'}）"
        for each in recurrent[:NAMED]
    )
    more = f"，等 {len(recurrent)} 件" if len(recurrent) > NAMED else ""
    return f"屡改屡犯：未销号 {len(recurrent):,} 件。{named}{more}。"


def overdue(week: WeeklyFigures) -> Iterator[str]:
    late = week.rectified.ledger.overdue
    if late:
        yield (
            f"整改时限已过、仍未销号的问题 {week.rectified.ledger.late:,} 件，"
            f"其中{listed(late, week.place_noun, '件')}。"
        )


def watching(week: WeeklyFigures) -> Iterator[str]:
    """动态监测 and 督导检查, as far as anything was done or is missing."""
    yield from monitoring(week)
    if week.rectified.offices:
        yield supervision(week.rectified.offices)


def monitoring(week: WeeklyFigures) -> Iterator[str]:
    found = week.rectified.monitoring
    answered = [
        f"{label} {number:,} 件"
        for label, number in (
            ("登记新险情", found.warned),
            ("登记问题", found.to_problem),
            ("查看无险情", found.sound),
        )
        if number
    ]
    if found.filed or answered or found.waiting:
        done = found.warned + found.to_problem + found.sound
        detail = f"（{'、'.join(answered)}）" if answered else ""
        yield sentence(
            f"本周收到监测报告 {found.filed:,} 件",
            f"处置 {done:,} 件{detail}",
            f"待处置 {found.waiting:,} 件",
        )
    if found.rechecked or found.to_recheck:
        yield f"本周灾后复查 {found.rechecked:,} 户，待复查 {found.to_recheck:,} 户。"
    if found.gaps:
        yield f"监测责任未落实 {found.gaps:,} 处。"


def supervision(offices: tuple[OfficeCoverage, ...]) -> str:
    """“本周督导检查：关山街道 1 次、走访 12 户、发现问题 2 件。本周未检查的街办：北屯街道。”"""
    seen = [
        f"{each.office.short_name} {each.visits} 次、走访 {each.households} 户、发现问题 {each.problems} 件"
        for each in offices
        if each.visits
    ]
    missed = [each.office.short_name for each in offices if not each.visits]
    told = f"本周督导检查：{'；'.join(seen)}。" if seen else "本周没有登记督导检查。"
    return told + (f"本周未检查的街办：{'、'.join(missed)}。" if missed else "")
