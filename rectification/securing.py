"""其他方式保障: a household that is to renovate proves another safe home instead."""

import datetime as dt
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from households.enums import EventKind
from households.events import lock_household, record_event
from households.models import Household
from inspections.papers import check_paper
from rectification.enums import HousingWay, RenovationState
from rectification.models import OtherHousing
from rectification.renovating import refuse_on, require_right, stage_obstacles
from yanliang.audit.trail import record
from yanliang.periods import now

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
        housing = OtherHousing.objects.create(
            household=household,
            file=file,
            event=event,
            recorded_by=by,
            recorded_at=now(),
            **proof._asdict(),
        )
        event.source = f"{housing._meta.label_lower}:{housing.pk}"
        event.save(update_fields=["source"])
        record(
            "housing_secured",
            housing,
            by=by,
            after={"保障方式": HousingWay(proof.way).label, "现住地址": proof.address},
            reason=proof.evidence,
        )
    return housing
