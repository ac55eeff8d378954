"""How many problems stand where: by state and by light, for a list or for each of its groups."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Case, CharField, Count, Value, When

from rectification.enums import SETTLED, Light, ProblemState
from rectification.models.problems import SOON_DAYS, ProblemQuerySet


def light_on(day: dt.date) -> Case:
    """`Problem.light` as the database works it out."""
    return Case(
        When(state__in=sorted(SETTLED), then=Value(Light.GREY)),
        When(due_on__lt=day, then=Value(Light.RED)),
        When(due_on__lte=day + dt.timedelta(days=SOON_DAYS), then=Value(Light.YELLOW)),
        default=Value(Light.GREEN),
        output_field=CharField(),
    )


@dataclass
class Sums:
    """Numbers of problems by state and by light."""

    states: Counter[ProblemState] = field(default_factory=Counter)
    lights: Counter[Light] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.states.total()

    def add(self, state: str, light: str, number: int) -> None:
        self.states[ProblemState(state)] += number
        self.lights[Light(light)] += number


def sums_of(problems: ProblemQuerySet, day: dt.date) -> Sums:
    """The sums of `problems` on `day`. One query."""
    sums = Sums()
    rows = problems.order_by().values("state", shown_light=light_on(day))
    for row in rows.annotate(number=Count(Value(1))):
        sums.add(row["state"], row["shown_light"], row["number"])
    return sums
