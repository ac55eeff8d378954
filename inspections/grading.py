"""Whole-house grade from component grades (农村住房安全性鉴定技术导则, 2019; domain rules §2). Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from households.enums import Grade, Structure
from inspections.enums import Component, ComponentGrade

#: From the best to the worst.
ORDER = (Grade.A, Grade.B, Grade.C, Grade.D)
#: 土木 and 砖土混杂 houses are at best B (reading).
AT_BEST_B = frozenset({Structure.TM, Structure.ZTH})
NOTHING_GRADED = "请至少评定一个构件的等级。"


class Grading(NamedTuple):
    """The computed grade and the sentences that lead to it."""

    grade: Grade
    reasons: list[str]


def whole_grade(
    components: Mapping[Component, ComponentGrade], structure: str, dangerous_site: bool
) -> Grading:
    """Grade of the whole house: that of its worst component.

    `components` holds the components that the house has. A site judged dangerous makes D. Raises
    ValueError, with a Chinese sentence, where there is no component to judge by.
    """
    if not components:
        raise ValueError(NOTHING_GRADED)
    worst = max(components.values())
    grade = Grade(worst)
    worst_ones = "、".join(part.label for part, found in components.items() if found == worst)
    reasons = [f"最差构件为{worst}级：{worst_ones}。"]
    if dangerous_site and grade != Grade.D:
        grade = Grade.D
        reasons.append("场地判定为危险，整栋房屋为D级。")
    if structure in AT_BEST_B and grade == Grade.A:
        grade = Grade.B
        reasons.append(f"{Structure(structure).label}结构最高评为B级。")
    return Grading(grade, reasons)
