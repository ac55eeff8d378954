"""Households whose story is decreed rather than drawn: so that whatever can go wrong is there to be seen.

They live in the villages that have an account, under names with rare characters, and stand early in their
rosters, so that the smallest demo has them. A story has no share in anybody else's chance.
"""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from households.enums import EventKind, Grade, Stage
from inspections.enums import WarningSource
from reports.demo.chronicle import NotYet
from reports.demo.lives import Life
from reports.demo.pace import DAY, Round, later, meeting_after
from reports.demo.works import Works

MINUTE = dt.timedelta(minutes=1)
WRONG_HOUSEHOLD = "验收表是同组另一户的，登记错户。"
CRACKS = (WarningSource.MONITORING, "月度监测发现东山墙裂缝加宽，最宽处约 9 mm。")
STORM = (WarningSource.DISASTER, "强降雨后后檐墙根浸水，墙体外闪约 3 cm。")
POOR_WORK = (WarningSource.QUALITY, "加固后的山墙抹灰开裂脱落，露出的拉结筋锈蚀。")


def visited(life: Life, *, is_unsafe: bool = True) -> dt.datetime:
    first = life.chronicle.household.registered_at
    return life.visit(later(life.rng, first, 1, 4), risk=float(is_unsafe))


def graded(life: Life, at: dt.datetime, grade: Grade) -> dt.datetime:
    return life.appraise(later(life.rng, at, 4, 7), grade)


def ruled_in(life: Life, at: dt.datetime) -> dt.datetime:
    """Past the leading group, where the household's class needs its ruling."""
    if life.household.stage == Stage.PENDING_RULING:
        meeting = meeting_after(at)
        if meeting is None:
            raise NotYet
        return life.rule(meeting, EventKind.RULED_IN)
    return at


def reinforced(life: Life) -> tuple[Works, dt.datetime]:
    """From the first visit to the finished work."""
    rng = life.rng
    at = ruled_in(life, graded(life, visited(life), Grade.C))
    works, at = life.plan(at + DAY), later(rng, at, 2, 2)
    life.work(works, EventKind.RENOVATION_STARTED, at)
    at = later(rng, at, 8, 9)
    life.work(works, EventKind.RENOVATION_FINISHED, at)
    return works, at


def withdrawn(life: Life) -> None:
    """Accepted by mistake, taken back minutes later, and accepted in its turn."""
    works, at = reinforced(life)
    at = later(life.rng, at, 1, 1)
    life.work(works, EventKind.ACCEPTANCE_PASSED, at)
    at += 7 * MINUTE
    life.chronicle.withdraw(works.withdraw(at, life.cast.bureau_lead, WRONG_HOUSEHOLD), at)
    life.work(works, EventKind.ACCEPTANCE_PASSED, later(life.rng, at, 2, 2))
    life.pay(works)


def badly_built(life: Life) -> None:
    """Accepted, and soon found to be poor work: it waits for an appraisal."""
    works, at = reinforced(life)
    at = later(life.rng, at, 1, 1)
    life.work(works, EventKind.ACCEPTANCE_PASSED, at)
    life.pay(works)
    life.warn(later(life.rng, at, 3, 4), POOR_WORK)


def warned_and_safe(life: Life) -> None:
    at = graded(life, visited(life), Grade.B)
    graded(life, life.warn(later(life.rng, at, 8, 12), CRACKS), Grade.B)


def warned_and_unsafe(life: Life) -> None:
    at = graded(life, visited(life), Grade.B)
    at = graded(life, life.warn(later(life.rng, at, 8, 12), STORM), Grade.C)
    ruled_in(life, at)


def warned_and_waiting(life: Life) -> None:
    at = graded(life, visited(life), Grade.B)
    life.warn(later(life.rng, at, 28, 34), STORM)


def misread(life: Life) -> dt.datetime:
    """A grade entered wrongly, and put right the next day."""
    at = graded(life, visited(life), Grade.D)
    return life.correct_grade(later(life.rng, at, 1, 1), Grade.C)


def misread_twice(life: Life) -> None:
    """After the grade the ruling too is entered wrongly; that is noticed within the hour."""
    at = misread(life)
    meeting = meeting_after(at)
    if meeting is not None and life.household.stage == Stage.PENDING_RULING:
        at = life.rule(meeting, EventKind.RULED_BACK)
        life.correct_ruling(at + 25 * MINUTE, EventKind.RULED_IN)


class Shown(NamedTuple):
    """A decreed story, and the householder's name."""

    tale: Callable[[Life], object]
    name: str


#: By village and place in its roster.
SHOWN = {
    ("610114007200", 2): Shown(withdrawn, "张䶮"),
    ("610114007200", 4): Shown(badly_built, "李𠮷"),
    ("610114007200", 6): Shown(misread_twice, "王㐂"),
    ("610114007200", 8): Shown(warned_and_safe, "刘䶮娃"),
    ("610114005200", 2): Shown(warned_and_unsafe, "马𠮷民"),
    ("610114005200", 3): Shown(misread, "屈㐂平"),
    ("610114004200", 2): Shown(warned_and_waiting, "杨䶮军"),
    ("610114004200", 3): Shown(warned_and_safe, "靳𠮷"),
}


def tell(shown: Shown, life: Life, rounds: Round) -> None:
    """The decreed story, as far as the chronicle goes."""
    life.round = rounds
    with suppress(NotYet):
        shown.tale(life)
