"""What the inspection page shows: facts and items as rows with their markup.

The page holds some fifty choices and thirty-five items. A published checklist is frozen, so an item of which no
text and no photo has been typed looks the same for every household: it is drawn once a process.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple, NotRequired, TypedDict

from django import forms
from django.template.loader import get_template
from django.utils.safestring import SafeString

from households.models import Household
from inspections.enums import Answer, AnswerKind, Effect
from inspections.examination import ANSWERS, Examination, items_of
from inspections.forms import MEASURE_LENGTH, REMARK_LENGTH, FactsForm
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
    """One item with what has been typed about it, and its markup."""

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
    photos: Sequence[Photo]
    #: Other items get their box for photos in the browser, when they fail.
    has_photo_box: bool
    markup: NotRequired[SafeString]


class Part(NamedTuple):
    name: str
    rows: list[Row]
    is_shown: bool
    has_checks: bool


def facts(examination: Examination) -> tuple[list[SafeString], list[SafeString]]:
    """The markup of the leading facts and of the others."""
    typed = examination.typed.get("facts", {})
    drawn = {
        name: fact(name, examination.form.fields[name], typed.get(name, ""))
        for name in examination.form.fields
    }
    others = [markup for name, markup in drawn.items() if name not in LEADING_FACTS]
    return [drawn[name] for name in LEADING_FACTS], others


def fact(name: str, field: forms.Field, value: str) -> SafeString:
    if isinstance(field, forms.TypedChoiceField):
        return chosen_fact(name, value)
    return drawn("inspections/_fact.html", field=fact_field(name, field, value))


@lru_cache(maxsize=256)
def chosen_fact(name: str, value: str) -> SafeString:
    """A fact that is chosen from a list: the same on every form where `value` is chosen."""
    field = FactsForm({}).fields[name]
    return drawn("inspections/_fact.html", field=fact_field(name, field, value))


def drawn(template: str, **context) -> SafeString:
    return get_template(template).render(context)


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


@cache
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
    typed, code = examination.typed, item.code
    is_shown = code in examination.codes
    answer = typed.get("answers", {}).get(code, "")
    remark = typed.get("remarks", {}).get(code, "")
    measure = typed.get("measures", {}).get(code, "")
    photos = examination.photos_of(code)
    if remark or measure or photos or answer in NOTED:
        return drawn_row(item, is_shown, answer, remark, measure, photos, examination.household)
    version = examination.checklist.version
    return plain_row(version.pk, version.published_at, code, is_shown, answer)


@lru_cache(maxsize=1024)
def plain_row(
    version_id: int, published_at: dt.datetime, code: str, is_shown: bool, answer: str
) -> Row:
    """An item with nothing but its answer: the same for every household, as the published version is frozen."""
    item = next(item for item in items_of(version_id, published_at) if item.code == code)
    return drawn_row(item, is_shown, answer)


def drawn_row(
    item: ChecklistItem,
    is_shown: bool,
    answer: str,
    remark: str = "",
    measure: str = "",
    photos: Sequence[Photo] = (),
    household: Household | None = None,
) -> Row:
    row = Row(
        code=item.code,
        question=item.question,
        effect=Effect(item.effect).label,
        requirement=item.requirement,
        hint=item.hint,
        basis=item.basis,
        kind=item.answer_kind,
        structures=" ".join(item.structures),
        applies_if=item.applies_if,
        is_shown=is_shown,
        options=[
            Option(choice.value, str(choice.label), choice == answer, COLOURS[choice])
            for choice in ANSWERS[item.answer_kind]
        ],
        is_measured=item.answer_kind == AnswerKind.MEASURE,
        is_noted=answer in NOTED,
        remark=remark,
        measure=measure,
        photos=photos,
        has_photo_box=bool(photos) or answer in NOTED,
    )
    row["markup"] = drawn(
        "inspections/_item.html",
        row=row,
        household=household,
        remark_length=REMARK_LENGTH,
        measure_length=MEASURE_LENGTH,
    )
    return row


def front_photos(examination: Examination) -> list[Photo]:
    return examination.photos_of(InspectionPhoto.FRONT)
