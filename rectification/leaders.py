"""街办主要领导: who leads on the problems of an office that come again (domain rules §5)."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied

from households.models import Region
from households.models.regions import RegionQuerySet
from households.naming import Typed, write_names
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_name_leaders


def led_by(staff) -> RegionQuerySet:
    """The places whose leader `staff` names: offices of its region, and for the bureau the district itself."""
    return Region.objects.visible_to(staff).filter(level__lte=RegionLevel.OFFICE)


def unled_offices(staff) -> RegionQuerySet:
    """The offices whose leader nobody has named yet."""
    return led_by(staff).offices().filter(principal_leader="")


def name_leaders(typed: Mapping[str, Typed], *, by) -> int:
    """Write what was changed, all or nothing, with a trail entry for each office; return how many offices.

    Problems keep the leading official that they have. Raises PermissionDenied without the right, Conflict where
    another has changed the same office meanwhile.
    """
    if not may_name_leaders(by):
        raise PermissionDenied("您没有登记街办主要领导的权限。")
    return write_names(led_by(by), "principal_leader", typed, act="leader_named", by=by)
