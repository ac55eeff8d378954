"""The bureau's next version of Annex 2's columns; a saved version never changes."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from reports.annex2.layouts import LayoutColumn, faults, layout_of
from reports.models import AnnexLayout
from yanliang.accounts.permissions import may_edit_annex_layout
from yanliang.audit.trail import record
from yanliang.periods import now, today

STALE = "附件2版式在您打开后已由他人另存为新版，您的内容还在页面上：请核对最新一版后再保存。"
NOT_ALLOWED = "只有区住建局可以修改附件2版式。"
#: How far ahead a version may be announced: no later version can come into force before it.
MOST_DAYS_AHEAD = 92


def earliest_start(newest: AnnexLayout | None) -> dt.date | None:
    """The first day from which the version after `newest` may be in force."""
    return newest and newest.valid_from


def usual_start(newest: AnnexLayout | None) -> dt.date:
    """Today, or the day on which the newest version comes into force."""
    return max(today(), earliest_start(newest) or today())


def start_fault(valid_from: dt.date, newest: AnnexLayout | None) -> str:
    """Why the version after `newest` cannot be in force from that day; "" where it can."""
    earliest = earliest_start(newest)
    if earliest and valid_from < earliest:
        return f"启用日期不能早于{newest}的启用日期（{earliest.isoformat()}）。"
    latest = today() + dt.timedelta(days=MOST_DAYS_AHEAD)
    if valid_from > latest:
        return f"启用日期最晚为 {latest.isoformat()}。"
    return ""


def save_layout(
    columns: Sequence[LayoutColumn], *, valid_from: dt.date, by, seen: int, note: str = ""
) -> AnnexLayout:
    """Save `columns` as the next version; the newest comes back where no column has changed.

    `seen` is the number of the version that the page showed as the newest. Raises PermissionDenied without the
    right, ValidationError with the faults, or (code "stale") where somebody has saved another version since.
    """
    if not may_edit_annex_layout(by):
        raise PermissionDenied(NOT_ALLOWED)
    if wrong := faults(columns):
        raise ValidationError(wrong)
    try:
        with transaction.atomic():
            newest = AnnexLayout.objects.newest()
            if (newest.number if newest else 0) != seen:
                raise ValidationError(STALE, code="stale")
            if newest and layout_of(newest).columns == tuple(columns):
                return newest
            if wrong := start_fault(valid_from, newest):
                raise ValidationError(wrong)
            version = AnnexLayout.objects.create(
                number=seen + 1,
                columns=[column.as_plain() for column in columns],
                valid_from=valid_from,
                note=note,
                saved_by=by,
                saved_at=now(),
            )
            record(
                "annex_layout_saved",
                version,
                by=by,
                before={"各栏": in_words(newest)} if newest else None,
                after={"各栏": in_words(version), "启用日期": valid_from},
                reason=note,
            )
    except IntegrityError as taken:
        raise ValidationError(STALE, code="stale") from taken
    return version


def in_words(version: AnnexLayout) -> str:
    """“1 农户总数、2 应查户（农户总数－无需排查）”."""
    return "、".join(
        f"{column.number} {column.label}"
        + ("" if column.rule == column.label else f"（{column.rule}）")
        for column in layout_of(version).columns
    )
