"""Forms of the bureau's word on a submission: why it goes back and about which cells; until when an office may wait."""

from django import forms

from reports.annex2.sections import SECTION_OF_ALL
from reports.thursday.content import Content
from reports.thursday.reviewing import Mark


class ReturnForm(forms.Form):
    """Why a submission goes back. `marks` are boxes of its tables; `seen` says what the page was opened with."""

    reason = forms.CharField(
        label="退回理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明退回的理由。"},
    )
    remark = forms.CharField(
        label="对所标数字的说明（可不填）",
        max_length=200,
        required=False,
        help_text="街办在标出的数字旁看到这句话。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, content: Content, **kwargs):
        super().__init__(*args, **kwargs)
        self.content = content
        self.ticked = frozenset(self.data.getlist("mark")) if self.is_bound else frozenset()

    def clean(self) -> dict:
        """Add `marks`, in the order of the tables; refuse a cell that this submission does not have."""
        known = {
            f"{section.key}|{place.code}|{column.number}": (section.key, place.code, column.number)
            for section in self.content.sections
            for place in (*self.content.places, self.content.region)
            for column in self.content.layout.columns
            if not column.is_rate
        }
        if not known.keys() >= self.ticked:
            raise forms.ValidationError("所标的数字不在这次上报的表里，请重新勾选。")
        remark = self.cleaned_data.get("remark", "")
        self.cleaned_data["marks"] = [
            Mark(*cell, remark) for value, cell in known.items() if value in self.ticked
        ]
        return self.cleaned_data

    def sections_marked(self) -> frozenset[str]:
        """The keys of the sections to show open: everyone, and those with a ticked box."""
        return frozenset({SECTION_OF_ALL, *(value.split("|")[0] for value in self.ticked)})


class ExtensionForm(forms.Form):
    """An exception: until when, and why."""

    until = forms.DateTimeField(
        label="延期至",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": "请填写延期至哪一天几点。",
            "invalid": "请填写日期和时间，例如 2020-04-10 18:00。",
        },
    )
    reason = forms.CharField(
        label="延期理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明延期的理由。"},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
