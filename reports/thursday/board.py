"""The bureau's board of a week: where each office stands, and what moved in its register since it submitted."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count, Q, Value

from households.models import Household
from reports.enums import DistrictState, WeekState
from reports.models import DistrictWeek
from reports.thursday.aggregating import OfficeStanding
from reports.thursday.locking import STILL_OPEN
from reports.thursday.reviewing import EXTENDABLE, REVIEWABLE, ReviewOutcome
from yanliang.accounts.scoping import code_range
from yanliang.periods import now


class BoardRow(NamedTuple):
    """An office on the board; `changed` are its households whose summary began after it submitted.

    `may_accept`, `may_return` and `may_extend` say what its state, and the district's, leave to the bureau.
    """

    standing: OfficeStanding
    changed: int
    is_open: bool

    @property
    def may_accept(self) -> bool:
        return self.is_open and self.standing.week.state in REVIEWABLE[ReviewOutcome.ACCEPTED]

    @property
    def may_return(self) -> bool:
        return self.is_open and self.standing.week.state in REVIEWABLE[ReviewOutcome.RETURNED]

    @property
    def may_extend(self) -> bool:
        return self.is_open and self.standing.week.state in EXTENDABLE

    @property
    def is_extension_over(self) -> bool:
        extended = self.standing.week.extended_to
        return extended is not None and extended < now()


def board_rows(
    standings: Sequence[OfficeStanding], district_week: DistrictWeek | None
) -> list[BoardRow]:
    """The rows of the board. One query."""
    changed = changed_since(standings)
    state = district_week.state if district_week else DistrictState.COLLECTING
    return [
        BoardRow(each, changed.get(each.office.code, 0), state in STILL_OPEN) for each in standings
    ]


def changed_since(standings: Sequence[OfficeStanding]) -> dict[str, int]:
    """By office, how many households of the register count anew since its submission. One query."""
    since = Q()
    for each in standings:
        if each.submission:
            first, last = code_range(each.office.code)
            within = Q(region_id__gte=first, region_id__lte=last)
            since |= within & Q(summary_since__gt=each.submission.submitted_at)
    if not since:
        return {}
    counted = Household.objects.filter(since).order_by().values_list("region__parent_id")
    return dict(counted.annotate(households=Count(Value(1))))


def in_words(standings: Sequence[OfficeStanding]) -> str:
    """“已报 5 个（准时 4、迟报 1），未报 2 个；待审核 3 个”."""
    reported = [each for each in standings if each.first]
    late = sum(each.is_late for each in reported)
    waiting = sum(each.week.state == WeekState.SUBMITTED for each in standings)
    told = f"已报 {len(reported)} 个（准时 {len(reported) - late}、迟报 {late}），"
    told += f"未报 {len(standings) - len(reported)} 个"
    return f"{told}；待审核 {waiting} 个。" if waiting else f"{told}。"
