"""`manage.py weekly_report`: archives come from what was submitted, never from the register as it is now."""

from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from reports.models import IssuedFile
from tests.factories import HouseholdFactory
from tests.reports.week_cases import THURSDAY, accepted, locked
from yanliang.audit.models import Entry

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def households(reference):
    HouseholdFactory.create_batch(2)


def archived(folder, *formats: str) -> list[str]:
    chosen = [argument for each in formats for argument in ("--format", each)]
    output = StringIO()
    call_command(
        "weekly_report", "--week", str(THURSDAY), "--out", str(folder), *chosen, stdout=output
    )
    return output.getvalue().splitlines()


def test_writes_what_was_sealed_although_the_register_moved_on(tmp_path):
    accepted()
    locked()
    HouseholdFactory()
    archived(tmp_path, "annex-xlsx")
    files = sorted(tmp_path.glob("*.xlsx"))
    assert len(files) == 2
    for file in files:
        sheet = load_workbook(BytesIO(file.read_bytes()))["全部农户"]
        totals = [
            row for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("合计")
        ]
        assert [row[1] for row in totals] == [2]
    assert IssuedFile.objects.count() == 2
    assert Entry.objects.filter(act="exported", reason="命令行归档").count() == 2


def test_every_format_of_every_document(tmp_path):
    accepted()
    locked()
    archived(tmp_path)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == sorted(
        [".xlsx", ".xlsx", ".pdf", ".docx"] * 2
    )


def test_a_week_that_nobody_locked_says_so(tmp_path):
    accepted()
    assert "没有锁定的区级周报" in archived(tmp_path, "summary-docx")[-1]
    [file] = tmp_path.iterdir()
    assert "关山街道" in file.name


def test_a_week_without_a_submission_says_so_and_writes_nothing(tmp_path):
    with pytest.raises(CommandError, match="没有任何上报"):
        archived(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_day_outside_the_campaign_is_refused(tmp_path):
    with pytest.raises(CommandError, match="没有“2019-01-01”所在的报告周"):
        call_command("weekly_report", "--week", "2019-01-01", "--out", str(tmp_path))
