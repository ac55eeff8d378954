import sqlite3

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction

from tests.factories import HouseholdFactory
from yanliang.audit.immutability import SQLITE
from yanliang.audit.models import Entry, Head, TrailIsAppendOnly
from yanliang.audit.trail import Change, faults, record, record_each

pytestmark = pytest.mark.django_db


def write_raw(sql: str) -> None:
    """Change the trail behind the program's back, triggers off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
            cursor.execute(sql)
            cursor.execute(SQLITE["UPDATE"])
        else:
            # A table with deferred checks waiting cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
            cursor.execute(sql)
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only")


@pytest.fixture
def three_entries(recorder):
    household = HouseholdFactory()
    return [record("household_edited", household, by=recorder, after={"n": n}) for n in range(3)]


def test_whole_trail_has_no_faults_and_knows_its_region(three_entries):
    assert list(faults()) == []
    assert three_entries[0].region_id == "610114007200"
    assert three_entries[1].previous == three_entries[0].digest
    call_command("verify_audit")


def test_many_entries_at_once_make_the_same_chain(recorder, three_entries):
    households = [HouseholdFactory() for _ in range(3)]
    changes = [Change(each, {"n": 0}, {"n": 1}) for each in households]
    entries = record_each("household_edited", changes, by=recorder, reason="导入")
    record("household_edited", households[0], by=recorder)
    assert [entry.number for entry in entries] == [4, 5, 6]
    assert [entry.object_id for entry in entries] == [str(each.pk) for each in households]
    assert record_each("household_edited", []) == []
    assert list(faults()) == []
    assert Head.objects.get().number == Entry.objects.count() == 7


@pytest.mark.parametrize(
    "column", ["reason", "act", "staff_name", "object_id", "address", "region_id"]
)
def test_edited_entry_is_found(three_entries, column):
    write_raw(f"UPDATE audit_entry SET {column} = 'x' WHERE number = {three_entries[1].number}")
    assert any(f"第 {three_entries[1].number} 条" in fault for fault in faults())
    with pytest.raises(CommandError):
        call_command("verify_audit")


@pytest.mark.parametrize("position", [0, 1, 2])
def test_missing_entry_is_found_even_at_the_end(three_entries, position):
    write_raw(f"DELETE FROM audit_entry WHERE number = {three_entries[position].number}")
    assert any("缺失" in fault for fault in faults())


def test_rewritten_tail_is_found_by_the_head(three_entries):
    write_raw(f"DELETE FROM audit_entry WHERE number = {three_entries[2].number}")
    record_again = record("other", by=None)
    assert record_again.number == Head.objects.get().number
    assert list(faults())


def test_program_cannot_change_or_delete(three_entries):
    entry = three_entries[0]
    with pytest.raises(TrailIsAppendOnly):
        entry.save()
    with pytest.raises(TrailIsAppendOnly):
        entry.delete()
    with pytest.raises(TrailIsAppendOnly):
        Entry.objects.update(act="x")
    with pytest.raises(TrailIsAppendOnly):
        Entry.objects.all().delete()


def test_database_refuses_update(three_entries):
    with (
        pytest.raises(Exception, match="append-only") as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE audit_entry SET act = 'x'")
    assert refusal.type.__name__ in {"IntegrityError", InternalError.__name__, "ProgrammingError"}


def test_database_refuses_delete(three_entries):
    if connection.vendor == "sqlite":
        plain = sqlite3.connect(":memory:")
        plain.execute("CREATE TABLE audit_entry (act TEXT)")
        plain.execute("INSERT INTO audit_entry VALUES ('x')")
        plain.execute(SQLITE["DELETE"])
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            plain.execute("DELETE FROM audit_entry")
        assert plain.execute("SELECT count(*) FROM audit_entry").fetchone() == (1,)
    else:
        with (
            pytest.raises(Exception, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM audit_entry")


def test_act_and_trail_fall_together(recorder):
    household = HouseholdFactory()
    with pytest.raises(PermissionDenied), transaction.atomic():
        record("household_edited", household, by=recorder)
        raise PermissionDenied
    assert not Entry.objects.filter(act="household_edited").exists()
    assert list(faults()) == []


def test_refusal_and_origin_are_written(sign_in, recorder):
    response = sign_in(recorder).get("/audit/", REMOTE_ADDR="10.1.2.3")
    assert response.status_code == 403
    entry = Entry.objects.get(act="refused")
    assert (entry.staff, entry.address, entry.place) == (recorder, "10.1.2.3", "/audit/")


def test_lead_reads_the_own_region_and_keeper_all(sign_in, bureau_lead, keeper, three_entries):
    page = sign_in(bureau_lead).get("/audit/").content.decode()
    assert page.count(">修改农户</td>") == len(three_entries)
    record("exported", by=keeper)
    assert Entry.objects.visible_to(bureau_lead).filter(act="exported").count() == 0
    assert "导出" in sign_in(keeper).get("/audit/?act=exported").content.decode()
