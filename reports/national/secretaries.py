"""第一书记 of each village, as the 帮扶对象 list names them (domain rules §4)."""

from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction

from households.models import Region
from yanliang.accounts.permissions import may_name_secretaries
from yanliang.audit.trail import record


class Typed(NamedTuple):
    """A village's 第一书记 as it was typed, and as the page had shown it before."""

    name: str
    shown: str

    @property
    def is_changed(self) -> bool:
        return self.name != self.shown


class Conflict(Exception):
    """Somebody else has named another 第一书记 since the page was opened; `found` maps village codes to that name."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__(found)
        self.found = found


def name_secretaries(typed: Mapping[str, Typed], *, by) -> int:
    """Write what was changed, all or nothing, with a trail entry for each village; return how many villages.

    Raises PermissionDenied without the right, Conflict where another has changed the same village meanwhile.
    """
    if not may_name_secretaries(by):
        raise PermissionDenied("您没有登记第一书记的权限。")
    changed = {code: each for code, each in typed.items() if each.is_changed}
    with transaction.atomic():
        villages = list(
            Region.objects.visible_to(by)
            .villages()
            .select_for_update()
            .filter(code__in=changed)
            .order_by("code")
        )
        # Whoever typed the same name as the other finds no conflict.
        found = {
            village.code: village.first_secretary
            for village in villages
            if village.first_secretary not in changed[village.code]
        }
        if found:
            raise Conflict(found)
        named = 0
        for village in villages:
            before, village.first_secretary = village.first_secretary, changed[village.code].name
            if before == village.first_secretary:
                continue
            village.save(update_fields=["first_secretary"])
            record(
                "secretary_named",
                village,
                by=by,
                before={"第一书记": before or "（空）"},
                after={"第一书记": village.first_secretary or "（空）"},
            )
            named += 1
    return named
