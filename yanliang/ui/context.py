"""What every page's frame needs."""

from django.conf import settings
from django.http import HttpRequest


def layout(request: HttpRequest) -> dict:
    return {"idle_seconds": settings.IDLE_SIGN_OUT_SECONDS}
