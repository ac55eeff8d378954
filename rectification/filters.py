"""What the lists of renovations and households are narrowed to."""

from django import forms

from households.enums import RenovationMode
from households.models import Region
from rectification.enums import RenovationState
from yanliang.periods import today
from yanliang.ui.forms import Select


class PlaceFilter(forms.Form):
    """One office, or for an office one village."""

    region = forms.ModelChoiceField(
        label="街办、村", required=False, widget=Select, queryset=None, empty_label="全部"
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        places = Region.objects.visible_to(staff)
        offices = places.offices()
        self.fields["region"].queryset = offices if len(staff.scope_code) < 9 else places.villages()

    def apply(self, rows):
        """`rows` of the chosen place; none where the choice is wrong."""
        if not self.is_valid():
            return rows.none()
        region = self.cleaned_data["region"]
        return rows.within(region.code) if region else rows


LATE = {
    "overdue": ("超期未完成", lambda found: found.overdue(today())),
    "subsidy": ("补助应拨未拨", lambda found: found.subsidy_due(today())),
    "old_house": ("旧房未拆除", lambda found: found.old_house_standing()),
}


class RenovationFilters(PlaceFilter):
    """What the list of renovations is narrowed to; a wrong value empties it and says so."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        widget=Select,
        choices=[("", "全部"), *RenovationState.choices],
    )
    mode = forms.ChoiceField(
        label="改造方式",
        required=False,
        widget=Select,
        choices=[("", "全部"), *RenovationMode.choices],
    )
    late = forms.ChoiceField(
        label="须催办",
        required=False,
        widget=Select,
        choices=[("", "全部"), *((code, label) for code, (label, _) in LATE.items())],
    )

    def apply(self, rows):
        renovations = super().apply(rows)
        if not self.is_valid():
            return renovations
        chosen = self.cleaned_data
        for name in ("state", "mode"):
            if chosen[name]:
                renovations = renovations.filter(**{name: chosen[name]})
        if chosen["late"]:
            renovations = LATE[chosen["late"]][1](renovations)
        return renovations

    @property
    def in_words(self) -> str:
        """The active filters, for the file that carries the list away."""
        if not self.is_valid():
            return "无"
        chosen = self.cleaned_data
        words = [
            f"状态：{RenovationState(chosen['state']).label}" if chosen["state"] else "",
            f"方式：{RenovationMode(chosen['mode']).label}" if chosen["mode"] else "",
            f"区划：{chosen['region']}" if chosen["region"] else "",
            LATE[chosen["late"]][0] if chosen["late"] else "",
        ]
        return "；".join(filter(None, words)) or "全部"
