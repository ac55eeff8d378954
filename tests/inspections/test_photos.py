"""Photos as phones, messengers and mischief send them."""

import datetime as dt
import io
import struct
import zlib
from decimal import Decimal
from fractions import Fraction

import pillow_heif
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile, PngImagePlugin

from inspections import photos
from inspections.models import InspectionDraft, InspectionPhoto, Photo
from inspections.photos import owned, read_picture, take_photo, used_elsewhere
from tests.factories import HouseholdFactory, StaffFactory
from tests.inspections.factories import InspectionFactory
from yanliang.audit.models import Entry

pillow_heif.register_heif_opener()

GUANSHAN = (34.653472, 109.254167)


def exif(orientation=1, taken="2020:04:08 09:30:00", offset="+08:00", place=True) -> Image.Exif:
    """What a phone notes at GUANSHAN; `None` leaves a part out."""
    noted = Image.Exif()
    noted[ExifTags.Base.Make] = "HUAWEI"
    noted[ExifTags.Base.Orientation] = orientation
    camera = noted.get_ifd(ExifTags.IFD.Exif)
    if taken:
        camera[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        camera[ExifTags.Base.OffsetTimeOriginal] = offset
    if place:
        gps = noted.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef] = "N"
        gps[ExifTags.GPS.GPSLatitude] = (34.0, 39.0, 12.5)
        gps[ExifTags.GPS.GPSLongitudeRef] = "E"
        gps[ExifTags.GPS.GPSLongitude] = (109.0, 15.0, 15.0)
    return noted


def red_and_blue(size=(400, 200)) -> Image.Image:
    """Red on the left, blue on the right, so that a turn can be seen."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    return picture


def encoded(picture: Image.Image, kind="JPEG", **options) -> bytes:
    if isinstance(noted := options.get("exif"), Image.Exif):
        options["exif"] = noted.tobytes()
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def upload_of(content: bytes, name="IMG_0001.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def colour_at(picture: Image.Image, x: float, y: float) -> str:
    """“red” or “blue”, whichever the picture shows at that part of its width and height."""
    red, _, blue = picture.convert("RGB").getpixel(
        (int(x * (picture.width - 1)), int(y * (picture.height - 1)))
    )
    return "red" if red > blue else "blue"


@pytest.fixture(autouse=True)
def after_a_pdf(monkeypatch):
    """WeasyPrint, once imported, makes Pillow take damaged files; photos must be refused all the same."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


@pytest.fixture
def household(reference):
    return HouseholdFactory()


@pytest.fixture
def take(household, recorder):
    """Keep these bytes as a photo of the household."""
    return lambda content: take_photo(upload_of(content), household, recorder)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_usual_format_becomes_a_small_jpeg(take, kind):
    photo = take(encoded(red_and_blue((2400, 1200)), kind))
    with Image.open(photo.file) as shown, Image.open(photo.thumbnail) as small:
        assert (shown.format, shown.size) == ("JPEG", (1600, 800))
        assert (small.format, small.size) == ("JPEG", (320, 160))
        assert (colour_at(shown, 0.1, 0.5), colour_at(shown, 0.9, 0.5)) == ("red", "blue")
    assert (photo.width, photo.height) == (1600, 800)


def test_a_small_photo_is_not_blown_up(take):
    photo = take(encoded(red_and_blue((200, 100))))
    assert (photo.width, photo.height) == (200, 100)


#: Where the red half, left as stored, is to be seen for each Exif orientation.
RED_SIDES = {
    1: "left",
    2: "right",
    3: "right",
    4: "left",
    5: "top",
    6: "top",
    7: "bottom",
    8: "bottom",
}
POINTS = {"left": (0.1, 0.5), "right": (0.9, 0.5), "top": (0.5, 0.1), "bottom": (0.5, 0.9)}


@pytest.mark.parametrize(("orientation", "side"), RED_SIDES.items())
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_stand_upright(orientation, side, kind):
    picture, _ = read_picture(encoded(red_and_blue(), kind, exif=exif(orientation)))
    assert picture.size == ((400, 200) if side in ("left", "right") else (200, 400))
    assert {name for name, (x, y) in POINTS.items() if colour_at(picture, x, y) == "red"} >= {side}
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[side]
    assert colour_at(picture, *POINTS[opposite]) == "blue"


