"""A file that is handed out can be known again by its hash, and the trail says who took it."""

import hashlib

import pytest

from reports.enums import FileFormat
from reports.models import IssuedFile
from reports.thursday.files import FORMATS
from reports.thursday.issuing import issue_file
from reports.thursday.papers import paper_of_submission
from tests.factories import HouseholdFactory
from tests.reports.papers import preview
from tests.reports.week_cases import submitted
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(reference):
    HouseholdFactory()
    document = submitted()
    return document, paper_of_submission(document)


@pytest.mark.parametrize("format", [FileFormat.ANNEX_XLSX, FileFormat.SUMMARY_DOCX])
def test_the_file_is_kept_by_its_hash_with_one_entry_in_the_trail(sealed, office_lead, format):
    document, paper = sealed
    content = issue_file(document, paper, format, by=office_lead, reason="报送区局")
    issued = IssuedFile.objects.get()
    assert issued.sha256 == hashlib.sha256(content).hexdigest()
    assert (issued.submission, issued.report) == (document, None)
    assert (issued.format, issued.issued_by) == (format, office_lead)
    assert issued.region_id == document.region_id
    entry = Entry.objects.get(act="exported")
    assert entry.object_id == str(document.pk)
    assert entry.after["格式"] == issued.get_format_display()
    assert entry.after["校验码"] == document.code
    assert entry.reason == "报送区局"
    assert content.startswith(b"PK")
    assert FORMATS[format].ending in {"xlsx", "docx"}


def test_a_draft_is_not_issued(sealed, office_lead):
    document, paper = sealed
    with pytest.raises(ValueError):
        issue_file(document, preview(paper), FileFormat.ANNEX_XLSX, by=office_lead)
    assert not IssuedFile.objects.exists()


def test_a_failing_trail_leaves_no_record(sealed, office_lead, monkeypatch):
    document, paper = sealed

    def broken(*arguments, **named):
        raise RuntimeError

    monkeypatch.setattr("reports.thursday.issuing.record", broken)
    with pytest.raises(RuntimeError):
        issue_file(document, paper, FileFormat.ANNEX_XLSX, by=office_lead)
    assert not IssuedFile.objects.exists()
