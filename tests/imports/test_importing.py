"""From an uploaded roster to the register, and back."""

import csv
import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.management import CommandError, call_command

from households.enums import ImportState
from households.events import folded
from households.models import Household, HouseholdChange, Identity, Region, RosterImport
from households.roster import importing, results, undoing
from households.roster.reader import open_roster
from tests.factories import HouseholdFactory, StaffFactory, happen
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults

from .sheets import BEITUN, GUANSHAN, HEADER, ROSTERS, XINXING, row, write_xlsx

pytestmark = pytest.mark.django_db


def upload(path, staff, region=GUANSHAN) -> RosterImport:
    with path.open("rb") as source:
        target = Region.objects.get(pk=region)
        return importing.upload_roster(File(source, name=path.name), target, staff)


def do_import(path, staff, region=GUANSHAN) -> RosterImport:
    return importing.run(importing.confirm(upload(path, staff, region), staff), staff)


def roster(tmp_path, *rows, name="roster.xlsx"):
    return write_xlsx(tmp_path / name, [HEADER, *rows])


@pytest.mark.parametrize(
    ("filename", "expected", "region"),
    [
        ("关山街道农户花名册.xlsx", "关山街道.expected.csv", GUANSHAN),
        ("北屯街道农户花名册.xlsx", "北屯街道.expected.csv", BEITUN),
        ("新兴街道农户花名册.xls", "新兴街道.expected.csv", XINXING),
    ],
)
def test_command_imports_the_offices_rosters(reference, tmp_path, filename, expected, region):
    StaffFactory(username="clerk", role="recorder", region_id=region)
    report, out = tmp_path / "report.csv", StringIO()
    with (ROSTERS / expected).open(encoding="utf-8-sig", newline="") as lines:
        wanted = list(csv.reader(lines))
    arguments = {"region": region, "username": "clerk", "report": report, "stdout": out}
    call_command("import_roster", ROSTERS / filename, dry_run=True, **arguments)
    assert Household.objects.count() == 0
    call_command("import_roster", ROSTERS / filename, **arguments)
    with report.open(newline="") as lines:
        assert list(csv.reader(lines)) == wanted
    new = sum(line[2] == "new" for line in wanted)
    assert Household.objects.within(region).count() == new
    assert Household.objects.filter(id_number__regex=r"^\d{17}[\dX]$").count() == new
    assert Identity.objects.values("household").distinct().count() == new
    assert HouseholdChange.objects.filter(kind="added").count() == new
    assert list(faults()) == []


def test_again_is_unchanged_and_a_difference_is_a_change(recorder, tmp_path):
    do_import(roster(tmp_path, row(1), row(2), row(3)), recorder)
    again = upload(roster(tmp_path, row(1), row(2), row(3)), recorder)
    assert again.counts["unchanged"] == 3
    changed = do_import(
        roster(tmp_path, row(1, 户主姓名="单国俊", 家庭人口=6), row(2), row(3, 农户类别="低保户")),
        recorder,
    )
    assert (changed.counts["changed"], changed.counts["unchanged"]) == (2, 1)
    first, _, third = Household.objects.order_by("code")
    assert (first.head_name, first.population, first.version) == ("单国俊", 6, 2)
    assert first.pinyin == "shanguojun"
    assert third.household_class.code == "low_income"
    assert [each.household_class.code for each in third.identities.current()] == ["low_income"]
    assert third.changes.filter(kind="class_changed").count() == 1
    assert folded(third) == third.summary


def test_empty_cells_do_not_wipe_what_the_register_knows(recorder, tmp_path):
    do_import(roster(tmp_path, row(1)), recorder)
    before = Household.objects.get()
    emptied = do_import(roster(tmp_path, row(1, 联系电话="", 层数="", 房屋结构="")), recorder)
    after = Household.objects.get()
    assert emptied.counts["unchanged"] == 1
    assert (after.phone, after.storeys, after.structure) == (
        before.phone,
        before.storeys,
        before.structure,
    )


def test_another_offices_household_is_refused_without_its_particulars(recorder, stranger, tmp_path):
    do_import(roster(tmp_path, row(1, 村="北屯村")), stranger, BEITUN)
    theirs = Household.objects.get()
    mine = upload(roster(tmp_path, row(1)), recorder)
    outcome = results.outcomes(mine)[0]
    assert (outcome.outcome, outcome.codes) == ("error", "household_elsewhere")
    assert theirs.head_name not in outcome.sentence
    assert "北屯" not in outcome.sentence
    with pytest.raises(ValidationError, match="没有可以导入的行"):
        importing.confirm(mine, recorder)


def test_a_roster_without_a_column_leaves_the_default(recorder, tmp_path):
    at = HEADER.index("家庭人口")
    rows = [line[:at] + line[at + 1 :] for line in (HEADER, row(1))]
    do_import(write_xlsx(tmp_path / "short.xlsx", rows), recorder)
    assert Household.objects.get().population == 1


def test_several_identities_count_once_under_the_first(recorder, tmp_path):
    do_import(roster(tmp_path, row(1, 农户类别="低保、建档立卡")), recorder)
    household = Household.objects.get()
    assert household.household_class.code == "registered_poor"
    assert household.identities.count() == 2


