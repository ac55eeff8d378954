"""The two pages that a recorder lives in, against an empty page with the same frame."""

from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path, reverse

from households.models import Household
from tests.benchmarks.measuring import Comparison
from yanliang.accounts.models import Staff

RATIO, ROUNDS = 4, 41


@cache
def frame():
    return engines["django"].from_string('{% extends "base.html" %}')


@login_required
def empty(request: HttpRequest) -> HttpResponse:
    """The frame and nothing in it."""
    return HttpResponse(frame().render(request=request))


# The measured program has one page more than the real one: this module is its ROOT_URLCONF.
urlpatterns = [path("empty/", empty, name="empty"), path("", include("yanliang.urls"))]


def getting(client: Client, address: str) -> Callable[[], HttpResponse]:
    def get() -> HttpResponse:
        response = client.get(address)
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return response

    return get


def comparisons() -> Iterator[Comparison]:
    for username, name in (("guanshan", "街办"), ("bureau_clerk", "全区")):
        client = Client()
        client.force_login(
            Staff.objects.get(username=username), "django.contrib.auth.backends.ModelBackend"
        )
        reference = getting(client, reverse("empty"))
        yield Comparison(
            f"农户列表页（{name}）",
            getting(client, reverse("households:household_list")),
            reference,
            RATIO,
            rounds=ROUNDS,
        )
        if username == "guanshan":
            waiting = Household.objects.within("610114007").unchecked().first()
            yield Comparison(
                "核查表页",
                getting(client, reverse("inspections:inspection_edit", args=[waiting.pk])),
                reference,
                RATIO,
                rounds=ROUNDS,
            )
