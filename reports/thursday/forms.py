"""What an office types into its week, carried from page to page so that nothing is lost."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from reports.thursday.drafting import OFFICE_PARTS, part_from, text_digest
from reports.thursday.submitting import Statement
from reports.weekly.narrative import Part

#: The field of an explanation bears the key of its check behind this.
EXPLANATION = "explanation-"
#: The hidden fields that say what a page showed.
SHOWN = ("seen", "seen_digest", "seen_at", "shown_text", "drafted_for")
CHECK_KEY = re.compile(r"[a-z0-9_-]{1,40}")
LONGEST_EXPLANATION = 500


class WeekForm(forms.Form):
    """The text of the week and who answers for it.

    The hidden fields say what the page showed: `seen` the version of the week, `seen_digest` and `seen_at` its figures,
    `shown_text` a hash of the text, `drafted_for` the digest of the figures that this text speaks of.
    The explanations stand beside it in the same data, since each week has checks of its own.
    """

    seen = forms.IntegerField(min_value=0, max_value=10**6, widget=forms.HiddenInput)
    seen_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    seen_at = forms.DateTimeField(widget=forms.HiddenInput)
    shown_text = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    drafted_for = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    responsible_name = forms.CharField(label="责任人", max_length=20, required=False)
    responsible_post = forms.CharField(label="职务", max_length=40, required=False)
    reason = forms.CharField(label="重报理由", max_length=300, required=False)
    is_zero = forms.BooleanField(
        label="零报告：本周每一户都与上周上报时相同，没有变动", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for position, title in enumerate(OFFICE_PARTS):
            self.fields[part_name(position)] = forms.CharField(
                label=title,
                required=False,
                widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
            )
        for name in ("responsible_name", "responsible_post", "reason"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["is_zero"].widget.attrs["class"] = "form-check-input"

    @property
    def part_fields(self) -> list[forms.BoundField]:
        return [self[part_name(position)] for position in range(len(OFFICE_PARTS))]

    @property
    def hidden_in_week(self) -> list[forms.BoundField]:
        """What the page with the text only carries along."""
        return [self[name] for name in (*SHOWN, "responsible_name", "responsible_post", "reason")]

    @property
    def hidden_at_the_end(self) -> list[forms.BoundField]:
        """What the page before submitting only carries along."""
        return [self[name] for name in SHOWN] + self.part_fields

    @property
    def person_fields(self) -> list[forms.BoundField]:
        return [self["responsible_name"], self["responsible_post"]]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The text as it was typed, whatever else is wrong."""
        return tuple(
            part_from(title, self.data.get(part_name(position), ""))
            for position, title in enumerate(OFFICE_PARTS)
        )

    @property
    def explanations(self) -> dict[str, str]:
        """The explanations as they were typed, by the key of their check."""
        return {
            key: text.strip()
            for name, text in self.data.items()
            if name.startswith(EXPLANATION)
            and CHECK_KEY.fullmatch(key := name.removeprefix(EXPLANATION))
        }

    def clean(self) -> dict[str, Any]:
        if any(len(text) > LONGEST_EXPLANATION for text in self.explanations.values()):
            raise forms.ValidationError(f"每条说明最多 {LONGEST_EXPLANATION} 字。")
        return self.cleaned_data

    @property
    def faults(self) -> list[str]:
        """What is wrong with the form itself, as sentences."""
        found = []
        for name, errors in self.errors.items():
            if name in SHOWN:
                return ["页面已经过期：请核对下面的内容后再试一次。"]
            label = f"“{self.fields[name].label}”" if name in self.fields else ""
            found += [f"{label}{error}" for error in errors]
        return found

    def typed(self) -> dict[str, Any]:
        """What a person typed, to show again under what the page shows now."""
        names = self.fields.keys() - {*SHOWN, "is_zero"}
        return {name: self.data.get(name, "") for name in names} | {
            "is_zero": bool(self.data.get("is_zero"))
        }

    @property
    def speaks_of(self) -> str:
        """The digest of the figures that the text speaks of: once somebody touched it, of those on the page."""
        untouched = self.data.get("shown_text") == text_digest(self.parts)
        return self.data.get("drafted_for" if untouched else "seen_digest", "")

    def statement(self) -> Statement:
        return Statement(
            self.parts,
            self.explanations,
            self.cleaned_data["responsible_name"],
            self.cleaned_data["responsible_post"],
            is_zero=self.cleaned_data["is_zero"],
            reason=self.cleaned_data["reason"],
            drafted_for=self.speaks_of,
        )


def part_name(position: int) -> str:
    return f"part_{position}"


def parts_as_initial(texts: Sequence[str]) -> Mapping[str, str]:
    return {part_name(position): text for position, text in enumerate(texts)}
