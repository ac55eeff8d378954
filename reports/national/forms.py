"""What people ask for and type on the pages of the national system."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from households.enums import SAFETY_BASIS, NationalState, SafetyBasis
from households.models import Household, Region
from households.search import search
from reports.national.fields import CHOICES, FIXED
from reports.national.layouts import LayoutColumn, faults
from yanliang.accounts.enums import RegionLevel
from yanliang.ui.forms import Select, TextInput
from yanliang.ui.ordered_forms import MOST_PLACES, BaseOrderedForms, OrderedForm

EMPTY_COLUMNS = 3


class PlaceChoice(forms.ModelChoiceField):
    """Offices with their villages indented below them."""

    def label_from_instance(self, region: Region) -> str:
        return f"　{region}" if len(region.code) == RegionLevel.VILLAGE else str(region)


class NationalFilters(forms.Form):
    """What the list of households is narrowed to; a wrong value empties it."""

    q = forms.CharField(label="搜索", required=False, max_length=40, widget=TextInput)
    region = PlaceChoice(
        label="街办、村", required=False, widget=Select, queryset=None, empty_label="全部"
    )
    state = forms.ChoiceField(
        label="状态", required=False, widget=Select, choices=[("", "全部"), *NationalState.choices]
    )
    basis = forms.ChoiceField(
        label="安全依据",
        required=False,
        widget=Select,
        choices=[("", "全部"), *SafetyBasis.choices],
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        places = Region.objects.visible_to(staff)
        self.fields["region"].queryset = places.filter(level__gte=RegionLevel.OFFICE)

    def apply(self, households: QuerySet[Household]) -> QuerySet[Household]:
        """`households` (already narrowed to what the person sees) with every filter on."""
        found = households.in_national_system()
        if not self.is_valid():
            return found.none()
        chosen = self.cleaned_data
        if chosen["region"]:
            found = found.within(chosen["region"].code)
        if chosen["state"]:
            found = found.in_national_state(NationalState(chosen["state"]))
        if chosen["basis"]:
            stages = [stage for stage, basis in SAFETY_BASIS.items() if basis == chosen["basis"]]
            found = found.filter(stage__in=stages)
        return search(found, chosen["q"])


class ColumnForm(OrderedForm):
    """One column of the layout."""

    label = forms.CharField(
        label="列名",
        max_length=40,
        error_messages={"required": "请填写列名，或去掉这一列。"},
    )
    field = forms.ChoiceField(
        label="填什么",
        choices=[("", "请选择"), *CHOICES],
        error_messages={"required": "请选择这一列填什么。"},
    )
    text = forms.CharField(label="固定文字", max_length=60, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.fields:
            kind = "form-select" if name == "field" else "form-control"
            self.fields[name].widget.attrs |= {"class": f"{kind} {kind}-sm"}

    @property
    def column(self) -> LayoutColumn:
        chosen = self.cleaned_data
        text = chosen["text"] if chosen["field"] == FIXED else ""
        return LayoutColumn(chosen["label"], chosen["field"], text)


class BaseColumns(BaseOrderedForms):
    """The whole layout: refuses what `reports.national.layouts.faults` finds."""

    @property
    def columns(self) -> list[LayoutColumn]:
        return [form.column for form in self.kept]

    def clean(self):
        if not any(self.errors) and (wrong := faults(self.columns)):
            raise ValidationError(wrong)


Columns = forms.formset_factory(
    ColumnForm,
    formset=BaseColumns,
    extra=EMPTY_COLUMNS,
    can_delete=True,
    max_num=MOST_PLACES,
    absolute_max=MOST_PLACES,
)


def initial_of(columns: list[LayoutColumn]) -> list[dict[str, str | int]]:
    return [
        {"position": position, **column._asdict()}
        for position, column in enumerate(columns, start=1)
    ]
