"""A district's report with gaps: who is missing, late or stood in for is named, and like is compared with like."""

import datetime as dt

import pytest
from django.db import transaction

from households.enums import ChangeKind, EventKind
from households.events import lock_household, record_event
from households.models import Household, HouseholdChange, Region
from reports.models import DistrictWeek
from reports.thursday.aggregating import district_of
from reports.thursday.content import Content
from reports.thursday.district import stand_in
from reports.thursday.papers import paper_of_report
from tests.factories import HouseholdFactory
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    GUANSHAN,
    THURSDAY,
    accepted,
    bureau,
    locked,
    submitted,
)
from yanliang.periods import SHANGHAI, told_at

pytestmark = pytest.mark.usefixtures("reference")
NEXT = THURSDAY + dt.timedelta(weeks=1)
OTHERS = "凤凰路街道、新华路街道、振兴街道、新兴街道、武屯街道"


@pytest.fixture(autouse=True)
def households(reference):
    HouseholdFactory.create_batch(3)
    HouseholdFactory.create_batch(2, region_id="610114005200")


def at(thursday: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(thursday, dt.time(hour, minute), SHANGHAI)


def event_at(household: Household, kind: EventKind, moment: dt.datetime, outcome: str = "") -> None:
    with transaction.atomic():
        record_event(
            lock_household(household.pk),
            kind,
            by=None,
            outcome=outcome,
            happened_on=moment.date(),
            at=moment,
        )


def replace(office: str, reason: str, thursday: dt.date = THURSDAY) -> None:
    region = Region.objects.get(pk=DISTRICT)
    with told_at(at(thursday, 12, 30)):
        week = DistrictWeek.objects.filter(region=region, thursday=thursday).first()
        stand_in(
            region,
            thursday,
            Region.objects.get(pk=office),
            reason,
            by=bureau(),
            seen=week.version if week else 0,
        )


def compared(content: Content, place: str, number: int) -> list:
    """Last week, this week, the difference, as the printed comparison has them."""
    row = next(row for row in content.comparison.rows if row.cell("place").value.startswith(place))
    return [row.cell(f"{number}-{which}").value for which in ("上周", "本周", "增减")]


class TestSentences:
    def test_the_missing_and_the_late_are_named_first_of_all(self):
        accepted()
        accepted(BEITUN, at=at(THURSDAY, 12, 20))
        content = Content(locked().data)
        assert content.parts[0].title == "一、总体进展"
        assert content.parts[0].paragraphs[:2] == (
            f"{OTHERS}未报，以下数字和合计（含上周数）不含{OTHERS}。",
            "迟报的街办：北屯街道迟报 0:20。",
        )
        assert content.provenance[:2] == content.parts[0].paragraphs[:2]

    def test_a_stand_in_is_named_with_its_reason(self):
        accepted()
        replace(BEITUN, "经办人隔离")
        content = Content(locked().data)
        assert "北屯街道未报，采用台账现时数（理由：经办人隔离）。" in content.provenance
        assert "北屯街道未报，采用台账现时数（理由：经办人隔离）。" in content.parts[0].paragraphs
        assert content.stand_ins == {BEITUN}
        assert content.sheet.figures[DISTRICT, "all"][1] == 5

    def test_nobody_is_named_who_is_on_time(self):
        accepted()
        accepted(BEITUN)
        assert not any(
            "关山" in each or "北屯" in each for each in Content(locked().data).provenance
        )

    def test_a_revision_says_which_it_is_and_why(self):
        first = submitted()
        second = submitted(at=at(THURSDAY, 11, 30), reason="漏报两户")
        assert Content(first.data).provenance == (
            "上周没有有效上报，上周数按台账在上周截止时间的情况。",
        )
        assert Content(second.data).provenance[0] == "第 2 次上报，理由：漏报两户。"

    def test_a_zero_report_says_that_it_is_one(self):
        accepted()
        zero = submitted(GUANSHAN, NEXT, at(NEXT, 11))
        assert zero.is_zero
        assert Content(zero.data).provenance == ("零报告：本周每一户都与上周上报时相同。",)

    def test_the_statement_tells_of_every_office(self):
        accepted()
        submission = accepted(BEITUN, at=at(THURSDAY, 12, 20))
        replace("610114006", "停电")
        told = {
            row.cell("place").value: [
                row.cell(key).value for key in ("state", "timeliness", "receipt")
            ]
            for row in paper_of_report(locked()).statement.rows
        }
        assert len(told) == 7
        assert told["北屯街道"] == ["已审", "迟报 0:20", submission.receipt]
        assert told["武屯街道"] == ["台账数", "缺报", None]
        assert told["新兴街道"] == ["未报", "缺报", None]


class TestComparison:
    def test_an_office_that_is_missing_now_is_left_out_of_last_week_too(self):
        accepted()
        accepted(BEITUN)
        locked()
        accepted(GUANSHAN, NEXT, at(NEXT, 11))
        content = Content(locked(NEXT).data)
        assert compared(content, "合计", 23) == [3, 3, 0]
        assert compared(content, "北屯街道", 23) == ["未报"] * 3
        assert "较上周减少" not in "".join(content.parts[0].paragraphs)

    def test_the_register_at_that_cut_off_too_is_taken_without_it(self):
        """No report was locked the week before."""
        accepted(GUANSHAN, NEXT, at(NEXT, 11))
        assert compared(Content(locked(NEXT).data), "合计", 23) == [3, 3, 0]

    def test_an_office_that_was_missing_is_compared_with_the_register_and_it_is_said(self):
        accepted()
        locked()
        accepted(GUANSHAN, NEXT, at(NEXT, 11))
        HouseholdFactory(
            region_id="610114005200", registered_at=at(NEXT, 9), summary_since=at(NEXT, 9)
        )
        accepted(BEITUN, NEXT, at(NEXT, 11))
        content = Content(locked(NEXT).data)
        assert compared(content, "北屯街道", 23) == [2, 3, 1]
        assert compared(content, "合计", 23) == [5, 6, 1]
        assert "北屯街道上周未报，其上周数按台账在上周截止时间的情况。" in content.provenance

    def test_the_trend_does_not_fall_because_somebody_is_missing(self):
        accepted()
        accepted(BEITUN)
        locked()
        accepted(GUANSHAN, NEXT, at(NEXT, 11))
        with told_at(at(NEXT, 13)):
            district = district_of(Region.objects.get(pk=DISTRICT), NEXT, None)
            assert {figures[1] for figures in district.weekly.trend.values()} == {3}


class TestCauses:
    """What was logged between a submission and its cut-off explains a change of the week after."""

    @pytest.fixture
    def gone(self, households):
        """Visited before the first submission, found to have moved away half an hour after it."""
        household = Household.objects.filter(region_id="610114007200").first()
        event_at(household, EventKind.INSPECTED, at(THURSDAY, 9), outcome="safe")
        accepted()
        change = HouseholdChange.objects.create(
            household=household,
            kind=ChangeKind.MOVED_OUT,
            happened_on=THURSDAY,
            reason="迁往西安",
            recorded_at=at(THURSDAY, 10),
            decided_at=at(THURSDAY, 11, 30),
        )
        event_at(household, EventKind.EXEMPTED, at(THURSDAY, 11, 30))
        return change

    def test_in_an_office_s_text(self, gone):
        text = "".join(Content(submitted(GUANSHAN, NEXT, at(NEXT, 11)).data).parts[0].paragraphs)
        assert "累计已排查 0 户，较上周减少 1 户（原因：整户迁出 1 户）" in text

    def test_in_the_district_s_text(self, gone):
        locked()
        accepted(GUANSHAN, NEXT, at(NEXT, 11))
        text = "".join(Content(locked(NEXT).data).parts[0].paragraphs)
        assert "累计已排查 0 户，较上周减少 1 户（原因：整户迁出 1 户）" in text
