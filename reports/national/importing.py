"""A returned workbook's way into the register: uploaded, previewed, confirmed, written in one transaction."""

from collections import Counter
from io import BytesIO
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction

from households.enums import ImportState
from households.roster.headers import Mapping, find_mapping
from households.roster.importing import lock_in_state, pack, spool, stored_roster, unpack
from households.roster.marking import write_marked, write_refused
from households.roster.reader import Roster, open_roster
from households.roster.refusals import RosterRefused
from reports.models import ReferenceImport
from reports.national.entering import enter_references
from reports.national.judging import ReturnedRow, judge, missing_columns, vocabulary
from yanliang.accounts.permissions import may_enter_national
from yanliang.audit.trail import record
from yanliang.periods import now


def require_right(by) -> None:
    if not may_enter_national(by):
        raise PermissionDenied("您没有导入国家系统编号的权限。")


def upload_references(upload: File, by) -> ReferenceImport:
    """Take a file in, find its columns and judge its rows; nothing is written to the register yet.

    Raises RosterRefused where the file cannot be read or lacks a column, PermissionDenied without the right.
    """
    require_right(by)
    path, digest = spool(upload)
    filename = Path(upload.name or "国家系统编号").name[:200]
    try:
        roster = open_roster(path, filename=filename)
        mapping = find_mapping(roster, None, vocabulary())
        if missing := "".join(map(missing_columns, mapping.sheets)):
            raise RosterRefused("header_not_found", missing)
        with transaction.atomic(), path.open("rb") as source:
            returned = ReferenceImport(
                region=by.region,
                filename=filename,
                size=upload.size,
                sha256=digest,
                mapping=mapping.to_json(),
                uploaded_by=by,
                uploaded_at=now(),
            )
            # What is stored has the suffix of what it is, whatever its sender called it.
            returned.file.save(f"{returned.pk}.{roster.kind}", File(source), save=False)
            judge_into(returned, roster, mapping)
            returned.save(force_insert=True)
            record("references_uploaded", returned, by=by, after={"文件": filename})
    finally:
        path.unlink(missing_ok=True)
    return returned


def judge_into(returned: ReferenceImport, roster: Roster, mapping: Mapping) -> list[ReturnedRow]:
    """Judge every row and keep the outcome on `returned` (unsaved)."""
    rows = judge(roster, mapping, returned.region_id)
    returned.counts = dict(Counter(row.outcome for row in rows))
    returned.outcomes = pack(
        [
            [
                row.sheet,
                row.row,
                row.outcome,
                row.household,
                row.before,
                row.reference,
                row.sentence,
            ]
            for row in rows
            if row.outcome != "ignored"
        ]
    )
    return rows


def rows_of(returned: ReferenceImport, *outcomes: str) -> list[dict[str, str]]:
    """The rows judged so, in the order of the file; without `outcomes` those about which there is something to say."""
    names = ("sheet", "row", "outcome", "household", "before", "reference", "sentence")
    rows = (dict(zip(names, values, strict=True)) for values in unpack(returned.outcomes))
    if outcomes:
        return [row for row in rows if row["outcome"] in outcomes]
    return [row for row in rows if row["sentence"]]


def confirm(returned: ReferenceImport, by, *, replace: bool) -> ReferenceImport:
    """Write the previewed references into the register; those that differ from a standing one only with `replace`.

    The file is judged again under lock, since the register may have changed after the preview. Raises
    PermissionDenied without the right, ValidationError when there is nothing to write or the state is over.
    """
    require_right(by)
    with transaction.atomic():
        returned = lock_in_state(returned, ImportState.PREVIEW)
        with stored_roster(returned) as (roster, mapping):
            rows = judge_into(returned, roster, mapping)
        wanted = {"new", "changed"} if replace else {"new"}
        references = {row.household_id: row.reference for row in rows if row.outcome in wanted}
        if not references:
            raise ValidationError("没有可以登记的编号。请核对各行的提示，改正后重新上传。")
        written = enter_references(references, by=by, reason=f"导入：{returned.filename}"[:200])
        returned.counts["written"] = written
        returned.state = ImportState.DONE
        returned.finished_at = now()
        returned.save()
        record("references_imported", returned, by=by, after={"登记": written})
    return returned


def cancel(returned: ReferenceImport, by) -> ReferenceImport:
    """Give a previewed import up."""
    require_right(by)
    with transaction.atomic():
        returned = lock_in_state(returned, ImportState.PREVIEW)
        returned.state = ImportState.CANCELLED
        returned.save(update_fields=["state"])
        record("references_cancelled", returned, by=by)
    return returned


def workbook(returned: ReferenceImport, *, only_refused: bool) -> bytes:
    """The uploaded workbook with its faults marked, or its refused rows alone, judged against the register of now."""
    with stored_roster(returned) as (roster, mapping):
        target = BytesIO()
        write = write_refused if only_refused else write_marked
        write(roster, mapping, judge(roster, mapping, returned.region_id), target)
    return target.getvalue()
