"""A region code is the tenancy: a member of staff sees the rows whose code starts with their own."""

from typing import Self

from django.db import models

CODE_LENGTH = 12


class RegionScopedQuerySet(models.QuerySet):
    """Rows that belong to a region; `visible_to` is the only door to them.

    `region_path` leads from the model to the region code that owns the row.
    """

    region_path = "region_id"

    def within(self, code: str) -> Self:
        """Rows of the region `code` and of every region below it.

        Codes are digits, so a prefix is a range: that reads the index in any collation, where LIKE does not.
        """
        return self.filter(
            **{
                f"{self.region_path}__gte": code,
                f"{self.region_path}__lte": code + "9" * (CODE_LENGTH - len(code)),
            }
        )

    def visible_to(self, staff) -> Self:
        """Rows that `staff` may see; none for strangers and for the keeper, who does no business."""
        code = getattr(staff, "scope_code", "")
        return self.within(code) if code else self.none()
