"""How punctual the offices were: every office in each of the last closed weeks (domain rules §6)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from households.models import Region
from reports.annex2.columns import share_of
from reports.models import OfficeWeek, Submission
from reports.thursday.deadlines import due_at
from reports.weekly.weeks import closed_weeks
from reports.weekly.wording import moment_in_words
from yanliang.periods import cut_off, lateness_in_words, now
from yanliang.tables.table import Cell, Column, Fact, Row, Table

#: How many weeks can be shown; the first without a choice.
CHOICES = (12, 26, 52)
ON_TIME, BY_EXCEPTION, MISSING, STILL_OPEN = "准时", "延期准时", "缺报", "延期中"
PUNCTUAL = frozenset({ON_TIME, BY_EXCEPTION})
NOTES = (
    "以每周第一次上报的时间为准；经批准延期、在延期内上报的为“延期准时”，计入准时。",
    "准时率＝准时和延期准时的次数÷应报次数；延期还没有到期的不计。",
)


@dataclass(frozen=True)
class Timeliness:
    """What to say of each office (code) and week; `offices` and `weeks` in the order of the table."""

    district: Region
    offices: Sequence[Region]
    weeks: Sequence[dt.date]
    told: dict[tuple[str, dt.date], str]

    def rate_of_office(self, code: str) -> Decimal | None:
        return rate_of(self.told[code, week] for week in self.weeks)

    def rate_of_week(self, week: dt.date) -> Decimal | None:
        return rate_of(self.told[office.code, week] for office in self.offices)

    @cached_property
    def rate(self) -> Decimal | None:
        return rate_of(self.told.values())


def rate_of(told: Iterable[str]) -> Decimal | None:
    """The share of those on time, exceptions kept included; whoever may still submit is not counted."""
    counted = [each for each in told if each != STILL_OPEN]
    return share_of(sum(each in PUNCTUAL for each in counted), len(counted))


def timeliness_of(district: Region, number: int) -> Timeliness:
    """The last `number` closed weeks. Three queries."""
    weeks = [week.thursday for week in closed_weeks()][-number:]
    offices = tuple(district.children.all())
    first = {
        (each.region_id, each.thursday): each
        for each in Submission.objects.within(district.code)
        .filter(thursday__in=weeks, revision=1)
        .only("region_id", "thursday", "submitted_at", "due_at")
    }
    office_weeks = {
        (each.region_id, each.thursday): each
        for each in OfficeWeek.objects.within(district.code).filter(
            thursday__in=weeks, extended_to__isnull=False
        )
    }
    told = {
        (office.code, week): word_on(
            first.get((office.code, week)), week, office_weeks.get((office.code, week))
        )
        for office in offices
        for week in weeks
    }
    return Timeliness(district, offices, weeks, told)


def word_on(first: Submission | None, thursday: dt.date, office_week: OfficeWeek | None) -> str:
    """“准时”, “延期准时”, “迟报 1:05”, “缺报”; “延期中” while an exception runs."""
    if first is None:
        return STILL_OPEN if now() <= due_at(thursday, office_week) else MISSING
    if not first.is_on_time:
        return lateness_in_words(first.submitted_at, first.due_at)
    return ON_TIME if first.submitted_at <= cut_off(thursday) else BY_EXCEPTION


def timeliness_table(found: Timeliness) -> Table:
    """A row for each office, the weeks in order of time, the rates at the edges."""
    rows = [
        Row(
            {
                "place": office.short_name,
                **{key_of(week): cell_of(found.told[office.code, week]) for week in found.weeks},
                "rate": found.rate_of_office(office.code),
            },
            key=office.code,
        )
        for office in found.offices
    ]
    rates = {key_of(week): percent(found.rate_of_week(week)) for week in found.weeks}
    rows.append(Row({"place": "准时率", **rates, "rate": found.rate}, kind="total"))
    return Table(
        title=f"{found.district.short_name}各街办上报及时情况",
        columns=(
            Column("place", "街办", width=12),
            *(
                Column(key_of(week), f"{week.month}月{week.day}日", width=10)
                for week in found.weeks
            ),
            Column("rate", "准时率", kind="percent", width=10),
        ),
        rows=rows,
        head_facts=(Fact("截至", moment_in_words(now())),),
        notes=NOTES,
        paper="A3 landscape",
        sheet_name="上报及时情况",
    )


def key_of(week: dt.date) -> str:
    return week.isoformat()


def cell_of(word: str) -> Cell:
    return Cell(word, flag="" if word in PUNCTUAL else "muted" if word == STILL_OPEN else "warning")


def percent(rate: Decimal | None) -> str | None:
    """“85.71%”: a rate in a column of words."""
    return None if rate is None else f"{rate * 100:.2f}%"
