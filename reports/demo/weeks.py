"""Thursdays of the demo: offices submit, one is late, one forgets, one is returned; the bureau locks and forwards."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from households.models import Region
from reports.demo.cast import DISTRICT, Cast
from reports.demo.pace import DAY
from reports.enums import Severity
from reports.models import DistrictWeek, OfficeWeek, Submission
from reports.thursday import district as district_acts
from reports.thursday.aggregating import district_of
from reports.thursday.checks import checks_of
from reports.thursday.drafting import district_draft, office_draft
from reports.thursday.gathering import Standing, standing_of
from reports.thursday.reviewing import Mark, accept, extend, send_back
from reports.thursday.submitting import Statement, submit
from reports.weekly.figures import APPRAISED
from yanliang.periods import campaign, cut_off, day_of, end_of, thursdays, told_at

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
#: In the last week an office each: what waits there for those who try the demo.
WAITING, RETURNED, MISSING = "610114005", "610114006", "610114003"
#: Of the weeks, counted from 1: where an office was forgotten, stood in for, corrected after it was forwarded.
FORGOTTEN, STOOD_IN, CORRECTED = 3, 5, 4
EXPLANATIONS = {
    "unchecked": "多为整户外出务工，已逐户电话联系，返乡后即入户核查。",
    "returned": "已安排村级逐户核实，下周内更正。",
}
EXPLAINED = "已逐户核实，情况属实。"
RETURN_REASON = "已鉴定户数与区局收到的鉴定报告份数不一致，请核对后重报。"
RESUBMIT_REASON = "已与鉴定机构核对报告份数，数字无误，补充说明后重报。"
EXTENSION_REASON = "街办停电，经电话报告同意延后报送。"
STAND_IN_REASON = "街办经办人隔离观察，无法上报，经局领导同意按台账数汇总。"
CORRECTION_REASON = "市局要求补充说明四类重点对象进展，按原数更正文字后重报。"


@dataclass(frozen=True)
class Weeks:
    """Draws from chance of its own, so that the other stories stay what they are without it."""

    cast: Cast
    until: dt.date
    seed: int

    def write(self) -> tuple[int, int]:
        """Let every Thursday until the end happen; how many submissions and how many forwarded weeks there are."""
        offices = list(Region.objects.within(DISTRICT).offices().select_related("parent"))
        closed = [
            thursday
            for thursday in thursdays(campaign().start, self.until)
            if cut_off(thursday) < end_of(self.until)
        ]
        forwarded = 0
        for number, thursday in enumerate(closed, start=1):
            rng = Random(f"{self.seed}/weeks/{thursday}")
            is_last = number == len(closed)
            for at, office in self.arrivals(offices, number, thursday, rng, is_last=is_last):
                self.report(office, number, thursday, at, rng, is_last=is_last)
            if not is_last:
                self.close(offices[0].parent, offices, number, thursday)
                forwarded += 1
        return Submission.objects.count(), forwarded

    def arrivals(
        self, offices: list[Region], number: int, thursday: dt.date, rng: Random, *, is_last: bool
    ) -> Iterator[tuple[dt.datetime, Region]]:
        """When each office submits, in order of time; whoever forgets is left out."""
        due = cut_off(thursday)
        late = offices[number % len(offices)]
        forgets = (
            offices[(2 * number) % len(offices)].code if number in (FORGOTTEN, STOOD_IN) else ""
        )
        found = []
        for office in offices:
            if office.code == forgets or (is_last and office.code == MISSING):
                continue
            ahead = rng.randint(8, 200) * MINUTE
            found.append((due + ahead / 3 if office == late else due - ahead, office))
        return iter(sorted(found, key=lambda each: each[0]))

    def report(
        self,
        office: Region,
        number: int,
        thursday: dt.date,
        at: dt.datetime,
        rng: Random,
        *,
        is_last: bool,
    ) -> None:
        """One office's submission and the bureau's word on it."""
        if at > cut_off(thursday) and number % 2:
            with told_at(cut_off(thursday) - HOUR):
                extend(
                    office,
                    thursday,
                    cut_off(thursday) + 2 * HOUR,
                    EXTENSION_REASON,
                    by=self.cast.bureau_clerk,
                    seen=version_of(office, thursday),
                )
        submission = self.submit(office, thursday, at)
        if is_last and office.code == WAITING:
            return
        returns = (is_last and office.code == RETURNED) or (not is_last and rng.random() < 0.1)
        read_at = at + rng.randint(10, 40) * MINUTE
        if returns:
            with told_at(read_at):
                send_back(
                    submission,
                    RETURN_REASON,
                    [Mark("all", office.code, APPRAISED)],
                    by=self.cast.bureau_clerk,
                    seen=version_of(office, thursday),
                )
            if is_last:
                return
            read_at += 50 * MINUTE
            submission = self.submit(office, thursday, read_at - 5 * MINUTE)
        with told_at(read_at):
            accept(submission, by=self.cast.bureau_clerk, seen=version_of(office, thursday))

    def submit(self, office: Region, thursday: dt.date, at: dt.datetime) -> Submission:
        lead = self.cast.office_lead(office.code)
        with told_at(at):
            standing = standing_of(office, thursday)
            return submit(
                office,
                thursday,
                statement(standing, lead),
                by=lead,
                seen=version_of(office, thursday),
                seen_digest=standing.digest,
            )

    def close(
        self, district: Region, offices: list[Region], number: int, thursday: dt.date
    ) -> None:
        """The bureau adds up, locks and forwards; once it corrects what it had forwarded."""
        lead = self.cast.bureau_lead
        at = cut_off(thursday) + 4 * HOUR
        if number == STOOD_IN:
            forgotten = offices[(2 * number) % len(offices)]
            with told_at(at - HOUR):
                district_acts.stand_in(
                    district,
                    thursday,
                    forgotten,
                    STAND_IN_REASON,
                    by=lead,
                    seen=district_version(district, thursday),
                )
        self.lock_and_forward(district, thursday, at, number)
        if number == CORRECTED:
            with told_at(at + 5 * HOUR + DAY):
                district_acts.correct(
                    district,
                    thursday,
                    CORRECTION_REASON,
                    by=lead,
                    seen=district_version(district, thursday),
                )
            self.lock_and_forward(district, thursday, at + 6 * HOUR + DAY, number)

    def lock_and_forward(
        self, district: Region, thursday: dt.date, at: dt.datetime, number: int
    ) -> None:
        lead = self.cast.bureau_lead
        with told_at(at):
            week = DistrictWeek.objects.filter(region=district, thursday=thursday).first()
            standing = district_of(district, thursday, week)
            report = district_acts.lock_week(
                district,
                thursday,
                district_draft(standing.weekly.figures, standing.gaps()),
                by=lead,
                seen=district_version(district, thursday),
                seen_digest=standing.digest,
                without_missing=True,
            )
        with told_at(at + HOUR):
            mark = "补" if report.revision > 1 else ""
            district_acts.forward(
                district,
                thursday,
                forwarded_on=day_of(at),
                document_number=f"阎住建函〔2020〕{20 + number}号{mark}",
                recipient="西安市住房和城乡建设局",
                by=lead,
                seen=district_version(district, thursday),
            )


def statement(standing: Standing, lead) -> Statement:
    """The draft as it is, every check that asks for a word answered."""
    said = {
        check.key: EXPLANATIONS.get(check.key, EXPLAINED)
        for check in checks_of(standing)
        if check.severity == Severity.EXPLAIN
    }
    return Statement(
        parts=office_draft(standing.weekly.figures),
        explanations=said,
        responsible_name=lead.full_name,
        responsible_post=lead.post,
        is_zero=standing.is_unchanged,
        reason=RESUBMIT_REASON,
    )


def version_of(office: Region, thursday: dt.date) -> int:
    week = OfficeWeek.objects.filter(region=office, thursday=thursday).first()
    return week.version if week else 0


def district_version(district: Region, thursday: dt.date) -> int:
    week = DistrictWeek.objects.filter(region=district, thursday=thursday).first()
    return week.version if week else 0
