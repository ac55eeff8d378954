"""Fixtures of the whole suite: a named cast in a small district."""

import os

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from households.models import Region
from households.reference import load_classes, load_regions
from inspections.reference import load_checklist
from rectification.reference import load_problem_kinds
from reports.annex2.layouts import load_annex_layout
from reports.national.layouts import load_national_layout
from tests.factories import StaffFactory
from yanliang.audit.immutability import SQLITE

# The browser tests' driver runs an event loop in the thread that sets up the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Reference data once for the whole run.

    On SQLite the flush after a live-server test deletes rows, which the trail's DELETE trigger refuses;
    tests/audit proves that trigger on a table of its own.
    """
    with django_db_blocker.unblock():
        load_regions()
        load_classes()
        load_checklist()
        load_national_layout()
        load_annex_layout()
        load_problem_kinds()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER audit_entry_no_delete")
    assert "DELETE" in SQLITE


@pytest.fixture
def reference(db):
    """Regions, classes and checklist, again where a live-server test has flushed them."""
    if not Region.objects.exists():
        load_regions()
        load_classes()
        load_checklist()
        load_national_layout()
        load_annex_layout()
        load_problem_kinds()


@pytest.fixture(scope="session", autouse=True)
def cache_in_memory():
    """From the first fixture on: the test processes, and one run after another, share no figures."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    with override_settings(CACHES={"default": memory}):
        yield


@pytest.fixture(autouse=True)
def separate_files(settings, tmp_path):
    """Uploads of each test in a folder of its own, its cache empty; quick password hashes; tasks at once."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "uploads"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    cache.clear()


@pytest.fixture
def bureau_clerk(reference):
    return StaffFactory(username="bureau_clerk", role="bureau_clerk", region_id="610114")


@pytest.fixture
def bureau_lead(reference):
    return StaffFactory(username="bureau_lead", role="bureau_lead", region_id="610114")


@pytest.fixture
def supervisor(reference):
    return StaffFactory(username="supervisor", role="supervisor", region_id="610114")


@pytest.fixture
def recorder(reference):
    """The clerk of 关山街道."""
    return StaffFactory(username="guanshan", role="recorder", region_id="610114007")


@pytest.fixture
def office_lead(reference):
    return StaffFactory(username="guanshan_lead", role="office_lead", region_id="610114007")


@pytest.fixture
def stranger(reference):
    """The clerk of another office, 北屯街道."""
    return StaffFactory(username="beitun", role="recorder", region_id="610114005")


@pytest.fixture
def villager(reference):
    return StaffFactory(username="guanshan_village", role="village", region_id="610114007200")


@pytest.fixture
def viewer(reference):
    return StaffFactory(username="viewer", role="viewer", region_id="610114007")


@pytest.fixture
def keeper(reference):
    return StaffFactory(username="keeper", role="keeper", region=None, is_staff=True)


@pytest.fixture
def sign_in(client):
    """Sign a person in on the test client and return that client."""

    def as_person(staff):
        client.cookies.clear()
        client.force_login(staff)
        return client

    return as_person
