"""What people do on a Thursday morning, and how often: the one table is WAYS."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.burst import entry, reading, thursday
from tests.benchmarks.burst.client import Steps
from tests.benchmarks.burst.stage import Person, Town
from yanliang.accounts.enums import Role

LEADS = frozenset({Role.OFFICE_LEAD})
OFFICE = LEADS | {Role.RECORDER}
ENTRY = frozenset({Role.RECORDER, Role.VILLAGE})
BUREAU = frozenset({Role.BUREAU_CLERK, Role.BUREAU_LEAD})
EVERYBODY = frozenset(Role) - {Role.KEEPER}
WATCHERS = BUREAU | {Role.SUPERVISOR, Role.VIEWER}
TAKERS = EVERYBODY - {Role.VILLAGE}


@dataclass(frozen=True)
class Way:
    """A way of working: its part of the load, its weight among all that is begun, who goes it, what is asked for."""

    part: str
    weight: float
    roles: frozenset[str]
    steps: Callable[[Town, Person], Steps]

    @property
    def name(self) -> str:
        return self.steps.__name__


#: Of the requests a third is entry, a third lists, a fifth dashboards, an eighth the week; of the two exports there
#: are three a minute each at twenty requests a second.
WAYS = (
    Way("录入", 3, ENTRY, entry.inspect),
    Way("列表", 5, EVERYBODY, reading.register),
    Way("列表", 3, EVERYBODY, reading.problems),
    Way("列表", 2, LEADS, reading.review),
    Way("看板", 5, EVERYBODY, reading.home),
    Way("看板", 4, EVERYBODY, reading.dashboard),
    Way("看板", 2.5, EVERYBODY, reading.annex2),
    Way("看板", 3, EVERYBODY, reading.zeros),
    Way("看板", 3, EVERYBODY, reading.weekly),
    Way("上报", 1.2, OFFICE, thursday.write_text),
    Way("上报", 0.7, LEADS, thursday.submit_week),
    Way("上报", 1, WATCHERS, thursday.board),
    Way("上报", 0.6, BUREAU, thursday.review_week),
    Way("上报", 0.8, BUREAU, thursday.district),
    Way("导出", 0.24, OFFICE | BUREAU, thursday.weekly_pdf),
    Way("导出", 0.24, TAKERS, reading.annex2_workbook),
)
