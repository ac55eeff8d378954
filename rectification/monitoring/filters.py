"""What the lists of monitoring are narrowed to."""

from django import forms

from households.models import Household
from households.search import search
from rectification.enums import CheckState, ReportState, Team
from rectification.filters import PlaceFilter
from yanliang.ui.forms import Select, TextInput


class ReportFilters(PlaceFilter):
    """State, team and place of the reports; a wrong value empties the list and says so."""

    state = forms.ChoiceField(
        label="状态", required=False, widget=Select, choices=[("", "全部"), *ReportState.choices]
    )
    team = forms.ChoiceField(
        label="监测人员", required=False, widget=Select, choices=[("", "全部"), *Team.choices]
    )

    def apply(self, rows):
        reports = super().apply(rows)
        if not self.is_valid():
            return reports
        chosen = {name: self.cleaned_data[name] for name in ("state", "team")}
        return reports.filter(**{name: value for name, value in chosen.items() if value})


class CheckFilters(PlaceFilter):
    """State and place of the households on a re-check list."""

    state = forms.ChoiceField(
        label="状态", required=False, widget=Select, choices=[("", "全部"), *CheckState.choices]
    )
    q = forms.CharField(
        label="户主", required=False, max_length=40, widget=TextInput(attrs={"type": "search"})
    )

    def apply(self, rows):
        checks = super().apply(rows)
        if not self.is_valid():
            return checks
        if self.cleaned_data["state"]:
            checks = checks.filter(state=self.cleaned_data["state"])
        if typed := self.cleaned_data["q"]:
            found = search(Household.objects.order_by(), typed)
            checks = checks.filter(household__in=found.values("pk"))
        return checks
