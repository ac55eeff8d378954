"""Bringing in the city's workbooks, and saying which one is in use."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from households.roster import containers
from households.roster.refusals import RosterRefused
from reports.annex2.city_workbook.filled import read
from reports.annex2.city_workbook.findings import faults
from reports.annex2.city_workbook.sample import made_up_tables
from reports.models import CityWorkbook
from yanliang.accounts.permissions import may_keep_city_workbooks
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.tables import foreign
from yanliang.tables.foreign import WorkbookRefused
from yanliang.tables.table import Table
from yanliang.workflow import check_version, lock

#: What a file is that is a workbook but no .xlsx.
OTHER_KINDS: Final = {
    "xls": "这是旧的 .xls 格式。请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”后再上传。",
    "ods": "这是 .ods 格式。请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”后再上传。",
}
#: Refusals that speak to who uploads a roster, in the words of a form.
AS_A_FORM: Final = {
    "too_big": foreign.TOO_BIG,
    "zip_bomb": "文件解压后异常大，为安全起见不予读取。请把表样复制到新建的工作簿中，保存后再上传。",
    "too_much_text": foreign.TOO_BIG,
    "stray_cell": "表样下方很远的地方还有内容。请删除表格以下的所有行，保存后再上传。",
    "too_many_columns": "表样右侧很远的地方还有内容。请删除表格右侧多余的列，保存后再上传。",
}
REPLACED: Final = "启用的表样在您打开后已变动，请核对最新情况后再办。"


def require_right(by) -> None:
    if not may_keep_city_workbooks(by):
        raise PermissionDenied("市局表样由系统管理员或区局负责人维护。")


def content_of(upload: File) -> bytes:
    """The content of an uploaded workbook, found safe to open; raises WorkbookRefused where it is not."""
    if upload.size > foreign.MAX_FILE_BYTES:
        raise WorkbookRefused(foreign.TOO_BIG)
    content = upload.read()
    try:
        kind = containers.inspect(BytesIO(content)).kind
    except RosterRefused as refused:
        raise WorkbookRefused(AS_A_FORM.get(refused.code, refused.message)) from refused
    if kind in OTHER_KINDS:
        raise WorkbookRefused(OTHER_KINDS[kind])
    foreign.open_checked(content)
    return content


def upload_workbook(upload: File, *, note: str, by) -> CityWorkbook:
    """Keep a workbook of the city's, not yet in use; faults in its placeholders do not matter yet.

    Raises WorkbookRefused where the file cannot be one, PermissionDenied without the right.
    """
    require_right(by)
    content = content_of(upload)
    # By content it is an .xlsx, whatever its sender called it.
    name = f"{Path(upload.name or '市局表样').stem[:190]}.xlsx"
    with transaction.atomic():
        workbook = CityWorkbook(
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            note=note[:200],
            uploaded_by=by,
            uploaded_at=now(),
        )
        workbook.file.save(f"{workbook.sha256[:16]}.xlsx", ContentFile(content), save=False)
        workbook.save(force_insert=True)
        record(
            "city_workbook_uploaded",
            workbook,
            by=by,
            after={"文件": name, "说明": note, "SHA-256": workbook.sha256},
        )
    return workbook


def take_into_use(pk: int, *, by, seen: int, seen_in_use: int | None) -> CityWorkbook:
    """Let the workbook be filled from now on, instead of the one in use until now.

    `seen` is its version on the page, `seen_in_use` the key of the workbook that the page named as in use.
    Raises PermissionDenied without the right; ValidationError while faults stand against the layout in force, or
    (code "stale") when somebody has changed either since.
    """
    require_right(by)
    try:
        with transaction.atomic():
            workbook = lock(CityWorkbook(pk=pk))
            check_version(workbook, seen)
            before = CityWorkbook.objects.select_for_update(no_key=True).in_use()
            if (before.pk if before else None) != seen_in_use:
                raise ValidationError(REPLACED, code="stale")
            if workbook.is_in_use:
                return workbook
            if found := faults_of(workbook, made_up_tables()):
                raise ValidationError(["表样还有错误，不能启用：", *found])
            if before:
                _set_in_use(before, False, by, reason=f"改用“{workbook}”")
            _set_in_use(workbook, True, by)
    except IntegrityError as taken:
        raise ValidationError(REPLACED, code="stale") from taken
    return workbook


def shelve(pk: int, *, by, seen: int) -> CityWorkbook:
    """Let the program's own Annex 2 be written again.

    Raises PermissionDenied without the right, ValidationError (code "stale") when somebody has changed it since.
    """
    require_right(by)
    with transaction.atomic():
        workbook = lock(CityWorkbook(pk=pk))
        check_version(workbook, seen)
        if workbook.is_in_use:
            _set_in_use(workbook, False, by)
    return workbook


def faults_of(workbook: CityWorkbook, tables: Sequence[Table]) -> list[str]:
    """Why the stored workbook cannot be filled with `tables`."""
    try:
        return faults(read(workbook), tables)
    except WorkbookRefused as refused:
        return [str(refused)]


def _set_in_use(workbook: CityWorkbook, is_in_use: bool, by, reason: str = "") -> None:
    workbook.is_in_use = is_in_use
    workbook.version += 1
    workbook.save(update_fields=["is_in_use", "version"])
    record(
        "city_workbook_taken" if is_in_use else "city_workbook_shelved",
        workbook,
        by=by,
        before={"is_active": not is_in_use},
        after={"is_active": is_in_use},
        reason=reason,
    )
