"""The problem ledger as a list, narrowed and summed by light and state, and as a table of groups."""

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from rectification.enums import SETTLED, Light, ProblemState
from rectification.models import Problem
from rectification.models.problems import ProblemQuerySet
from rectification.problems.bulk_forms import MOST
from rectification.problems.filters import ProblemFilters
from rectification.problems.grouping import GROUPINGS, grouped, summary_table
from rectification.problems.summing import sums_of
from yanliang.accounts.permissions import (
    may_export,
    may_import_problems,
    may_keep_problem_kinds,
    may_name_leaders,
    may_raise_problem,
    may_see_business,
    may_see_problem_rules,
    may_verify_problem,
    may_work_on_problem,
)
from yanliang.periods import today
from yanliang.tables.html import render_html
from yanliang.ui.pagination import PER_PAGE, paginate

#: How many rows a page has, as people choose; the longest is all that a bulk act takes at a time.
SIZES = (PER_PAGE, MOST)
#: The pages beside the ledger, for those who may open them.
BESIDE = (
    ("导入清单", "rectification:problem_import_list", may_import_problems),
    ("自动核对", "rectification:problem_rules", may_see_problem_rules),
    ("问题类别", "rectification:problem_kind_list", may_keep_problem_kinds),
    ("主要领导", "rectification:leader_list", may_name_leaders),
)


def listed(problems: ProblemQuerySet) -> ProblemQuerySet:
    """In the order of the list: what is not struck off by its date, then the rest."""
    is_settled = Case(
        When(state__in=sorted(SETTLED), then=1), default=0, output_field=IntegerField()
    )
    return problems.select_related("region__parent", "household", "kind").order_by(
        is_settled, "due_on", "pk"
    )


def light_in_words(problem: Problem, day: dt.date) -> str:
    """The light, with the days that a pressing problem is late or has left."""
    light = problem.light(day)
    days = (problem.due_on - day).days
    if light == Light.RED:
        return f"{light.label} {-days} 天"
    if light == Light.YELLOW:
        return f"{light.label} 还有 {days} 天" if days else f"{light.label} 今天到期"
    return light.label


def asked_filters(request: HttpRequest) -> ProblemFilters:
    if not may_see_business(request.user):
        raise PermissionDenied
    return ProblemFilters(request.GET, staff=request.user)


@login_required
@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    filters = asked_filters(request)
    found = filters.apply(Problem.objects.visible_to(request.user))
    day = today()
    sums = sums_of(found, day)
    size = next((each for each in SIZES if str(each) == request.GET.get("size")), PER_PAGE)
    page = paginate(request, listed(found), per_page=size, count=sums.total)
    for problem in page:
        problem.shown_light = problem.light(day)
        problem.light_words = light_in_words(problem, day)
    staff = request.user
    may_assign, may_verify = may_work_on_problem(staff), may_verify_problem(staff)
    context = {
        "filters": filters,
        "bar": filters.bar,
        "kept": [("size", size)] if size != PER_PAGE else [],
        "page": page,
        "sizes": [(each, filters.query_with(size=str(each)), each == size) for each in SIZES],
        "sums": sums,
        "states": [
            (each, sums.states[each], filters.query_with(state=each))
            for each in ProblemState
            if sums.states[each]
        ],
        "lights": [
            (each, sums.lights[each], filters.query_with(light=each))
            for each in Light
            if sums.lights[each]
        ],
        "query": filters.query_without("state"),
        "links": [(label, reverse(name)) for label, name, allowed in BESIDE if allowed(staff)],
        "may_raise": may_raise_problem(staff),
        "may_export": may_export(staff),
        "may_assign": may_assign,
        "may_verify": may_verify,
        "may_choose": may_assign or may_verify,
    }
    return render(request, "rectification/problem_list.html", context)


@login_required
@require_GET
def problem_summary(request: HttpRequest) -> HttpResponse:
    """The same problems whatever their state, counted by the grouping asked for; each figure opens its list."""
    filters = asked_filters(request)
    by = request.GET.get("by", "unit")
    if by not in GROUPINGS:
        raise Http404("没有这种汇总方式。")
    found = filters.apply_but_state(Problem.objects.visible_to(request.user)).standing()
    table = summary_table(grouped(found, GROUPINGS[by], filters, today()), GROUPINGS[by], filters)
    context = {
        "filters": filters,
        "bar": [field for field in filters.bar if field.name != "state"],
        "kept": [("by", by)],
        "groupings": [
            (grouping.label, filters.query_with(by=name), name == by)
            for name, grouping in GROUPINGS.items()
        ],
        "query": filters.query_without("by", "state"),
        "rows": table.rows,
        "table": render_html(table, request, show_title=False),
    }
    return render(request, "rectification/problem_summary.html", context)
