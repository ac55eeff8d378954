"""Numbers of problems: YL, the year, the street office, a running number (YL-2020-007-00012)."""

from collections.abc import Iterator

from django.db.models import Max

from households.models import Region
from rectification.models import Problem
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import today

SERIAL_DIGITS = 5
#: In the office's place for what concerns the whole district.
WHOLE_DISTRICT = "000"


def series_of(region_id: str) -> str:
    """The region whose problems are counted together: the office, or the district for its own."""
    return region_id[: RegionLevel.OFFICE]


def numbers(region_id: str) -> Iterator[str]:
    """Free numbers for problems of `region_id`, upwards; holds the office until the transaction ends."""
    series = series_of(region_id)
    Region.objects.select_for_update(no_key=True).get(pk=series)
    office = series[RegionLevel.DISTRICT :] or WHOLE_DISTRICT
    prefix = f"YL-{today().year}-{office}-"
    last = Problem.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    serial = int(last.removeprefix(prefix)) if last else 0
    while True:
        serial += 1
        yield f"{prefix}{serial:0{SERIAL_DIGITS}}"
