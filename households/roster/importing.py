"""A roster's way into the register: uploaded, previewed, confirmed, written in one transaction."""

import hashlib
import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from households.enums import ImportState
from households.models import Region, RosterImport
from yanliang.accounts.permissions import may_import_roster
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import lock

from .comparing import PlannedRow, compare, reference_for
from .headers import Mapping, find_mapping
from .judging import judge_rows
from .reader import Roster, open_roster
from .refusals import RosterRefused
from .writing import Progress, RosterWriter

#: A roster of more rows is written by the task worker, so that the browser does not wait.
ROWS_IN_REQUEST = 2_000
OUTCOMES = {
    "new": "新增",
    "changed": "变动",
    "unchanged": "无变化",
    "error": "有错误",
    "ignored": "不是农户",
}


def pack(data: Any) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder).encode())


def unpack(blob: bytes | memoryview) -> Any:
    return json.loads(zlib.decompress(bytes(blob)))


def require_right(by, region: Region) -> None:
    """Raises PermissionDenied unless `by` may import rosters of `region`."""
    if not may_import_roster(by) or not Region.objects.visible_to(by).filter(pk=region.pk).exists():
        raise PermissionDenied("只有本街办的录入员和负责人可以导入花名册。")


def spool(upload: File) -> tuple[Path, str]:
    """Write an upload to a file of its own; return it and its SHA-256. Raises RosterRefused when too big."""
    if upload.size > settings.UPLOAD_LIMIT_BYTES:
        limit = settings.UPLOAD_LIMIT_BYTES // 1024 // 1024
        raise RosterRefused("too_big", f"文件超过 {limit} MB。请分街办、分村拆开后再上传。")
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(delete=False) as target:
        for chunk in upload.chunks():
            digest.update(chunk)
            target.write(chunk)
    return Path(target.name), digest.hexdigest()


def upload_roster(upload: File, region: Region, by) -> RosterImport:
    """Take a file in, find its columns and judge its rows; nothing is written to the register yet.

    Raises RosterRefused where the file is no readable roster, PermissionDenied without the right.
    """
    require_right(by, region)
    path, digest = spool(upload)
    filename = Path(upload.name or "花名册").name[:200]
    try:
        roster = open_roster(path, filename=filename)
        mapping = find_mapping(roster, reference_for(region).villages)
        with transaction.atomic(), path.open("rb") as source:
            roster_import = RosterImport(
                region=region,
                filename=filename,
                size=upload.size,
                sha256=digest,
                mapping=mapping.to_json(),
                uploaded_by=by,
                uploaded_at=now(),
            )
            # What is stored has the suffix of what it is, whatever its sender called it.
            roster_import.file.save(f"{roster_import.pk}.{roster.kind}", File(source), save=False)
            judge_into(roster_import, roster, mapping)
            roster_import.save(force_insert=True)
            record("roster_uploaded", roster_import, by=by, after={"文件": filename})
    finally:
        path.unlink(missing_ok=True)
    return roster_import


def judge_into(roster_import: RosterImport, roster: Roster, mapping: Mapping) -> list[PlannedRow]:
    """Judge and compare every row, and keep the outcome on `roster_import` (unsaved).

    A mapping without its required columns judges nothing: the counts are empty and the page asks for them.
    """
    if mapping.missing_message:
        roster_import.counts, roster_import.outcomes = {}, None
        return []
    region = roster_import.region
    judged = judge_rows(roster, mapping, reference_for(region), today())
    rows = list(compare(judged, region))
    roster_import.counts = dict(Counter(row.outcome for row in rows))
    roster_import.counts["warning"] = sum(
        1 for row in rows if row.outcome != "error" and row.judged.problems
    )
    roster_import.outcomes = pack(
        [
            [
                row.judged.sheet,
                row.judged.row,
                row.outcome,
                row.judged.codes_text,
                row.judged.sentence,
            ]
            for row in rows
        ]
    )
    return rows


@contextmanager
def stored_roster(roster_import: RosterImport) -> Iterator[tuple[Roster, Mapping]]:
    """The uploaded workbook, read again, with the mapping as it was corrected."""
    roster = open_roster(roster_import.file.path, filename=roster_import.filename)
    yield roster, Mapping.from_json(roster_import.mapping)


