"""Names that belong to places, such as a village's 第一书记: typed for many at once, nobody's change lost."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from households.models import Region
from yanliang.audit.trail import record


class Typed(NamedTuple):
    """A place's name as it was typed, and as the page had shown it before."""

    name: str
    shown: str

    @property
    def is_changed(self) -> bool:
        return self.name != self.shown


class Conflict(Exception):
    """Somebody else has written another name since the page was opened; `found` maps codes of places to it."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__(found)
        self.found = found


def write_names(
    places: QuerySet[Region], field: str, typed: Mapping[str, Typed], *, act: str, by
) -> int:
    """Write into `field` of `places` what was changed, with a trail entry `act` for each; return how many places.

    All or nothing: raises Conflict where another has changed the same place meanwhile.
    """
    label = str(Region._meta.get_field(field).verbose_name)
    changed = {code: each for code, each in typed.items() if each.is_changed}
    with transaction.atomic():
        locked = list(
            places.select_for_update(no_key=True).filter(code__in=changed).order_by("code")
        )
        # Whoever typed the same name as the other finds no conflict.
        found = {
            place.code: getattr(place, field)
            for place in locked
            if getattr(place, field) not in changed[place.code]
        }
        if found:
            raise Conflict(found)
        named = 0
        for place in locked:
            before, after = getattr(place, field), changed[place.code].name
            if before == after:
                continue
            setattr(place, field, after)
            place.save(update_fields=[field])
            record(
                act,
                place,
                by=by,
                before={label: before or "（空）"},
                after={label: after or "（空）"},
            )
            named += 1
    return named
