"""`manage.py void_signatures`, for the night."""

import pytest
from django.core.management import call_command

from households.editing import edit_household
from tests.reports.list_cases import household_of, listed, sign_now, village_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def test_it_voids_what_changed_and_nothing_twice(capsys, recorder):
    key = listed(2)
    sign_now(key, village_head())
    household = household_of(key)
    edit_household(household.pk, {"population": 9}, by=recorder, seen=household.version)
    call_command("void_signatures")
    call_command("void_signatures")
    assert capsys.readouterr().out == "作废签字 1 个。\n作废签字 0 个。\n"
