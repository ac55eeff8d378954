"""Handing out a file of a sealed document, so that whoever holds it can have it checked later."""

import hashlib

from django.db import transaction

from reports.enums import FileFormat
from reports.models import DistrictReport, IssuedFile, Submission
from reports.thursday.files import document_title, written
from reports.thursday.paper import Paper
from yanliang.audit.trail import record
from yanliang.periods import now


def issue_file(
    document: Submission | DistrictReport,
    paper: Paper,
    format: FileFormat,
    *,
    by=None,
    reason: str = "",
) -> bytes:
    """Write `paper`, which shows `document`, as a file; keep its hash and say in the trail who took it.

    Raises ValueError where the paper is another document's, or a draft.
    """
    if paper.sha256 != document.sha256:
        raise ValueError("A file is issued of the sealed document alone")
    content = written(paper, format, by=by, reason=reason)
    of = {"report" if isinstance(document, DistrictReport) else "submission": document}
    with transaction.atomic():
        issued = IssuedFile.objects.create(
            **of,
            region_id=document.region_id,
            format=format,
            sha256=hashlib.sha256(content).hexdigest(),
            issued_by=by,
            issued_at=now(),
        )
        record(
            "exported",
            document,
            by=by,
            after={
                "内容": document_title(paper, format),
                "格式": issued.get_format_display(),
                "校验码": paper.code,
                "文件 SHA-256": issued.sha256,
            },
            reason=reason,
        )
    return content
