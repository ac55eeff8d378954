"""The demo district, built once for all tests of a class."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from households.reference import load_classes, load_regions
from inspections.reference import load_checklist
from rectification.reference import load_problem_kinds
from reports.demo.district import Plan, build

SMALL = 600
UNTIL = dt.date(2020, 5, 21)


def storage_in(folder) -> dict:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder},
    }


@pytest.fixture(scope="class")
def uploads(django_db_setup, django_db_blocker, tmp_path_factory):
    """A district that is taken back at the end of the class; the folder of its photos and papers."""
    folder = tmp_path_factory.mktemp("uploads")
    quick = override_settings(
        STORAGES=settings.STORAGES | {"default": storage_in(folder)},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), transaction.atomic():
        with quick:
            load_regions()
            load_classes()
            load_checklist()
            load_problem_kinds()
            build(Plan(SMALL, UNTIL))
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def district(uploads, db, settings):
    """The folder of the district's photos and papers, where the program too finds them."""
    settings.STORAGES = settings.STORAGES | {"default": storage_in(uploads)}
    return uploads
