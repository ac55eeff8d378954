import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories import PASSWORD, StaffFactory
from yanliang.accounts.models import Staff
from yanliang.accounts.passwords import ThreeKindsValidator
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"
START = dt.datetime(2020, 4, 2, 1, 0, tzinfo=dt.UTC)


def post_sign_in(client, username, password, **extra):
    return client.post(SIGN_IN, {"username": username, "password": password, **extra})


def test_sign_in_and_out_are_written(client, recorder):
    response = post_sign_in(client, "guanshan", PASSWORD)
    assert response.status_code == 302
    assert response.url == "/"
    client.post(reverse("accounts:sign_out"))
    assert client.get("/").status_code == 302
    assert list(Entry.objects.order_by("number").values_list("act", flat=True)) == [
        "signed_in",
        "signed_out",
    ]


def test_next_page_only_of_our_own(client, recorder):
    assert post_sign_in(client, "guanshan", PASSWORD, next="/audit/").url == "/audit/"
    client.post(reverse("accounts:sign_out"))
    assert post_sign_in(client, "guanshan", PASSWORD, next="https://example.com/").url == "/"


def test_five_failures_lock_for_fifteen_minutes(client, recorder):
    with time_machine.travel(START, tick=False) as clock:
        answers = [post_sign_in(client, "guanshan", "Wrong-0000").status_code for _ in range(5)]
        assert answers[:4] == [200] * 4
        assert answers[4] == 423
        locked = post_sign_in(client, "guanshan", PASSWORD)
        assert locked.status_code == 423
        assert "锁定 15 分钟" in locked.content.decode()
        clock.shift(dt.timedelta(minutes=14))
        assert post_sign_in(client, "guanshan", PASSWORD).status_code == 423
        clock.shift(dt.timedelta(minutes=2))
        assert post_sign_in(client, "guanshan", PASSWORD).status_code == 302
    assert Entry.objects.filter(act="locked_out").exists()
    assert Entry.objects.filter(act="sign_in_failed").count() >= 4


