"""What changed in the register since a submission, and the households behind a check of a week."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from households.models import Region
from reports.annex2.layouts import LayoutColumn
from reports.annex2.sections import Section
from reports.thursday.changes import Cell, moves
from reports.thursday.checks import checks_of
from reports.thursday.content import Content
from reports.thursday.differences import differences_of, move_rows, named_cells, rows_since
from reports.thursday.gathering import standing_of
from reports.thursday.tracing import present_names
from reports.views.asked import asked_region, asked_week, with_key
from reports.views.sealed_households import sealed_column, sealed_place
from reports.views.submissions import asked_submission, require_reader
from reports.weekly.weeks import this_week
from reports.weekly.wording import moment_in_words
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import now
from yanliang.ui.pagination import paginate


class AskedFigure(NamedTuple):
    """A figure of the sealed table."""

    section: Section
    place: Region
    column: LayoutColumn


def asked_figure(request: HttpRequest, content: Content) -> AskedFigure:
    """The sealed figure that an address names; 404 for what is none, a rate too."""
    return AskedFigure(
        with_key(content.sections, request.GET.get("section")),
        sealed_place(content, request.GET),
        sealed_column(content, request.GET),
    )


@login_required
@require_GET
def submission_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """By figure, or with ?by=household by household; with ?column= the households behind one figure's change."""
    submission = asked_submission(request, pk)
    content = Content(submission.data)
    differences = differences_of(submission, content, now())
    figure = asked_figure(request, content) if "column" in request.GET else None
    by_household = figure is not None or request.GET.get("by") == "household"
    if figure:
        found = differences.moved_in(
            Cell(figure.section.key, figure.place.code, figure.column.number)
        )
    else:
        found = differences.moved if by_household else differences.cells
    page = paginate(request, found)
    context = {
        "submission": submission,
        "differences": differences,
        "as_at": moment_in_words(content.as_at),
        "at": moment_in_words(differences.moment),
        "figure": figure,
        "by_household": by_household,
        "page": page,
    }
    if by_household:
        context["rows"] = rows_since(page.object_list, content, request.user)
    else:
        context["cells"] = named_cells(page.object_list, request.user)
    return render(request, "reports/submission_changes.html", context)


@login_required
@require_GET
def check_households(request: HttpRequest) -> HttpResponse:
    """The households behind a check of an office's week, each with what the register logged of it."""
    require_reader(request)
    region = asked_region(request, request.GET)
    if region.level != RegionLevel.OFFICE:
        raise Http404("请选择街办。")
    week = asked_week(request.GET) or this_week()
    standing = standing_of(region, week.thursday)
    key = request.GET.get("check", "")
    check = next((each for each in checks_of(standing) if each.key == key), None)
    behind = check.households if check else {}
    moved = [
        move
        for move in moves(standing.groups_before or {}, standing.groups)
        if move.household in behind
    ]
    page = paginate(request, moved)
    names = present_names(region.code)
    context = {
        "region": region,
        "thursday": week.thursday,
        "check": check,
        "page": page,
        "rows": move_rows(page.object_list, names, names, behind, request.user),
        "back": f"{reverse('reports:week_office')}?week={week.thursday}",
    }
    return render(request, "reports/check_households.html", context)
