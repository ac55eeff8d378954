"""Drawn photos that many households share: a house before, during and after the work, and one in danger.

Drawing takes time, so each picture is drawn once; what is recorded of a photo is still its household's own.
"""

import datetime as dt
import uuid
from hashlib import sha256
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from households.enums import RenovationMode, Structure
from households.models import Household
from inspections.fingerprints import PLAIN, fingerprint
from inspections.models import Photo
from inspections.photos import THUMBNAIL_SIDE, as_jpeg
from rectification.enums import Moment
from reports.demo.drawing import BRICK, EARTH, SIZE, house

FOLDER = "photos/demo"
#: How a house looks, by a structure that looks so.
LOOK_OF = {
    Structure.TM: "earth",
    Structure.ZTH: "earth",
    Structure.YD: "earth",
    Structure.ZM: "brick",
}
PLASTERED = "plaster"
TYPICAL = {"earth": Structure.TM, "brick": Structure.ZM, PLASTERED: Structure.ZH}
VARIANTS = (1, 2)
#: A new house has no look of the old one's.
REBUILT = "rebuilt"
DANGER = "danger"


def picture_name(moment: str, look: str, variant: int) -> str:
    return f"{FOLDER}/{moment}-{look}-{variant}.jpg"


def thumbnail_name(name: str) -> str:
    return name.replace(".jpg", "-small.jpg")


def draw_album() -> None:
    """Draw the pictures that are not there yet."""
    for moment in (*Moment.values, DANGER):
        looks = [*TYPICAL, *([REBUILT] if moment in (Moment.DURING, Moment.AFTER) else [])]
        for look in looks:
            for variant in VARIANTS:
                name = picture_name(moment, look, variant)
                if not default_storage.exists(name):
                    keep(name, picture(moment, look, variant))


def keep(name: str, drawn: Image.Image) -> None:
    for stored, side in ((name, max(SIZE)), (thumbnail_name(name), THUMBNAIL_SIDE)):
        default_storage.save(stored, ContentFile(as_jpeg(drawn, side)))


def picture(moment: str, look: str, variant: int) -> Image.Image:
    # The same chance for every moment: the work is seen to go on at one house.
    rng = Random(f"{look}/{variant}")
    facts = {"structure": TYPICAL.get(look, Structure.ZH), "storeys": 1}
    if moment == Moment.DURING and look == REBUILT:
        return shell(rng)
    drawn = house(rng, facts, with_crack=moment in (Moment.BEFORE, DANGER))
    pen = ImageDraw.Draw(drawn)
    if moment == Moment.DURING:
        scaffold(pen)
    elif moment == DANGER:
        pen.ellipse((60, 500, 560, 560), "#7d8a8c")
    return drawn


def scaffold(pen: ImageDraw.ImageDraw) -> None:
    for x in range(110, 720, 90):
        pen.line((x, 320, x, 500), "#6b5b3a", 6)
    for y in (350, 420):
        pen.line((90, y, 720, y), "#8a7748", 8)


def shell(rng: Random) -> Image.Image:
    """Walls half built where the old house stood."""
    drawn = Image.new("RGB", SIZE, "#bcd3e6")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 470, *SIZE), "#a08a63")
    for left in range(130, 660, 60):
        pen.rectangle((left, 470 - rng.randrange(60, 130, 10), left + 60, 490), BRICK, "#6d3a2c")
    pen.rectangle((110, 484, 710, 500), "#8f8f8f")
    pen.polygon([(520, 560), (600, 510), (690, 560)], EARTH)
    return drawn


def taken(
    household: Household,
    moment: str,
    at: dt.datetime,
    by,
    *,
    mode: str = "",
    look: str = "",
    variant: int = 1,
) -> Photo:
    """A photo of the household's house at that moment, not saved yet; uploaded when it was taken.

    Without a `look` the house looks as its structure does.
    """
    is_new_house = mode == RenovationMode.REBUILD and moment in (Moment.DURING, Moment.AFTER)
    look = look or (REBUILT if is_new_house else LOOK_OF.get(household.structure, PLASTERED))
    name = picture_name(moment, look, variant)
    # What the camera sent is nowhere kept: its digest is each photo's own, or all would count as one file.
    original = sha256(f"{household.id_number}/{moment}/{variant}/{at.isoformat()}".encode())
    return Photo(
        id=uuid.UUID(bytes=original.digest()[:16], version=4),
        household=household,
        file=name,
        thumbnail=thumbnail_name(name),
        width=SIZE[0],
        height=SIZE[1],
        sha256=original.hexdigest(),
        # Else every house would seem to be every other that shows the same picture.
        fingerprint=PLAIN,
        taken_at=at,
        longitude=household.longitude,
        latitude=household.latitude,
        uploaded_by=by,
        uploaded_at=at,
    )


def borrowed(household: Household, at: dt.datetime, by) -> Photo:
    """The front of a house that is in truth another's: one picture, whose it may be, that can be recognised."""
    photo = taken(household, Moment.AFTER, at, by, look=PLASTERED)
    photo.fingerprint = fingerprint(picture(Moment.AFTER, PLASTERED, VARIANTS[0]))
    return photo
