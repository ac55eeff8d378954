"""Why a household waits for an appraisal: the last event that made it 疑似不安全, with its sentences and photos."""

from typing import NamedTuple

from django.db.models import Prefetch

from households.enums import EventKind
from households.models import Household, SafetyEvent
from inspections.models import Inspection

#: What can put a household into the queue; the last one that happened did.
KINDS = (EventKind.INSPECTED, EventKind.WARNED, EventKind.RULED_BACK)


class Cause(NamedTuple):
    """`inspection` is the visit that found it, where a visit did."""

    reasons: list[str]
    inspection: Inspection | None = None
    photo_ids: tuple = ()


def prefetches(path: str = "") -> list[Prefetch | str]:
    """What `cause_of` reads, for a query of households, or of records that reach them by `path` (“household__”)."""
    causes = (
        SafetyEvent.objects.standing()
        .filter(kind__in=KINDS)
        .select_related("inspection")
        .defer(
            "inspection__facts",
            "inspection__answers",
            "inspection__remarks",
            "inspection__measures",
        )
    )
    return [
        Prefetch(f"{path}events", causes, to_attr="causes"),
        f"{path}causes__inspection__photo_links",
        f"{path}causes__warning_photos",
    ]


def cause_of(household: Household) -> Cause:
    """The last of the household's prefetched `causes`; one without sentences where there is none."""
    if not household.causes:
        return Cause([])
    event = household.causes[-1]
    if event.kind == EventKind.INSPECTED and hasattr(event, "inspection"):
        photo_ids = dict.fromkeys(link.photo_id for link in event.inspection.photo_links.all())
        return Cause(event.inspection.reasons, event.inspection, tuple(photo_ids))
    return Cause(
        [sentence(event)], photo_ids=tuple(link.photo_id for link in event.warning_photos.all())
    )


def sentence(event: SafetyEvent) -> str:
    """“新险情：连日降雨，后墙外闪（2020-04-20，灾害）” and the like."""
    match event.kind:
        case EventKind.WARNED:
            what, facts = f"新险情：{told(event, '险情')}", [event.detail.get("来源", "")]
        case EventKind.RULED_BACK:
            what, facts = f"审定退回：{told(event, '说明')}", []
        case _:
            what, facts = event.get_kind_display(), []
    return f"{what}（{'，'.join(filter(None, [f'{event.happened_on:%Y-%m-%d}', *facts]))}）"


def told(event: SafetyEvent, name: str) -> str:
    return event.detail.get(name, "").rstrip("。") or "未写明"
