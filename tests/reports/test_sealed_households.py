"""The households behind a sealed figure: as many as it says, whatever happened since."""

import datetime as dt

import pytest

from reports.thursday.content import Content
from reports.thursday.counted import counted_in
from tests.factories import HouseholdFactory, happen
from tests.reports.week_cases import GUANSHAN, IN_TIME, accepted, locked
from yanliang.periods import told_at

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def content():
    """关山 with a household found safe and one that nobody visited until the week was sealed; 北屯 is missing."""
    with told_at(IN_TIME - dt.timedelta(hours=1)):
        happen(HouseholdFactory(), "inspected:safe")
        later = HouseholdFactory(region_id="610114007201")
        HouseholdFactory(region_id="610114005200")
    accepted()
    sealed = Content(locked().data)
    happen(later, "inspected:safe")
    return sealed


def test_every_figure_of_the_report_has_its_households(content):
    columns = [column for column in content.layout.columns if not column.is_rate]
    for section in content.sections:
        for line in content.sheet.lines(section):
            for column in columns if line.figures else ():
                counted = counted_in(content, line.region.code, section, column)
                assert len(counted) == column.value(line.figures)


def test_what_changes_later_changes_no_sealed_figure(content):
    counted = counted_in(content, GUANSHAN, content.sections[0], content.layout.column(6))
    (group,) = counted.values()
    assert (group.region, group.stage) == ("610114007201", "unchecked")
