"""Photos of the visits: the front of each house, and what is wrong with it."""

import uuid
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from random import Random

from django.core.files.base import ContentFile

from households.enums import Verdict
from inspections.enums import Answer, InspectionState
from inspections.fingerprints import PLAIN
from inspections.models import Inspection, InspectionPhoto, Photo
from inspections.photos import THUMBNAIL_SIDE, as_jpeg
from rectification.enums import Moment
from reports.demo.album import DANGER, VARIANTS, borrowed, taken
from reports.demo.chronicle import Chronicle
from reports.demo.drawing import SIZE, house

#: Drawing takes time: so many houses of an office at most have photos of their own, the others share the album's.
HOUSES_OF_AN_OFFICE = 6
#: Of the visits, those that came back without a photo.
FORGOTTEN = 0.002
#: By village: so many visits that show another household's house.
BORROWED = {"610114007200": 2, "610114005200": 1, "610114004200": 1}

Drawn = tuple[Photo, list[InspectionPhoto]]


def draw(told: list[Chronicle], rng: Random) -> list[Drawn]:
    """Photos, not saved yet, with their links, for nearly all of the standing inspections."""
    standing = [
        inspection
        for chronicle in told
        for inspection in chronicle.inspections
        if inspection.state != InspectionState.REPLACED
    ]
    unsafe = [each for each in standing if each.verdict == Verdict.SUSPECTED]
    chosen = rng.sample(unsafe, min(HOUSES_OF_AN_OFFICE, len(unsafe)))
    drawn = [drawn for inspection in chosen for drawn in photos_of(inspection, rng)]
    to_borrow = Counter(BORROWED)
    for inspection in standing:
        village = inspection.household.region_id
        if inspection in chosen or rng.random() < FORGOTTEN:
            continue
        if inspection.verdict == Verdict.SAFE and to_borrow[village]:
            to_borrow[village] -= 1
            front = borrowed(inspection.household, inspection.submitted_at, inspection.submitted_by)
        else:
            front = view_of(inspection, Moment.AFTER)
        drawn.append((front, links(inspection, front, InspectionPhoto.FRONT)))
        if failed := failed_items(inspection):
            danger = view_of(inspection, DANGER)
            drawn.append((danger, links(inspection, danger, *failed)))
    return drawn


def view_of(inspection: Inspection, moment: str) -> Photo:
    """A picture of the album; a house that the work has left sound looks like one that always was."""
    household = inspection.household
    variant = VARIANTS[household.population % len(VARIANTS)]
    return taken(
        household, moment, inspection.submitted_at, inspection.submitted_by, variant=variant
    )


def links(inspection: Inspection, photo: Photo, *codes: str) -> list[InspectionPhoto]:
    return [InspectionPhoto(inspection=inspection, photo=photo, item_code=code) for code in codes]


def failed_items(inspection: Inspection) -> list[str]:
    return [code for code, answer in inspection.answers.items() if answer == Answer.FAIL]


def photos_of(inspection: Inspection, rng: Random) -> Iterator[Drawn]:
    """Photos drawn for this house alone."""
    for code in [InspectionPhoto.FRONT, *failed_items(inspection)]:
        picture = house(rng, inspection.facts, with_crack=code != InspectionPhoto.FRONT)
        photo_id = uuid.UUID(int=rng.getrandbits(128), version=4)
        shown = as_jpeg(picture, max(SIZE))
        photo = Photo(
            id=photo_id,
            household=inspection.household,
            file=ContentFile(shown, f"{photo_id}.jpg"),
            thumbnail=ContentFile(as_jpeg(picture, THUMBNAIL_SIDE), f"{photo_id}-small.jpg"),
            sha256=sha256(shown).hexdigest(),
            # Houses that are drawn by one hand look more alike than any two that stand.
            fingerprint=PLAIN,
            taken_at=inspection.submitted_at,
            longitude=inspection.household.longitude,
            latitude=inspection.household.latitude,
            uploaded_by=inspection.submitted_by,
            uploaded_at=inspection.submitted_at,
        )
        yield photo, links(inspection, photo, code)
