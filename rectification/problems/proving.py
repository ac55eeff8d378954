"""The proof of a problem: photos from before and after, papers; what is still missing of it."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from inspections.fingerprints import fingerprint, look_alike
from inspections.models import Photo
from inspections.papers import check_paper
from inspections.photos import LONG_SIDE, SIZE_LIMIT, as_jpeg, read_picture
from rectification.enums import EntryKind, EvidenceKind
from rectification.models import Evidence, Problem
from rectification.problems.log import write_entry
from rectification.problems.rights import covers
from rectification.voiding import declare_void
from yanliang.accounts.permissions import may_work_on_problem
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import lock


class Picture(NamedTuple):
    """An uploaded photo; `taken_at` is what the person says, where the camera noted no time."""

    file: UploadedFile
    taken_at: dt.datetime | None = None


def add_photo(pk: int, kind: EvidenceKind, picture: Picture, *, by) -> Evidence:
    """Keep a photo from before or after.

    Raises PermissionDenied without the right, ValidationError for what is no photo, has no time or one that
    is still to come, or was uploaded for this problem before.
    """
    with transaction.atomic():
        problem = lock_to_prove(pk, by)
        return keep_photo(problem, kind, picture, by=by)


def keep_photo(problem: Problem, kind: EvidenceKind, picture: Picture, *, by) -> Evidence:
    """The same on a locked problem."""
    file = picture.file
    if file.size > SIZE_LIMIT:
        raise ValidationError("照片不能超过 20 MB，请压缩后再上传。", code="too_large")
    file.seek(0)
    content = file.read()
    image, metadata = read_picture(content)
    # The camera's word goes before the person's.
    taken_at = metadata.taken_at or picture.taken_at
    if taken_at is None:
        raise ValidationError(f"“{file.name}”没有拍摄时间，请填写拍摄时间。", code="no_time")
    if taken_at > now():
        raise ValidationError(f"“{file.name}”的拍摄时间晚于现在，请核对。", code="future")
    evidence = Evidence(
        kind=kind,
        file=ContentFile(as_jpeg(image, LONG_SIDE), f"{uuid.uuid4()}.jpg"),
        name=file.name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        fingerprint=fingerprint(image),
        taken_at=taken_at,
    )
    return keep(problem, evidence, by=by)


def copy_photo(problem: Problem, kind: EvidenceKind, photo: Photo, taken_at: dt.datetime, *, by):
    """A photo of the household as proof, on a locked problem; `taken_at` where the camera noted none."""
    with photo.file.open("rb") as file:
        content = file.read()
    evidence = Evidence(
        kind=kind,
        file=ContentFile(content, f"{uuid.uuid4()}.jpg"),
        name=f"核查照片 {photo.pk}",
        sha256=photo.sha256,
        fingerprint=photo.fingerprint,
        taken_at=photo.taken_at or taken_at,
    )
    return keep(problem, evidence, by=by)


def add_papers(pk: int, files: Iterable[UploadedFile], *, by) -> list[Evidence]:
    """Keep papers, each a PDF or picture by its content, all or none. Raises as `add_photo` does."""
    files = list(files)
    for file in files:
        check_paper(file)
    with transaction.atomic():
        problem = lock_to_prove(pk, by)
        return [keep_paper(problem, file, by=by) for file in files]


def add_paper(pk: int, file: UploadedFile, *, by) -> Evidence:
    return add_papers(pk, [file], by=by)[0]


def keep_paper(problem: Problem, file: UploadedFile, *, by) -> Evidence:
    """The same on a locked problem, with a file that was checked."""
    file.seek(0)
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    evidence = Evidence(kind=EvidenceKind.PAPER, file=file, name=file.name[-200:], sha256=digest)
    return keep(problem, evidence, by=by)


def keep(problem: Problem, evidence: Evidence, *, by) -> Evidence:
    same = problem.evidence.standing().filter(sha256=evidence.sha256).first()
    if evidence.sha256 and same:
        raise ValidationError(
            f"“{evidence.name}”已作为{same.get_kind_display()}上传过，不能重复使用。",
            code="same_file",
        )
    evidence.problem, evidence.added_by, evidence.added_at = problem, by, now()
    evidence.save()
    write_entry(problem, EntryKind.EVIDENCE, f"上传{evidence}", by=by)
    record(
        "problem_evidence_added",
        problem,
        by=by,
        after={"类型": evidence.get_kind_display(), "文件": evidence.name},
    )
    return evidence


def void_evidence(pk: int, *, by, reason: str) -> Evidence:
    """A file that does not belong here; it may be uploaded again. Raises as `add_photo` does."""
    with transaction.atomic():
        evidence = Evidence.objects.get(pk=pk)
        problem = lock_to_prove(evidence.problem_id, by)
        evidence = lock(evidence)
        if evidence.kind == EvidenceKind.REGISTER:
            raise ValidationError("台账记录由系统写入，不能作废。")
        declare_void(evidence, by=by, reason=reason)
        write_entry(problem, EntryKind.EVIDENCE, f"作废{evidence}：{evidence.void_reason}", by=by)
        record(
            "problem_evidence_voided",
            problem,
            by=by,
            before={"类型": evidence.get_kind_display(), "文件": evidence.name},
            reason=evidence.void_reason,
        )
    return evidence


def lock_to_prove(pk: int, by) -> Problem:
    problem = lock(Problem(pk=pk))
    if not (may_work_on_problem(by) and covers(by, problem.region_id)):
        raise PermissionDenied("您没有上传佐证的权限。")
    if problem.is_settled:
        raise ValidationError(f"该问题{problem.get_state_display()}，不能再上传或作废佐证。")
    return problem


def proof_obstacles(problem: Problem) -> list[str]:
    """What is missing of the proof; empty when the problem can be struck off by it (domain rules §5)."""
    standing = list(problem.evidence.standing())
    counting = since_reopening(problem, standing)
    if problem.kind.is_house:
        missing = photo_obstacles(counting)
    else:
        missing = [] if counting else ["还没有佐证：请至少上传一份佐证材料。"]
    if missing and len(counting) < len(standing):
        missing.append("重新整改须有新的佐证，上次销号所用的不再算数。")
    return missing


def since_reopening(problem: Problem, standing: list[Evidence]) -> list[Evidence]:
    """What proves the end of a problem: after a reopening that of the first time is nothing but its past.

    How the house was before stays proved.
    """
    reopened = problem.entries.filter(kind=EntryKind.REOPENED).last()
    if reopened is None:
        return standing
    is_house = problem.kind.is_house
    return [
        each
        for each in standing
        if each.added_at >= reopened.at or (is_house and each.kind == EvidenceKind.BEFORE)
    ]


def photo_obstacles(standing: list[Evidence]) -> list[str]:
    """A photo before and one after, of different content, the second taken later."""
    before, after = (
        [each for each in standing if each.kind == kind]
        for kind in (EvidenceKind.BEFORE, EvidenceKind.AFTER)
    )
    missing = [
        f"还没有{kind.label}。"
        for kind, photos in ((EvidenceKind.BEFORE, before), (EvidenceKind.AFTER, after))
        if not photos
    ]
    if missing:
        return missing
    different = [
        (one, other)
        for one in before
        for other in after
        if one.sha256 != other.sha256 and not look_alike(one.fingerprint, other.fingerprint)
    ]
    if not different:
        return ["整改前后的照片是同一画面，请上传整改后的实拍照片。"]
    if not any(one.taken_at < other.taken_at for one, other in different):
        return ["整改后照片的拍摄时间应晚于整改前照片，请核对拍摄时间。"]
    return []
