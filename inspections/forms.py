"""The inspection form: the shape of what is typed, and the rules of its single fields.

What is typed has one shape on the page, in a draft and in localStorage (`Typed`):
`facts`, `answers`, `remarks`, `measures` map names to texts, `photos` maps an item code or “front” to photo
ids, `inspectors` is a list of names, `inspected_on` an ISO date, `signature` a value of `Signature`;
`correction_reason` is filled in where a submitted inspection is corrected.
"""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.http import QueryDict

from households.models import Household
from inspections.enums import Answer, Signature
from inspections.models import Inspection
from yanliang.periods import today

Typed = dict[str, Any]

#: Groups of fields named “group.key” on the page, one text a key.
TEXT_GROUPS = ("facts", "answers", "remarks", "measures")
REMARK_LENGTH = 300
MEASURE_LENGTH = 40
INSPECTOR_COUNT = 2
INSPECTOR_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·]{2,20}")
FIRST_YEAR = 1900
DECIMAL = re.compile(r"-?\d+\.\d+")


def typed_data(post: QueryDict) -> Typed:
    """What was typed, from the page's fields “facts.structure”, “answers.S01”, “photos.front” …"""
    data: Typed = {group: {} for group in TEXT_GROUPS} | {"photos": {}}
    for name, values in post.lists():
        group, _, key = name.partition(".")
        if not key:
            continue
        if group == "photos":
            data["photos"][key] = [value for value in values if value]
        elif group in TEXT_GROUPS and (text := values[-1].strip()):
            data[group][key] = text
    data["inspectors"] = [name.strip() for name in post.getlist("inspectors")][:INSPECTOR_COUNT]
    data["inspected_on"] = post.get("inspected_on", "")
    data["signature"] = post.get("signature", "")
    data["correction_reason"] = post.get("correction_reason", "")
    return data


def facts_as_typed(facts: dict[str, Any]) -> dict[str, str]:
    """Stored facts as the page's fields hold them; unknown ones are left out."""
    return {
        name: fact_as_typed(value)
        for name, value in facts.items()
        if value not in (None, "", False)
    }


def fact_as_typed(value: Any) -> str:
    """A fact as somebody would type it: 120 rather than 120.00."""
    if value is True:
        return "on"
    text = str(value)
    return text.rstrip("0").rstrip(".") if DECIMAL.fullmatch(text) else text


def blank(household: Household, previous: Inspection | None) -> Typed:
    """A new form: facts from the register, inspectors and date from the visit entered just before."""
    return {
        "facts": facts_as_typed(household.dwelling_facts),
        "answers": {},
        "remarks": {},
        "measures": {},
        "photos": {},
        "inspectors": list(previous.inspectors) if previous else [],
        "inspected_on": (previous.inspected_on if previous else today()).isoformat(),
        "signature": Signature.PAPER.value,
        "correction_reason": "",
    }


def as_typed(inspection: Inspection) -> Typed:
    """The form as it was when `inspection` was submitted, to correct it."""
    photos: dict[str, list[str]] = {}
    for link in inspection.photo_links.all():
        photos.setdefault(link.item_code, []).append(str(link.photo_id))
    return {
        "facts": facts_as_typed(inspection.facts),
        "answers": {
            code: answer
            for code, answer in inspection.answers.items()
            if answer != Answer.NOT_APPLICABLE
        },
        "remarks": dict(inspection.remarks),
        "measures": dict(inspection.measures),
        "photos": photos,
        "inspectors": list(inspection.inspectors),
        "inspected_on": inspection.inspected_on.isoformat(),
        "signature": inspection.signature,
        "correction_reason": "",
    }


def parsed_date(text: str) -> dt.date | None:
    """The ISO date in `text`; None where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class FactsForm(forms.ModelForm):
    """House facts as found, by the rules of the register's own fields."""

    #: Without these the rules cannot judge the house.
    required_facts = ("structure", "storeys")

    class Meta:
        model = Household
        fields = [
            "structure",
            "storeys",
            "bays",
            "floor_area",
            "built_year",
            "housing_source",
            "residence",
            "renovated_year",
            "renovated_mode",
            "old_house",
            "other_safe_housing",
            "longitude",
            "latitude",
            "business_use",
        ]
        labels = {"longitude": "经度（WGS-84）", "latitude": "纬度（WGS-84）"}
        help_texts = {"business_use": "开店、办厂、农家乐等"}

    def __init__(self, typed: dict[str, str]):
        super().__init__({self.add_prefix(name): value for name, value in typed.items()})
        for name in self.required_facts:
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = (
                f"请{'选择' if name == 'structure' else '填写'}{self.fields[name].label}。"
            )

    def add_prefix(self, field_name: str) -> str:
        return f"facts.{field_name}"

    def clean_built_year(self) -> int | None:
        return self.clean_year("built_year")

    def clean_renovated_year(self) -> int | None:
        return self.clean_year("renovated_year")

    def clean_year(self, name: str) -> int | None:
        """A year from 1900 to this one (domain rules §8)."""
        year = self.cleaned_data[name]
        if year is not None and not FIRST_YEAR <= year <= today().year:
            raise ValidationError(
                f"{self.fields[name].label}应在 {FIRST_YEAR}–{today().year} 年之间。"
            )
        return year

    def _post_clean(self) -> None:
        """The fields' own rules alone: the register's constraints say the same, by asking the database."""
        self.instance = construct_instance(self, self.instance, self._meta.fields)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions())
        except ValidationError as wrong:
            self._update_errors(wrong)

    @property
    def facts(self) -> dict[str, Any]:
        """House facts as plain JSON values; one that breaks its rule counts as unknown."""
        unknown = self.errors
        facts = self.instance.dwelling_facts
        return {name: None if name in unknown else value for name, value in facts.items()}

    @property
    def sentences(self) -> dict[str, str]:
        """What is wrong, one sentence a field, naming the field."""
        return {name: self.sentence(name, errors[0]) for name, errors in self.errors.items()}

    def sentence(self, name: str, error: str) -> str:
        label = str(self.fields[name].label) if name in self.fields else ""
        # The model's own messages speak for themselves; Django's general ones need the field's name.
        return error if not label or label.split("（")[0] in error else f"{label}：{error}"
