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
from tests.factories import HouseholdFactory
from tests.reports.week_cases import GUANSHAN, lead_of

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


@pytest.fixture
def nobody_is_idle(settings):
    """For tests that leap from week to week."""
    settings.IDLE_SIGN_OUT_SECONDS = 10**9


@pytest.fixture
def two_households(reference):
    """Of 关山村, there since before the week of the tests, not visited yet."""
    return HouseholdFactory.create_batch(2)


@pytest.fixture
def lead(sign_in, reference):
    """The client of 关山街道's lead."""
    staff = lead_of(GUANSHAN)
    staff.post = "副主任"
    staff.save()
    return sign_in(staff)
