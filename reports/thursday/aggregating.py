"""The district's week: which office stands where, and the sum of what was accepted (domain rules §6)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from households.models import Region
from reports.counts import Counts
from reports.enums import WeekState
from reports.figures import counts_at
from reports.models import DistrictReport, DistrictWeek, OfficeWeek, Submission
from reports.sealing import digest_of
from reports.thursday import groups as grouping
from reports.thursday.content import Content
from reports.thursday.deadlines import due_at
from reports.thursday.groups import Groups, counts_of_groups, groups_at, merged
from reports.weekly.gathering import Weekly, weekly_of
from reports.weekly.weeks import Week
from reports.weekly.wording import clause
from yanliang.periods import lateness_in_words, now


class OfficeStanding(NamedTuple):
    """An office's week as the bureau sees it.

    `submission` is the one that counts, `first` the first of the week, by which its timeliness is told. `override` is
    the reason why its live figures are used although it did not report.
    """

    office: Region
    week: OfficeWeek
    submission: Submission | None
    first: Submission | None
    override: str

    @property
    def due(self) -> dt.datetime:
        return due_at(self.week.thursday, self.week)

    @property
    def is_accepted(self) -> bool:
        return self.week.state == WeekState.ACCEPTED

    @property
    def is_late(self) -> bool:
        return self.first is not None and not self.first.is_on_time

    @property
    def is_overdue(self) -> bool:
        """Whether nothing has come although the cut-off has."""
        return self.first is None and now() > self.due

    @property
    def timeliness(self) -> str:
        """“准时”, “迟报 1:05”, “缺报” after the cut-off, “未到时间” before it."""
        if self.first is None:
            return "缺报" if self.is_overdue else "未到时间"
        return "准时" if self.first.is_on_time else self.lateness

    @property
    def lateness(self) -> str:
        """“迟报 1:05” of what came late, else nothing."""
        if not self.is_late:
            return ""
        return lateness_in_words(self.first.submitted_at, self.first.due_at)

    @property
    def state(self) -> str:
        """未报, 已报, 重报, 已审 or 退回."""
        if self.week.state == WeekState.SUBMITTED and self.week.revision > 1:
            return "重报"
        return self.week.get_state_display()


def office_standings(
    district: Region, thursday: dt.date, week: DistrictWeek | None
) -> list[OfficeStanding]:
    """Every office of the district in this week, those without a word too. Four queries."""
    weeks = {
        each.region_id: each
        for each in OfficeWeek.objects.within(district.code).filter(thursday=thursday)
    }
    submissions: dict[str, dict[int, Submission]] = {}
    for each in Submission.objects.within(district.code).filter(thursday=thursday).defer("content"):
        submissions.setdefault(each.region_id, {})[each.revision] = each
    overrides = week.overrides if week else {}
    found = []
    for office in district.children.all():
        office_week = weeks.get(office.code) or OfficeWeek(
            region=office, thursday=thursday, version=0
        )
        made = submissions.get(office.code, {})
        found.append(
            OfficeStanding(
                office,
                office_week,
                made.get(office_week.revision),
                made.get(1),
                overrides.get(office.code, ""),
            )
        )
    return found


@dataclass(frozen=True)
class District:
    """The district's week: the sum of what was accepted, and of live figures where the bureau says so.

    `week.until` is the moment that live figures, the ledger and the three zeros stand for.
    """

    region: Region
    week: Week
    offices: tuple[OfficeStanding, ...]
    last: DistrictReport | None

    @cached_property
    def accepted(self) -> tuple[OfficeStanding, ...]:
        return tuple(each for each in self.offices if each.is_accepted)

    @cached_property
    def stand_ins(self) -> tuple[OfficeStanding, ...]:
        """Offices whose live figures are used instead of a submission."""
        return tuple(each for each in self.offices if each.override and not each.is_accepted)

    @cached_property
    def missing(self) -> tuple[OfficeStanding, ...]:
        """Offices that the sum goes without."""
        counted = {each.office.code for each in (*self.accepted, *self.stand_ins)}
        return tuple(each for each in self.offices if each.office.code not in counted)

    @cached_property
    def unreviewed(self) -> tuple[OfficeStanding, ...]:
        """Offices whose submission waits for the bureau."""
        return tuple(each for each in self.offices if each.week.state == WeekState.SUBMITTED)

    @cached_property
    def contents(self) -> dict[str, Content]:
        """The accepted submissions, read. One query."""
        pks = [each.submission.pk for each in self.accepted]
        return {
            each.region_id: Content(each.data) for each in Submission.objects.filter(pk__in=pks)
        }

    @cached_property
    def groups(self) -> Groups:
        return merged(
            [*(content.groups for content in self.contents.values()), *self.live.values()]
        )

    @cached_property
    def live(self) -> dict[str, Groups]:
        """The households of the offices that are stood in for, as they count now."""
        return {
            each.office.code: groups_at(each.office.code, self.week.closes)
            for each in self.stand_ins
        }

    @cached_property
    def last_content(self) -> Content | None:
        return Content(self.last.data) if self.last else None

    @cached_property
    def missing_before(self) -> tuple[OfficeStanding, ...]:
        """Offices of this week's sum that last week's report went without."""
        missing = self.last_content.missing if self.last_content else frozenset()
        return tuple(
            each for each in (*self.accepted, *self.stand_ins) if each.office.code in missing
        )

    @cached_property
    def weekly(self) -> Weekly:
        """The figures compared with last week's report; without one, and for offices that it went without, with the
        register at that cut-off."""
        known = {self.week: counts_of_groups(self.groups)}
        if self.week.previous and self.last_content:
            before = Week(self.week.previous.thursday, until=self.last_content.first_moment)
            known[before] = self.counts_before(self.last_content, self.week.previous)
        absent = frozenset(each.office.code for each in self.missing)
        return weekly_of(self.region, self.week, known=known, absent=absent)

    def counts_before(self, last: Content, previous: Week) -> Counts:
        """Last week's report; of the offices that it went without, the register at its cut-off."""
        if not last.missing:
            return last.counts
        register = counts_at(self.region.code, previous.closes)
        by_register = [row for code in sorted(last.missing) for row in register.within(code).rows]
        return Counts([*last.counts.rows, *by_register])

    @cached_property
    def digest(self) -> str:
        """A hash over what the sum is made of; a form carries it, to notice what changed since it was opened."""
        return digest_of(
            {
                "accepted": [each.submission.sha256 for each in self.accepted],
                "live": {code: grouping.as_plain(groups) for code, groups in self.live.items()},
                "last": self.last.sha256 if self.last else "",
            }
        )

    def gaps(self) -> Iterator[str]:
        """Who is missing, stood in for or late, as sentences (domain rules §6: they are named)."""
        if self.missing:
            yield f"{names(self.missing)}未报，以下数字和合计（含上周数）不含{names(self.missing)}。"
        returned = tuple(each for each in self.missing if each.first)
        if returned:
            yield f"其中{names(returned)}上报后被退回，还没有重报。"
        if self.missing_before:
            yield f"{names(self.missing_before)}上周未报，其上周数按台账在上周截止时间的情况。"
        for each in self.stand_ins:
            yield f"{each.office.short_name}未报，采用台账现时数（理由：{clause(each.override)}）。"
        late = [each for each in self.accepted if each.is_late]
        if late:
            told = "、".join(f"{each.office.short_name}{each.lateness}" for each in late)
            yield f"迟报的街办：{told}。"


def names(offices: tuple[OfficeStanding, ...]) -> str:
    return "、".join(each.office.short_name for each in offices)


def district_of(region: Region, thursday: dt.date, week: DistrictWeek | None) -> District:
    """The week of the district as it stands now."""
    return District(
        region,
        Week(thursday, until=now()),
        tuple(office_standings(region, thursday, week)),
        last_report(region.code, thursday),
    )


def last_report(district: str, thursday: dt.date) -> DistrictReport | None:
    """The report of the week before: as it is locked, and while that is open again, as the city has it."""
    reports = DistrictReport.objects.filter(
        region_id=district, thursday=thursday - dt.timedelta(weeks=1)
    ).order_by("-revision")
    return reports.standing().first() or reports.filter(forwarding__isnull=False).first()
