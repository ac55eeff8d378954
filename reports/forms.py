"""What people ask of a report."""

import datetime as dt

from django import forms

from yanliang.periods import today
from yanliang.ui.forms import DateInput


class DayField(forms.DateField):
    """A day at whose end the figures are wanted; empty: as they stand now. Not in the future."""

    widget = DateInput

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value is not None and value > today():
            raise forms.ValidationError("日期不能晚于今天。", code="future")


class DayForm(forms.Form):
    date = DayField(
        label="截至日期（不填为现在）",
        required=False,
        error_messages={"invalid": "日期应为“年-月-日”，例如 2020-06-24。"},
    )
