"""What must hold whatever happened: between events and register, register and tables, lists and signatures."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from django.db.models import Model

from households.enums import EventKind, Stage, Verdict
from households.management.commands.rebuild_stages import differences
from households.models import Household, Identity, Region, SafetyEvent
from inspections.models import Appraisal, Inspection, Ruling, RulingMeeting
from rectification.correcting import order_faults
from rectification.enums import ACTIVE, RenovationState
from rectification.models import Acceptance, Funding, Renovation, SubsidyPayment
from rectification.renovating import overpaid
from reports.annex2.sheet import sheet_of
from reports.enums import ListKind
from reports.figures import counts_at
from reports.lists.membership import FINISHED, LATER_LISTS, levels_of, on_list
from reports.lists.rows import digest, rows_of
from reports.models import Responsible, RowSignature
from tests.flows.world import DISTRICT, GUANSHAN, VILLAGES
from yanliang.audit import trail
from yanliang.audit.models import Entry

#: Where a household stands while a renovation of it is in this state; 无需排查 may come at any time.
STAGES = {
    RenovationState.STARTED: Stage.RENOVATING,
    RenovationState.FINISHED: Stage.COMPLETED,
    RenovationState.REWORK: Stage.REWORK,
}


def register_is_what_the_events_say() -> Iterator[str]:
    """`manage.py rebuild_stages --check`."""
    yield from map(str, differences())


def trail_is_whole() -> Iterator[str]:
    yield from trail.faults()


def annex2_adds_up() -> Iterator[str]:
    for region in Region.objects.filter(pk__in=[DISTRICT, GUANSHAN]):
        sheet = sheet_of(region)
        for section in sheet.sections:
            yield from sheet.faults(section)


def figures_of(moment: dt.datetime | None = None) -> dict:
    """Households by village, class and summary, at a moment or now."""
    return dict(counts_at(DISTRICT, moment).tally(VILLAGES))


def every_record_has_its_event() -> Iterator[str]:
    """The standing records of each kind are those behind the standing events of that kind."""
    kinds = defaultdict(set)
    for pk, kind in SafetyEvent.objects.filter(superseded=False).values_list("pk", "kind"):
        kinds[kind].add(pk)
    rulings = (EventKind.RULED_IN, EventKind.RULED_SECURED, EventKind.RULED_BACK)
    acceptances = (EventKind.ACCEPTANCE_PASSED, EventKind.ACCEPTANCE_FAILED)
    for records, expected in (
        (Inspection.objects.standing(), (EventKind.INSPECTED,)),
        (Appraisal.objects.recorded(), (EventKind.APPRAISED,)),
        (Ruling.objects.all(), rulings),
        (Acceptance.objects.standing(), acceptances),
    ):
        found = set(records.values_list("event", flat=True))
        if found != set().union(*(kinds[kind] for kind in expected)):
            yield f"{records.model.__name__}: the standing records are not those of the events"


def work_and_stage_agree() -> Iterator[str]:
    active = Counter()
    for renovation in Renovation.objects.select_related("household"):
        household = renovation.household
        active[household] += renovation.state in ACTIVE
        expected = STAGES.get(renovation.state)
        if expected and household.stage not in {expected, Stage.EXEMPT}:
            yield f"{household} is {household.stage}, its renovation {renovation.state}"
        yield from order_faults(renovation)
        yield from overpaid(renovation)
        passed = renovation.acceptances.standing().passed().count()
        if passed != (renovation.state == RenovationState.ACCEPTED):
            yield f"{renovation} is {renovation.state} with {passed} passed acceptances"
    yield from (
        f"{each} has {count} renovations at once" for each, count in active.items() if count > 1
    )
    waiting = Counter(Appraisal.objects.open().values_list("household", flat=True))
    yield from (
        f"{each} has {count} appraisals at once" for each, count in waiting.items() if count > 1
    )


def lists_are_whole() -> Iterator[str]:
    """Every member has a row and nobody else; what domain rules §4 says of a class holds; signatures are in order."""
    households = Household.objects.select_related("household_class").in_bulk()
    on: dict[tuple[int, str], int] = Counter()
    present = {}
    for kind in ListKind:
        members = Household.objects.filter(on_list(kind))
        rows = rows_of(kind, members, DISTRICT)
        if {row.household_id for row in rows} != set(members.values_list("pk", flat=True)):
            yield f"{kind}: the rows are not those of the members"
        for row in rows:
            on[row.household_id, kind] += 1
            present[kind.value, *row.key] = (digest(kind, row), levels_of(kind, row.department))
    works = defaultdict(list)
    for household_id, state in Renovation.objects.values_list("household", "state"):
        if state != RenovationState.CANCELLED:
            works[household_id].append(state)
    appraised = Counter(Appraisal.objects.recorded().values_list("household", flat=True))
    ruled = set(Ruling.objects.values_list("household", flat=True))
    for household in households.values():
        yield from misplaced(
            household,
            {kind: on[household.pk, kind] for kind in ListKind},
            works[household.pk],
            appraised[household.pk],
            household.pk in ruled,
        )
    yield from unordered_signatures(present)


def misplaced(
    household: Household, on: dict[ListKind, int], works: list[str], appraised: int, ruled: bool
) -> Iterator[str]:
    """What is wrong with the lists that a household stands on, `on` so many rows of each (domain rules §4)."""
    own = household.household_class
    first, other = ListKind.HELPED, ListKind.CHECKED
    if not own.is_helped:
        first, other = other, first
    if (on[first], on[other]) != (1, 0):
        yield f"{household} ({own}) is on the wrong first list"
    is_found_safe = household.verdict == Verdict.SAFE and household.stage == Stage.SAFE
    is_done_with = is_found_safe and not own.appraise_all and not ruled and not works
    if is_done_with and any(on[kind] for kind in LATER_LISTS):
        yield f"{household} was found safe and is on a later list"
    if own.appraise_all and household.verdict != Verdict.NONE and not on[ListKind.APPRAISED]:
        yield f"{household} ({own}) is not on the list of appraisals"
    if own.appraise_all and on[ListKind.APPRAISED] < appraised:
        yield f"{household} has {appraised} appraisals, and {on[ListKind.APPRAISED]} rows"
    if on[ListKind.RENOVATED] < len(works):
        yield f"{household} has {len(works)} renovations, and {on[ListKind.RENOVATED]} rows"
    if on[ListKind.ACCEPTED] != sum(state in FINISHED for state in works):
        yield f"{household} has renovations {works}, and {on[ListKind.ACCEPTED]} rows of acceptance"


def unordered_signatures(present: dict[tuple, tuple]) -> Iterator[str]:
    """`present` maps (kind, household, ordinal) to the hash of the row and the levels that sign it."""
    by_row = defaultdict(list)
    for each in RowSignature.objects.standing():
        by_row[each.kind, each.household_id, each.ordinal].append(each)
    for name, signatures in by_row.items():
        people = [each.name for each in signatures]
        if len(set(people)) < len(people):
            yield f"{name}: one person signed two levels"
        sha256, levels = present.get(name, ("", ()))
        signed = {each.level for each in signatures if each.sha256 == sha256}
        if signed != {level.value for level in levels[: len(signed)]}:
            yield f"{name}: signed by {signed}, in order {levels}"


#: What must be true → the records that it is about.
Truths = dict[Callable[[], Iterator[str]], set[type[Model]]]
TRUTHS: Truths = {
    register_is_what_the_events_say: {Household, SafetyEvent},
    trail_is_whole: {Entry},
    annex2_adds_up: {Household},
    every_record_has_its_event: {SafetyEvent, Inspection, Appraisal, Ruling, Acceptance},
    work_and_stage_agree: {Household, Appraisal, Renovation, Acceptance, SubsidyPayment, Funding},
    lists_are_whole: {
        Household,
        Identity,
        Region,
        Inspection,
        Appraisal,
        Ruling,
        RulingMeeting,
        Renovation,
        Funding,
        Acceptance,
        Responsible,
        RowSignature,
    },
}
