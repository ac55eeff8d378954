"""What is asked for when many problems are handed over, or verified, at once."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from rectification.enums import Verification
from rectification.models import Problem
from rectification.problems.bulk import Bulk, Seen, assign_each, verify_each
from rectification.problems.forms import ResponsibleFields, long_text
from rectification.problems.rights import workers
from yanliang.accounts.enums import RegionLevel

#: So many problems are done at a time.
MOST = 200


class BulkAssignForm(ResponsibleFields):
    measure = long_text("整改措施", required=False, help_text="留空则保留各问题原来的措施")

    def __init__(self, data: QueryDict | None, *, problems: Sequence[Problem]) -> None:
        super().__init__(data)
        self.fields["assignee"].queryset = workers().filter(region__in=regions_above(problems))
        self.fields[
            "leading_official"
        ].help_text = "留空则保留原来的牵头领导；屡改屡犯的一律由街办主要领导牵头"

    def act(self, problems: Sequence[Problem], *, by, seen: Seen) -> Bulk:
        return assign_each(problems, self.assignment, by=by, seen=seen)


class BulkVerifyForm(forms.Form):
    manner = forms.ChoiceField(
        label="核实方式",
        choices=[("", "请选择"), *Verification.choices],
        error_messages={"required": "请选择核实方式。"},
    )
    comment = forms.CharField(
        label="核实意见", max_length=300, required=False, help_text="留空记为“已整改到位”"
    )

    def __init__(self, data: QueryDict | None, *, problems: Sequence[Problem]) -> None:
        super().__init__(data)

    def act(self, problems: Sequence[Problem], *, by, seen: Seen) -> Bulk:
        manner = Verification(self.cleaned_data["manner"])
        return verify_each(problems, manner, self.cleaned_data["comment"], by=by, seen=seen)


def regions_above(problems: Sequence[Problem]) -> set[str]:
    """The codes of the regions in which all `problems` lie: accounts of other regions cannot work on all."""
    codes = [
        {problem.region_id[:level] for level in RegionLevel if level <= len(problem.region_id)}
        for problem in problems
    ]
    return set.intersection(*codes) if codes else set()
