"""The served program with an empty page beside its own, on a Thursday morning of the campaign."""

import os
from datetime import datetime

from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from django.utils import timezone

from tests.benchmarks.burst import STARTS_AT_VARIABLE
from yanliang.periods import told_at

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanliang.settings")
program = get_wsgi_application()
override_settings(ROOT_URLCONF="tests.benchmarks.pages").enable()
ahead = datetime.fromisoformat(os.environ[STARTS_AT_VARIABLE]) - timezone.now()


def application(environ, start_response):
    """Answer at the hour that it is in the campaign; the clock runs on."""
    with told_at(timezone.now() + ahead):
        return program(environ, start_response)
