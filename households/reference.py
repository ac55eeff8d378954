"""Regions and classes as they are shipped in fixtures/, loaded or refreshed by `manage.py load_reference`."""

import csv
import json
from pathlib import Path

from django.conf import settings

from households.models import ClassScheme, HouseholdClass, Region
from yanliang.accounts.enums import RegionLevel

DISTRICT = ("610114", "西安市阎良区", "阎良区")
#: Until 2018 these two were towns; archives of that time use the town's code.
PREVIOUS_CODES = {"武屯街道": ["610114100"], "关山街道": ["610114101"]}


def fixture(name: str) -> Path:
    return settings.BASE_DIR / "fixtures" / name


def short_name(name: str) -> str:
    """A village's name less 村委会/居委会, with 村 or 社区 kept: 关山村委会 → 关山村; 新农村委会 → 新农村."""
    if name.endswith("村委会"):
        return name.removesuffix("委会")
    return name.removesuffix("居委会")


def load_regions() -> int:
    """Load the district, its offices and villages; return how many regions there are."""
    code, name, short = DISTRICT
    regions = {
        code: Region(code=code, name=name, short_name=short, level=RegionLevel.DISTRICT),
    }
    with fixture("regions_610114.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            office = row["street_code"]
            regions.setdefault(
                office,
                Region(
                    code=office,
                    name=f"{row['street_name']}办事处",
                    short_name=row["street_name"],
                    level=RegionLevel.OFFICE,
                    parent_id=code,
                    previous_codes=PREVIOUS_CODES.get(row["street_name"], []),
                ),
            )
            regions[row["village_code"]] = Region(
                code=row["village_code"],
                name=row["village_name"],
                short_name=short_name(row["village_name"]),
                level=RegionLevel.VILLAGE,
                parent_id=office,
            )
    Region.objects.bulk_create(
        sorted(regions.values(), key=lambda region: region.code),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "short_name", "level", "parent", "previous_codes"],
    )
    return len(regions)


def load_classes() -> int:
    """Load the class scheme; return how many classes it has."""
    data = json.loads(fixture("class_scheme_2020.json").read_text())
    classes = data.pop("classes")
    scheme, _ = ClassScheme.objects.update_or_create(code=data.pop("code"), defaults=data)
    for each in classes:
        HouseholdClass.objects.update_or_create(
            code=each.pop("code"),
            defaults={"scheme": scheme, "valid_from": scheme.valid_from, **each},
        )
    return len(classes)
