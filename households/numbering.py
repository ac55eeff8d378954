"""Household codes: the village's code and a running number in it."""

from collections.abc import Iterator

from django.db.models import Max

from households.models import Household, Region

SERIAL_DIGITS = 5


def lock_village(region_id: str) -> Region:
    """Hold the village until the transaction ends, so that two people never take the same number."""
    return Region.objects.select_for_update(no_key=True).get(code=region_id)


def code_sequence(region_id: str) -> Iterator[str]:
    """Codes for new households of a locked village, from the first free number upwards: 61011400720000001 …

    A household that moved to another village keeps its code, so that number stays taken.
    """
    last = Household.objects.filter(code__prefix=region_id).aggregate(last=Max("code"))["last"]
    serial = int(last[-SERIAL_DIGITS:]) if last else 0
    while True:
        serial += 1
        yield f"{region_id}{serial:0{SERIAL_DIGITS}}"


def next_code(region_id: str) -> str:
    lock_village(region_id)
    return next(code_sequence(region_id))
