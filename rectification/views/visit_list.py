"""Supervision visits week by week, and which offices nobody has visited this week."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from households.models import Region
from rectification.enums import Seen
from rectification.models import Problem, SupervisionVisit
from rectification.models.supervision import VisitQuerySet
from rectification.supervision.coverage import coverage, not_visited
from rectification.supervision.forms import OfficeFilter
from yanliang.accounts.permissions import may_see_visits, may_supervise
from yanliang.periods import thursday_of, today, why_moved
from yanliang.ui.pagination import paginate


class VisitWeek(NamedTuple):
    """A reporting week with its visits; `unvisited` are the offices that it passed over, once it is over."""

    thursday: dt.date
    visits: list[SupervisionVisit]
    unvisited: list[Region]

    @property
    def friday(self) -> dt.date:
        """The first day."""
        return self.thursday - dt.timedelta(days=6)


def listed(visits: VisitQuerySet) -> VisitQuerySet:
    """The latest first, with `drawn` and `called_at` in households and `found` in problems."""
    found = (
        Problem.objects.standing()
        .filter(visit=OuterRef("pk"))
        .order_by()
        .values("visit")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        visits.select_related("region")
        .annotate(
            drawn=Count("households"),
            called_at=Count("households", filter=~Q(households__seen=Seen.PENDING)),
            found=Coalesce(Subquery(found), 0),
        )
        .order_by("-visited_on", "region_id", "-pk")
    )


def by_week(
    page: Iterable[SupervisionVisit], visits: VisitQuerySet, offices: list[Region]
) -> Iterator[VisitWeek]:
    """The visits of a page under their weeks; one query among all `visits` for what these weeks reached."""
    weeks = [
        (thursday, list(group)) for thursday, group in groupby(page, lambda each: each.thursday)
    ]
    if not weeks:
        return
    first, last = weeks[-1][0] - dt.timedelta(days=6), weeks[0][0]
    done = visits.done().filter(visited_on__gte=first, visited_on__lte=last)
    reached = {
        (code, thursday_of(day)) for code, day in done.values_list("region_id", "visited_on")
    }
    for thursday, of_week in weeks:
        is_over = thursday < today()
        left = [each for each in offices if (each.pk, thursday) not in reached]
        yield VisitWeek(thursday, of_week, left if is_over else [])


@login_required
@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    if not may_see_visits(request.user):
        raise PermissionDenied("您的岗位不查看督导检查。")
    filters = OfficeFilter(request.GET, staff=request.user)
    place = filters.office.pk if filters.office else request.user.scope_code
    visits = SupervisionVisit.objects.visible_to(request.user).within(place)
    thursday = thursday_of(today())
    covered = coverage(place, thursday)
    page = paginate(request, listed(visits), count=visits.count())
    context = {
        "filters": filters,
        "thursday": thursday,
        "friday": thursday - dt.timedelta(days=6),
        "why_moved": why_moved(thursday),
        "covered": covered,
        "unvisited": not_visited(covered),
        "page": page,
        "weeks": list(by_week(page, visits, [each.office for each in covered])),
        "may_plan": may_supervise(request.user),
    }
    return render(request, "rectification/visit_list.html", context)
