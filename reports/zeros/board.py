"""The three zeros of a region as a page shows them: cards, a row for each place, burn-downs."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.utils.safestring import SafeString

from households.models import HouseholdClass, Region
from reports.annex2.drill_down import address
from reports.counts import Counts
from reports.weekly.series import counts_of
from reports.weekly.weeks import Week, open_week, weeks_with_changes
from reports.zeros.burndown import BurnDown, burn_down, per_week, weeks_shown
from reports.zeros.counters import (
    OWN,
    ZEROS,
    Left,
    Zero,
    deadline_of,
    left_in,
    list_url,
    own_or_below,
    priority_deadlines,
)
from reports.zeros.ledger import Ledger, ledgers_of, weeks_with_entries
from yanliang.periods import cut_off, thursday_of, today
from yanliang.tables.charts import sparkline
from yanliang.tables.table import EMPTY


class PartLeft(NamedTuple):
    """A number of households or problems, and the list of exactly them; `url` is "" for a sum of several lists."""

    label: str
    unit: str
    number: int
    url: str


class DueLeft(NamedTuple):
    """What of a counter was due on a day."""

    due: dt.date
    number: int
    is_late: bool


@dataclass(frozen=True)
class Card:
    """One counter of the region: what is left, by when, and what that asks of each week."""

    zero: Zero
    number: int
    parts: tuple[PartLeft, ...]
    change: int | None
    deadline: dt.date
    days: int
    dues: tuple[DueLeft, ...]
    per_week: int | None
    url: str

    @property
    def late(self) -> int:
        """What should be gone by now."""
        return sum(each.number for each in self.dues if each.is_late)

    @property
    def staggered(self) -> tuple[DueLeft, ...]:
        """What was due when, where its parts have several dates."""
        return self.dues if [each.due for each in self.dues] != [self.deadline] else ()

    @property
    def change_in_words(self) -> str:
        """“较上周减少 3”; nothing before the first cut-off."""
        if self.change is None:
            return ""
        if not self.change:
            return "与上周持平"
        return (
            f"较上周{'增加' if self.change > 0 else '减少'} {abs(self.change):,} {self.zero.unit}"
        )

    @property
    def countdown(self) -> str:
        """“还有 12 天”, “今天到期”, “已超期 3 天”, “已清零”."""
        if not self.number:
            return "已清零"
        if self.days < 0:
            return f"已超期 {-self.days} 天"
        return f"还有 {self.days} 天" if self.days else "今天到期"


class PlaceZero(NamedTuple):
    """One counter in one place."""

    parts: tuple[PartLeft, ...]
    total: int
    change: int | None
    trend: SafeString

    @property
    def change_shown(self) -> str:
        """“+3”, “−2”, “0”; “—” before the first cut-off."""
        if self.change is None:
            return EMPTY
        return f"{self.change:+,}".replace("-", "−") if self.change else "0"


@dataclass(frozen=True)
class PlaceRow:
    """A part of the region; `url` opens its own page, "" for the region itself."""

    name: str
    url: str
    zeros: tuple[PlaceZero, ...]
    is_total: bool


@dataclass(frozen=True)
class Board:
    """All that the pages show of the three zeros."""

    cards: tuple[Card, ...]
    rows: tuple[PlaceRow, ...]
    burn_downs: tuple[BurnDown, ...]
    name: str

    @cached_property
    def charts(self) -> list[SafeString]:
        """A burn-down for each counter that ever had anything left."""
        return [each.chart(self.name) for each in self.burn_downs if any(each.left)]


def board_of(region: Region) -> Board:
    """The three zeros of `region` now. Nine queries, three more when the closed weeks are not in the cache."""
    classes = tuple(HouseholdClass.objects.all())
    weeks = weeks_needed(region.code, classes, weeks_with_changes(region.code))
    counts = counts_of(region.code, weeks)
    return board(region, tuple(region.children.all()), classes, counts)


def weeks_needed(
    scope: str,
    classes: Iterable[HouseholdClass],
    changed: Iterable[Week],
    current: Week | None = None,
) -> list[Week]:
    """The weeks that the burn-downs show up to `current` (the open one without it) and the one before. One query.

    `changed` are those in which a summary began; the ledger's own are added after the deadlines.
    """
    current = current or open_week()
    priority = priority_deadlines(classes)
    last = max(deadline_of(zero, priority) for zero in ZEROS)
    changed = {*changed, *weeks_with_entries(scope, cut_off(thursday_of(last)))}
    shown = weeks_shown(last, changed, current)
    return sorted({week for week in shown if week <= current} | {current, *week_before(current)})


def week_before(week: Week) -> list[Week]:
    """The week before, if there is one."""
    return [week.previous] if week.previous else []


def left_by_week(
    scope: str,
    counts: Mapping[Week, Counts],
    ledgers: Mapping[Week, Ledger],
    priority: Mapping[int, dt.date],
) -> dict[Week, Left | None]:
    """What was left in each week; None while nothing at all was registered: that is not 清零."""
    return {
        week: left_in(scope, counts[week], ledgers[week], priority)
        if counts[week].rows or ledgers[week].rows
        else None
        for week in counts
    }


def board(
    region: Region,
    places: tuple[Region, ...],
    classes: Iterable[HouseholdClass],
    counts: Mapping[Week, Counts],
) -> Board:
    """The same from `counts` of the weeks that `weeks_needed` names. Two queries, one more without cache."""
    priority = priority_deadlines(classes)
    left = left_by_week(region.code, counts, ledgers_of(region.code, counts), priority)
    current = open_week()
    now = left[current] or Left(region.code, {})
    before = next((left[week] for week in week_before(current)), None)
    return Board(
        cards=tuple(
            card(zero, now, before, region.code, deadline_of(zero, priority)) for zero in ZEROS
        ),
        rows=tuple(rows(region, places, left, now, before)),
        burn_downs=burn_downs(left, priority, current),
        name=region.short_name,
    )


def burn_downs(
    left: Mapping[Week, Left | None], priority: Mapping[int, dt.date], current: Week
) -> tuple[BurnDown, ...]:
    return tuple(burn_down(zero, deadline_of(zero, priority), left, current) for zero in ZEROS)


def parts_of(zero: Zero, left: Left, place: str, region: str) -> tuple[PartLeft, ...]:
    """The numbers of a counter in `place` (a code, "" for the whole `region`), each with its list."""
    only_own = place == left.scope
    return tuple(
        PartLeft(
            part.label,
            part.unit,
            left.of(part, place),
            list_url(part, place or region, only_own=only_own),
        )
        for part in zero.parts
    )


def card(zero: Zero, now: Left, before: Left | None, region: str, deadline: dt.date) -> Card:
    number = now.of(zero)
    return Card(
        zero,
        number,
        parts_of(zero, now, "", region),
        None if before is None else number - before.of(zero),
        deadline,
        (deadline - today()).days,
        tuple(
            DueLeft(due, left, bool(left) and due < today())
            for due, left in now.by_due(zero).items()
        ),
        per_week(number, today(), deadline),
        address("reports:zeros", region=region),
    )


def rows(
    region: Region,
    places: tuple[Region, ...],
    left: Mapping[Week, Left | None],
    now: Left,
    before: Left | None,
) -> Iterable[PlaceRow]:
    """A row for each place, one for what lies in none of them, and the total."""
    names = {place.code: place.short_name for place in places}
    trend = [each for _, each in sorted(left.items()) if each is not None]

    def row(name: str, place: str, url: str = "") -> PlaceRow:
        return PlaceRow(
            name,
            url,
            tuple(
                PlaceZero(
                    parts_of(zero, now, place, region.code),
                    now.of(zero, place),
                    None if before is None else now.of(zero, place) - before.of(zero, place),
                    sparkline(
                        [each.of(zero, place) for each in trend], label=f"{name}{zero.name}走势"
                    ),
                )
                for zero in ZEROS
            ),
            is_total=not place and bool(places),
        )

    for code in own_or_below(now, names) if places else ():
        if code in names:
            yield row(names[code], code, address("reports:zeros", region=code))
        else:
            yield row(f"{region.short_name}{OWN}", code)
    yield row("合计" if places else region.short_name, "")
