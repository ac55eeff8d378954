"""Drawn photos of unsafe houses: the front, and one for each failed item."""

import uuid
from collections.abc import Iterator
from hashlib import sha256
from random import Random

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from households.enums import Structure, Verdict
from inspections.enums import Answer, InspectionState
from inspections.models import Inspection, InspectionPhoto, Photo
from inspections.photos import THUMBNAIL_SIDE, as_jpeg
from reports.demo.chronicle import Chronicle

#: Drawing takes time: so many houses of an office at most have photos.
HOUSES_OF_AN_OFFICE = 6
SIZE = (800, 600)
EARTH, BRICK, PLASTER, TILES, CONCRETE = "#b9935f", "#a4563f", "#d9d4c7", "#5b5f66", "#9a9a96"
LOOKS = {
    Structure.TM: (EARTH, TILES),
    Structure.ZTH: (EARTH, TILES),
    Structure.ZM: (BRICK, TILES),
    Structure.YD: (EARTH, EARTH),
}

Drawn = tuple[Photo, list[InspectionPhoto]]


def draw(told: list[Chronicle], rng: Random) -> list[Drawn]:
    """Photos, not saved yet, with their links, for some of the standing inspections that found a house unsafe."""
    unsafe = [
        inspection
        for chronicle in told
        for inspection in chronicle.inspections
        if inspection.verdict == Verdict.SUSPECTED and inspection.state != InspectionState.REPLACED
    ]
    chosen = rng.sample(unsafe, min(HOUSES_OF_AN_OFFICE, len(unsafe)))
    return [drawn for inspection in chosen for drawn in photos_of(inspection, rng)]


def photos_of(inspection: Inspection, rng: Random) -> Iterator[Drawn]:
    failed = [code for code, answer in inspection.answers.items() if answer == Answer.FAIL]
    for code in [InspectionPhoto.FRONT, *failed]:
        picture = house(rng, inspection.facts, with_crack=code != InspectionPhoto.FRONT)
        photo_id = uuid.UUID(int=rng.getrandbits(128), version=4)
        shown = as_jpeg(picture, max(SIZE))
        photo = Photo(
            id=photo_id,
            household=inspection.household,
            file=ContentFile(shown, f"{photo_id}.jpg"),
            thumbnail=ContentFile(as_jpeg(picture, THUMBNAIL_SIDE), f"{photo_id}-small.jpg"),
            sha256=sha256(shown).hexdigest(),
            taken_at=inspection.submitted_at,
            longitude=inspection.household.longitude,
            latitude=inspection.household.latitude,
            uploaded_by=inspection.submitted_by,
            uploaded_at=inspection.submitted_at,
        )
        yield photo, [InspectionPhoto(inspection=inspection, photo=photo, item_code=code)]


def house(rng: Random, facts: dict, with_crack: bool) -> Image.Image:
    """A house of the right structure and height, drawn; its defect is a crack in the wall."""
    wall, roof = LOOKS.get(facts["structure"], (PLASTER, CONCRETE))
    picture = Image.new("RGB", SIZE, f"hsl({rng.randint(200, 215)}, 60%, {rng.randint(78, 88)}%)")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 470, *SIZE), f"hsl({rng.randint(35, 60)}, 30%, {rng.randint(45, 60)}%)")
    storey = 120
    left, right = rng.randint(90, 160), rng.randint(640, 720)
    top = 490 - storey * max(1, facts["storeys"])
    pen.rectangle((left, top, right, 490), wall, "#444444", 2)
    if roof == TILES:
        ridge = (left + right) // 2
        pen.polygon([(left - 30, top), (ridge, top - 90), (right + 30, top)], roof)
    else:
        pen.rectangle((left - 12, top - 16, right + 12, top), roof)
    door = rng.randint(left + 190, right - 260)
    pen.rectangle((door, 400, door + 62, 490), "#5d3a1f")
    for floor in range(max(1, facts["storeys"])):
        for x in (left + 50, right - 130):
            y = top + 34 + floor * storey
            pen.rectangle((x, y, x + 80, y + 56), "#b9d6e6", "#333333", 4)
            pen.line((x + 40, y, x + 40, y + 56), "#333333", 3)
    if with_crack:
        x, y, line = rng.randint(left + 150, right - 150), top + 6, []
        while y < 470:
            line.append((x, y))
            x, y = x + rng.randint(-14, 16), y + rng.randint(10, 22)
        pen.line(line, "#1d1712", rng.randint(3, 5))
    return picture
