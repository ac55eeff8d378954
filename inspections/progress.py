"""How far a village has come, and which household is visited next."""

from typing import NamedTuple

from django.db.models import Count, Q, Value

from households.enums import Stage
from households.models import Household


class Progress(NamedTuple):
    """Households of a village: already inspected, and all that are to be (应排查)."""

    done: int
    due: int


def village_progress(region_id: str) -> Progress:
    stages = dict(
        Household.objects.filter(region_id=region_id)
        .order_by()
        .values_list("stage")
        .annotate(households=Count(Value(1)))
    )
    due = sum(stages.values()) - stages.get(Stage.EXEMPT, 0)
    return Progress(due - stages.get(Stage.UNCHECKED, 0), due)


def next_unchecked(staff, region_id: str, after: Household | None = None) -> Household | None:
    """The next unchecked household of the village by group and code, from the beginning again at its end."""
    waiting = (
        Household.objects.visible_to(staff)
        .filter(region_id=region_id)
        .unchecked()
        .order_by("group", "code")
    )
    if after is None:
        return waiting.first()
    later = Q(group__gt=after.group) | Q(group=after.group, code__gt=after.code)
    return waiting.filter(later).first() or waiting.exclude(pk=after.pk).first()
