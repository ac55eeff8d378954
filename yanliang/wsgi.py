"""The door for gunicorn."""

import os

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanliang.settings")
application = get_wsgi_application()

# gunicorn runs no system checks, and a calendar that cannot be read would only fail on the pages that need it.
if faults := run_checks(tags=["calendar"]):
    raise ImproperlyConfigured("；".join(fault.msg for fault in faults))
