"""GET only reads."""

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from households.models import Region
from yanliang.ui.middleware import ReadOnlyGetMiddleware, WriteOnGet

pytestmark = pytest.mark.django_db


def writing_view(request):
    Region.objects.filter(pk="610114").update(short_name="改名")
    return HttpResponse()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_page_that_is_looked_at_cannot_write(reference, method):
    request = getattr(RequestFactory(), method)("/somewhere/")
    with pytest.raises(WriteOnGet), transaction.atomic():
        ReadOnlyGetMiddleware(writing_view)(request)
    assert Region.objects.get(pk="610114").short_name == "阎良区"


def test_an_act_writes_and_so_may_the_next_one_after_a_look(reference):
    ReadOnlyGetMiddleware(lambda request: HttpResponse())(RequestFactory().get("/somewhere/"))
    ReadOnlyGetMiddleware(writing_view)(RequestFactory().post("/somewhere/"))
    assert Region.objects.get(pk="610114").short_name == "改名"
