"""What is said of a list of problems when it is uploaded."""

from django import forms

from rectification.enums import ProblemSource
from rectification.models import ProblemKind
from rectification.problems.judging import Given
from yanliang.periods import today
from yanliang.ui.forms import DateInput, Select


class ProblemUploadForm(forms.Form):
    """The file, and what holds for rows that do not say it themselves."""

    file = forms.FileField(
        label="问题清单或问题台账",
        error_messages={
            "required": "请先选择问题清单（.xlsx、.xls 或 .ods）。",
            "empty": "这个文件是空的，请确认选对了文件。",
        },
        widget=forms.FileInput(
            attrs={"class": "form-control form-control-sm", "accept": ".xlsx,.xls,.ods"}
        ),
    )
    source = forms.ChoiceField(
        label="问题来源",
        required=False,
        widget=Select,
        choices=[("", "表中已写明"), *ProblemSource.choices],
    )
    kind = forms.ModelChoiceField(
        label="问题类别",
        required=False,
        widget=Select,
        queryset=ProblemKind.objects.filter(is_active=True),
        to_field_name="code",
        empty_label="表中已写明",
    )
    found_on = forms.DateField(label="发现日期", required=False, widget=DateInput, initial=today)

    def clean_found_on(self):
        found_on = self.cleaned_data["found_on"] or today()
        if found_on > today():
            raise forms.ValidationError("发现日期不能晚于今天。")
        return found_on

    @property
    def given(self) -> Given:
        """What the person said of the list; for a form that is valid."""
        chosen = self.cleaned_data
        source = ProblemSource(chosen["source"]) if chosen["source"] else None
        return Given(source, chosen["kind"], chosen["found_on"])
