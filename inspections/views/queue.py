"""The bureau's appraisal queue: every household found 疑似不安全 that has no grade yet, oldest first.

From here households are assigned to an organisation, one or many together.
"""

from typing import NamedTuple

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch, Value
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from households.enums import Stage
from households.models import Household, HouseholdClass, Region
from inspections import causes
from inspections.appraisal_forms import AssignForm
from inspections.causes import Cause
from inspections.models import Appraisal
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_appraise, may_see_appraisal_queue
from yanliang.periods import SHANGHAI, today
from yanliang.ui.pagination import paginate


class QueueFilters(forms.Form):
    """One office, one class; wrong values empty the queue and say why."""

    office = forms.ChoiceField(label="街办", required=False, widget=forms.HiddenInput)

    def __init__(self, data, staff):
        super().__init__(data)
        self.offices = {each.code: each for each in Region.objects.visible_to(staff).offices()}
        self.fields["office"].choices = [("", "全部"), *self.offices.items()]
        # `class` is no name for an attribute in Python.
        classes = HouseholdClass.objects.values_list("code", "name")
        self.fields["class"] = forms.ChoiceField(
            label="类别",
            required=False,
            widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            choices=[("", "全部类别"), *classes],
        )
        self.fields["list"] = forms.ChoiceField(
            label="名单",
            required=False,
            widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            choices=[("", "疑似不安全、待鉴定"), ("safe", "基本安全、应鉴定")],
        )
        self.fields["assigned"] = forms.ChoiceField(
            label="委托",
            required=False,
            widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            choices=[("", "全部"), ("no", "未委托"), ("yes", "已委托")],
        )

    def apply(self, households):
        """Those of the chosen list: suspected without a grade, or safe in a class appraised all the same."""
        if not self.is_valid():
            return households.none()
        if self.cleaned_data["list"] == "safe":
            households = households.filter(stage=Stage.SAFE, household_class__appraise_all=True)
        else:
            households = households.awaiting_appraisal()
        if code := self.cleaned_data["class"]:
            households = households.filter(household_class__code=code)
        if assigned := self.cleaned_data["assigned"]:
            is_open = Exists(Appraisal.objects.open().filter(household=OuterRef("pk")))
            households = households.filter(is_open if assigned == "yes" else ~is_open)
        return households

    @property
    def chosen_office(self) -> str:
        return self.cleaned_data["office"] if self.is_valid() else ""


class Row(NamedTuple):
    """A household in the queue, for how many days, and why."""

    household: Household
    days: int
    cause: Cause

    @property
    def assignment(self) -> Appraisal | None:
        """The organisation that has been asked already, and until when."""
        return self.household.assignments[0] if self.household.assignments else None


@login_required
@require_GET
def appraisal_queue(request: HttpRequest) -> HttpResponse:
    if not may_see_appraisal_queue(request.user):
        raise PermissionDenied
    filters = QueueFilters(request.GET, request.user)
    waiting = filters.apply(Household.objects.visible_to(request.user))
    counts = dict(
        waiting.order_by()
        .values_list(Substr("region_id", 1, RegionLevel.OFFICE.value))
        .annotate(households=Count(Value(1)))
    )
    office = filters.chosen_office
    households = (
        (waiting.within(office) if office else waiting)
        .select_related("region__parent", "household_class")
        .prefetch_related(
            *causes.prefetches(),
            Prefetch(
                "appraisals",
                Appraisal.objects.open().select_related("organisation"),
                to_attr="assignments",
            ),
        )
        .order_by("summary_since", "pk")
    )
    total = sum(counts.values())
    page = paginate(request, households, count=counts.get(office, 0) if office else total)
    return render(
        request,
        "inspections/appraisal_queue.html",
        {
            "page": page,
            "rows": [as_row(household) for household in page],
            "filters": filters,
            "total": total,
            "is_safe_list": filters.is_valid() and filters.cleaned_data["list"] == "safe",
            "form": AssignForm(staff=request.user) if may_appraise(request.user) else None,
            "offices": [(each, counts.get(each.code, 0)) for each in filters.offices.values()],
        },
    )


def as_row(household: Household) -> Row:
    days = (today() - household.summary_since.astimezone(SHANGHAI).date()).days
    return Row(household, days, causes.cause_of(household))
