"""What lies in the demo's files: photos and papers of the renovations, photos of new danger."""

import datetime as dt
from collections.abc import Iterable, Iterator
from random import Random

from households.enums import EventKind
from inspections.models import Photo, WarningPhoto
from rectification.documents import ALWAYS, AT_THE_END, OF_MODE
from rectification.enums import DocumentKind, Moment, RenovationState
from rectification.models import RenovationDocument, RenovationPhoto
from reports.demo.album import VARIANTS, taken
from reports.demo.chronicle import Chronicle
from reports.demo.pace import DAY
from reports.demo.papers import DOCUMENTS
from reports.demo.works import Works

#: The share of papers that were filed; of begun renovations those with photos from before and during the work.
FILED, BEFORE, DURING = 0.95, 0.85, 0.7
#: How far half of the work must reach for a photo of it.
WELL_UNDER_WAY = 3 * DAY
JUST_BEFORE = dt.timedelta(minutes=40)
#: The papers that come with the plan; the others of the mode follow with the work.
WITH_PLAN = (DocumentKind.APPLICATION, DocumentKind.IDENTITY, DocumentKind.PUBLICITY)
STEPS = frozenset({EventKind.RENOVATION_STARTED, EventKind.RENOVATION_FINISHED})


class Filings:
    """Photos and papers of one office, in rows that are not saved yet.

    They draw from chance of their own, household by household, so that the stories stay what they are.
    """

    def __init__(self, told: Iterable[Chronicle], end: dt.datetime) -> None:
        self.end = end
        self.photos: list[Photo] = []
        self.renovation_photos: list[RenovationPhoto] = []
        self.warning_photos: list[WarningPhoto] = []
        self.documents: list[RenovationDocument] = []
        for chronicle in told:
            for works in chronicle.works:
                rng = Random(f"{works.renovation.contract_number}/file")
                self.photograph(works, rng)
                self.documents += papers_of(works, rng)
            for event in chronicle.events:
                if event.kind == EventKind.WARNED:
                    self.show_danger(event)

    def save(self) -> dict[str, int]:
        """Write all of it, once the records that it belongs to are written; how much there was."""
        Photo.objects.bulk_create(self.photos, batch_size=500)
        RenovationPhoto.objects.bulk_create(self.renovation_photos, batch_size=500)
        WarningPhoto.objects.bulk_create(self.warning_photos, batch_size=500)
        RenovationDocument.objects.bulk_create(self.documents, batch_size=500)
        return {"改造照片": len(self.renovation_photos), "改造材料": len(self.documents)}

    def show_danger(self, event) -> None:
        for variant in VARIANTS[: 1 + event.household.population % len(VARIANTS)]:
            at = event.recorded_at - JUST_BEFORE
            photo = taken(event.household, "danger", at, event.recorded_by, variant=variant)
            self.photos.append(photo)
            self.warning_photos.append(WarningPhoto(event=event, photo=photo))

    def photograph(self, works: Works, rng: Random) -> None:
        """Photos as the work went on: nothing is finished without one from before and one from after it."""
        renovation, times = works.renovation, stretches(works)
        has_before, has_during = rng.random() < BEFORE, rng.random() < DURING
        variant = rng.choice(VARIANTS)
        if not times:
            return
        started, finished = times
        if has_before or finished:
            self.keep(works, Moment.BEFORE, renovation.planned_at, variant)
        middle = started + ((finished or self.end) - started) / 2
        if has_during and middle - started >= WELL_UNDER_WAY:
            self.keep(works, Moment.DURING, middle, variant)
        if finished:
            self.keep(works, Moment.AFTER, finished - JUST_BEFORE, variant)

    def keep(self, works: Works, moment: Moment, at: dt.datetime, variant: int) -> None:
        renovation = works.renovation
        photo = taken(
            renovation.household, moment, at, works.by, mode=renovation.mode, variant=variant
        )
        self.photos.append(photo)
        self.renovation_photos.append(
            RenovationPhoto(renovation=renovation, photo=photo, moment=moment)
        )


def stretches(works: Works) -> tuple[dt.datetime, dt.datetime | None] | None:
    """When the start and the first finish of the work were entered; None before it began."""
    entered: dict[str, dt.datetime] = {}
    for event in works.events:
        if event.kind in STEPS:
            entered.setdefault(event.kind, event.recorded_at)
    if not entered:
        return None
    return entered[EventKind.RENOVATION_STARTED], entered.get(EventKind.RENOVATION_FINISHED)


def papers_of(works: Works, rng: Random) -> Iterator[RenovationDocument]:
    """The papers that are due, but for some that nobody has filed."""
    for kind, at in due(works):
        if rng.random() < FILED:
            yield paper(works, kind, at)
    for acceptance in works.acceptances:
        if acceptance.is_void:
            # The form of the acceptance that was another household's.
            wrong = paper(works, DocumentKind.COMPLETION, acceptance.recorded_at)
            wrong.voided_at, wrong.voided_by = acceptance.voided_at, works.by
            wrong.void_reason = acceptance.void_reason
            yield wrong


def due(works: Works) -> Iterator[tuple[DocumentKind, dt.datetime]]:
    """Each paper that the renovation must have by now, and when it was filed."""
    renovation, times = works.renovation, stretches(works)
    for kind in (*ALWAYS, *OF_MODE[renovation.mode]):
        if kind in WITH_PLAN:
            yield kind, renovation.planned_at
        elif times:
            yield kind, times[0]
    completion, payment = AT_THE_END
    if renovation.state == RenovationState.ACCEPTED:
        yield completion, works.acceptances[-1].recorded_at
    if works.payments:
        yield payment, works.payments[-1].recorded_at


def paper(works: Works, kind: DocumentKind, at: dt.datetime) -> RenovationDocument:
    return RenovationDocument(
        renovation=works.renovation,
        kind=kind,
        file=DOCUMENTS[kind],
        name=f"{kind.label}.jpg",
        uploaded_by=works.by,
        uploaded_at=at,
    )
