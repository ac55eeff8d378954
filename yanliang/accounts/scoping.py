"""A region code is the tenancy: a member of staff sees the rows whose code starts with their own."""

from typing import Self

from django.db import models

CODE_LENGTH = 12


def code_range(code: str) -> tuple[str, str]:
    """The first and the last code that the region `code`, or one below it, can have.

    Codes are digits, so a prefix is a range: that reads the index in any collation, where LIKE does not.
    """
    return code, code + "9" * (CODE_LENGTH - len(code))


class RegionScopedQuerySet(models.QuerySet):
    """Rows that belong to a region; `visible_to` is the only door to them.

    `region_path` leads from the model to the region code that owns the row.
    """

    region_path = "region_id"

    def within(self, code: str) -> Self:
        """Rows of the region `code` and of every region below it."""
        first, last = code_range(code)
        return self.filter(
            **{f"{self.region_path}__gte": first, f"{self.region_path}__lte": last},
        )

    def visible_to(self, staff) -> Self:
        """Rows that `staff` may see; none for strangers and for the keeper, who does no business."""
        code = getattr(staff, "scope_code", "")
        return self.within(code) if code else self.none()
