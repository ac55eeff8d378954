"""A week as it stands for who is about to submit it: figures, the households behind them, what last week said."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from households.models import Region
from reports.enums import WeekState
from reports.models import Submission
from reports.sealing import digest_of
from reports.thursday import groups as grouping
from reports.thursday.content import Content
from reports.thursday.groups import Groups, counts_of_groups, groups_at
from reports.weekly.gathering import Weekly, weekly_of
from reports.weekly.weeks import Week
from yanliang.periods import now


@dataclass(frozen=True)
class Standing:
    """An office's week at the moment of `week.closes`; `last` is what it submitted the week before, if it did."""

    region: Region
    week: Week
    groups: Groups
    last: Submission | None

    @cached_property
    def last_content(self) -> Content | None:
        return Content(self.last.data) if self.last else None

    @cached_property
    def weekly(self) -> Weekly:
        """The figures compared with last week's submission; without one, with the register at that cut-off."""
        known = {self.week: counts_of_groups(self.groups)}
        if self.last_content:
            known[self.last_content.week] = self.last_content.counts
        return weekly_of(self.region, self.week, known=known)

    @cached_property
    def digest(self) -> str:
        """A hash over what the figures are made of; a form carries it, to notice what changed since it was opened."""
        return digest_of(self.as_plain())

    def as_plain(self) -> dict[str, Any]:
        return {
            "groups": grouping.as_plain(self.groups),
            "last": self.last.sha256 if self.last else "",
        }

    @cached_property
    def groups_before(self) -> Groups | None:
        """The households as they counted a week before; None for the first week of the campaign."""
        if self.last_content:
            return self.last_content.groups
        if self.week.previous is None:
            return None
        return groups_at(self.region.code, self.week.previous.closes)

    @property
    def moment_before(self) -> dt.datetime | None:
        """The moment that last week's figures stand for."""
        if self.last_content:
            return self.last_content.as_at
        return self.week.opens

    @property
    def is_unchanged(self) -> bool:
        """Whether every household counts as in last week's submission: then only a zero report is due."""
        return self.last_content is not None and self.groups == self.last_content.groups


def standing_of(region: Region, thursday: dt.date) -> Standing:
    """The week of `thursday` of an office as it stands now."""
    moment = now()
    return Standing(
        region,
        Week(thursday, until=moment),
        groups_at(region.code, moment),
        last_submission(region.code, thursday),
    )


def last_submission(office: str, thursday: dt.date) -> Submission | None:
    """What the office submitted for the week before and the bureau did not return."""
    return (
        Submission.objects.counting()
        .filter(
            region_id=office,
            thursday=thursday - dt.timedelta(weeks=1),
            week__state__in=[WeekState.SUBMITTED, WeekState.ACCEPTED],
        )
        .first()
    )
