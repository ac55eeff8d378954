"""Submitting, reviewing, adding up, locking and forwarding: what each act does, and what it refuses."""

import pytest

from reports.thursday.content import Content
from reports.thursday.papers import paper_of_report, paper_of_submission, state_in
from tests.factories import HouseholdFactory
from tests.reports.week_cases import GUANSHAN, accepted, locked, submitted

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def households(reference):
    """Three of 关山村, one of them safe, and one of 北屯."""
    HouseholdFactory.create_batch(2)
    HouseholdFactory(region_id="610114005200")


def test_a_submission_keeps_figures_text_and_households():
    submission = submitted()
    content = Content(submission.data)
    assert submission.receipt == "ZB-20200409-007-01"
    assert submission.household_count == 2
    assert content.sheet.figures[GUANSHAN, "all"][1] == 2
    assert content.data["figures"]["all"][GUANSHAN]["1"] == 2
    assert content.parts[0].title == "一、本周工作"
    assert submission.is_intact
    assert paper_of_submission(submission).annex[0].rows[-1].cell("1").value == 2


def test_the_district_adds_up_what_was_accepted():
    accepted()
    report = locked()
    paper = paper_of_report(report)
    total = paper.annex[0].rows[-1]
    assert total.cell("1").value == 2
    assert "不含" in total.cell("place").value
    assert paper.provenance[0].startswith("振兴街道") or "北屯街道" in paper.provenance[0]


def test_the_three_zeros_of_a_missing_office_are_the_registers_and_say_so():
    accepted()
    content = Content(locked().data)
    [zeros] = [table for table in content.tables if "三清零" in table.title]
    rows = {row.cell("place").value: row for row in zeros.rows}
    assert rows["北屯街道（未报，按台账）"].cell("unchecked").value == 1
    assert rows["关山街道"].cell("unchecked").value == 2
    assert rows["合计"].cell("unchecked").value == 3


def test_the_notes_stand_once():
    accepted()
    annex = paper_of_report(locked()).annex
    assert [bool(table.notes) for table in annex] == [True] + [False] * (len(annex) - 1)


@pytest.mark.parametrize(
    ("office", "said"),
    [
        ({"state": "未报", "receipt": "", "override": ""}, "未报"),
        ({"state": "退回", "receipt": "", "override": ""}, "退回未重报"),
        ({"state": "重报", "receipt": "", "override": ""}, "已报未审"),
        ({"state": "未报", "receipt": "", "override": "停电"}, "台账数"),
        ({"state": "已审", "receipt": "ZB-1", "override": ""}, "已审"),
    ],
)
def test_the_statement_says_why_an_office_is_not_counted(office, said):
    shown = state_in(office)
    assert getattr(shown, "value", shown) == said
