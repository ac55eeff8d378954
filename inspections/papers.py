"""Scanned papers: reports and documents, checked by content, stored outside static."""

from io import BytesIO

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from PIL import Image

from inspections.pictures import whole_files_only

SIZE_LIMIT = 20 * 1024 * 1024
PDF_START = b"%PDF-"
#: Pillow's name of a picture's format, and its media type.
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SUFFIXES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}


def media_type(content: bytes) -> str:
    """What `content` is, whatever its name says; empty where it is neither PDF nor picture."""
    if content.startswith(PDF_START):
        return "application/pdf"
    try:
        with whole_files_only():
            picture = Image.open(BytesIO(content), formats=tuple(PICTURES))
            picture.verify()
    # Decoders answer bytes that are not theirs with any kind of exception.
    except Exception:
        return ""
    return PICTURES[picture.format]


def check_paper(file) -> None:
    """A field's validator: raises ValidationError where `file` is too large, or no PDF and no picture."""
    if file.size > SIZE_LIMIT:
        raise ValidationError("扫描件不能超过 20 MB，请压缩后再上传。", code="too_large")
    file.seek(0)
    found = media_type(file.read())
    file.seek(0)
    if not found:
        raise ValidationError(
            "扫描件应为 PDF 或 JPG、PNG、WebP 图片，请重新选择。", code="not_a_paper"
        )


def serve_paper(file, name: str) -> FileResponse:
    """The stored paper for this person's browser only; raises Http404 where there is none."""
    if not file:
        raise Http404
    try:
        opened = file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    found = media_type(opened.read()) or "application/octet-stream"
    opened.seek(0)
    return FileResponse(
        opened,
        filename=f"{name}{SUFFIXES.get(found, '')}",
        content_type=found,
        as_attachment=found not in SUFFIXES,
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
