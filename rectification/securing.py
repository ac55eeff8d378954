"""其他方式保障: a household proves another safe home, instead of renovating or after a meeting ruled so."""

import datetime as dt
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from households.enums import EventKind, Stage
from households.events import lock_household, record_event
from households.models import Household, SafetyEvent
from inspections.papers import check_paper
from rectification.enums import HousingWay, RenovationState
from rectification.models import OtherHousing
from rectification.renovating import refuse_on, require_right, stage_obstacles
from rectification.voiding import declare_void
from yanliang.audit.trail import record
from yanliang.periods import now
from yanliang.workflow import lock

#: What makes a household 其他方式保障: its own proof, or a meeting's ruling.
SECURING = (EventKind.SECURED, EventKind.RULED_SECURED)
WHY_CANCELLED = "已落实其他安全住房，不再改造。"


class Proof(NamedTuple):
    """Where the household lives now, since when, and what proves it."""

    way: HousingWay
    address: str
    evidence: str
    secured_on: dt.date


def secure_obstacles(household: Household) -> list[str]:
    """Why other safe housing cannot be entered for this household; empty when it can."""
    return stage_obstacles(household, EventKind.SECURED)


def secure(household_pk: int, proof: Proof, file: UploadedFile, *, by) -> OtherHousing:
    """The household lives safely elsewhere; a renovation that was planned or begun ends with it.

    Raises PermissionDenied without the right, ValidationError with the obstacles or for a file that is
    neither PDF nor picture.
    """
    require_right(by, "登记其他方式保障")
    check_paper(file)
    with transaction.atomic():
        household = lock_household(household_pk)
        refuse_on(secure_obstacles(household))
        for renovation in household.renovations.active():
            before = renovation.state
            renovation.state = RenovationState.CANCELLED
            renovation.cancel_reason = WHY_CANCELLED
            renovation.version += 1
            renovation.save()
            record(
                "renovation_cancelled",
                renovation,
                by=by,
                before={"state": before},
                after={"state": renovation.state},
                reason=WHY_CANCELLED,
            )
        event = record_event(
            household,
            EventKind.SECURED,
            by=by,
            happened_on=proof.secured_on,
            detail={"保障方式": HousingWay(proof.way).label, "现住地址": proof.address},
        )
        housing = keep(proof, file, event, by)
        event.source = f"{housing._meta.label_lower}:{housing.pk}"
        event.save(update_fields=["source"])
        record(
            "housing_secured",
            housing,
            by=by,
            after=in_words(housing),
        )
    return housing


def keep(proof: Proof, file: UploadedFile, event: SafetyEvent, by) -> OtherHousing:
    return OtherHousing.objects.create(
        household_id=event.household_id,
        file=file,
        event=event,
        recorded_by=by,
        recorded_at=now(),
        **proof._asdict(),
    )


def in_words(housing: OtherHousing) -> dict[str, str]:
    """A proof as the trail keeps it."""
    return {
        "保障方式": HousingWay(housing.way).label,
        "现住地址": housing.address,
        "依据材料": housing.evidence,
        "落实日期": f"{housing.secured_on}",
    }


def unproved(staff) -> QuerySet[Household]:
    """Households that `staff` may see, 其他方式保障 without a standing proof of what secured them.

    `secured_by` is the key of the securing event. A corrected event keeps its position, and so its proof.
    """
    latest = SafetyEvent.objects.filter(
        household=OuterRef("pk"), kind__in=SECURING, superseded=False
    ).order_by("-position")
    proofs = OtherHousing.objects.standing().filter(
        household=OuterRef("pk"), event__position=OuterRef("secured_at")
    )
    return (
        Household.objects.visible_to(staff)
        .filter(stage=Stage.SECURED)
        .annotate(
            secured_by=Subquery(latest.values("pk")[:1]),
            secured_at=Subquery(latest.values("position")[:1]),
        )
        .exclude(Exists(proofs))
    )


def securing_event(household: Household) -> SafetyEvent:
    """The event that made a secured household what it is."""
    return household.events.standing().filter(kind__in=SECURING).last()


def prove_obstacles(household: Household) -> list[str]:
    """Why no proof can be added now; empty when the household is secured and its proof is missing."""
    if household.stage != Stage.SECURED:
        return [f"该户目前为“{household.get_stage_display()}”，不是“其他方式保障”，不须补证明。"]
    position = securing_event(household).position
    if household.other_housing.standing().filter(event__position=position).exists():
        return ["该户已有保障证明；证明有误的，请更换。"]
    return []


def prove(household_pk: int, proof: Proof, file: UploadedFile, *, by) -> OtherHousing:
    """Add the proof of what a meeting ruled (审定以其他方式保障); the household's stage stays.

    Raises PermissionDenied without the right, ValidationError with the obstacles or for a file that is
    neither PDF nor picture.
    """
    require_right(by, "补充保障证明")
    check_paper(file)
    with transaction.atomic():
        household = lock_household(household_pk)
        refuse_on(prove_obstacles(household))
        housing = keep(proof, file, securing_event(household), by)
        record("housing_proved", housing, by=by, after=in_words(housing))
    return housing


def replace_proof(pk: int, proof: Proof, file: UploadedFile, *, by, reason: str) -> OtherHousing:
    """Put a right proof in the place of a wrong one, which is kept as void. Raises as `prove` does."""
    require_right(by, "更换保障证明")
    check_paper(file)
    with transaction.atomic():
        wrong = OtherHousing.objects.get(pk=pk)
        lock_household(wrong.household_id)
        wrong = lock(wrong)
        declare_void(wrong, by=by, reason=reason)
        housing = keep(proof, file, wrong.event, by)
        record(
            "housing_replaced",
            housing,
            by=by,
            before=in_words(wrong),
            after=in_words(housing),
            reason=wrong.void_reason,
        )
    return housing
