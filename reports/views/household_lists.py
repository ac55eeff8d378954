"""A household's lists: on which it stands, who answers for each row, and who has signed."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from households.models import Household
from reports.enums import ListKind
from reports.lists.faces import signed_in_words
from reports.lists.membership import members
from reports.lists.responsible import may_name
from reports.lists.rows import rows_of
from reports.lists.standing import RowStanding, standing_of
from reports.models import RowSignature
from reports.views.lists import list_url
from yanliang.accounts.permissions import may_see_business


@login_required
@require_GET
def household_lists(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of one household on the four lists: a piece of its page, or a page of its own."""
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    households = Household.objects.visible_to(request.user).select_related("household_class")
    household = get_object_or_404(households, pk=pk)
    template = "_household_lists.html" if request.htmx else "household_lists.html"
    context = {
        "household": household,
        "rows": [row_in_words(household, each) for each in standing_rows(household)],
        "may_name": may_name(request.user),
    }
    return render(request, f"reports/{template}", context)


def standing_rows(household: Household) -> list[RowStanding]:
    """Every row of the household on any list, with the signatures that hold."""
    signatures = list(
        RowSignature.objects.standing().filter(household=household).select_related("signing")
    )
    found = []
    for kind in ListKind:
        own = members(
            kind, household.household_class.group, Household.objects.filter(pk=household.pk)
        )
        rows = rows_of(kind, own, household.region_id)
        signed = [each for each in signatures if each.kind == kind]
        found += standing_of(kind, rows, signed)[0]
    return found


def row_in_words(household: Household, each: RowStanding) -> dict:
    village, group = household.region_id, household.household_class.group
    address = reverse("reports:list_responsible", args=[village, each.kind])
    return {
        "label": each.kind.label
        if each.row.ordinal == 1
        else f"{each.kind.label}（第 {each.row.ordinal} 次）",
        "url": list_url(village, each.kind, group),
        "responsible": each.row.values[-1],
        "responsible_url": f"{address}?group={group}&household={household.pk}",
        "signatures": [
            (level.label, signed_in_words(each.signed.get(level))) for level in each.levels
        ],
        "is_overtaken": bool(each.overtaken),
    }
