"""Who may do what with a problem: the role's right, within the person's region."""

from collections.abc import Callable

from django.db.models import QuerySet

from rectification.models import Problem
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.models import Staff
from yanliang.accounts.permissions import PROBLEM_WORKERS


def covers(staff, region_id: str) -> bool:
    """Whether `region_id` lies in what `staff` sees."""
    code = getattr(staff, "scope_code", "")
    return bool(code) and region_id.startswith(code)


def within_region(has_right: Callable[..., bool]) -> Callable[[object, Problem], bool]:
    """`has_right` narrowed to problems of the person's own region, as a transition asks for it."""
    return lambda staff, problem: has_right(staff) and covers(staff, problem.region_id)


def workers() -> QuerySet[Staff]:
    """The accounts that can work on problems, each within its region."""
    active = Staff.objects.filter(is_active=True, role__in=PROBLEM_WORKERS)
    return active.select_related("region").order_by("-region", "username")


def workers_on(region_id: str) -> QuerySet[Staff]:
    """The accounts that can work on a problem of `region_id`: the office's first, then the bureau's."""
    around = [region_id[:level] for level in RegionLevel if level <= len(region_id)]
    return workers().filter(region__in=around)
