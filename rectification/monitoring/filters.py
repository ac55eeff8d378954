"""What the lists of monitoring are narrowed to; a wrong value empties the list and says so."""

from django import forms

from households.filters import Place, grouped_by_office
from households.models import Household, Region
from households.search import search
from rectification.enums import CheckState, ReportState, Team
from yanliang.ui.forms import Select, TextInput


def choice(label: str, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, widget=Select, choices=[("", "全部"), *choices]
    )


class PlaceFilters(forms.Form):
    """One office or one village, as the person sees them."""

    region = choice("街办、村")

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        places = Region.objects.visible_to(staff).order_by("code").values_list(*Place._fields)
        self.fields["region"].choices = grouped_by_office(map(Place._make, places))

    def apply(self, rows):
        """`rows` of the chosen place; none where anything chosen is wrong."""
        if not self.is_valid():
            return rows.none()
        code = self.cleaned_data["region"]
        return rows.within(code) if code else rows


class ReportFilters(PlaceFilters):
    state = choice("状态", ReportState.choices)
    team = choice("监测人员", Team.choices)

    def apply(self, rows):
        reports = super().apply(rows)
        if not self.is_valid():
            return reports
        chosen = {name: self.cleaned_data[name] for name in ("state", "team")}
        return reports.filter(**{name: value for name, value in chosen.items() if value})


class CheckFilters(PlaceFilters):
    """Households on a re-check list."""

    state = choice("状态", CheckState.choices)
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
