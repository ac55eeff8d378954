"""What the inspection page shows: facts, items and photos as plain rows, so that the template only loops."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple, TypedDict

from django import forms

from inspections.enums import Answer, AnswerKind, Effect
from inspections.examination import ANSWERS, Examination
from inspections.models import ChecklistItem, InspectionPhoto, Photo
from inspections.verdict import HouseFacts, conditions

#: Facts that the verdict or the choice of items hangs on stand first; the others open on demand.
LEADING_FACTS = (
    "structure",
    "storeys",
    "floor_area",
    "built_year",
    "renovated_year",
    "renovated_mode",
    "business_use",
)
#: Bootstrap's colour of each answer's button.
COLOURS = {
    Answer.PASS: "success",
    Answer.FAIL: "danger",
    Answer.UNSURE: "warning",
    Answer.PRESENT: "success",
    Answer.PARTIAL: "secondary",
    Answer.ABSENT: "secondary",
}
NOTED = (Answer.FAIL, Answer.UNSURE)


class Option(NamedTuple):
    """A choice; `conditions` are those of `applies_if` that choosing it meets."""

    value: str
    label: str
    is_chosen: bool
    colour: str = ""
    conditions: str = ""


class FactField(NamedTuple):
    """One house fact; `kind` is select, checkbox, number or text."""

    name: str
    label: str
    kind: str
    value: str
    options: list[Option]
    help_text: str
    is_required: bool
    step: str
    conditions: str


class Row(TypedDict):
    """One item with what has been typed about it.

    A dictionary, because a template looks a name up as a key first, and this page does so thousands of times.
    """

    code: str
    question: str
    effect: str
    requirement: str
    hint: str
    basis: str
    kind: str
    structures: str
    applies_if: str
    is_shown: bool
    options: list[Option]
    is_measured: bool
    is_noted: bool
    remark: str
    measure: str
    photos: list[Photo]
    #: Other items get their box for photos in the browser, when they fail.
    has_photo_box: bool


class Part(NamedTuple):
    name: str
    rows: list[Row]
    is_shown: bool
    has_checks: bool


def fact_fields(examination: Examination) -> tuple[list[FactField], list[FactField]]:
    """The leading facts and the others."""
    typed = examination.typed.get("facts", {})
    fields = {
        name: fact_field(name, field, typed.get(name, ""))
        for name, field in examination.form.fields.items()
    }
    others = [field for name, field in fields.items() if name not in LEADING_FACTS]
    return [fields[name] for name in LEADING_FACTS], others


def fact_field(name: str, field: forms.Field, value: str) -> FactField:
    options: list[Option] = []
    kind, step, met = "text", "", ""
    if isinstance(field, forms.BooleanField):
        kind = "checkbox"
    elif isinstance(field, forms.TypedChoiceField):
        kind = "select"
        options = [
            Option(
                choice,
                label if choice else ("请选择" if field.required else "未填"),
                choice == value,
                conditions=met_by(name, choice),
            )
            for choice, label in field.choices
        ]
    elif isinstance(field, forms.IntegerField):
        kind, step = "number", "any" if isinstance(field, forms.DecimalField) else "1"
        met = met_by(name, 1)
    return FactField(
        name, str(field.label), kind, value, options, field.help_text, field.required, step, met
    )


def met_by(name: str, value: str | int) -> str:
    """The conditions that a house meets by this fact alone."""
    return " ".join(sorted(conditions(HouseFacts.of({name: value}))))


def parts(examination: Examination) -> Iterator[Part]:
    """All items by part: those that the house does not call for are there too, so that no answer is lost."""
    for name, items in groupby(examination.checklist.items, key=lambda item: item.part):
        rows = [row(item, examination) for item in items]
        yield Part(
            name,
            rows,
            any(row["is_shown"] for row in rows),
            any(row["kind"] == AnswerKind.CHECK for row in rows),
        )


def row(item: ChecklistItem, examination: Examination) -> Row:
    typed = examination.typed
    code = item.code
    answer = typed.get("answers", {}).get(code, "")
    photos = examination.photos_of(code)
    is_measured = item.answer_kind == AnswerKind.MEASURE
    return Row(
        code=code,
        question=item.question,
        effect=Effect(item.effect).label,
        requirement=item.requirement,
        hint=item.hint,
        basis=item.basis,
        kind=item.answer_kind,
        structures=" ".join(item.structures),
        applies_if=item.applies_if,
        is_shown=code in examination.codes,
        options=[
            Option(choice.value, str(choice.label), choice == answer, COLOURS[choice])
            for choice in ANSWERS[item.answer_kind]
        ],
        is_measured=is_measured,
        is_noted=answer in NOTED,
        remark=typed.get("remarks", {}).get(code, ""),
        measure=typed.get("measures", {}).get(code, ""),
        photos=photos,
        has_photo_box=bool(photos) or answer in NOTED,
    )


def front_photos(examination: Examination) -> list[Photo]:
    return examination.photos_of(InspectionPhoto.FRONT)
