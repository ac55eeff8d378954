"""Widgets of plain filter forms in Bootstrap's dress."""

from django import forms


class DateInput(forms.DateInput):
    """The browser's own date picker; ISO, as browsers send it."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(
            attrs={"class": "form-control form-control-sm", **(attrs or {})}, format="%Y-%m-%d"
        )


class Select(forms.Select):
    def __init__(self, attrs=None, choices=()):
        super().__init__(
            attrs={"class": "form-select form-select-sm", **(attrs or {})}, choices=choices
        )


class TextInput(forms.TextInput):
    def __init__(self, attrs=None):
        super().__init__(attrs={"class": "form-control form-control-sm", **(attrs or {})})
