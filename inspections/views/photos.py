"""Photos come and go through these views alone: each checks the region of the household."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.fields.files import ImageFieldFile
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from households.models import Household
from inspections.models import Photo
from inspections.photos import take_photo, used_elsewhere
from yanliang.accounts.permissions import may_take_photos


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep the picture in `file` for household `pk`; 400 with `error` says what is wrong with it."""
    household = get_object_or_404(Household.objects.visible_to(request.user), pk=pk)
    if not may_take_photos(request.user):
        raise PermissionDenied
    if "file" not in request.FILES:
        return JsonResponse({"error": "没有收到照片，请重新选择。"}, status=400)
    try:
        photo = take_photo(request.FILES["file"], household, request.user)
    except ValidationError as refusal:
        return JsonResponse({"error": "".join(refusal.messages)}, status=400)
    return JsonResponse(
        {
            "id": str(photo.pk),
            "url": reverse("inspections:photo_show", args=[photo.pk]),
            "thumbnail_url": reverse("inspections:photo_thumbnail", args=[photo.pk]),
            "taken_at": photo.taken_at and photo.taken_at.isoformat(),
            "used_elsewhere": used_elsewhere(photo),
        }
    )


@login_required
@require_GET
def show(request: HttpRequest, pk) -> FileResponse:
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    return picture(photo.file, f"{photo.pk}.jpg")


@login_required
@require_GET
def thumbnail(request: HttpRequest, pk) -> FileResponse:
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    return picture(photo.thumbnail, f"{photo.pk}-small.jpg")


def picture(file: ImageFieldFile, name: str) -> FileResponse:
    """The stored JPEG, for this person's browser only; 404 where the file is gone from the disk."""
    try:
        opened = file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    return FileResponse(
        opened,
        filename=name,
        content_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )
