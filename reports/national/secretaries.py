"""第一书记 of each village, as the 帮扶对象 list names them (domain rules §4)."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied

from households.models import Region
from households.naming import Typed, write_names
from yanliang.accounts.permissions import may_name_secretaries


def name_secretaries(typed: Mapping[str, Typed], *, by) -> int:
    """Write what was changed, all or nothing, with a trail entry for each village; return how many villages.

    Raises PermissionDenied without the right, Conflict where another has changed the same village meanwhile.
    """
    if not may_name_secretaries(by):
        raise PermissionDenied("您没有登记第一书记的权限。")
    villages = Region.objects.visible_to(by).villages()
    return write_names(villages, "first_secretary", typed, act="secretary_named", by=by)
