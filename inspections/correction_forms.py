"""Forms of corrections: the values as they stand, and why they are changed."""

from django import forms

from households.forms import reason_field
from inspections.appraisal_forms import MeetingForm, ResultForm
from inspections.enums import RulingOutcome
from inspections.models import Ruling

SCAN_KEPT = "已有扫描件，不选新文件就保留；更换后原件留存。"


def keep_scan(form: forms.Form, name: str, scan) -> None:
    """Offer to replace the scan that is there; nothing in the form takes it away."""
    form.fields[name].widget = forms.FileInput(attrs={"class": "form-control"})
    if scan:
        form.fields[name].help_text = f"{SCAN_KEPT}{form.fields[name].help_text}"


class ResultCorrectionForm(ResultForm):
    """The result as it was recorded; a grade that is not the computed one stays chosen."""

    reason = reason_field("更正理由", help_text="写明原来错在哪里，如“录入时看错一行”。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.grade != self.instance.computed:
            self.initial["grade"] = self.instance.grade
        keep_scan(self, "report", self.instance.report)

    @property
    def other_fields(self):
        return [field for field in super().other_fields if field.name != "reason"]


class MeetingCorrectionForm(MeetingForm):
    reason = reason_field("更正理由")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        keep_scan(self, "document", self.instance.document)

    def _post_clean(self) -> None:
        """The record takes the values in the act, on its locked copy."""

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class RulingCorrectionForm(forms.Form):
    outcome = forms.ChoiceField(label="审定结果", choices=RulingOutcome.choices)
    note = forms.CharField(
        label="保障依据或退回理由",
        required=False,
        max_length=200,
        help_text="其他方式保障写明依据，退回写明理由。",
    )
    reason = reason_field("更正理由")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, ruling: Ruling, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {
            "outcome": ruling.outcome,
            "note": ruling.note,
            "version": ruling.version,
        }
