"""A ledger's or feedback list's way into the problem ledger: uploaded, previewed, confirmed in one transaction."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction

from households.enums import ImportState
from households.models import Region
from households.roster.cleaning import CellFault
from households.roster.headers import IgnoredSheet, Mapping, find_mapping
from households.roster.importing import lock_in_state, pack, spool, unpack
from households.roster.marking import write_marked, write_refused
from households.roster.reader import Roster, open_roster
from rectification.enums import ProblemSource
from rectification.models import ProblemImport, ProblemKind
from rectification.problems import acting, editing
from rectification.problems.acting import Assignment
from rectification.problems.columns import LEDGER
from rectification.problems.judging import Given, counts, judge_rows, require_columns
from rectification.problems.ledger_rows import LedgerRow, Update
from rectification.problems.naming import PlaceIndex
from rectification.problems.raising import enter
from rectification.problems.reading import filled_rows
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_import_problems
from yanliang.audit.trail import record
from yanliang.periods import now

OUTCOMES = {
    "new": "新问题",
    "changed": "更新",
    "unchanged": "无变化",
    "known": "已有",
    "error": "有错误",
    "ignored": "不是问题",
}


def require_right(by) -> None:
    if not may_import_problems(by):
        raise PermissionDenied("问题清单由街办和区局导入。")


def may_touch(problem_import: ProblemImport, by) -> None:
    require_right(by)
    if not ProblemImport.objects.visible_to(by).filter(pk=problem_import.pk).exists():
        raise PermissionDenied("这份问题清单不归您所在的单位。")


def read(path: Path, filename: str, by) -> tuple[Roster, Mapping]:
    """The workbook and where its problems stand; raises RosterRefused."""
    roster = open_roster(path, filename=filename)
    mapping = find_mapping(roster, PlaceIndex(by).villages, LEDGER)
    require_columns(mapping)
    return roster, mapping


def upload_problems(upload: File, given: Given, by) -> ProblemImport:
    """Take a file in and judge its rows; no problem is written yet.

    Raises RosterRefused where the file is no readable list of problems, PermissionDenied without the right.
    """
    require_right(by)
    path, digest = spool(upload)
    filename = Path(upload.name or "问题清单").name[:200]
    try:
        roster, mapping = read(path, filename, by)
        rows = judge_rows(roster, mapping, given, by)
        with transaction.atomic(), path.open("rb") as source:
            problem_import = ProblemImport(
                region=by.region,
                filename=filename,
                size=upload.size,
                sha256=digest,
                uploaded_by=by,
                uploaded_at=now(),
            )
            # What is stored has the suffix of what it is, whatever its sender called it.
            problem_import.file.save(f"{problem_import.pk}.{roster.kind}", File(source), save=False)
            keep(problem_import, given, mapping.ignored, rows)
            problem_import.save(force_insert=True)
            record("problems_uploaded", problem_import, by=by, after=trail_of(problem_import))
    finally:
        path.unlink(missing_ok=True)
    return problem_import


def keep(
    problem_import: ProblemImport,
    given: Given,
    ignored: tuple[IgnoredSheet, ...],
    rows: list[LedgerRow],
) -> None:
    """Put what became of the rows on `problem_import` (unsaved)."""
    problem_import.counts = counts(rows)
    problem_import.outcomes = pack(
        {
            "source": given.source,
            "kind": given.kind.code if given.kind else "",
            "found_on": given.found_on,
            "ignored": [[each.sheet, each.reason] for each in ignored],
            "rows": [row.to_json() for row in rows],
        }
    )


def trail_of(problem_import: ProblemImport) -> dict[str, Any]:
    found = problem_import.counts
    told = {label: found[outcome] for outcome, label in OUTCOMES.items() if outcome in found}
    return {"文件": problem_import.filename, **told}


def given_of(problem_import: ProblemImport) -> Given:
    """What was said of the list when it was uploaded."""
    kept = unpack(problem_import.outcomes)
    return Given(
        ProblemSource(kept["source"]) if kept["source"] else None,
        ProblemKind.objects.filter(code=kept["kind"]).first(),
        dt.date.fromisoformat(kept["found_on"]),
    )


def rows_of(problem_import: ProblemImport) -> list[LedgerRow]:
    """What became of every row, in the order of the file."""
    return [LedgerRow.from_json(row) for row in unpack(problem_import.outcomes)["rows"]]


def ignored_sheets(problem_import: ProblemImport) -> list[IgnoredSheet]:
    """The sheets that were not read, each with the reason."""
    return [IgnoredSheet(*each) for each in unpack(problem_import.outcomes)["ignored"]]


def confirm(problem_import: ProblemImport, by) -> ProblemImport:
    """Write what the file says into the ledger: all in one transaction.

    The file is judged again, with the region's offices held: what somebody entered since the preview is not
    entered twice. Raises ValidationError when the import is over or there is nothing to write.
    """
    may_touch(problem_import, by)
    with transaction.atomic():
        problem_import = lock_in_state(problem_import, ImportState.PREVIEW)
        hold_offices(problem_import.region_id)
        given = given_of(problem_import)
        roster, mapping = read(Path(problem_import.file.path), problem_import.filename, by)
        rows = judge_rows(roster, mapping, given, by)
        if not any(row.outcome in ("new", "changed") for row in rows):
            raise ValidationError("没有可以登记或更新的行。")
        enter_new([row for row in rows if row.outcome == "new"], by)
        for row in rows:
            if row.outcome == "changed":
                change(row, by)
        keep(problem_import, given, mapping.ignored, rows)
        problem_import.state, problem_import.finished_at = ImportState.DONE, now()
        problem_import.save()
        record("problems_imported", problem_import, by=by, after=trail_of(problem_import))
    return problem_import


def hold_offices(region_id: str) -> None:
    """Nobody else enters problems of these offices until the transaction ends; held in the order of their codes."""
    regions = Region.objects.select_for_update(no_key=True).within(region_id).order_by("pk")
    list(regions.filter(level__lte=RegionLevel.OFFICE).values_list("pk"))


def enter_new(rows: list[LedgerRow], by) -> None:
    """Enter the problems that were found; where a row says who answers, or what was done, that too."""
    if not rows:
        return
    problems = enter([row.new.draft for row in rows], by=by)
    for row, problem in zip(rows, problems, strict=True):
        row.number, row.problem_id = problem.number, problem.pk
        given = row.new
        if given.responsible:
            assignment = Assignment(
                given.responsible, leading_official=given.draft.leading_official
            )
            attempt(row, "responsible", partial(acting.assign, problem.pk, assignment, by=by))
        if given.progress:
            attempt(
                row, "progress", partial(acting.log_progress, problem.pk, given.progress, by=by)
            )


def attempt(row: LedgerRow, key: str, act: Callable[[], object]) -> None:
    """Do `act` on a problem that is entered; what is in its way is told, and the problem stays."""
    try:
        with transaction.atomic():
            act()
    except ValidationError as refused:
        row.warn(key, "not_done", "已登记，但" + "".join(refused.messages).rstrip("。"))


def change(row: LedgerRow, by) -> None:
    """Write what a row changes of its problem, all of it or nothing."""
    try:
        with transaction.atomic():
            write(row.problem_id, row.update, by)
    except ValidationError as refused:
        row.outcome, row.note = "error", ""
        row.refuse("number", CellFault("not_done", "".join(refused.messages).rstrip("。")))


def write(pk: int, update: Update, by) -> None:
    if update.progress:
        acting.log_progress(pk, update.progress, by=by)
    if update.assignment is not None:
        acting.assign(pk, update.assignment, by=by, seen=update.version)
    elif update.measure:
        editing.edit(pk, {"measure": update.measure}, by=by, seen=update.version)


def cancel(problem_import: ProblemImport, by) -> ProblemImport:
    """Give a previewed import up."""
    may_touch(problem_import, by)
    with transaction.atomic():
        problem_import = lock_in_state(problem_import, ImportState.PREVIEW)
        problem_import.state = ImportState.CANCELLED
        problem_import.save(update_fields=["state"])
        record("problems_cancelled", problem_import, by=by)
    return problem_import


def workbook(problem_import: ProblemImport, by, *, only_refused: bool) -> bytes:
    """The uploaded workbook with its faults marked, or its refused rows alone."""
    roster, mapping = read(Path(problem_import.file.path), problem_import.filename, by)
    rows, target = rows_of(problem_import), BytesIO()
    if only_refused:
        write_refused(roster, mapping, rows, target, filled_rows)
    else:
        write_marked(roster, mapping, rows, target)
    return target.getvalue()
