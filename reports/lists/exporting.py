"""Lists as files: a village's at once, those of an office or the district by the task worker."""

from collections.abc import Callable, Iterator
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction

from households.models import Region
from reports.enums import JobState, ListKind
from reports.lists.faces import ListFace, frozen_table, list_table
from reports.lists.membership import class_groups, levels_of_list, members
from reports.lists.rows import rows_of_region
from reports.lists.standing import RowStanding, standing_of
from reports.models import FrozenList, ListExport, RowSignature
from reports.models.exports import ListFormat
from yanliang.accounts.enums import RegionLevel
from yanliang.audit.trail import record
from yanliang.periods import SHANGHAI, now
from yanliang.tables.register_excel import write_register
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import DocumentProperties, Fact

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
    export.total = sum(
        members(face.kind, face.group).within(export.region_id).count() for face in faces_of(export)
    )
    ListExport.objects.filter(pk=export.pk).update(total=export.total)
    if export.format == ListFormat.PDF:
        return register_pdf(
            [
                list_table(face, standing_within(face, export.region_id), facts=facts_of(export))
                for face in faces_of(export)
            ],
            properties=properties,
        )
    stream = BytesIO()
    tables = [face.table(lines_of(face, export), facts_of(export)) for face in faces_of(export)]
    write_register(stream, tables, properties=properties, progress=progress)
    return stream.getvalue()


def faces_of(export: ListExport) -> list[ListFace]:
    """The lists in the file, as they are drawn there."""
    is_village = export.region.level == RegionLevel.VILLAGE
    places = None if is_village else Region.objects.in_bulk()
    return [
        ListFace(
            kind,
            group.name,
            export.region,
            levels_of_list(kind, group.classes),
            places,
            export.full_numbers,
        )
        for group in class_groups()
        for kind in group.kinds
        if export.group in ("", group.name) and export.kind in ("", kind.value)
    ]


def facts_of(export: ListExport) -> tuple[Fact, ...]:
    at = export.requested_at.astimezone(SHANGHAI)
    return (
        Fact("填报单位", export.region.short_name),
        Fact("截至", f"{at:%Y年%-m月%-d日 %H:%M}"),
        Fact("导出人", f"{export.requested_by}　用途：{export.reason or '未填写'}"),
    )


def lines_of(face: ListFace, export: ListExport) -> Iterator[tuple]:
    """The rows of a list one after the other, read office by office, so that few are in memory."""
    serial = 0
    for part in parts_of(export.region):
        for each in standing_within(face, part):
            serial += 1
            yield face.line(serial, each)


def parts_of(region: Region) -> list[str]:
    """The offices of a district, any other region itself."""
    if region.level < RegionLevel.OFFICE:
        return list(Region.objects.within(region.code).offices().values_list("pk", flat=True))
    return [region.code]


def standing_within(face: ListFace, code: str) -> list[RowStanding]:
    """The rows of a list within the region `code`, with the signatures that hold."""
    rows = rows_of_region(face.kind, face.group, code)
    signatures = (
        RowSignature.objects.standing()
        .within(code)
        .filter(kind=face.kind)
        .select_related("signing")
        .only("household_id", "ordinal", "level", "sha256", "signing__name", "signing__signed_at")
    )
    return standing_of(face.kind, rows, signatures)[0]


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
            keywords=frozen.sha256,
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
