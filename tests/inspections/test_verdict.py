"""The verdict follows the checklist's rules, whatever is answered (domain rules §3)."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from households.enums import RenovationMode, Structure, Verdict
from inspections.verdict import HouseFacts, VersionRules, applicable, conditions, judge


@dataclass(frozen=True)
class Item:
    code: str
    effect: str
    structures: tuple[str, ...] = ("TM", "ZH")
    applies_if: str = ""
    answer_kind: str = "check"
    question: str = "墙体是否完好"


ITEMS = (
    Item("V1", "V"),
    Item("V2", "V", structures=("TM",)),
    Item("V3", "V", applies_if="renovated"),
    Item("K1", "K"),
    Item("K2", "K"),
    Item("K3", "K", structures=("ZH",)),
    Item("R1", "R"),
    Item("R2", "R", applies_if="rebuilt"),
    Item("P1", "R", answer_kind="presence"),
)
RULES = VersionRules(ITEMS, threshold=2)
CHECKED = [item.code for item in ITEMS if item.answer_kind == "check"]
BRICK = HouseFacts(structure="ZH", storeys=1)

house_facts = st.builds(
    HouseFacts,
    structure=st.sampled_from(["", *Structure.values]),
    storeys=st.none() | st.integers(1, 5),
    business_use=st.booleans(),
    renovated_year=st.none() | st.integers(1990, 2020),
    renovated_mode=st.sampled_from(["", *RenovationMode.values]),
)
answers = st.fixed_dictionaries(
    {}, optional={code: st.sampled_from(["pass", "fail", "unsure"]) for code in CHECKED}
)
examples = settings(max_examples=150, deadline=None)


def verdict(given_answers, facts=BRICK, unsafe=False) -> str:
    return judge(RULES, given_answers, facts, unsafe).verdict


@pytest.mark.parametrize("answer", ["fail", "unsure"])
def test_one_veto_is_enough(answer):
    judgement = judge(RULES, {"V1": answer}, BRICK, False)
    assert judgement.verdict == Verdict.SUSPECTED
    assert "V1 墙体是否完好" in judgement.reasons[0]
    assert "一票否决" in judgement.reasons[0]


def test_cumulative_items_count_only_from_the_threshold():
    assert verdict({"K1": "fail"}) == Verdict.SAFE
    assert verdict({"K1": "fail", "K2": "unsure"}) == Verdict.SAFE
    judgement = judge(RULES, {"K1": "fail", "K2": "fail"}, BRICK, False)
    assert judgement.verdict == Verdict.SUSPECTED
    assert "K1" in judgement.reasons[0]
    assert "K2" in judgement.reasons[0]


def test_the_threshold_belongs_to_the_version():
    strict = replace(RULES, threshold=1)
    assert judge(strict, {"K1": "fail"}, BRICK, False).verdict == Verdict.SUSPECTED


@pytest.mark.parametrize(
    ("facts", "unsafe", "word"),
    [
        (replace(BRICK, storeys=3), False, "3 层"),
        (replace(BRICK, business_use=True), False, "经营"),
        (BRICK, True, "C级或 D级"),
    ],
)
def test_the_house_itself_can_be_suspected(facts, unsafe, word):
    judgement = judge(RULES, {}, facts, unsafe)
    assert judgement.verdict == Verdict.SUSPECTED
    assert word in judgement.reasons[0]


def test_two_storeys_without_business_are_safe():
    judgement = judge(RULES, {}, replace(BRICK, storeys=2), False)
    assert judgement.verdict == Verdict.SAFE
    assert judgement.reasons


def test_record_items_only_leave_a_note():
    judgement = judge(RULES, {"R1": "fail", "P1": "absent"}, BRICK, False)
    assert judgement.verdict == Verdict.SAFE
    assert [note[:2] for note in judgement.repair_notes] == ["R1", "P1"]


def test_items_depend_on_structure_and_earlier_renovation():
    def codes(facts):
        return {item.code for item in applicable(ITEMS, facts)}

    assert codes(HouseFacts()) == set()
    assert codes(BRICK) == {"V1", "K1", "K2", "K3", "R1", "P1"}
    assert codes(HouseFacts(structure="TM")) == {"V1", "V2", "K1", "K2", "R1", "P1"}
    renovated = replace(BRICK, renovated_year=2015)
    assert codes(renovated) == codes(BRICK) | {"V3"}
    rebuilt = replace(BRICK, renovated_mode="elsewhere")
    assert codes(rebuilt) == codes(BRICK) | {"V3", "R2"}


def test_conditions_read_year_or_mode():
    assert conditions(HouseFacts(renovated_mode="reinforce")) == {"renovated"}
    assert conditions(HouseFacts(renovated_mode="rebuild")) == {"renovated", "rebuilt"}


def test_facts_of_the_wrong_kind_count_as_unknown():
    facts = HouseFacts.of({"structure": None, "storeys": "三", "business_use": "on"})
    assert facts == HouseFacts()


@examples
@given(answers, house_facts, st.booleans(), st.sampled_from(CHECKED))
def test_one_more_fail_never_makes_a_house_safe(given_answers, facts, unsafe, code):
    worse = given_answers | {code: "fail"}
    if verdict(given_answers, facts, unsafe) == Verdict.SUSPECTED:
        assert verdict(worse, facts, unsafe) == Verdict.SUSPECTED


@examples
@given(answers, house_facts, st.booleans(), st.data())
def test_answers_to_inapplicable_items_never_matter(given_answers, facts, unsafe, data):
    met = {item.code for item in applicable(ITEMS, facts)}
    others = data.draw(
        st.fixed_dictionaries(
            {code: st.sampled_from(["pass", "fail"]) for code in CHECKED if code not in met}
        )
    )
    kept = {code: answer for code, answer in given_answers.items() if code in met}
    assert judge(RULES, kept, facts, unsafe) == judge(RULES, kept | others, facts, unsafe)


@examples
@given(answers, house_facts, st.booleans(), st.sampled_from(["pass", "fail", "unsure"]))
def test_record_items_never_change_the_verdict(given_answers, facts, unsafe, answer):
    changed = given_answers | {"R1": answer, "R2": answer}
    assert verdict(given_answers, facts, unsafe) == verdict(changed, facts, unsafe)


@examples
@given(answers, house_facts, st.booleans())
def test_every_verdict_gives_its_reasons(given_answers, facts, unsafe):
    judgement = judge(RULES, given_answers, facts, unsafe)
    assert judgement.reasons
    assert all(reason.endswith("。") for reason in judgement.reasons)
