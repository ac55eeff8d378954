"""One household on one page: facts, identities, what happened."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from households.changes import reinstate_obstacles, removal_obstacles, split_obstacles
from households.editing import field_label, shown_value
from households.enums import ChangeState, EventKind, Grade, NationalState, Stage, Verdict
from households.models import Household, HouseholdChange, SafetyEvent
from yanliang.accounts.permissions import (
    may_confirm_removal,
    may_edit_household,
    may_see_full_id,
)
from yanliang.audit.trail import record
from yanliang.periods import today

PERSON_FACTS = ("group", "population", "remark")
DWELLING_FACTS = (
    "structure",
    "storeys",
    "bays",
    "floor_area",
    "built_year",
    "housing_source",
    "residence",
    "business_use",
    "renovated_year",
    "renovated_mode",
    "old_house",
    "other_safe_housing",
    "longitude",
    "latitude",
)


def visible_household(request: HttpRequest, pk: int) -> Household:
    """The household with all that a page's head shows; 404 where the person may not see it."""
    households = Household.objects.visible_to(request.user)
    return get_object_or_404(
        households.select_related("region__parent", "household_class", "registered_by"), pk=pk
    )


def facts(household: Household, names: tuple[str, ...]) -> list[tuple[str, str]]:
    values = ((name, getattr(household, name)) for name in names)
    return [
        (field_label(name), "—" if value in (None, "") else shown_value(name, value))
        for name, value in values
    ]


def helped_facts(household: Household) -> list[tuple[str, str]]:
    """Who helps the household, and how far it is on its way into the national system."""
    household_class, village = household.household_class, household.region
    found = []
    if household_class.is_helped or household.helper:
        found = [
            ("帮扶干部", household.helper or "—"),
            ("第一书记", village.first_secretary or "—"),
        ]
    if household_class.in_national_system or household.external_reference:
        found.append(("国家系统", national_words(household)))
    return found


def national_words(household: Household) -> str:
    """已录入（编号）, or 未录入 with the safety basis that is there or not yet."""
    match household.national_state:
        case NationalState.ENTERED:
            return f"已录入（{household.external_reference}）"
        case NationalState.TO_ENTER:
            return f"未录入（{household.safety_basis.label}，可以录入）"
    return "未录入（住房尚不安全）"


def outcome_label(event: SafetyEvent) -> str:
    if event.kind == EventKind.INSPECTED:
        return Verdict(event.outcome).label
    if event.kind == EventKind.APPRAISED:
        return Grade(event.outcome).label
    return event.outcome


def is_overdue(household: Household) -> bool:
    """Not safe, not exempt, and the class's date for 清零 is past."""
    settled = household.is_safe or household.stage == Stage.EXEMPT
    return not settled and today() > household.household_class.cleared_by


def actions(household: Household, staff) -> list[dict]:
    """The acts that this person may do here, each with what is missing for it."""
    offered = []
    if may_edit_household(staff):
        removal = removal_obstacles(household)
        offered = [
            {"url": "households:household_edit", "label": "修改", "missing": []},
            {"url": "households:household_class_change", "label": "身份变更", "missing": []},
            {
                "url": "households:household_split",
                "label": "分户",
                "missing": split_obstacles(household),
            },
            {
                "url": "households:household_removal",
                "label": "迁出、消亡、合户、重复",
                "missing": removal,
            },
        ]
    if may_confirm_removal(staff) and household.stage == Stage.EXEMPT:
        offered.append(
            {
                "url": "households:household_reinstate",
                "label": "恢复排查",
                "missing": reinstate_obstacles(household),
            }
        )
    return offered


def pending_change(household: Household, changes: list[HouseholdChange]) -> HouseholdChange | None:
    for change in changes:
        if change.household_id == household.pk and change.state == ChangeState.PENDING:
            return change
    return None


def show(request: HttpRequest, household: Household, *, revealed: bool) -> HttpResponse:
    changes = list(
        HouseholdChange.objects.filter(Q(household=household) | Q(related=household))
        .select_related("household", "related", "recorded_by", "decided_by", "roster_import")
        .order_by("-recorded_at", "-pk")
    )
    for change in changes:
        other = change.related if change.household_id == household.pk else change.household
        change.other = other
        change.other_is_visible = other and other.region_id.startswith(request.user.scope_code)
    events = list(
        household.events.select_related("household_class", "recorded_by").order_by(
            "-position", "-pk"
        )
    )
    for event in events:
        event.outcome_label = outcome_label(event)
    identities = household.identities.select_related("household_class").order_by(
        F("valid_to").desc(nulls_first=True), "household_class__precedence"
    )
    context = {
        "household": household,
        "office": household.region.parent,
        "revealed": revealed,
        "may_see_full_id": may_see_full_id(request.user),
        "overdue": is_overdue(household),
        "settled": household.is_safe or household.stage == Stage.EXEMPT,
        "person_facts": [*facts(household, PERSON_FACTS), *helped_facts(household)],
        "dwelling_facts": facts(household, DWELLING_FACTS),
        "identities": identities,
        "events": events,
        "changes": changes,
        "pending": pending_change(household, changes),
        "imports": [change.roster_import for change in changes if change.roster_import],
        "actions": actions(household, request.user),
        "may_confirm": may_confirm_removal(request.user),
    }
    return render(request, "households/household_detail.html", context)


@login_required
@require_GET
def household_detail(request, pk: int) -> HttpResponse:
    return show(request, visible_household(request, pk), revealed=False)


@login_required
@require_POST
def household_reveal(request, pk: int) -> HttpResponse:
    """The full ID and phone number, once, with a trail entry; they are hidden again on the next load."""
    household = visible_household(request, pk)
    if not may_see_full_id(request.user):
        raise PermissionDenied("您没有查看完整证件号的权限。")
    record("id_number_seen", household, by=request.user)
    if request.htmx:
        context = {"household": household, "revealed": True}
        return render(request, "households/_numbers.html", context)
    return show(request, household, revealed=True)