def test_a_heic_photo_is_turned_once():
    """An iPhone's orientation stands both in the container and in the Exif."""
    picture, metadata = read_picture(encoded(red_and_blue(), "HEIF", exif=exif(6)))
    assert picture.size == (200, 400)
    assert colour_at(picture, *POINTS["top"]) == "red"
    assert metadata.taken_at == dt.datetime(2020, 4, 8, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_time_and_place_are_kept_in_the_row(take, kind):
    photo = take(encoded(red_and_blue(), kind, exif=exif()))
    photo.refresh_from_db()
    assert photo.taken_at == dt.datetime(2020, 4, 8, 1, 30, tzinfo=dt.UTC)
    assert (photo.latitude, photo.longitude) == (Decimal("34.653472"), Decimal("109.254167"))


def test_nothing_of_it_stays_in_what_is_shown(take):
    photo = take(
        encoded(red_and_blue(), exif=exif(), comment=b"secret words", xmp=b"<x>secret words</x>")
    )
    for file in (photo.file, photo.thumbnail):
        content = file.open().read()
        assert b"secret words" not in content
        assert b"Exif" not in content
        with Image.open(io.BytesIO(content)) as shown:
            assert not shown.getexif()


@pytest.mark.parametrize(
    ("taken", "offset", "moment"),
    [
        ("2020:04:08 09:30:00", "+08:00", dt.datetime(2020, 4, 8, 1, 30, tzinfo=dt.UTC)),
        ("2020:04:08 09:30:00", "+00:00", dt.datetime(2020, 4, 8, 9, 30, tzinfo=dt.UTC)),
        ("2020:04:08 09:30:00", None, dt.datetime(2020, 4, 8, 1, 30, tzinfo=dt.UTC)),
        ("2020:04:08 09:30:00", "  :  ", dt.datetime(2020, 4, 8, 1, 30, tzinfo=dt.UTC)),
        ("0000:00:00 00:00:00", None, None),
        ("0001:01:01 00:00:00", "+08:00", None),
        ("9999:12:31 23:59:59", "-08:00", None),
        ("昨天", "+08:00", None),
        (None, "+08:00", None),
    ],
)
def test_moment(taken, offset, moment):
    _, metadata = read_picture(encoded(red_and_blue(), exif=exif(taken=taken, offset=offset)))
    assert metadata.taken_at == moment


def test_a_photo_without_notes_is_welcome(take):
    photo = take(encoded(red_and_blue()))
    assert (photo.taken_at, photo.latitude, photo.longitude) == (None, None, None)


@pytest.mark.parametrize(
    ("parts", "direction", "angle"),
    [
        ((34, 39, 12.5), "N", Decimal("34.653472")),
        ((34, 39, 12.5), "S", Decimal("-34.653472")),
        ((34.5, 0, 0), "N", Decimal("34.500000")),
        ((90, 0, 1), "N", None),
        ((float("nan"), 0, 0), "N", None),
        ((34, 39), "N", None),
        (None, "N", None),
        (("x", "y", "z"), "N", None),
    ],
)
def test_degrees(parts, direction, angle):
    assert photos.degrees(parts, direction, 90) == angle


@given(st.floats(-180, 180, allow_nan=False))
@settings(max_examples=50, deadline=None)
def test_any_angle_is_read_back_to_the_sixth_decimal(angle):
    whole, rest = divmod(abs(Fraction(angle)) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    read = photos.degrees((whole, minutes, seconds), "W" if angle < 0 else "E", 180)
    assert abs(float(read) - angle) <= 0.000001


def test_no_place_is_not_a_place_in_the_atlantic():
    nowhere = exif()
    gps = nowhere.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitude] = gps[ExifTags.GPS.GPSLongitude] = (0.0, 0.0, 0.0)
    _, metadata = read_picture(encoded(red_and_blue(), exif=nowhere))
    assert (metadata.latitude, metadata.longitude) == (None, None)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_cost_the_photo(take):
    content = encoded(red_and_blue(), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert take(content).taken_at is None


def test_transparency_becomes_white(take):
    photo = take(encoded(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG"))
    with Image.open(photo.file) as shown:
        assert shown.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "I;16"])
def test_unusual_colours(take, mode):
    picture = Image.new(mode, (60, 40))
    photo = take(encoded(picture, "JPEG" if mode == "CMYK" else "PNG"))
    with Image.open(photo.file) as shown:
        assert (shown.mode, shown.size) == ("RGB", (60, 40))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"%PDF-1.7 and so on",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0",
        encoded(Image.new("RGB", (10, 10)), "GIF"),
        encoded(Image.new("RGB", (10, 10)), "TIFF"),
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(take, content):
    with pytest.raises(ValidationError, match="JPG、PNG、WebP 或 HEIC"):
        take(content)
    assert not Photo.objects.exists()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_truncated_files_are_refused(take, kind, part):
    noise = Image.effect_noise((300, 300), 80).convert("RGB")
    content = encoded(noise, kind)
    with pytest.raises(ValidationError):
        take(content[: int(len(content) * part)])
    assert not Photo.objects.exists()


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 9_000), (16_000_001, 4)])
def test_a_decompression_bomb_is_refused_unopened(take, size):
    with pytest.raises(ValidationError, match="尺寸过大"):
        take(png_claiming(*size))


