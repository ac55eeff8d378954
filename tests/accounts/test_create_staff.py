"""Accounts from the command line."""

import pytest
from django.core.management import CommandError, call_command

from yanliang.accounts.models import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("STAFF_PASSWORD", "Shouci-2020!")


def test_a_department_says_which_one_it_is(capsys):
    with pytest.raises(CommandError, match="部门账号必须写明是哪个认定部门"):
        call_command("create_staff", "fupin", "--region", "610114", "--role", "department")
    assert not Staff.objects.exists()
    call_command(
        "create_staff",
        "fupin",
        "--region",
        "610114",
        "--role",
        "department",
        "--department",
        "扶贫",
    )
    assert Staff.objects.get().department == "扶贫"
