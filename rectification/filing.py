"""What goes into a renovation's file (一户一档): photos of the work, and papers."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from inspections.papers import check_paper
from inspections.photos import take_photo
from rectification.enums import DocumentKind, Moment, RenovationState
from rectification.models import Renovation, RenovationDocument, RenovationPhoto
from rectification.renovating import lock_with_household, refuse_on, require_right
from yanliang.audit.trail import record
from yanliang.periods import now


def open_obstacles(renovation: Renovation) -> list[str]:
    """Why nothing can be added to the file of this renovation; empty when it can."""
    if renovation.state == RenovationState.CANCELLED:
        return ["这项改造已取消，不能再上传。"]
    return []


def add_photos(
    pk: int, moment: Moment, files: Iterable[UploadedFile], *, by
) -> list[RenovationPhoto]:
    """Keep pictures of one moment of the work; one that is here already stays as it was.

    Raises PermissionDenied without the right, ValidationError for what is no picture; nothing is kept then.
    """
    require_right(by, "上传改造照片")
    with transaction.atomic():
        renovation = lock_with_household(pk)
        refuse_on(open_obstacles(renovation))
        links = []
        for file in files:
            photo = take_photo(file, renovation.household, by)
            link, is_new = RenovationPhoto.objects.standing().get_or_create(
                renovation=renovation, photo=photo, defaults={"moment": moment}
            )
            if not is_new and link.moment != moment:
                raise ValidationError(
                    f"“{file.name}”已作为{link.get_moment_display()}照片上传过，不能重复使用。"
                )
            if is_new:
                links.append(link)
        if links:
            record(
                "renovation_photos_added",
                renovation,
                by=by,
                after={"阶段": moment.label, "张数": len(links)},
            )
    return links


def add_document(pk: int, kind: DocumentKind, file: UploadedFile, *, by) -> RenovationDocument:
    """Keep a paper, PDF or picture by its content. Raises as `add_photos` does."""
    require_right(by, "上传改造材料")
    check_paper(file)
    with transaction.atomic():
        renovation = lock_with_household(pk)
        refuse_on(open_obstacles(renovation))
        document = RenovationDocument.objects.create(
            renovation=renovation,
            kind=kind,
            file=file,
            name=file.name[-120:],
            uploaded_by=by,
            uploaded_at=now(),
        )
        record(
            "renovation_document_added",
            renovation,
            by=by,
            after={"材料": kind.label, "文件": document.name},
        )
    return document
