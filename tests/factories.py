"""Factories of the records that tests stand on."""

import datetime as dt
from io import BytesIO

import factory
from django.core.files.base import ContentFile
from django.db import transaction
from openpyxl import Workbook
from stdnum.iso7064 import mod_11_2

from households.enums import EventKind, Verdict
from households.events import lock_household, record_event
from households.models import Household, HouseholdClass, Identity
from households.numbering import next_code
from households.roster.importing import pack
from households.search import search_columns
from reports.models import ReferenceImport
from yanliang.accounts.models import Staff
from yanliang.periods import now

PASSWORD = "Yanliang-2020"


def resident_id(serial: int) -> str:
    """A well-formed made-up ID number; `serial` makes it unique."""
    born = dt.date(1950, 1, 1) + dt.timedelta(days=serial % 18_000)
    body = f"610114{born:%Y%m%d}{serial % 1000:03}"
    return body + mod_11_2.calc_check_digit(body)


def free_code(region_id: str) -> str:
    """A household code; the number is not held, since tests add one household after the other."""
    with transaction.atomic():
        return next_code(region_id)


class StaffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Staff
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    full_name = factory.LazyAttribute(lambda staff: f"测试{staff.username[:8]}")
    role = "viewer"
    region_id = "610114"
    department = factory.LazyAttribute(lambda staff: "扶贫" if staff.role == "department" else "")
    must_change_password = False
    password = factory.django.Password(PASSWORD)


class HouseholdFactory(factory.django.DjangoModelFactory):
    """An unchecked household of 关山村 with one identity; `class_code` names its class."""

    class Meta:
        model = Household
        exclude = ["class_code", "keys"]
        skip_postgeneration_save = True

    class_code = "ordinary"
    region_id = "610114007200"
    code = factory.LazyAttribute(lambda household: free_code(household.region_id))
    group = "1组"
    head_name = factory.Sequence(
        lambda n: "张" + "一二三四五六七八九十"[n % 10] + "甲乙丙丁"[n % 4]
    )
    id_number = factory.Sequence(resident_id)
    phone = factory.Sequence(lambda n: f"138{n:08}")
    population = 3
    household_class = factory.LazyAttribute(
        lambda household: HouseholdClass.objects.get(code=household.class_code)
    )
    structure = "ZH"
    storeys = 1
    floor_area = 120
    built_year = 1998
    registered_at = dt.datetime(2020, 3, 25, 9, tzinfo=dt.UTC)
    summary_since = factory.SelfAttribute("registered_at")
    keys = factory.LazyAttribute(
        lambda household: search_columns(household.head_name, household.id_number, household.phone)
    )
    given_name = factory.LazyAttribute(lambda household: household.keys["given_name"])
    pinyin = factory.LazyAttribute(lambda household: household.keys["pinyin"])
    pinyin_other = factory.LazyAttribute(lambda household: household.keys["pinyin_other"])
    initials = factory.LazyAttribute(lambda household: household.keys["initials"])
    initials_other = factory.LazyAttribute(lambda household: household.keys["initials_other"])
    id_reversed = factory.LazyAttribute(lambda household: household.keys["id_reversed"])
    phone_reversed = factory.LazyAttribute(lambda household: household.keys["phone_reversed"])

    @factory.post_generation
    def identity(household, create, extracted, **kwargs):
        if create:
            Identity.objects.create(household=household, household_class=household.household_class)


def happen(household: Household, *steps: str, by=None) -> Household:
    """Let `steps` such as "inspected:suspected", "appraised:c", "ruled_in" happen to a household, in order."""
    with transaction.atomic():
        household = lock_household(household.pk)
        for step in steps:
            kind, _, outcome = step.partition(":")
            record_event(
                household,
                EventKind(kind),
                by=by,
                outcome=outcome,
                happened_on=dt.date(2020, 4, 1),
            )
    return household


def reference_import(region_id: str, by) -> ReferenceImport:
    """A returned workbook of which no row can be read, before its confirmation."""
    workbook, content = Workbook(), BytesIO()
    workbook.active["A1"] = "返回结果"
    workbook.save(content)
    return ReferenceImport.objects.create(
        region_id=region_id,
        file=ContentFile(content.getvalue(), "返回.xlsx"),
        filename="返回.xlsx",
        size=1,
        mapping={"sheets": [], "ignored": []},
        outcomes=pack([]),
        uploaded_by=by,
        uploaded_at=now(),
    )


def suspected_household(**fields) -> Household:
    return happen(HouseholdFactory(**fields), f"inspected:{Verdict.SUSPECTED}")
