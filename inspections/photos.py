"""Photos: what a phone sends, checked by content, turned upright, scaled and stripped (domain rules §3, §9)."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple

import pillow_heif
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import ExifTags, Image

from households.events import lock_household
from households.models import Household
from inspections.fingerprints import fingerprint, is_telling
from inspections.models import Photo
from inspections.pictures import whole_files_only
from yanliang.periods import SHANGHAI, now

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
#: Of one file as sent; a 50-megapixel phone photo has about 15 MB.
SIZE_LIMIT = 20 * 1024 * 1024
#: A small file can unpack to gigabytes; 64 megapixels need a quarter of one.
PIXEL_LIMIT = 64_000_000
LONG_SIDE = 1600
THUMBNAIL_SIDE = 320
QUALITY = 82
#: So many photos are looked at, and written, at a time.
CHUNK = 200

#: How to turn a picture upright by its Exif orientation; 1 is upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Metadata(NamedTuple):
    """What the camera noted: moment, WGS-84 place in degrees, orientation."""

    taken_at: dt.datetime | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    orientation: int = 1


def take_photo(file: UploadedFile, household: Household, by) -> Photo:
    """Keep an uploaded picture as a photo of `household`.

    The same file sent again for the same household gives the photo that is there already. Raises
    ValidationError with a Chinese sentence when the file is too large, no picture, or damaged.
    """
    if file.size > SIZE_LIMIT:
        raise ValidationError("照片不能超过 20 MB，请压缩后再上传。", code="too_large")
    content = file.read()
    sha256 = hashlib.sha256(content).hexdigest()
    same = Photo.objects.filter(household=household, sha256=sha256)
    if found := same.first():
        return found
    picture, metadata = read_picture(content)
    shown, thumbnail = as_jpeg(picture, LONG_SIDE), as_jpeg(picture, THUMBNAIL_SIDE)
    with transaction.atomic():
        lock_household(household.pk)
        if found := same.first():
            return found
        photo_id = uuid.uuid4()
        return Photo.objects.create(
            id=photo_id,
            household=household,
            file=ContentFile(shown, f"{photo_id}.jpg"),
            thumbnail=ContentFile(thumbnail, f"{photo_id}-small.jpg"),
            sha256=sha256,
            fingerprint=fingerprint(picture),
            taken_at=metadata.taken_at,
            longitude=metadata.longitude,
            latitude=metadata.latitude,
            uploaded_by=by,
            uploaded_at=now(),
        )


@whole_files_only()
def read_picture(content: bytes) -> tuple[Image.Image, Metadata]:
    """The picture in `content`, upright and without transparency; raises ValidationError."""
    too_many_pixels = ValidationError(
        f"照片尺寸过大（超过 {PIXEL_LIMIT // 10_000} 万像素），请用手机的普通拍照模式重拍，或缩小后再上传。",
        code="too_many_pixels",
    )
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as bomb:
        raise too_many_pixels from bomb
    # Decoders answer bytes that are not theirs with any kind of exception.
    except Exception as unknown:
        raise ValidationError(
            "这不是可用的照片，请上传 JPG、PNG、WebP 或 HEIC 格式的照片。", code="not_a_picture"
        ) from unknown
    if picture.width * picture.height > PIXEL_LIMIT:
        raise too_many_pixels
    try:
        # Lets the JPEG decoder skip the pixels that nobody will see.
        picture.draft(None, (2 * LONG_SIDE, 2 * LONG_SIDE))
        picture.load()
    except Exception as damaged:
        raise ValidationError(
            "照片文件不完整或已损坏，请重新拍照或重新传送后再上传。", code="damaged"
        ) from damaged
    metadata = metadata_of(picture)
    return upright(picture, metadata.orientation), metadata


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """`picture` as RGB, no larger than it is shown, turned by its Exif orientation."""
    if picture.has_transparency_data:
        # What is transparent was white on the screen that it came from.
        layer = picture.convert("RGBA")
        picture = Image.new("RGB", picture.size, "white")
        picture.paste(layer, mask=layer)
    picture = picture.convert("RGB")
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    return picture.transpose(TURNS[orientation]) if orientation in TURNS else picture


def as_jpeg(picture: Image.Image, side: int) -> bytes:
    """`picture` as JPEG, at most `side` pixels on the long side, without any metadata."""
    picture = picture.copy()
    picture.thumbnail((side, side))
    # Pillow writes a JPEG's comment back by itself.
    picture.info.clear()
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def metadata_of(picture: Image.Image) -> Metadata:
    """What the camera noted; what it noted wrongly counts as not noted, and is no reason to refuse the photo."""
    try:
        exif = picture.getexif()
        camera, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    # Editors and messengers write broken Exif, which Pillow answers with any kind of exception.
    except Exception:
        return Metadata()
    latitude = degrees(
        place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), 90
    )
    longitude = degrees(
        place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), 180
    )
    # Half a place is none, and 0°, 0° is what phones write that have not found themselves.
    if latitude is None or longitude is None or latitude == longitude == 0:
        latitude = longitude = None
    return Metadata(moment(camera), longitude, latitude, orientation)


def moment(camera: dict) -> dt.datetime | None:
    """DateTimeOriginal with its offset; a time without one is Shanghai's."""
    text = str(camera.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    offset = str(camera.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        taken = dt.datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    with suppress(ValueError):
        taken = dt.datetime.strptime(text + offset, "%Y:%m:%d %H:%M:%S%z")
    # A year beyond these is a camera whose clock was never set.
    return taken if 1990 <= taken.year <= 2100 else None


def degrees(parts: tuple | None, direction: str | None, limit: int) -> Decimal | None:
    """(34, 39, 12.5), “N” → 34.653472; None where the parts make no angle of at most `limit` degrees."""
    try:
        whole, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    angle = whole + minutes / 60 + seconds / 3600
    # A fraction of 0/0 comes as “not a number”, which is within no limit.
    if not 0 <= angle <= limit:
        return None
    sign = -1 if str(direction).strip("\0 ").upper() in ("S", "W") else 1
    return Decimal(sign * angle).quantize(Decimal("0.000001"))


def used_elsewhere(photo: Photo) -> bool:
    """Whether the same file was uploaded for another household, of whatever region."""
    return Photo.objects.filter(sha256=photo.sha256).exclude(household=photo.household_id).exists()


def owned(household: Household, ids: Iterable[str]) -> list[Photo]:
    """The photos of `household` with these ids, in their order, each once.

    Raises ValidationError (code "photo_unknown") when one is malformed, unknown or another household's.
    """
    unknown = ValidationError(
        "有照片不属于该户或已不存在，请移除后重新上传。", code="photo_unknown"
    )
    try:
        wanted = [uuid.UUID(str(photo_id)) for photo_id in ids]
    except ValueError as malformed:
        raise unknown from malformed
    found = Photo.objects.filter(household=household).in_bulk(wanted)
    if not found.keys() >= set(wanted):
        raise unknown
    return [found[photo_id] for photo_id in dict.fromkeys(wanted)]


def orphans(uploaded_before: dt.datetime) -> Iterator[Photo]:
    """Photos uploaded before that moment which no record and no draft of their household has."""
    # Upper apps link photos too, and this floor does not know them by name.
    links = {relation.name: None for relation in Photo._meta.related_objects}
    old = Photo.objects.filter(uploaded_at__lt=uploaded_before, **links)
    for photo in old.select_related("household__draft"):
        draft = getattr(photo.household, "draft", None)
        if draft is None or str(photo.pk) not in json.dumps(draft.data):
            yield photo


def delete_photo(photo: Photo) -> None:
    """Remove a photo's row, and its two files once that is certain."""
    files = [photo.file, photo.thumbnail]
    with transaction.atomic():
        photo.delete()
        for file in files:
            transaction.on_commit(lambda file=file: file.storage.delete(file.name))


class Filled(NamedTuple):
    """Photos that have a fingerprint now, that show too little to have one, and that cannot be read."""

    telling: int
    plain: int
    unreadable: int


def fill_fingerprints() -> Filled:
    """Look at every photo that nobody has looked at, from its thumbnail; those whose file is gone stay as they are."""
    waiting = Photo.objects.filter(fingerprint="").order_by("pk")
    telling = plain = unreadable = 0
    chunk = list(waiting[:CHUNK])
    while chunk:
        seen = []
        for photo in chunk:
            # A file may be missing or damaged in any way.
            with suppress(Exception), photo.thumbnail.open("rb") as file:
                photo.fingerprint = fingerprint(Image.open(file))
                seen.append(photo)
        # Somebody who reads the same photos meanwhile writes the same.
        Photo.objects.bulk_update(seen, ["fingerprint"])
        telling += sum(is_telling(photo.fingerprint) for photo in seen)
        plain += sum(not is_telling(photo.fingerprint) for photo in seen)
        unreadable += len(chunk) - len(seen)
        chunk = list(waiting.filter(pk__gt=chunk[-1].pk)[:CHUNK])
    return Filled(telling, plain, unreadable)
