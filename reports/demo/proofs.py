"""What proves that the demo's problems are put right: photos from before and after, papers; each is drawn once."""

import datetime as dt
from functools import cache
from io import BytesIO
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from households.enums import Structure
from inspections.fingerprints import fingerprint, look_alike
from inspections.photos import as_jpeg
from rectification.enums import EvidenceKind
from rectification.problems.proving import Picture
from reports.demo.drawing import house
from reports.demo.papers import sheet

#: The houses that are shown; other problems show the same ones.
HOUSES = 6
SIDE = 640
BEFORE = (Structure.TM, Structure.ZM)
PAPERS = ("整改情况说明", "档案补正目录", "入户回访记录", "整改会议记录")


@cache
def views(number: int) -> dict[EvidenceKind, bytes]:
    """House `number` before and after, as two photos that nobody takes for one."""
    rng = Random(f"proof/{number}")
    before = drawn(rng, BEFORE[number % len(BEFORE)], with_crack=True)
    after = drawn(rng, Structure.ZH, with_crack=False)
    while look_alike(fingerprint(before), fingerprint(after)):
        after = drawn(rng, Structure.ZH, with_crack=False)
    return {
        EvidenceKind.BEFORE: as_jpeg(before, SIDE),
        EvidenceKind.AFTER: as_jpeg(after, SIDE),
    }


def drawn(rng: Random, structure: Structure, *, with_crack: bool) -> Image.Image:
    return house(rng, {"structure": structure, "storeys": 1}, with_crack)


def photo(number: int, kind: EvidenceKind, taken_at: dt.datetime) -> Picture:
    content = views(number % HOUSES)[kind]
    file = SimpleUploadedFile(f"{kind.label}{taken_at:%m%d}.jpg", content, "image/jpeg")
    return Picture(file, taken_at)


@cache
def page(number: int) -> bytes:
    content = BytesIO()
    sheet(PAPERS[number], number).save(content, "PDF", resolution=96)
    return content.getvalue()


def paper(number: int) -> SimpleUploadedFile:
    number %= len(PAPERS)
    return SimpleUploadedFile(f"{PAPERS[number]}.pdf", page(number), "application/pdf")
