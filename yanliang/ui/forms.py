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


def say_files_are_gone(form: forms.Form) -> None:
    """Say beside each file of a form that was refused that it must be chosen again: no browser refills it."""
    for name, file in form.files.items():
        if name in form.fields and name not in form.errors:
            form.add_error(name, f"“{file.name}”没有保存，改好其他内容后请重新选择这个文件。")
