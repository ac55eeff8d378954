"""Judging one typed result by the rules of `inspections.appraisal`, before it is recorded."""

from collections.abc import Mapping
from copy import copy
from typing import Any, Literal, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from households.enums import Grade
from households.roster.cleaning import CellFault, is_blank
from households.roster.reader import UNCACHED_FORMULA
from inspections.appraisal import put_result, record_obstacles
from inspections.enums import AppraisalState, Component
from inspections.models import Appraisal

from .columns import ENTERED

#: Typed texts by the name of the field.
Cells = Mapping[str, str]
#: Sentences by field; those of the whole row under ROW.
Faults = dict[str, list[str]]
ROW = NON_FIELD_ERRORS

#: What is said of the grade follows from these, and means nothing while one of them cannot be read.
GRADED_BY = frozenset({*Component.values, "dangerous_site", "grade"})
FOLLOWING = frozenset({Component.SITE.value, "override_reason"})


class Judgement(NamedTuple):
    """What would become of a typed result; `computed` and `grade` are set when it could be graded."""

    outcome: Literal["new", "unchanged", "error"]
    values: dict[str, Any]
    faults: Faults
    computed: Grade = Grade.NONE
    grade: Grade = Grade.NONE


def is_untouched(cells: Cells) -> bool:
    """Whether nothing was typed for the result."""
    return all(is_blank(text) for text in cells.values())


def read_cells(cells: Cells) -> tuple[dict[str, Any], Faults]:
    """The values by RESULT_FIELDS (all but the scan), and what could not be read; that stays empty."""
    values: dict[str, Any] = {}
    faults: Faults = {}
    for column in ENTERED:
        text = cells.get(column.name, "")
        value = column.read(text, column.label)
        if UNCACHED_FORMULA in text:
            value = CellFault(
                "formula",
                f"{column.label}是公式且没有保存结果，应在 Excel 中打开、保存一次后再上传",
            )
        if isinstance(value, CellFault):
            faults[column.name] = [value.sentence]
            value = column.read("", column.label)
        values[column.name] = value
    return values, faults


def sentences(wrong: ValidationError) -> Faults:
    """The sentences of `wrong` by field, without their full stops: they stand in cells."""
    by_field = wrong.message_dict if hasattr(wrong, "error_dict") else {ROW: wrong.messages}
    return {name: [each.rstrip("。") for each in found] for name, found in by_field.items()}


def judge(appraisal: Appraisal, cells: Cells) -> Judgement:
    """Whether what was typed can be recorded as the result of `appraisal`; nothing is written."""
    values, faults = read_cells(cells)
    is_recorded = appraisal.state == AppraisalState.RECORDED
    if not is_recorded and (obstacles := record_obstacles(appraisal)):
        return Judgement("error", values, sentences(ValidationError(obstacles)))
    trial, unread = copy(appraisal), frozenset(faults)
    try:
        put_result(trial, values)
    except ValidationError as wrong:
        silent = unread | (FOLLOWING if unread & GRADED_BY else frozenset())
        found = sentences(wrong)
        faults |= {name: found[name] for name in found if name not in silent}
    if faults:
        return Judgement("error", values, faults)
    grading = Grade(trial.computed), Grade(trial.grade)
    if not is_recorded:
        return Judgement("new", values, {}, *grading)
    differing = [
        column
        for column in ENTERED
        if getattr(trial, column.name) != getattr(appraisal, column.name)
    ]
    if not differing:
        return Judgement("unchanged", values, {}, *grading)
    faults = {column.name: [f"{column.label}与已录入的不一致"] for column in differing}
    faults[ROW] = ["该鉴定已录入，应核对；录入有误的，在该鉴定页面更正"]
    return Judgement("error", values, faults)
