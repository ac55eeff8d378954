"""A workbook of results: uploaded, previewed, confirmed, recorded row by row.

Each row is recorded in a transaction of its own, by `record_result`: one that was overtaken by somebody else
since the preview is reported and the others go through, nobody waits for the whole file, and a run that was
broken off can be taken up again, since a row that stands already changes nothing.
"""

import datetime as dt
from io import BytesIO
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction

from households.enums import ImportState
from households.roster.headers import Mapping, find_mapping
from households.roster.importing import lock_in_state, pack, spool, unpack
from households.roster.marking import write_marked, write_refused
from households.roster.reader import Roster, open_roster
from inspections.appraisal import record_result, require_right
from inspections.models import Appraisal, ResultImport
from yanliang.audit.trail import record
from yanliang.periods import now

from . import entry
from .columns import RESULTS
from .judging import ResultRow, counts, judge_rows, require_columns, set_faults, typed

OUTCOMES = {
    "new": "可录入",
    "recorded": "已录入",
    "unchanged": "无变化",
    "error": "有错误",
    "ignored": "未填写",
}
#: A run that has not ended after this long was broken off.
BROKEN_OFF_AFTER = dt.timedelta(minutes=5)
STALE = "上传核对之后，这条委托已被他人修改，没有录入；应核对最新内容后重新上传"


def read(path: Path, filename: str) -> tuple[Roster, Mapping]:
    """The workbook and where its results stand; raises RosterRefused."""
    roster = open_roster(path, filename=filename)
    mapping = find_mapping(roster, None, RESULTS)
    require_columns(mapping)
    return roster, mapping


def upload_results(upload: File, by) -> ResultImport:
    """Take a file in and judge its rows; no result is recorded yet.

    Raises RosterRefused where the file is no readable table of results, PermissionDenied without the right.
    """
    require_right(by)
    path, digest = spool(upload)
    filename = Path(upload.name or "鉴定结果").name[:200]
    try:
        roster, mapping = read(path, filename)
        rows = list(judge_rows(roster, mapping, Appraisal.objects.visible_to(by)))
        with transaction.atomic(), path.open("rb") as source:
            result_import = ResultImport(
                region=by.region,
                filename=filename,
                size=upload.size,
                sha256=digest,
                uploaded_by=by,
                uploaded_at=now(),
            )
            # What is stored has the suffix of what it is, whatever its sender called it.
            result_import.file.save(f"{result_import.pk}.{roster.kind}", File(source), save=False)
            keep(result_import, rows)
            result_import.save(force_insert=True)
            record("results_uploaded", result_import, by=by, after=trail_of(result_import))
    finally:
        path.unlink(missing_ok=True)
    return result_import


def keep(result_import: ResultImport, rows: list[ResultRow]) -> None:
    """Put what became of the rows on `result_import` (unsaved)."""
    result_import.counts = counts(rows)
    result_import.outcomes = pack([row.to_json() for row in rows])


def trail_of(result_import: ResultImport) -> dict:
    told = {OUTCOMES[outcome]: count for outcome, count in result_import.counts.items()}
    return {"文件": result_import.filename, **told}


def rows_of(result_import: ResultImport) -> list[ResultRow]:
    """What became of every row, in the order of the file."""
    return [ResultRow.from_json(row) for row in unpack(result_import.outcomes)]


def is_broken_off(result_import: ResultImport) -> bool:
    """Whether its recording was begun and never ended."""
    is_running = result_import.state == ImportState.RUNNING
    return is_running and now() - result_import.started_at > BROKEN_OFF_AFTER


def may_touch(result_import: ResultImport, by) -> None:
    require_right(by)
    if not ResultImport.objects.visible_to(by).filter(pk=result_import.pk).exists():
        raise PermissionDenied("这份鉴定结果不归您所在的区县。")


def confirm(result_import: ResultImport, by) -> ResultImport:
    """Record the rows that the preview found right; what became of each is kept.

    Raises ValidationError when somebody has confirmed or given up the import, or there is nothing to record.
    """
    may_touch(result_import, by)
    with transaction.atomic():
        result_import = lock_in_state(result_import, ImportState.PREVIEW, ImportState.RUNNING)
        if result_import.state == ImportState.RUNNING and not is_broken_off(result_import):
            raise ValidationError("正在录入，请稍候再刷新页面。")
        if not result_import.counts.get("new"):
            raise ValidationError("没有可以录入的行。请下载标红的表，改正后重新上传。")
        result_import.state, result_import.started_at = ImportState.RUNNING, now()
        result_import.save(update_fields=["state", "started_at"])
    _, mapping = read(Path(result_import.file.path), result_import.filename)
    rows = rows_of(result_import)
    for row in rows:
        if row.outcome == "new":
            enter(row, mapping, by)
    with transaction.atomic():
        keep(result_import, rows)
        result_import.state, result_import.finished_at = ImportState.DONE, now()
        result_import.save()
        record("results_recorded", result_import, by=by, after=trail_of(result_import))
    return result_import


def enter(row: ResultRow, mapping: Mapping, by) -> None:
    """Record one row, or note why not."""
    appraisals = Appraisal.objects.visible_to(by).select_related("organisation")
    appraisal = appraisals.get(pk=row.appraisal_id)
    values, _ = entry.read_cells(typed(row))
    try:
        record_result(appraisal, values, by=by, seen=row.version)
    except ValidationError as wrong:
        judgement = entry.judge(appraisals.get(pk=row.appraisal_id), typed(row))
        if judgement.outcome == "unchanged":
            row.outcome, row.note = "unchanged", "已录入，内容相同"
        else:
            is_stale = getattr(wrong, "code", "") == "stale"
            faults = {entry.ROW: [STALE]} if is_stale else entry.sentences(wrong)
            set_faults(row, judgement.faults or faults, mapping.sheet(row.sheet))
    else:
        row.outcome = "recorded"


def cancel(result_import: ResultImport, by) -> ResultImport:
    """Give a previewed import up."""
    may_touch(result_import, by)
    with transaction.atomic():
        result_import = lock_in_state(result_import, ImportState.PREVIEW)
        result_import.state = ImportState.CANCELLED
        result_import.save(update_fields=["state"])
        record("results_cancelled", result_import, by=by)
    return result_import


def workbook(result_import: ResultImport, *, only_refused: bool) -> bytes:
    """The uploaded workbook with its faults marked, or its refused rows alone."""
    roster, mapping = read(Path(result_import.file.path), result_import.filename)
    target = BytesIO()
    write = write_refused if only_refused else write_marked
    write(roster, mapping, rows_of(result_import), target)
    return target.getvalue()
