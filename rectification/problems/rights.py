"""Who may do what with a problem: the role's right, within the person's region."""

from collections.abc import Callable

from rectification.models import Problem


def covers(staff, region_id: str) -> bool:
    """Whether `region_id` lies in what `staff` sees."""
    code = getattr(staff, "scope_code", "")
    return bool(code) and region_id.startswith(code)


def within_region(has_right: Callable[..., bool]) -> Callable[[object, Problem], bool]:
    """`has_right` narrowed to problems of the person's own region, as a transition asks for it."""
    return lambda staff, problem: has_right(staff) and covers(staff, problem.region_id)