def test_first_sign_in_leads_to_the_password(client, reference):
    StaffFactory(username="new", must_change_password=True)
    post_sign_in(client, "new", PASSWORD)
    assert client.get("/").url == reverse("accounts:change_password")
    page = reverse("accounts:change_password")
    same = {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert "不能与原密码相同" in client.post(page, same).content.decode()
    weak = {"old_password": PASSWORD, "new_password1": "abcdefgh1", "new_password2": "abcdefgh1"}
    assert "至少三种" in client.post(page, weak).content.decode()
    good = {"old_password": PASSWORD, "new_password1": "Guanshan#9", "new_password2": "Guanshan#9"}
    assert client.post(page, good).status_code == 302
    assert client.get("/").status_code == 200
    assert Entry.objects.filter(act="password_changed").count() == 1


@pytest.mark.parametrize(
    ("password", "is_good"),
    [("abcdefgh", False), ("abcdEFGH", False), ("abcdEF12", True), ("abcd12#$", True)],
)
def test_three_kinds(password, is_good):
    if is_good:
        assert ThreeKindsValidator().validate(password) is None
    else:
        with pytest.raises(ValidationError):
            ThreeKindsValidator().validate(password)


def test_idle_for_thirty_minutes_signs_out(client, recorder):
    with time_machine.travel(START, tick=False) as clock:
        post_sign_in(client, "guanshan", PASSWORD)
        for _ in range(3):
            clock.shift(dt.timedelta(minutes=29))
            assert client.get("/").status_code == 200
        clock.shift(dt.timedelta(minutes=31))
        assert SIGN_IN in client.get("/").url
    assert Entry.objects.filter(act="idle_signed_out").count() == 1


def test_background_requests_do_not_count_as_work(client, recorder):
    with time_machine.travel(START, tick=False) as clock:
        post_sign_in(client, "guanshan", PASSWORD)
        client.get("/")
        for _ in range(3):
            clock.shift(dt.timedelta(minutes=11))
            client.get("/accounts/session/", headers={"X-Background": "1"})
        assert SIGN_IN in client.get("/").url


def test_somebody_elses_seen_cookie_is_worth_nothing(client, recorder, stranger):
    post_sign_in(client, "guanshan", PASSWORD)
    stolen = client.cookies["seen"].value
    client.post(reverse("accounts:sign_out"))
    post_sign_in(client, "beitun", PASSWORD)
    client.cookies["seen"] = stolen
    assert SIGN_IN in client.get("/").url


def test_scripts_get_401_and_sign_in_in_place(client, recorder, stranger):
    expired = client.get("/", headers={"X-Requested-With": "fetch"})
    assert expired.status_code == 401
    assert "登录" in expired.json()["error"]
    in_place = reverse("accounts:sign_in_in_place")
    other = {"username": "beitun", "password": PASSWORD, "expected": "guanshan"}
    assert client.post(in_place, other).status_code == 409
    wrong = {"username": "guanshan", "password": "Wrong-0000", "expected": "guanshan"}
    assert client.post(in_place, wrong).status_code == 400
    good = {"username": "guanshan", "password": PASSWORD, "expected": "guanshan"}
    assert client.post(in_place, good).json()["csrf"]
    assert client.get(reverse("accounts:session_state")).json() == {"signed_in": True}


def test_create_staff_command(reference, monkeypatch):
    monkeypatch.setenv("STAFF_PASSWORD", PASSWORD)
    call_command("create_staff", "wang", region="610114007", role="recorder", name="王芳")
    staff = Staff.objects.get(username="wang")
    assert staff.must_change_password
    assert staff.check_password(PASSWORD)
    assert Entry.objects.filter(act="account_saved", object_id=str(staff.pk)).exists()
    for region, role in [("610114", "recorder"), ("610114007", "bureau_lead"), ("", "viewer")]:
        with pytest.raises(CommandError):
            call_command("create_staff", "li", region=region, role=role)
    monkeypatch.setenv("STAFF_PASSWORD", "12345678")
    with pytest.raises(CommandError, match="三种"):
        call_command("create_staff", "li", region="610114007", role="recorder")
    assert not Staff.objects.filter(username="li").exists()


def test_the_keeper_keeps_accounts(sign_in, keeper):
    client = sign_in(keeper)
    assert client.get("/").url == reverse("audit:entry_list")
    page = client.get("/admin/accounts/staff/add/").content.decode()
    assert "After you" not in page
    new = {
        "username": "wangfang",
        "first_password": PASSWORD,
        "full_name": "王芳",
        "region": "610114007",
        "role": "recorder",
        "is_active": "on",
    }
    weak = client.post("/admin/accounts/staff/add/", {**new, "first_password": "12345678"})
    assert "至少三种" in weak.content.decode()
    above = client.post("/admin/accounts/staff/add/", {**new, "region": "610114"})
    assert "不能设在这一级区划" in above.content.decode()
    assert client.post("/admin/accounts/staff/add/", new).status_code == 302
    staff = Staff.objects.get(username="wangfang")
    assert staff.must_change_password
    assert staff.check_password(PASSWORD)
    reset = {"password1": "Guan-2020-x", "password2": "Guan-2020-x", "usable_password": "true"}
    Staff.objects.filter(pk=staff.pk).update(must_change_password=False)
    client.post(f"/admin/accounts/staff/{staff.pk}/password/", reset)
    staff.refresh_from_db()
    assert staff.must_change_password
    assert client.post(f"/admin/accounts/staff/{staff.pk}/delete/").status_code == 403
    acts = Entry.objects.filter(object_id=str(staff.pk)).values_list("act", flat=True)
    assert {"account_saved", "password_reset"} <= set(acts)
    saved = Entry.objects.filter(act="account_saved", object_id=str(staff.pk)).first()
    assert PASSWORD not in str(saved.after)