def test_a_bomb_in_a_text_of_the_png_is_refused(take):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("bomb", "x" * 40_000_000, zip=True)
    with pytest.raises(ValidationError):
        take(encoded(red_and_blue(), "PNG", pnginfo=texts))


def test_size_limit(household, recorder, monkeypatch):
    content = encoded(red_and_blue())
    monkeypatch.setattr(photos, "SIZE_LIMIT", len(content) - 1)
    with pytest.raises(ValidationError, match="20 MB"):
        take_photo(upload_of(content), household, recorder)


def test_the_same_photo_twice_is_one(take):
    content = encoded(red_and_blue())
    assert take(content) == take(content)
    assert Photo.objects.count() == 1


def test_the_same_photo_of_another_household_is_told(take, stranger):
    content = encoded(red_and_blue())
    elsewhere = HouseholdFactory(region_id="610114005200")
    first = take(content)
    assert not used_elsewhere(first)
    second = take_photo(upload_of(content), elsewhere, stranger)
    assert second != first
    assert used_elsewhere(first)
    assert used_elsewhere(second)


def test_owned_keeps_order_and_drops_repeats(take, household):
    first, second = take(encoded(red_and_blue())), take(encoded(red_and_blue((50, 50))))
    ids = [str(second.pk), str(first.pk), str(second.pk)]
    assert owned(household, ids) == [second, first]
    assert owned(household, []) == []


def test_owned_refuses_other_peoples_photos(take):
    photo = take(encoded(red_and_blue()))
    with pytest.raises(ValidationError, match="不属于该户"):
        owned(HouseholdFactory(), [str(photo.pk)])


@pytest.mark.parametrize(
    "photo_id", ["", "7", "../../etc/passwd", "00000000-0000-4000-8000-000000000000"]
)
def test_owned_refuses_unknown_ids(household, photo_id):
    with pytest.raises(ValidationError, match="不属于该户"):
        owned(household, [photo_id])


class TestUpload:
    @pytest.fixture
    def url(self, household):
        return reverse("inspections:photo_upload", args=[household.pk])

    def test_works(self, sign_in, recorder, url):
        answer = sign_in(recorder).post(
            url, {"file": upload_of(encoded(red_and_blue(), exif=exif()))}
        )
        photo = Photo.objects.get()
        assert answer.json() == {
            "id": str(photo.pk),
            "url": f"/inspections/photos/{photo.pk}/",
            "thumbnail_url": f"/inspections/photos/{photo.pk}/thumbnail/",
            "taken_at": "2020-04-08T09:30:00+08:00",
            "used_elsewhere": False,
        }
        assert photo.uploaded_by == recorder

    def test_a_village_may_upload_for_its_own(self, sign_in, villager, url):
        answer = sign_in(villager).post(url, {"file": upload_of(encoded(red_and_blue()))})
        assert answer.status_code == 200

    def test_double_click_uploads_once(self, sign_in, recorder, url):
        client, content = sign_in(recorder), encoded(red_and_blue())
        first = client.post(url, {"file": upload_of(content)})
        second = client.post(url, {"file": upload_of(content)})
        assert first.json() == second.json()
        assert Photo.objects.count() == 1

    def test_use_elsewhere_is_told_without_saying_where(self, sign_in, recorder, stranger, url):
        content = encoded(red_and_blue())
        elsewhere = HouseholdFactory(region_id="610114005200", head_name="司马外人")
        take_photo(upload_of(content), elsewhere, stranger)
        answer = sign_in(recorder).post(url, {"file": upload_of(content)})
        assert answer.json()["used_elsewhere"] is True
        assert elsewhere.code not in answer.text
        assert "司马外人" not in answer.text

    @pytest.mark.parametrize("files", [{}, {"file": upload_of(b"nothing", "a.jpg")}])
    def test_says_what_is_wrong(self, sign_in, recorder, url, files):
        answer = sign_in(recorder).post(url, files)
        assert answer.status_code == 400
        assert answer.json()["error"]

    def test_another_office_finds_nothing(self, sign_in, stranger, url):
        assert sign_in(stranger).post(url).status_code == 404

    @pytest.mark.parametrize("reader", ["viewer", "supervisor"])
    def test_who_only_reads_may_not(self, request, sign_in, reader, url):
        assert sign_in(request.getfixturevalue(reader)).post(url).status_code == 403

    def test_unknown_household(self, sign_in, recorder):
        assert sign_in(recorder).post("/inspections/households/0/photos/").status_code == 404

    def test_get_is_refused(self, sign_in, recorder, url):
        assert sign_in(recorder).get(url).status_code == 405

    def test_without_a_session_a_script_is_told_so(self, client, url):
        assert client.post(url, headers={"X-Requested-With": "fetch"}).status_code == 401


