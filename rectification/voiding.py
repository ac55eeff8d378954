"""Uploads that were wrong: declared void with a reason, kept, and no longer counted."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localtime

from rectification.enums import RenovationState
from rectification.models import RenovationDocument, RenovationPhoto
from rectification.models.voiding import Voidable
from rectification.renovating import NEEDED_MOMENTS, lock_with_household, refuse_on, require_right
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import lock


def void_obstacles(row: Voidable) -> list[str]:
    return [f"已于 {localtime(row.voided_at):%Y-%m-%d} 作废，不必再作废。"] if row.is_void else []


def declare_void(row: Voidable, *, by, reason: str) -> None:
    """Mark a locked row as void. Raises ValidationError without a reason, and for what is void already."""
    refuse_on(void_obstacles(row))
    if not reason.strip():
        raise ValidationError("请填写作废理由。")
    row.voided_at, row.voided_by, row.void_reason = now(), by, reason.strip()
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])


def void_document(pk: int, *, by, reason: str) -> RenovationDocument:
    """A paper that does not belong here. Raises PermissionDenied without the right."""
    require_right(by, "作废改造材料")
    with transaction.atomic():
        document = RenovationDocument.objects.get(pk=pk)
        renovation = lock_with_household(document.renovation_id)
        document = lock(document)
        declare_void(document, by=by, reason=reason)
        record(
            "renovation_document_voided",
            renovation,
            by=by,
            before={"材料": document.get_kind_display(), "文件": document.name},
            reason=document.void_reason,
        )
    return document


def photo_void_obstacles(link: RenovationPhoto) -> list[str]:
    """Why the photo cannot be declared void: it is so already, or the finished work stands on it alone."""
    if already := void_obstacles(link):
        return already
    others = link.renovation.photo_links.standing().filter(moment=link.moment).exclude(pk=link.pk)
    is_finished = link.renovation.state in {RenovationState.FINISHED, RenovationState.ACCEPTED}
    if is_finished and link.moment in NEEDED_MOMENTS and not others.exists():
        return [
            f"这项改造已竣工，{link.get_moment_display()}照片只有这一张：请先上传正确的照片，再作废它。"
        ]
    return []


def void_photo(pk: int, *, by, reason: str) -> RenovationPhoto:
    """A picture of something else, or of another moment; it may be uploaded again for the right one."""
    require_right(by, "作废改造照片")
    with transaction.atomic():
        link = RenovationPhoto.objects.get(pk=pk)
        renovation = lock_with_household(link.renovation_id)
        link = lock(link)
        link.renovation = renovation
        refuse_on(photo_void_obstacles(link))
        declare_void(link, by=by, reason=reason)
        record(
            "renovation_photo_voided",
            renovation,
            by=by,
            before={"阶段": link.get_moment_display()},
            reason=link.void_reason,
        )
    return link
