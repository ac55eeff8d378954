"""What the bureau types into the district's week, and into the acts upon the locked report."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from reports.models import Forwarding
from reports.thursday.drafting import as_text, part_from, text_digest
from reports.weekly.narrative import TITLES, Part
from yanliang.periods import today
from yanliang.ui.forms import DateInput


class DistrictForm(forms.Form):
    """The six parts of the text and what goes with locking.

    `seen`, `seen_digest` and `shown` say what the page showed: the version of the week, the sum, the text. The
    reasons for stand-ins stand beside it in the same data, one for each missing office.
    """

    seen = forms.IntegerField(min_value=0, max_value=10**6, widget=forms.HiddenInput)
    seen_digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    shown = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    without_missing = forms.BooleanField(
        label="缺报锁定：表内注明未报，合计不含这些街办", required=False
    )
    reason = forms.CharField(label="再次锁定的理由", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for position, title in enumerate(TITLES):
            self.fields[part_name(position)] = forms.CharField(
                label=title,
                required=False,
                widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
            )
        self.fields["reason"].widget.attrs["class"] = "form-control"
        self.fields["without_missing"].widget.attrs["class"] = "form-check-input"

    @property
    def parts(self) -> tuple[Part, ...]:
        """The text as it was typed."""
        return tuple(
            part_from(title, self.data.get(part_name(position), ""))
            for position, title in enumerate(TITLES)
        )

    @property
    def part_fields(self) -> list[forms.BoundField]:
        return [self[part_name(position)] for position in range(len(TITLES))]

    @property
    def has_text(self) -> bool:
        return any(part.paragraphs for part in self.parts)

    @property
    def is_touched(self) -> bool:
        """Whether somebody typed into the text since the page showed it."""
        return self.has_text and self.data.get("shown", "") != text_digest(self.parts)

    def stand_in_reason(self, office: str) -> str:
        return self.data.get(stand_in_name(office), "")


def part_name(position: int) -> str:
    return f"part-{position}"


def stand_in_name(office: str) -> str:
    """The field for the reason why the live figures of the office of this code stand in."""
    return f"stand-in-{office}"


def initial_of(parts: Iterable[Part], *, seen: int, seen_digest: str, shown: str) -> dict[str, Any]:
    """What a `DistrictForm` shows."""
    texts = {part_name(position): as_text(part) for position, part in enumerate(parts)}
    return {**texts, "seen": seen, "seen_digest": seen_digest, "shown": shown}


class ReasonForm(forms.Form):
    """Why a report is unlocked, or corrected; `label` names the act."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = f"{label}的理由"
        self.fields["reason"].error_messages["required"] = f"请写明{label}的理由。"


class ForwardForm(forms.Form):
    """When, under which number and to whom the report went."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    forwarded_on = forms.DateField(
        label="转报日期",
        widget=DateInput(attrs={"class": "form-control"}),
        initial=today,
        error_messages={
            "required": "请填写转报日期。",
            "invalid": "日期应为“年-月-日”，例如 2020-04-09。",
        },
    )
    document_number = forms.CharField(
        label="文号", max_length=60, error_messages={"required": "请填写文号。"}
    )
    recipient = forms.CharField(
        label="报送单位",
        max_length=60,
        initial=Forwarding._meta.get_field("recipient").default,
        error_messages={"required": "请填写报送单位。"},
    )

    def clean_forwarded_on(self) -> dt.date:
        day = self.cleaned_data["forwarded_on"]
        if day > today():
            raise forms.ValidationError("转报日期不能晚于今天。")
        return day
