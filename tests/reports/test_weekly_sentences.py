"""The sentences of the weekly report (domain rules §6): cumulative, this week, change; a fall with its reason."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from households.enums import ChangeKind, EventKind
from households.models import Region
from rectification.enums import Direction, EntryKind, ProblemSource, ProblemState
from rectification.monitoring.figures import MonitoringFigures
from rectification.supervision.coverage import OfficeCoverage
from reports.annex2.columns import COLUMN, COLUMNS, NOTHING, Figures, total_of
from reports.weekly.figures import (
    CHECKED,
    NOT_CLEARED,
    SAFE,
    TO_CHECK,
    ClassGroup,
    Compared,
    Overdue,
    WeeklyFigures,
)
from reports.weekly.narrative import NOTHING_KNOWN, draft, rate, rate_change
from reports.weekly.problems import LedgerWeek, Rectified, Recurrent, ZerosWeek
from reports.weekly.weeks import Week
from reports.weekly.wording import FLAT
from reports.zeros.counters import ZEROS, Cell, Left
from reports.zeros.ledger import Ledger

THURSDAY = dt.date(2020, 4, 9)


def figures(**columns: int) -> Figures:
    """Figures with those columns (c4=7), the rest zero."""
    return Figures(NOTHING | {int(name[1:]): number for name, number in columns.items()})


def compared(this: dict, last: dict | None, causes: dict | None = None, **more) -> Compared:
    return Compared(
        "关山街道", figures(**this), None if last is None else figures(**last), causes or {}, **more
    )


NO_MONITORING = MonitoringFigures(*[0] * len(MonitoringFigures._fields))
DEADLINES = {zero.key: dt.date(2020, 6, 30) for zero in ZEROS}


def rectified(
    *, first: bool = False, this=(), last=(), left=None, left_last=None, **more
) -> Rectified:
    """Problems by (region, direction, source, state, number) and what is left of the zeros; else nothing."""
    ledger = {"flows": {}, "overdue": {}, "overdue_last": None if first else 0, "recurrent": ()}
    return Rectified(
        LedgerWeek(
            Ledger(this),
            None if first else Ledger(last),
            **{name: more.pop(name, value) for name, value in ledger.items()},
        ),
        ZerosWeek(
            Left("610114", left or {}),
            None if first else Left("610114", left_last or {}),
            DEADLINES,
            {},
        ),
        **{"monitoring": NO_MONITORING, "offices": (), **more},
    )


def week_with(
    total: Compared,
    *places: Compared,
    thursday=THURSDAY,
    overdue=(),
    mended: Rectified | None = None,
) -> WeeklyFigures:
    return WeeklyFigures(
        whole="全区",
        place_noun="街办",
        week=Week(thursday),
        total=total,
        places=places,
        groups=(ClassGroup(total),),
        overdue=overdue,
        inspections_due=dt.date(2020, 3, 31),
        rectified=mended or rectified(first=total.last is None),
    )


def text_of(week: WeeklyFigures) -> str:
    return "\n".join(sentence for part in draft(week) for sentence in part.paragraphs)


@pytest.mark.parametrize(
    ("this", "last", "causes", "said"),
    [
        ({"c3": 100, "c4": 60}, {"c3": 100, "c4": 40}, {}, "累计已排查 60 户，本周新增 20 户"),
        ({"c3": 100, "c4": 60}, {"c3": 100, "c4": 60}, {}, f"累计已排查 60 户，{FLAT}"),
        (
            {"c3": 100, "c4": 60},
            {"c3": 101, "c4": 62},
            {ChangeKind.MOVED_OUT: 2, ChangeKind.ADDED: 1},
            "累计已排查 60 户，较上周减少 2 户（原因：整户迁出 2 户）",
        ),
        (
            {"c3": 100, "c4": 60},
            {"c3": 101, "c4": 62},
            {},
            "累计已排查 60 户，较上周减少 2 户（原因：台账未登记原因，请核实后补充）",
        ),
        (
            {"c3": 9, "c22": 3},
            {"c3": 9, "c22": 4},
            {EventKind.WARNED: 1, ChangeKind.ADDED: 5},
            "累计实现住房安全 3 户，较上周减少 1 户（原因：发现新险情 1 户）",
        ),
        ({"c23": 5}, {"c23": 9}, {}, "未清零 5 户，较上周减少 4 户。"),
        ({"c23": 9}, {"c23": 5}, {}, "未清零 9 户，较上周增加 4 户。"),
        (
            {"c1": 12},
            {"c1": 10},
            {ChangeKind.SPLIT: 2, ChangeKind.MOVED_OUT: 9},
            "较上周增加 2 户（原因：分户 2 户）。",
        ),
    ],
)
def test_a_number_and_its_change(this, last, causes, said):
    assert said in text_of(week_with(compared(this, last, causes)))


@pytest.mark.parametrize(
    ("this", "last", "causes", "shown", "change"),
    [
        ((10000, 9825), (10000, 9700), {}, "98.25%", "较上周提高 1.25 个百分点"),
        ((4, 3), (4, 3), {}, "75.00%", FLAT),
        (
            (11, 10),
            (10, 10),
            {ChangeKind.ADDED: 1},
            "90.91%",
            "较上周下降 9.09 个百分点（原因：新增 1 户）",
        ),
        ((0, 0), (0, 0), {}, "—", ""),
        ((4, 3), (0, 0), {}, "75.00%", ""),
        ((0, 0), (4, 3), {}, "—", ""),
        ((4, 3), None, {}, "75.00%", ""),
    ],
)
def test_a_rate_and_its_change(this, last, causes, shown, change):
    def checked(pair):
        return {"c3": pair[0], "c4": pair[1]}

    found = compared(checked(this), last and checked(last), causes)
    assert (rate(found), rate_change(found)) == (shown, change)


def test_a_change_of_class_explains_a_class_not_a_place():
    fall = ({"c3": 10, "c4": 8}, {"c3": 10, "c4": 9}, {ChangeKind.CLASS_CHANGED: 1})
    assert "身份变更 1 户" in rate_change(compared(*fall, is_class=True))
    assert "身份变更" not in rate_change(compared(*fall))


def test_the_first_week_says_that_it_has_nothing_to_compare_with():
    told = text_of(week_with(compared({"c3": 4, "c4": 3}, None)))
    assert "没有上周数据" in told
    assert "较上周" not in told
    assert FLAT not in told


def test_places_are_ranked_and_those_without_a_rate_are_named_apart():
    total = compared({"c3": 30, "c4": 20}, {"c3": 30, "c4": 20})
    low = Compared("北屯街道", figures(c3=20, c4=12), figures(c3=20, c4=12), {})
    high = Compared("武屯街道", figures(c3=10, c4=8), figures(c3=10, c4=8), {})
    none = Compared("新兴街道", figures(), figures(), {})
    told = text_of(week_with(total, low, none, high))
    assert "按排查率从高到低：武屯街道 80.00%、北屯街道 60.00%。" in told
    assert "尚无应排查农户的街办：新兴街道。" in told
    assert "排查率低于全区水平的：北屯街道 60.00%。" in told


def test_a_place_that_checked_none_is_named_with_what_is_left():
    idle = Compared("北屯街道", figures(c3=9, c4=5, c6=4), figures(c3=9, c4=5, c6=4), {})
    busy = Compared("武屯街道", figures(c3=9, c4=5, c6=4), figures(c3=9, c4=4, c6=5), {})
    told = text_of(week_with(compared({"c3": 18}, {"c3": 18}), idle, busy))
    assert "没有进展、仍有农户未排查的：北屯街道 4 户。" in told


def test_what_is_overdue_is_told_with_its_deadline_and_places():
    late = Overdue(dt.date(2020, 5, 31), ("低保户",), 7, {"关山街道": 7})
    total = compared({"c3": 9, "c6": 2}, {"c3": 9, "c6": 2})
    told = text_of(week_with(total, thursday=dt.date(2020, 6, 4), overdue=(late,)))
    assert "低保户的清零时限（5月31日）已过，仍有 7 户未清零，其中关山街道 7 户。" in told
    assert "入户核查时限（3月31日）已过，仍有 2 户未排查。" in told


def test_checks_are_not_overdue_on_their_last_day():
    total = compared({"c3": 9, "c6": 2}, None)
    assert "已过" not in text_of(week_with(total, thursday=dt.date(2020, 3, 31)))
    assert "已过" in text_of(week_with(total, thursday=dt.date(2020, 4, 2)))


def test_what_the_register_does_not_know_is_left_to_a_person():
    parts = {part.title: part for part in draft(week_with(compared({}, {})))}
    assert parts["四、长效机制"].paragraphs == (NOTHING_KNOWN,)
    logged = compared({}, {}, {ChangeKind.ADDED: 3, EventKind.WARNED: 1})
    parts = {part.title: part for part in draft(week_with(logged))}
    assert parts["四、长效机制"].paragraphs == (
        "本周台账登记的农户动态：新增 3 户、发现新险情 1 户。",
    )


def test_the_plan_is_what_is_left():
    left = compared({"c6": 3, "c10": 2, "c19": 1}, None)
    assert (
        "一是完成剩余 3 户的入户核查；二是组织 2 户疑似不安全住房鉴定；三是组织 1 户质量验收。"
        in text_of(week_with(left))
    )


def test_the_six_sections_stand_in_order():
    assert [part.title for part in draft(week_with(compared({}, {})))] == [
        "一、总体进展",
        "二、分类情况",
        "三、问题整改",
        "四、长效机制",
        "五、存在困难",
        "六、下周计划",
    ]


def told_of(**more) -> str:
    return text_of(week_with(compared({}, {}), mended=rectified(**more)))


def rows(**states: int) -> list[tuple[str, str, str, str, int]]:
    """Problems that the office found itself, by state."""
    return [("610114007", "problem", "self", state, number) for state, number in states.items()]


@pytest.mark.parametrize(
    ("this", "last", "flows", "said"),
    [
        (
            {"open": 12, "closed": 80},
            {"open": 10, "closed": 70},
            {"raised": 12, "verified": 10},
            "问题台账累计登记 92 件，本周登记 12 件；累计销号 80 件，本周销号 10 件，销号率 86.96%，"
            "较上周下降 0.54 个百分点（原因：新登记 12 件）。未销号 12 件（待整改 12 件），较上周增加 2 件。",
        ),
        (
            {"reopened": 3, "closed": 7, "void": 1},
            {"open": 1, "closed": 10},
            {"reopened": 3, "voided": 1},
            "问题台账累计登记 10 件，较上周减少 1 件（原因：作废 1 件）；"
            "累计销号 7 件，较上周减少 3 件（原因：重新整改 3 件），销号率 70.00%，"
            "较上周下降 20.91 个百分点（原因：重新整改 3 件）。未销号 3 件（重新整改 3 件），较上周增加 2 件。",
        ),
        (
            {"submitted": 1},
            {"submitted": 1},
            {},
            "问题台账累计登记 1 件，与上周持平；累计销号 0 件，与上周持平，销号率 0.00%，与上周持平。"
            "未销号 1 件（申请销号 1 件），与上周持平。",
        ),
        (
            {"closed": 1},
            {},
            {"raised": 1, "verified": 1},
            "累计销号 1 件，本周销号 1 件，销号率 100.00%。未销号 0 件，与上周持平。",
        ),
    ],
)
def test_the_ledger_and_its_change(this, last, flows, said):
    assert said in told_of(this=rows(**this), last=rows(**last), flows=flows)


def test_the_ledgers_first_week_compares_with_nothing():
    told = text_of(
        week_with(compared({}, None), mended=rectified(first=True, this=rows(open=2, closed=2)))
    )
    assert (
        "问题台账累计登记 4 件；累计销号 2 件，销号率 50.00%。未销号 2 件（待整改 2 件）。" in told
    )
    assert "较上周" not in told
    assert FLAT not in told


def test_an_empty_ledger_says_so():
    assert "问题台账中没有登记的问题。" in told_of()
    assert "屡改屡犯" not in told_of()


def test_problems_by_source():
    this = [*rows(open=2, closed=1), ("610114", "policy", "central", "in_progress", 4)]
    told = told_of(this=this, last=rows(open=3))
    assert (
        "按问题来源：自查排查登记 3 件、销号 1 件、未销号 2 件，较上周减少 1 件；"
        "中央巡视登记 4 件、销号 0 件、未销号 4 件，较上周增加 4 件。" in told
    )


def test_overdue_problems_are_a_difficulty_with_their_places():
    found = {"关山街道": 2, "北屯街道": 1}
    told = told_of(this=rows(open=5), last=rows(open=5), overdue=found, overdue_last=1)
    assert "其中超期未销号 3 件，较上周增加 2 件。" in told
    assert "整改时限已过、仍未销号的问题 3 件，其中关山街道 2 件、北屯街道 1 件。" in told
    assert "一是推进 5 件未销号问题整改。" in told


def left(**parts: int) -> dict[Cell, int]:
    return {Cell("610114007", part, dt.date(2020, 6, 30)): number for part, number in parts.items()}


def test_the_three_zeros_with_deadline_and_pace():
    told = told_of(
        left=left(unsafe=12, problem=3, unchecked=30, mechanism=4),
        left_last=left(unsafe=15, problem=3, unchecked=28, mechanism=4),
    )
    # From 9 April to 30 June twelve weeks less a day, both days worked.
    assert "脱贫任务清零剩余 12 户，较上周减少 3 户（时限6月30日，每周须完成 2 户）；" in told
    assert "整改任务清零剩余 3 件，与上周持平（时限6月30日，每周须完成 1 件）；" in told
    assert "漏点短板清零剩余 34 项（未排查 30 户、长效机制 4 件），较上周增加 2 项" in told


def test_a_zero_whose_day_has_passed():
    late = rectified(left=left(unsafe=1))
    total = compared({}, {})
    assert "脱贫任务清零剩余 1 户，较上周增加 1 户（时限6月30日已过）" in text_of(
        week_with(total, thursday=dt.date(2020, 7, 2), mended=late)
    )


def recurrent(number: int) -> Recurrent:
    return Recurrent(
        f"YL-2020-007-{number:05}",
        "关山街道 关山村",
        "改造质量不高",
        "刘建设",
        "赵主任",
        dt.date(2020, 6, 30),
        "重新整改",
    )


@pytest.mark.parametrize(("number", "more"), [(1, False), (10, False), (11, True)])
def test_recurrent_problems_have_a_paragraph_of_their_own(number, more):
    found = tuple(recurrent(each) for each in range(1, number + 1))
    told = told_of(this=rows(reopened=number), recurrent=found)
    [paragraph] = [line for line in told.splitlines() if line.startswith("屡改屡犯")]
    first = "YL-2020-007-00001（关山街道 关山村，改造质量不高，牵头领导赵主任）"
    assert paragraph.startswith(f"屡改屡犯：未销号 {number} 件。{first}")
    assert paragraph.count("牵头领导") == min(number, 10)
    assert paragraph.endswith(f"，等 {number} 件。") == more


def test_none_recurs():
    assert "屡改屡犯：没有未销号的屡改屡犯问题。" in told_of(this=rows(open=1))


def test_monitoring_and_supervision():
    def office(name: str) -> Region:
        return Region(code="610114001", name=name, short_name=name, level=9)

    told = told_of(
        monitoring=MonitoringFigures(5, 1, 2, 0, 2, 30, 4, 7),
        offices=(
            OfficeCoverage(office("关山街道"), 1, 12, 2),
            OfficeCoverage(office("北屯街道"), 0, 0, 0),
        ),
    )
    assert (
        "本周收到监测报告 5 件，处置 3 件（登记新险情 1 件、登记问题 2 件），待处置 2 件。" in told
    )
    assert "本周灾后复查 30 户，待复查 4 户。\n监测责任未落实 7 处。" in told
    assert (
        "本周督导检查：关山街道 1 次、走访 12 户、发现问题 2 件。本周未检查的街办：北屯街道。"
        in told
    )
    assert NOTHING_KNOWN not in told


numbers = st.fixed_dictionaries({number: st.integers(0, 60_000) for number in NOTHING})

problem_rows = st.lists(
    st.tuples(
        st.just("610114007"),
        st.sampled_from(sorted(Direction)),
        st.sampled_from(sorted(ProblemSource)),
        st.sampled_from(sorted(ProblemState)),
        st.integers(1, 900),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(
    this=numbers,
    last=st.none() | numbers,
    places=st.lists(st.tuples(numbers, st.none() | numbers), max_size=14),
    causes=st.dictionaries(st.sampled_from(sorted(ChangeKind)), st.integers(0, 9)),
    ledgers=st.tuples(problem_rows, problem_rows),
    flows=st.dictionaries(st.sampled_from(sorted(EntryKind)), st.integers(0, 9)),
)
def test_no_sentence_is_broken_and_a_difference_is_this_less_last(
    this, last, places, causes, ledgers, flows
):
    def made(name, now, before):
        return Compared(name, Figures(now), before and Figures(before), causes)

    parts = [made(f"第{n}街道", *pair) for n, pair in enumerate(places)]
    if parts:
        this = total_of(part.this for part in parts).households
    total = made("阎良区", this, last)
    mended = rectified(first=last is None, this=ledgers[0], last=ledgers[1], flows=flows)
    week = week_with(total, *parts, mended=mended)
    told = text_of(week)
    assert not re.search(r"None|nan|NaN|Decimal|\{|\}|，，|，。|。。|（）|-\d", told)
    assert all(part.paragraphs for part in draft(week))
    for column in COLUMNS:
        here, there = total.value(column.number), total.previous(column.number)
        missing = here is None or there is None
        assert total.difference(column.number) == (None if missing else here - there)


def test_column_names_used_in_sentences_are_those_of_annex_2():
    labels = {CHECKED: "已排查", TO_CHECK: "应排查", SAFE: "住房安全", NOT_CLEARED: "未清零"}
    assert {number: COLUMN[number].label for number in labels} == labels
