"""What the bureau types and ticks to make a next version of Annex 2's columns."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from reports.annex2.columns import MEASURES
from reports.annex2.layout_saving import start_fault
from reports.annex2.layouts import Layout, LayoutColumn, Terms, faults
from reports.models import AnnexLayout
from yanliang.ui.forms import DateInput, TextInput
from yanliang.ui.ordered_forms import BaseOrderedForms, OrderedForm

EMPTY_COLUMNS = 3
#: More would not stay readable on one page of A3.
MOST_COLUMNS = 40
CHOICES = [(key, measure.label) for key, measure in MEASURES.items()]


class ColumnKind(models.TextChoices):
    COUNT = "count", "户数"
    RATE = "rate", "比率"


def measures(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )


class ColumnForm(OrderedForm):
    """One column: the households of the measures added, less those taken off; of a rate, over the whole."""

    label = forms.CharField(
        label="栏目名",
        max_length=20,
        error_messages={"required": "请填写栏目名，或去掉这一栏。"},
    )
    group = forms.CharField(
        label="组", max_length=10, error_messages={"required": "请填写属于哪一组。"}
    )
    kind = forms.ChoiceField(label="类型", choices=ColumnKind.choices, initial=ColumnKind.COUNT)
    hint = forms.CharField(
        label="口径",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    plus = measures("加上")
    minus = measures("减去")
    whole = measures("分母（类型为比率时）")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("position", "label", "group", "kind", "hint"):
            dress = "form-select" if name == "kind" else "form-control"
            self.fields[name].widget.attrs |= {"class": f"{dress} {dress}-sm"}

    def column(self, number: int) -> LayoutColumn:
        chosen = self.cleaned_data
        is_rate = chosen["kind"] == ColumnKind.RATE
        return LayoutColumn(
            number,
            chosen["label"],
            chosen["group"],
            chosen["hint"],
            Terms(tuple(chosen["plus"]), tuple(chosen["minus"])),
            Terms(tuple(chosen["whole"])) if is_rate else None,
        )

    @property
    def terms(self) -> list[forms.BoundField]:
        """The three groups of boxes."""
        return [self[name] for name in ("plus", "minus", "whole")]

    @property
    def rule(self) -> str:
        """What is ticked now, in words, as the column stands on the page."""
        plus, minus, whole = (
            [key for key in field.value() or () if key in MEASURES] for field in self.terms
        )
        terms = Terms(tuple(plus), tuple(minus)).in_words
        is_rate = self["kind"].value() == ColumnKind.RATE
        return f"{terms}÷{Terms(tuple(whole)).in_words}" if is_rate else terms


class BaseColumns(BaseOrderedForms):
    """The whole layout, numbered from left to right: refuses what `reports.annex2.layouts.faults` finds."""

    @property
    def columns(self) -> list[LayoutColumn]:
        return [form.column(number) for number, form in enumerate(self.kept, start=1)]

    def clean(self):
        if not any(self.errors) and (wrong := faults(self.columns)):
            raise ValidationError(wrong)


Columns = forms.formset_factory(
    ColumnForm,
    formset=BaseColumns,
    extra=EMPTY_COLUMNS,
    can_delete=True,
    max_num=MOST_COLUMNS,
    absolute_max=MOST_COLUMNS,
)


def initial_of(layout: Layout) -> list[dict]:
    return [
        {
            "position": position,
            "label": column.label,
            "group": column.group,
            "kind": ColumnKind.RATE if column.is_rate else ColumnKind.COUNT,
            "hint": column.hint,
            "plus": list(column.terms.plus),
            "minus": list(column.terms.minus),
            "whole": list(column.whole.plus) if column.whole else [],
        }
        for position, column in enumerate(layout.columns, start=1)
    ]


class VersionForm(forms.Form):
    """From when the version is in force, and why there is one."""

    valid_from = forms.DateField(
        label="启用日期",
        widget=DateInput,
        error_messages={
            "required": "请填写启用日期。",
            "invalid": "日期应为 2020-06-24 这样的格式。",
        },
    )
    note = forms.CharField(label="说明", max_length=200, required=False, widget=TextInput)

    def __init__(self, *args, newest: AnnexLayout | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.newest = newest

    def clean_valid_from(self):
        valid_from = self.cleaned_data["valid_from"]
        if wrong := start_fault(valid_from, self.newest):
            raise ValidationError(wrong)
        return valid_from