def test_refused_rows_come_back_corrected(recorder, tmp_path):
    path = roster(tmp_path, row(1), row(2, 户主姓名=""), row(3, 家庭人口=99))
    first = do_import(path, recorder)
    assert (first.counts["new"], first.counts["error"]) == (1, 2)
    refused = tmp_path / "refused.xlsx"
    refused.write_bytes(results.workbook(first, only_refused=True))
    sheet = open_roster(refused).sheets[0]
    assert len(sheet.rows) == 3
    assert "错误信息" in sheet.rows[0]
    name, people = sheet.rows[0].index("户主姓名"), sheet.rows[0].index("家庭人口")
    sheet.rows[1][name], sheet.rows[2][people] = "李改正", 4
    second = do_import(write_xlsx(tmp_path / "corrected.xlsx", sheet.rows), recorder)
    assert second.counts == {"new": 2, "warning": 0}
    assert Household.objects.count() == 3


def test_undo_takes_everything_back(recorder, tmp_path):
    do_import(roster(tmp_path, row(1), row(2)), recorder)
    before = list(Household.objects.order_by("pk").values_list("head_name", "population"))
    path = roster(tmp_path, row(1, 家庭人口=9), row(2, 农户类别="低保户"), row(3))
    second = do_import(path, recorder)
    undone = undoing.undo_import(second, recorder, "传错了文件")
    assert undone.state == ImportState.UNDONE
    households = Household.objects.order_by("pk")
    assert list(households.values_list("head_name", "population")) == before
    assert {each.household_class.code for each in households} == {"ordinary"}
    assert all(each.identities.current().count() == 1 for each in households)
    assert all(folded(each) == each.summary for each in households)
    assert Entry.objects.filter(act="roster_undone", reason="传错了文件").count() == 1
    with pytest.raises(ValidationError):
        undoing.undo_import(second, recorder, "再撤一次")


def test_undo_is_refused_once_somebody_worked_on_a_household(recorder, tmp_path):
    done = do_import(roster(tmp_path, row(1), row(2)), recorder)
    household = Household.objects.first()
    happen(household, "inspected:safe", by=recorder)
    with pytest.raises(ValidationError, match=household.head_name):
        undoing.undo_import(done, recorder, "传错了文件")
    assert Household.objects.count() == 2


def test_undo_needs_a_reason_and_24_hours(recorder, tmp_path):
    with time_machine.travel(dt.datetime(2020, 3, 26, 2, tzinfo=dt.UTC), tick=False) as clock:
        done = do_import(roster(tmp_path, row(1)), recorder)
        with pytest.raises(ValidationError, match="理由"):
            undoing.undo_import(done, recorder, " ")
        clock.shift(dt.timedelta(hours=24, seconds=1))
        with pytest.raises(ValidationError, match="24 小时"):
            undoing.undo_import(done, recorder, "传错了文件")
        clock.shift(dt.timedelta(seconds=-2))
        assert undoing.undo_import(done, recorder, "传错了文件").state == ImportState.UNDONE
    assert Household.objects.count() == 0


def test_a_failed_write_leaves_the_register_as_it_was(recorder, tmp_path, monkeypatch):
    done = importing.confirm(upload(roster(tmp_path, row(1)), recorder), recorder)

    def break_down(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr("households.roster.writing.RosterWriter.change", break_down)
    with pytest.raises(OSError, match="disk full"):
        importing.run(done, recorder)
    done.refresh_from_db()
    assert (done.state, done.failure) == (ImportState.FAILED, "disk full")
    assert Household.objects.count() == 0


def test_run_twice_writes_once(recorder, tmp_path):
    confirmed = importing.confirm(upload(roster(tmp_path, row(1)), recorder), recorder)
    importing.run(confirmed, recorder)
    with pytest.raises(ValidationError, match="已导入"):
        importing.run(confirmed, recorder)
    assert Household.objects.count() == 1


def test_the_register_may_change_between_preview_and_commit(recorder, tmp_path):
    preview = upload(roster(tmp_path, row(1)), recorder)
    assert preview.counts["new"] == 1
    do_import(roster(tmp_path, row(1)), recorder)
    late = importing.run(importing.confirm(preview, recorder), recorder)
    assert late.counts["unchanged"] == 1
    assert Household.objects.count() == 1


def test_correcting_the_mapping_judges_anew(recorder, tmp_path):
    header = ["某列" if heading == "户主姓名" else heading for heading in HEADER]
    preview = upload(write_xlsx(tmp_path / "odd.xlsx", [header, row(1)]), recorder)
    assert preview.counts == {}
    sheet = preview.mapping["sheets"][0]["sheet"]
    choice = {(sheet, "head_name"): header.index("某列")}
    corrected = importing.correct_mapping(preview, choice, recorder)
    assert corrected.counts["new"] == 1


def test_who_may_import(recorder, bureau_clerk, stranger, villager, viewer, tmp_path):
    path = roster(tmp_path, row(1))
    for staff in (bureau_clerk, stranger, villager, viewer):
        with pytest.raises(PermissionDenied):
            upload(path, staff)
    with pytest.raises(CommandError, match="录入员"):
        call_command("import_roster", path, region=GUANSHAN, username="viewer")
    assert RosterImport.objects.count() == 0


def test_numbers_of_a_village_go_on_and_never_repeat(recorder, tmp_path):
    existing = HouseholdFactory(id_number="610114195001010017")
    do_import(roster(tmp_path, row(1), row(2)), recorder)
    codes = list(Household.objects.order_by("code").values_list("code", flat=True))
    assert codes[0] == existing.code
    assert len(set(codes)) == 3
    assert [int(code[-5:]) for code in codes] == [1, 2, 3]
