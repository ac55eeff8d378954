"""Forms of the checking page."""

from django import forms

from reports.checking.uploads import MAX_BYTES, TOO_BIG
from yanliang.ui.forms import TextInput


class CodeForm(forms.Form):
    """The code that stands at the foot of what was printed."""

    code = forms.CharField(
        label="校验码",
        max_length=80,
        required=False,
        widget=TextInput(attrs={"placeholder": "如 7F3A-92C1-04BE", "autocomplete": "off"}),
    )


class FileForm(forms.Form):
    """A file that somebody holds."""

    file = forms.FileField(
        label="收到的文件（.xlsx、.docx、.pdf，不超过 20 MB）",
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control form-control-sm", "accept": ".xlsx,.docx,.pdf"}
        ),
        error_messages={
            "required": "请先选择文件（.xlsx、.docx 或 .pdf）。",
            "empty": "这个文件是空的，请确认选对了文件。",
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(TOO_BIG, code="too_big")
        return file
