"""操作记录 of one household: all its records together."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rectification.history import entries_on, tell
from rectification.views.acts import visible_household
from yanliang.ui.pagination import paginate

#: On the household's own page; the rest is on the page behind it.
FIRST_FEW = 15


@login_required
@require_GET
def household_trail(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries on household `pk`: the latest as a piece of its page, or all as a page of its own."""
    household = visible_household(request, pk)
    page = paginate(request, entries_on(household), per_page=FIRST_FEW if request.htmx else 50)
    context = {"household": household, "page": page, "entries": [tell(entry) for entry in page]}
    name = "_household_trail.html" if request.htmx else "household_trail.html"
    return render(request, f"rectification/{name}", context)
