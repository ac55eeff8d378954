"""How many problems stand where: by state and by light, for a list or for each of its groups."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Case, CharField, Count, Q, Value, When
from django.db.models.expressions import Combinable

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
    """Numbers of problems by state and by light, and how many of them are 屡改屡犯."""

    states: Counter[ProblemState] = field(default_factory=Counter)
    lights: Counter[Light] = field(default_factory=Counter)
    recurrent: int = 0

    @property
    def total(self) -> int:
        return self.states.total()

    def add(self, other: "Sums") -> None:
        self.states.update(other.states)
        self.lights.update(other.lights)
        self.recurrent += other.recurrent


def sums_by(
    problems: ProblemQuerySet, day: dt.date, keys: Mapping[str, Combinable]
) -> dict[tuple, Sums]:
    """The sums of `problems` on `day` by the values of `keys`. One query."""
    rows = (
        problems.order_by()
        .annotate(shown_light=light_on(day), **{f"key_{name}": key for name, key in keys.items()})
        .values_list("state", "shown_light", *(f"key_{name}" for name in keys))
        .annotate(number=Count(Value(1)), recurrent=Count(Value(1), filter=Q(is_recurrent=True)))
    )
    sums: dict[tuple, Sums] = defaultdict(Sums)
    for state, light, *key, number, recurrent in rows:
        sums[tuple(key)].add(
            Sums(Counter({ProblemState(state): number}), Counter({Light(light): number}), recurrent)
        )
    return sums


def sums_of(problems: ProblemQuerySet, day: dt.date) -> Sums:
    """The sums of all `problems` on `day`. One query."""
    return sums_by(problems, day, {}).get((), Sums())