def correct_mapping(
    roster_import: RosterImport, choices: dict[tuple[str, str], int | None], by
) -> RosterImport:
    """Read fields from other columns: (sheet, field) → column index, None for no column; judge anew."""
    with transaction.atomic():
        roster_import = lock_in_state(roster_import, ImportState.PREVIEW)
        with stored_roster(roster_import) as (roster, mapping):
            for (sheet, field), index in choices.items():
                mapping = mapping.with_column(field, index, sheet=sheet)
            roster_import.mapping = mapping.to_json()
            judge_into(roster_import, roster, mapping)
        roster_import.save()
        record("roster_mapped", roster_import, by=by, after={"结果": roster_import.counts})
    return roster_import


def lock_in_state(roster_import: RosterImport, *states: ImportState) -> RosterImport:
    """The import, locked; raises ValidationError when it is in none of `states` (any more)."""
    locked = lock(roster_import)
    if locked.state not in states:
        raise ValidationError(f"这次导入目前是“{locked.get_state_display()}”，不能再这样操作。")
    return locked


def row_count(roster_import: RosterImport) -> int:
    """Rows that a commit will write or look at."""
    return sum(roster_import.counts.get(outcome, 0) for outcome in ("new", "changed", "unchanged"))


def confirm(roster_import: RosterImport, by) -> RosterImport:
    """Put a previewed import in the queue; whoever runs it calls `run`."""
    require_right(by, roster_import.region)
    with transaction.atomic():
        roster_import = lock_in_state(roster_import, ImportState.PREVIEW)
        if not row_count(roster_import):
            raise ValidationError("没有可以导入的行。请下载标红的花名册，改正后重新上传。")
        roster_import.state = ImportState.QUEUED
        roster_import.save(update_fields=["state"])
    return roster_import


def cancel(roster_import: RosterImport, by) -> RosterImport:
    """Give a previewed import up."""
    require_right(by, roster_import.region)
    with transaction.atomic():
        roster_import = lock_in_state(roster_import, ImportState.PREVIEW)
        roster_import.state = ImportState.CANCELLED
        roster_import.save(update_fields=["state"])
        record("roster_cancelled", roster_import, by=by)
    return roster_import


def progress_key(roster_import: RosterImport) -> str:
    return f"roster-progress-{roster_import.pk}"


def progress_of(roster_import: RosterImport) -> dict[str, Any]:
    """Per cent done and what is being done; stands outside the database, whose transaction is still open."""
    return cache.get(progress_key(roster_import)) or {"percent": 0, "doing": "等待处理"}


def run(roster_import: RosterImport, by) -> RosterImport:
    """Write a queued import into the register: all of it, or nothing and the reason why.

    Judges the file again under lock, since the register may have changed after the preview. A run that finds
    the import already taken by another raises ValidationError.
    """

    def progress(percent: int, doing: str) -> None:
        cache.set(progress_key(roster_import), {"percent": percent, "doing": doing}, 3600)

    progress(5, "读取花名册")
    try:
        with transaction.atomic():
            roster_import = lock_in_state(roster_import, ImportState.QUEUED)
            write_all(roster_import, by, progress)
    except ValidationError:
        raise
    except Exception as error:
        fail(roster_import, by, error)
        raise
    progress(100, "完成")
    return roster_import


def write_all(roster_import: RosterImport, by, progress: Progress) -> None:
    with stored_roster(roster_import) as (roster, mapping):
        progress(15, "逐行核对")
        rows = judge_into(roster_import, roster, mapping)
        progress(35, "写入新增的农户")
        at = now()
        undo = RosterWriter(roster_import, by, at, progress).write(rows)
    progress(95, "保存结果")
    roster_import.undo = pack(undo)
    roster_import.state = ImportState.DONE
    roster_import.finished_at = at
    roster_import.save()
    record("roster_imported", roster_import, by=by, after={"结果": roster_import.counts})


def fail(roster_import: RosterImport, by, error: Exception) -> None:
    """Keep why an import failed; its transaction has been rolled back, so the register is as it was."""
    with transaction.atomic():
        roster_import = lock(roster_import)
        roster_import.state = ImportState.FAILED
        roster_import.failure = str(error)[:500]
        roster_import.save(update_fields=["state", "failure"])
        record("roster_imported", roster_import, by=by, reason="导入失败，未写入任何农户。")
