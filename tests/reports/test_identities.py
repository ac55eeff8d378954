"""The identities of Annex 2, proved over every summary that a household can have."""

import pytest

from households.enums import EventKind, Grade, Stage, Verdict
from households.summary import UNCHECKED, Event, IllegalEvent, Summary, apply, for_class
from reports.annex2.columns import COUNT_COLUMNS, Figures, figures_of
from reports.annex2.identities import IDENTITIES, faults, sum_faults
from reports.annex2.layouts import shipped_layout
from reports.counts import Counts
from reports.reachable import ALL_RULES, explored, reachable, reachable_summaries

LAYOUT = shipped_layout()
BY_NAME = {identity.name_in(LAYOUT): identity for identity in IDENTITIES}
CLAIMS = [
    pytest.param(identity, rules, id=f"{identity.name_in(LAYOUT)}, {rules}")
    for identity in IDENTITIES
    for rules in ALL_RULES
    if identity.applies(appraised=rules.appraise_all)
]


def figures(*summaries: Summary) -> Figures:
    return figures_of(Counts([("610114007200", 1, *summary, 1) for summary in summaries]))


def test_the_table_declares_the_identities_of_the_rules():
    assert sorted(BY_NAME) == sorted(
        [
            "1=2+3",
            "3=4+6",
            "4=7+8",
            "8≤9+10",
            "8=9+10",
            "9=11+12+13+14",
            "13+14=15+16+21",
            "16=17+18+19+20",
            "3=22+23",
        ]
    )


@pytest.mark.parametrize(("identity", "rules"), CLAIMS)
def test_holds_for_every_summary_that_a_class_allows(identity, rules):
    """A figure is a sum over households and both sides are linear: what holds for each one, holds for all."""
    assert [summary for summary in reachable(rules) if not identity.holds(figures(summary))] == []


def test_equality_of_8_is_claimed_no_further_than_it_holds():
    appraised_all_the_same = Summary(Verdict.SAFE, Stage.APPRAISED_SAFE, Grade.A)
    some_rules = next(rules for rules in ALL_RULES if rules.appraise_all)
    assert appraised_all_the_same in reachable(some_rules)
    assert not BY_NAME["8=9+10"].holds(figures(appraised_all_the_same))


def test_what_was_explored_is_closed():
    """Nothing that can happen, under any class, leads out of the set; otherwise the proof would have a hole."""
    for summary in explored() | frozenset(reachable_summaries()):
        for kind in set(EventKind) - {EventKind.REINSTATED}:
            for outcome in ("", *Verdict.values, *Grade.values):
                for rules in ALL_RULES:
                    try:
                        after = apply(summary, Event(kind, outcome, rules))
                    except (IllegalEvent, ValueError):
                        continue
                    assert after in explored()
                    assert for_class(after, rules) in reachable(rules)


def test_every_stage_verdict_and_grade_is_reached():
    assert UNCHECKED in reachable_summaries()
    assert {summary.stage for summary in reachable_summaries()} == set(Stage)
    assert {summary.verdict for summary in reachable_summaries()} == set(Verdict)
    assert {summary.grade for summary in reachable_summaries()} == set(Grade)


def test_every_column_counts_somebody_and_only_the_first_counts_all():
    for column in COUNT_COLUMNS:
        assert column.summaries
        assert (len(column.summaries) == len(reachable_summaries())) == (column.number == 1)


@pytest.mark.parametrize("identity", IDENTITIES, ids=BY_NAME)
def test_a_broken_identity_is_named(identity):
    wrong = {column.number: 0 for column in COUNT_COLUMNS} | {identity.left[0]: 1}
    sentences = faults(Figures(wrong), LAYOUT, appraised=False)
    assert any(
        sentence.startswith(f"{identity.name_in(LAYOUT)} 不成立：") for sentence in sentences
    )


def test_totals_that_differ_are_named():
    one = figures(UNCHECKED)
    sentences = list(sum_faults(one, [one, one], "各街办", LAYOUT))
    assert "1 农户总数：合计为 1，各街办之和为 2" in sentences
    assert list(sum_faults(one, [one], "各街办", LAYOUT)) == []
