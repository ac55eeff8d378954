"""Entering a household and changing its facts, also when two people do so at once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from households.editing import EDITABLE, add_household, edit_household, field_label, shown_value
from households.forms import (
    REFERENCE_TAKEN,
    HouseholdForm,
    NewHouseholdForm,
    taken_message,
)
from households.models import Household
from households.views.detail import visible_household
from yanliang.accounts.permissions import may_edit_household
from yanliang.audit.models import Entry
from yanliang.audit.trail import record

SECTIONS = (
    (
        "户主与家庭",
        ("head_name", "id_number", "phone", "population", "region", "group", "helper"),
    ),
    (
        "住房",
        (
            "structure",
            "storeys",
            "bays",
            "floor_area",
            "built_year",
            "housing_source",
            "residence",
            "business_use",
            "old_house",
            "renovated_year",
            "renovated_mode",
            "other_safe_housing",
            "longitude",
            "latitude",
        ),
    ),
    ("其他", ("external_reference", "remark")),
)


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed, or both did: their value, the one typed here, and which one now stands."""

    label: str
    theirs: str
    mine: str
    keeps_mine: bool


def require_editor(staff) -> None:
    if not may_edit_household(staff):
        raise PermissionDenied("您没有修改农户的权限。")


def show_form(request: HttpRequest, form, **context: Any) -> HttpResponse:
    identity = ("household_class", "certificate", "happened_on")
    sections = [(title, [form[name] for name in names]) for title, names in SECTIONS]
    if "household_class" in form.fields:
        sections.insert(1, ("身份", [form[name] for name in identity]))
    return render(
        request, "households/household_form.html", {"form": form, "sections": sections, **context}
    )


@login_required
@require_http_methods(["GET", "POST"])
def household_create(request) -> HttpResponse:
    require_editor(request.user)
    form = NewHouseholdForm(request.POST or None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            household = add_household(
                form.instance,
                by=request.user,
                household_class=chosen["household_class"],
                certificate=chosen["certificate"],
                reason=chosen["reason"],
                on=chosen["happened_on"],
            )
        except IntegrityError:
            report_taken(form, request.user)
        else:
            messages.success(request, f"已新增 {household}。")
            return redirect("households:household_detail", household.pk)
    return show_form(request, form)


def report_taken(form, staff) -> None:
    """Say who took the ID number, or that the reference was taken, between this form's check and its saving."""
    holders = Household.objects.filter(id_number=form.cleaned_data["id_number"])
    holder = holders.exclude(pk=form.instance.pk).select_related("region").first()
    if holder is not None:
        form.add_error("id_number", taken_message(holder, staff))
    else:
        form.add_error("external_reference", REFERENCE_TAKEN)


@login_required
@require_http_methods(["GET", "POST"])
def household_edit(request, pk: int) -> HttpResponse:
    household = visible_household(request, pk)
    require_editor(request.user)
    form = HouseholdForm(request.POST or None, instance=household, staff=request.user)
    if request.method == "GET":
        # The form shows the full numbers, and every look at those is in the trail (domain rules §9).
        record("id_number_seen", household, by=request.user, reason="打开修改页")
    if request.method == "GET" or not form.is_valid():
        return show_form(request, form, household=household)
    try:
        edit_household(
            pk,
            form.values,
            by=request.user,
            seen=form.cleaned_data["version"] or 0,
            reason=form.cleaned_data["reason"],
        )
    except IntegrityError:
        report_taken(form, request.user)
    except ValidationError as refused:
        if getattr(refused, "code", "") == "stale":
            return show_conflict(request, form, pk)
        form.add_error(None, refused)
    else:
        messages.success(request, "已保存。")
        return redirect("households:household_detail", pk)
    return show_form(request, form, household=household)


def show_conflict(request: HttpRequest, stale: HouseholdForm, pk: int) -> HttpResponse:
    """The form again over the newest record: what only the other changed is taken over, what was typed here stays."""
    household = visible_household(request, pk)
    newest = HouseholdForm(instance=household, staff=request.user)
    merged = stale.data.copy()
    merged["version"] = str(household.version)
    differences = []
    for name in EDITABLE:
        theirs, mine = getattr(household, name), stale.cleaned_data[name]
        typed_here = name in stale.changed_data
        if theirs != mine:
            if not typed_here:
                set_value(merged, newest, name, name)
            differences.append(
                Difference(
                    field_label(name),
                    shown_value(name, theirs),
                    shown_value(name, mine),
                    keeps_mine=typed_here,
                )
            )
        set_value(merged, newest, name, newest.add_initial_prefix(name))
    if not differences:
        messages.info(request, "他人已保存了同样的内容。")
        return redirect("households:household_detail", pk)
    last = Entry.objects.filter(
        object_type="households.household",
        object_id=str(pk),
        act__in=["household_edited", "class_changed", "household_split_off"],
    ).first()
    form = HouseholdForm(merged, instance=household, staff=request.user)
    return show_form(request, form, household=household, differences=differences, last=last)


def set_value(data, form: HouseholdForm, name: str, key: str) -> None:
    """Put into `data` under `key` what the unbound `form` shows in the field `name`, as a browser sends it."""
    value = form[name].value()
    if value is None or value is False:
        data.pop(key, None)
        if value is False and key != name:
            data[key] = "False"
        return
    data[key] = str(value)
