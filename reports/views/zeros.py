"""The three zeros on screen, and what was left of them at a past cut-off."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from households.models import HouseholdClass, Region
from rectification.enums import ProblemState
from reports.annex2.drill_down import address, households_at, rows_at
from reports.annex2.faces import PLACE_HEADS
from reports.views.asked import AskedFigure, asked_region, asked_week, path_to
from reports.weekly.weeks import Week, this_week
from reports.weekly.wording import moment_in_words
from reports.zeros.board import board_of
from reports.zeros.counters import PARTS, ZERO_OF, ZEROS, Part, list_url, section_of
from reports.zeros.ledger import left_at
from yanliang.periods import SHANGHAI, now
from yanliang.ui.pagination import paginate


@login_required
@require_GET
def zeros(request: HttpRequest) -> HttpResponse:
    """What is left of the three tasks in a region and its parts, by when, and how fast it goes."""
    region = asked_region(request, request.GET)
    context = {
        "region": region,
        "path": path_to(region, request),
        "place_head": PLACE_HEADS[region.level],
        "board": board_of(region),
        "zeros": ZEROS,
        "as_at": now().astimezone(SHANGHAI),
        "week": this_week(),
    }
    return render(request, "reports/zeros.html", context)


@login_required
@require_GET
def zero_list(request: HttpRequest) -> HttpResponse:
    """Exactly what a part of a counter counted: now in the register or the ledger, here at a closed week's cut-off."""
    region = asked_region(request, request.GET)
    part = PARTS.get(request.GET.get("part", ""))
    if part is None:
        raise Http404("没有这个计数。")
    week, only_own = asked_week(request.GET), request.GET.get("own") == "1"
    if week is None or week.is_open:
        return redirect(list_url(part, region.code, only_own=only_own))
    if part.column is not None:
        return households_left(request, region, part, week)
    return problems_left(request, region, part, week, only_own=only_own)


def households_left(request: HttpRequest, region: Region, part: Part, week: Week) -> HttpResponse:
    section = section_of(part, HouseholdClass.objects.all())
    page = paginate(request, households_at(region.code, section, part.column, week.closes))
    context = {
        "title": f"{ZERO_OF[part.key].name}：{part.label}",
        "region": region,
        "section": section,
        "figure": AskedFigure(part.column.label, part.label, part.column.meaning, part.column),
        "week": week,
        "at": moment_in_words(week.closes),
        "page": page,
        "rows": rows_at(page.object_list, week.closes, request.user),
        "back": weekly_url(region, week),
    }
    return render(request, "reports/figure_households.html", context)


def problems_left(
    request: HttpRequest, region: Region, part: Part, week: Week, *, only_own: bool
) -> HttpResponse:
    """A problem never leaves its place: who sees the region sees them all."""
    problems = left_at(region.code, week.closes).filter(direction=part.direction)
    if only_own:
        problems = problems.filter(region=region)
    page = paginate(request, problems.select_related("region__parent", "kind").order_by("number"))
    for problem in page:
        problem.label_then = ProblemState(problem.state_then).label
    context = {
        "title": f"{ZERO_OF[part.key].name}：{part.label}",
        "region": region,
        "only_own": only_own,
        "at": moment_in_words(week.closes),
        "page": page,
        "back": weekly_url(region, week),
    }
    return render(request, "reports/zero_problems.html", context)


def weekly_url(region: Region, week: Week) -> str:
    return address("reports:weekly_summary", region=region.code, week=week.thursday)
