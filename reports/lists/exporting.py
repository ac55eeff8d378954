"""Lists as files: a village's at once, those of an office or the district by the task worker."""

from collections.abc import Callable, Iterator
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction

from households.models import Region
from reports.enums import JobState, ListKind
from reports.lists.faces import frozen_table, list_table
from reports.lists.membership import class_groups, levels_of_list, members
from reports.lists.rows import rows_of_region
from reports.lists.standing import standing_of
from reports.models import FrozenList, ListExport, RowSignature
from reports.models.exports import ListFormat
from yanliang.accounts.enums import RegionLevel
from yanliang.audit.trail import record
from yanliang.periods import SHANGHAI, now
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import DocumentProperties, Fact, Table

CONTENT_TYPES = {
    ListFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ListFormat.PDF: "application/pdf",
}


def order(export: ListExport, by, *, keep: bool = True) -> ListExport:
    """Say in the trail what is to be written, by whom and why; `keep` stores the order for the worker."""
    with transaction.atomic():
        export.requested_by, export.requested_at = by, now()
        export.full_clean(exclude=["file", "finished_at"])
        if keep:
            export.save()
        record(
            "exported",
            export,
            by=by,
            after={
                "内容": what(export),
                "格式": export.get_format_display(),
                "证件号": "完整" if export.full_numbers else "已隐去中间位",
            },
            reason=export.reason,
        )
    return export


def what(export: ListExport) -> str:
    """“关山街道四清清单（建档立卡户 危房改造）”."""
    parts = [export.group, ListKind(export.kind).label if export.kind else ""]
    chosen = " ".join(part for part in parts if part) or "全部"
    return f"{export.region.short_name}四清清单（{chosen}）"


def run(export: ListExport) -> None:
    """Write the file and keep it with the export; a failure is kept as a sentence, not raised."""
    started = ListExport.objects.filter(pk=export.pk, state=JobState.QUEUED).update(
        state=JobState.RUNNING
    )
    if not started:
        return
    try:
        content = written(export, progress=lambda done: advance(export, done))
    except Exception:
        ListExport.objects.filter(pk=export.pk).update(
            state=JobState.FAILED, failure="生成文件时出错，请重试；再次失败请联系系统管理员。"
        )
        raise
    export.file.save(f"{what(export)}.{export.format}", ContentFile(content), save=False)
    export.state, export.finished_at = JobState.DONE, now()
    export.done = export.total
    export.save(update_fields=["file", "state", "finished_at", "done"])


def advance(export: ListExport, done: int) -> None:
    ListExport.objects.filter(pk=export.pk).update(done=done)


def written(export: ListExport, *, progress: Callable[[int], None] | None = None) -> bytes:
    """The file's content; `progress` is told how many rows are written."""
    properties = DocumentProperties(
        title=what(export),
        author=str(export.requested_by),
        subject=f"用途：{export.reason}" if export.reason else "",
        created=export.requested_at,
    )
    chosen = lists_of(export)
    export.total = sum(
        members(kind, group.name).within(export.region_id).count() for group, kind in chosen
    )
    ListExport.objects.filter(pk=export.pk).update(total=export.total)
    tables = tables_of(export)
    if export.format == ListFormat.PDF:
        return register_pdf(list(tables), properties=properties)
    from yanliang.tables.register_excel import write_register

    stream = BytesIO()
    write_register(stream, tables, properties=properties, progress=progress)
    return stream.getvalue()


def lists_of(export: ListExport) -> list[tuple]:
    """The lists in the file: (class group, kind)."""
    return [
        (group, kind)
        for group in class_groups()
        for kind in group.kinds
        if export.group in ("", group.name) and export.kind in ("", kind.value)
    ]


def tables_of(export: ListExport) -> Iterator[Table]:
    """The lists one after the other, so that only one is in memory."""
    region = export.region
    is_village = region.level == RegionLevel.VILLAGE
    places = None if is_village else Region.objects.in_bulk()
    at = export.requested_at.astimezone(SHANGHAI)
    facts = (
        Fact("填报单位", region.short_name),
        Fact("截至", f"{at:%Y年%-m月%-d日 %H:%M}"),
        Fact("导出人", f"{export.requested_by}　用途：{export.reason or '未填写'}"),
    )
    for group, kind in lists_of(export):
        rows = rows_of_region(kind, group.name, region.code)
        signatures = (
            RowSignature.objects.standing()
            .within(region.code)
            .filter(kind=kind)
            .select_related("signing")
            .only(
                "household_id", "ordinal", "level", "sha256", "signing__name", "signing__signed_at"
            )
        )
        standing, _ = standing_of(kind, rows, signatures)
        yield list_table(
            kind,
            group.name,
            region,
            standing,
            levels_of_list(kind, group.classes),
            places=places,
            full_numbers=export.full_numbers,
            facts=facts,
        )


def printed_pdf(
    frozen: FrozenList, address: str, *, by, full_numbers: bool, reason: str = ""
) -> bytes:
    """The frozen list for signing by hand, with its code and a QR of `address` on every page."""
    return register_pdf(
        [frozen_table(frozen, frozen.region, full_numbers=full_numbers)],
        properties=DocumentProperties(
            title=str(frozen),
            author=str(by),
            subject=f"用途：{reason}" if reason else "",
            created=now(),
        ),
        code=frozen.code,
        address=address,
    )


def record_printing(frozen: FrozenList, *, by, full_numbers: bool, reason: str = "") -> None:
    """The trail says who printed which version for signing."""
    record(
        "exported",
        frozen,
        by=by,
        after={
            "内容": str(frozen),
            "格式": "PDF（纸质签字）",
            "校验码": frozen.code,
            "证件号": "完整" if full_numbers else "已隐去中间位",
        },
        reason=reason,
    )
