"""The problem ledger as a list, narrowed and summed by light and state."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rectification.enums import SETTLED, Light, ProblemState
from rectification.models import Problem
from rectification.models.problems import ProblemQuerySet
from rectification.problems.filters import ProblemFilters
from rectification.problems.summing import sums_of
from yanliang.accounts.permissions import may_see_business
from yanliang.periods import today
from yanliang.ui.pagination import paginate


def listed(problems: ProblemQuerySet) -> ProblemQuerySet:
    """In the order of the list: what is not struck off by its date, then the rest."""
    is_settled = Case(
        When(state__in=sorted(SETTLED), then=1), default=0, output_field=IntegerField()
    )
    return problems.select_related("region__parent", "household", "kind").order_by(
        is_settled, "due_on", "pk"
    )


@login_required
@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    if not may_see_business(request.user):
        raise PermissionDenied
    filters = ProblemFilters(request.GET, staff=request.user)
    found = filters.apply(Problem.objects.visible_to(request.user))
    day = today()
    sums = sums_of(found, day)
    page = paginate(request, listed(found), count=sums.total)
    for problem in page:
        problem.shown_light = problem.light(day)
        problem.days_late = (day - problem.due_on).days
    context = {
        "filters": filters,
        "page": page,
        "sums": sums,
        "lights": [(each, sums.lights[each]) for each in Light if sums.lights[each]],
        "states": [(each, sums.states[each]) for each in ProblemState if sums.states[each]],
    }
    return render(request, "rectification/problem_list.html", context)