class TestShow:
    @pytest.fixture
    def photo(self, take):
        return take(encoded(red_and_blue((800, 400))))

    @pytest.mark.parametrize(("name", "width"), [("photo_show", 800), ("photo_thumbnail", 320)])
    def test_the_picture_comes_through_the_view(self, sign_in, viewer, photo, name, width):
        answer = sign_in(viewer).get(reverse(f"inspections:{name}", args=[photo.pk]))
        with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as shown:
            assert shown.width == width
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Content-Disposition"].startswith("inline")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]

    @pytest.fixture
    def neighbour(self, reference):
        """Of the next village in the same office."""
        return StaffFactory(role="village", region_id="610114007201")

    @pytest.mark.parametrize("name", ["photo_show", "photo_thumbnail"])
    @pytest.mark.parametrize("person", ["stranger", "keeper", "neighbour"])
    def test_nobody_else_sees_it(self, request, sign_in, photo, name, person):
        url = reverse(f"inspections:{name}", args=[photo.pk])
        assert sign_in(request.getfixturevalue(person)).get(url).status_code == 404

    @pytest.mark.parametrize("name", ["photo_show", "photo_thumbnail"])
    def test_nor_does_somebody_without_a_session(self, client, photo, name):
        answer = client.get(reverse(f"inspections:{name}", args=[photo.pk]))
        assert answer.url.startswith(reverse("accounts:sign_in"))

    def test_a_lost_file_is_not_an_error_of_ours(self, sign_in, viewer, photo):
        photo.file.storage.delete(photo.file.name)
        url = reverse("inspections:photo_show", args=[photo.pk])
        assert sign_in(viewer).get(url).status_code == 404

    def test_no_address_leads_to_the_file_itself(self, sign_in, recorder, photo):
        client = sign_in(recorder)
        for root in ("/", "/static/", "/media/", "/uploads/"):
            assert client.get(root + photo.file.name).status_code == 404


class TestClearOrphans:
    @pytest.fixture
    def old_photo(self, take):
        photo = take(encoded(red_and_blue()))
        long_ago = photo.uploaded_at - dt.timedelta(days=31)
        Photo.objects.update(uploaded_at=long_ago)
        return photo

    def test_removes_row_and_files(self, old_photo, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            call_command("clear_orphan_photos")
        assert not Photo.objects.exists()
        assert not old_photo.file.storage.exists(old_photo.file.name)
        assert not old_photo.file.storage.exists(old_photo.thumbnail.name)
        assert Entry.objects.filter(act="orphan_photos_cleared").count() == 1

    def test_keeps_the_new(self, take):
        take(encoded(red_and_blue()))
        call_command("clear_orphan_photos")
        assert Photo.objects.count() == 1

    def test_keeps_what_a_draft_has(self, old_photo, recorder):
        InspectionDraft.objects.create(
            household=old_photo.household,
            data={"photos": {"front": [str(old_photo.pk)]}},
            saved_by=recorder,
            saved_at=old_photo.uploaded_at,
        )
        call_command("clear_orphan_photos")
        assert Photo.objects.count() == 1

    def test_keeps_what_an_inspection_has(self, old_photo):
        inspection = InspectionFactory(household=old_photo.household)
        InspectionPhoto.objects.create(inspection=inspection, photo=old_photo, item_code="front")
        call_command("clear_orphan_photos")
        assert Photo.objects.count() == 1
