"""The whole-house grade follows from the components."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.enums import Grade, Structure
from inspections.enums import Component, ComponentGrade
from inspections.grading import ORDER, whole_grade

components = st.dictionaries(
    st.sampled_from(Component), st.sampled_from(ComponentGrade), min_size=1
)
structures = st.sampled_from([*Structure.values, ""])


@given(components, structures, st.booleans())
def test_never_better_than_the_worst_component(parts, structure, dangerous):
    grade = whole_grade(parts, structure, dangerous).grade
    assert ORDER.index(grade) >= max("abcd".index(found) for found in parts.values())


@given(components, st.sampled_from(["ZM", "ZH", "KJ", "MJ", "SM", "YD", "QG", "QT", ""]))
def test_is_the_worst_component_where_nothing_else_speaks(parts, structure):
    assert whole_grade(parts, structure, False).grade == max(parts.values())


@given(components, structures)
def test_a_dangerous_site_makes_d(parts, structure):
    assert whole_grade(parts, structure, True).grade == Grade.D


@given(components, st.sampled_from(["TM", "ZTH"]), st.booleans())
def test_earth_houses_are_at_best_b(parts, structure, dangerous):
    other = whole_grade(parts, "ZH", dangerous).grade
    assert whole_grade(parts, structure, dangerous).grade == max(other, Grade.B)


@given(components, structures, st.booleans(), st.sampled_from(Component))
def test_a_worse_component_never_makes_a_better_house(parts, structure, dangerous, part):
    before = whole_grade(parts, structure, dangerous).grade
    after = whole_grade(parts | {part: ComponentGrade.D}, structure, dangerous).grade
    assert after >= before
    assert after == Grade.D


@pytest.mark.parametrize(
    ("grades", "whole"), [("aaa", "a"), ("aba", "b"), ("bca", "c"), ("cda", "d"), ("a", "a")]
)
def test_by_hand(grades, whole):
    parts = dict(zip(Component, map(ComponentGrade, grades), strict=False))
    assert whole_grade(parts, "ZH", False).grade == whole


def test_the_reasons_name_the_worst_components():
    parts = {Component.SITE: ComponentGrade.A, Component.WALLS: ComponentGrade.C}
    assert whole_grade(parts, "ZH", False).reasons == ["最差构件为c级：承重墙。"]
    parts = {Component.SITE: ComponentGrade.A}
    assert "土木结构最高评为B级。" in whole_grade(parts, "TM", False).reasons


def test_nothing_to_judge_by():
    with pytest.raises(ValueError, match="请至少评定一个构件"):
        whole_grade({}, "ZH", True)
