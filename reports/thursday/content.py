"""What is sealed of a week, and how it is read again (idea 5 of the house).

Everything that a face shows of a sealed document comes from here, so that renaming a class, a region or a column
later changes no old week.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from households.models import HouseholdClass, Region
from reports.annex2.layouts import Layout
from reports.annex2.sections import Section, sections_of
from reports.annex2.sheet import Sheet
from reports.counts import Counts
from reports.thursday import groups as grouping
from reports.thursday.groups import Groups
from reports.weekly.narrative import Part
from reports.weekly.weeks import Week
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import day_of
from yanliang.tables import plain
from yanliang.tables.table import Table

#: What is kept of a class: all that a section of Annex 2 and its identities need.
CLASS_FIELDS = ("pk", "code", "name", "group", "precedence", "appraise_all")
REGION_FIELDS = ("code", "name", "short_name", "level", "parent_id")


def plain_region(region: Region) -> dict[str, Any]:
    return {name: getattr(region, name) for name in REGION_FIELDS}


def plain_class(each: HouseholdClass) -> dict[str, Any]:
    return {name: getattr(each, name) for name in CLASS_FIELDS} | {
        "valid_from": each.valid_from.isoformat()
    }


def plain_layout(layout: Layout) -> dict[str, Any]:
    return {
        "number": layout.number,
        "valid_from": layout.valid_from.isoformat(),
        "columns": layout.as_plain(),
    }


def plain_parts(parts: Iterable[Part]) -> list[list[Any]]:
    return [[part.title, list(part.paragraphs)] for part in parts]


def parts_from(rows: Iterable[Sequence[Any]]) -> tuple[Part, ...]:
    return tuple(Part(title, tuple(paragraphs)) for title, paragraphs in rows)


def plain_figures(sheet: Sheet) -> dict[str, dict[str, dict[str, int]]]:
    """Every figure of `sheet` by section, place and number of the measure: what the sealed tables say."""
    figures: dict[str, dict[str, dict[str, int]]] = {}
    for (place, section), found in sheet.figures.items():
        numbers = {str(number): households for number, households in found.households.items()}
        figures.setdefault(section, {})[place] = numbers
    return figures


def sheet_content(
    sheet: Sheet, places: Iterable[Region], villages: Iterable[Region], groups: Groups
) -> dict[str, Any]:
    """The part of a document that Annex 2 is drawn from; `places` are its rows, those not reported too."""
    everyone = sheet.sections[0]
    return {
        "region": plain_region(sheet.region),
        "places": [plain_region(place) for place in places],
        "villages": [plain_region(village) for village in villages],
        "classes": [plain_class(each) for each in everyone.classes],
        "layout": plain_layout(sheet.layout),
        "groups": grouping.as_plain(groups),
        "figures": plain_figures(sheet),
    }


class Content:
    """A sealed document, read again; `data` is what `SealedDocument.data` gives."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    @cached_property
    def as_at(self) -> dt.datetime:
        """The moment that the figures stand for."""
        return dt.datetime.fromisoformat(self.data["as_at"])

    @property
    def first_moment(self) -> dt.datetime:
        """The earliest moment that any of a district report's figures stand for: its offices submit one by one."""
        told = [each["submitted_at"] for each in self.data["offices"] if each["submitted_at"]]
        return min([self.as_at, *map(dt.datetime.fromisoformat, told)])

    @cached_property
    def week(self) -> Week:
        return Week(dt.date.fromisoformat(self.data["thursday"]), until=self.as_at)

    @cached_property
    def region(self) -> Region:
        return Region(**self.data["region"])

    @cached_property
    def places(self) -> tuple[Region, ...]:
        return tuple(Region(**place) for place in self.data["places"])

    @cached_property
    def villages(self) -> tuple[Region, ...]:
        return tuple(Region(**village) for village in self.data["villages"])

    @property
    def villages_by_office(self) -> list[tuple[Region, list[Region]]]:
        """The villages that the figures open to, under their office."""
        offices = self.places if self.region.level < RegionLevel.OFFICE else (self.region,)
        return [
            (office, [each for each in self.villages if each.parent_id == office.code])
            for office in offices
        ]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return sections_of(
            HouseholdClass(**each | {"valid_from": dt.date.fromisoformat(each["valid_from"])})
            for each in self.data["classes"]
        )

    @cached_property
    def layout(self) -> Layout:
        kept = self.data["layout"]
        valid_from = dt.date.fromisoformat(kept["valid_from"])
        return Layout.from_plain(kept["columns"], kept["number"], valid_from)

    @cached_property
    def groups(self) -> Groups:
        return grouping.from_plain(self.data["groups"])

    @cached_property
    def counts(self) -> Counts:
        return grouping.counts_of_groups(self.groups)

    @cached_property
    def missing(self) -> frozenset[str]:
        """The codes of the offices that a district report goes without."""
        return frozenset(self.data.get("missing", ()))

    @cached_property
    def stand_ins(self) -> frozenset[str]:
        """The codes of the offices whose live figures a district report uses."""
        return frozenset(self.data.get("stand_ins", ()))

    @cached_property
    def sheet(self) -> Sheet:
        """Annex 2 as it was sealed."""
        return Sheet(
            self.region,
            self.places,
            self.sections,
            self.counts,
            day=day_of(self.as_at),
            layout=self.layout,
            missing=self.missing,
            stand_ins=self.stand_ins,
        )

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return parts_from(self.data["parts"])

    @cached_property
    def comparison(self) -> Table:
        return plain.from_plain(self.data["comparison"])

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(plain.from_plain(table) for table in self.data["tables"])

    @cached_property
    def charts(self) -> tuple[SafeString, ...]:
        """Drawn by this program when the document was sealed."""
        return tuple(mark_safe(chart) for chart in self.data["charts"])

    @property
    def provenance(self) -> tuple[str, ...]:
        return tuple(self.data["provenance"])
