"""The week's problems, three zeros and long-term mechanism in figures. Pure; the queries are in `ledger`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from rectification.enums import UNSETTLED, EntryKind, ProblemState
from rectification.monitoring.figures import MonitoringFigures
from rectification.supervision.coverage import OfficeCoverage
from reports.zeros.burndown import BurnDown
from reports.zeros.counters import Left, Part, Zero
from reports.zeros.ledger import Ledger

#: 登记: all but the void.
REGISTERED = frozenset(ProblemState) - {ProblemState.VOID}
STRUCK_OFF = frozenset({ProblemState.CLOSED})


class Recurrent(NamedTuple):
    """A 屡改屡犯 problem that was not struck off at the cut-off."""

    number: str
    place: str
    kind: str
    responsible: str
    leading_official: str
    due_on: dt.date
    state: str


@dataclass(frozen=True)
class LedgerWeek:
    """The ledger at this cut-off and at the one before (None: there is none), and what was written between.

    `flows` are lines of the log by kind; `overdue` unsettled problems past their date, by place, the most first.
    """

    this: Ledger
    last: Ledger | None
    flows: Mapping[str, int]
    overdue: Mapping[str, int]
    overdue_last: int | None
    recurrent: tuple[Recurrent, ...]

    def number(self, states: frozenset[str], source: str = "") -> int:
        return self.this.number(states, source)

    def difference(self, states: frozenset[str], source: str = "") -> int | None:
        """This week's number less last week's."""
        return (
            None
            if self.last is None
            else self.number(states, source) - self.last.number(states, source)
        )

    @property
    def rate(self) -> Decimal | None:
        """销号率 as a fraction of 1 with four places; None where nothing was registered."""
        return close_rate(self.this)

    @property
    def rate_change(self) -> Decimal | None:
        this, last = self.rate, close_rate(self.last) if self.last is not None else None
        return None if this is None or last is None else this - last

    @property
    def left(self) -> int:
        return self.number(UNSETTLED)

    @property
    def late(self) -> int:
        return sum(self.overdue.values())

    @property
    def is_empty(self) -> bool:
        """Nothing was ever written in it."""
        return not self.this.rows and not any(self.flows.values())

    def flow(self, kind: EntryKind) -> int:
        return self.flows.get(kind, 0)


def close_rate(ledger: Ledger) -> Decimal | None:
    registered = ledger.number(REGISTERED)
    if not registered:
        return None
    share = Decimal(ledger.number(STRUCK_OFF)) / registered
    return share.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class ZerosWeek:
    """The three counters at this cut-off and at the one before; `names` are the places by code.

    `deadlines` are by key of the counter; `burn_downs` end with this week.
    """

    this: Left
    last: Left | None
    deadlines: Mapping[str, dt.date]
    names: Mapping[str, str]
    burn_downs: tuple[BurnDown, ...] = ()

    def number(self, zero: Zero | Part, place: str = "") -> int:
        return self.this.of(zero, place)

    def difference(self, zero: Zero | Part, place: str = "") -> int | None:
        return None if self.last is None else self.number(zero, place) - self.last.of(zero, place)


@dataclass(frozen=True)
class Rectified:
    """What the report says of problems, the three zeros, monitoring and supervision."""

    ledger: LedgerWeek
    zeros: ZerosWeek
    monitoring: MonitoringFigures
    offices: tuple[OfficeCoverage, ...]
