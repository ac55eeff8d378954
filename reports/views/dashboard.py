"""The dashboard on screen."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from reports.annex2.faces import PLACE_HEADS
from reports.dashboard import dashboard_of
from reports.views.asked import asked_region, path_to
from reports.weekly.weeks import this_week
from yanliang.periods import SHANGHAI, now


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """A region at a glance, by street office or by village; every figure opens its list."""
    region = asked_region(request, request.GET)
    context = {
        "region": region,
        "path": path_to(region, request),
        "place_head": PLACE_HEADS[region.level],
        "board": dashboard_of(region),
        "as_at": now().astimezone(SHANGHAI),
        "week": this_week(),
    }
    return render(request, "reports/dashboard.html", context)
