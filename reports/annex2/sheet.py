"""Annex 2 of one region at one moment: its rows, sections, figures, and what does not agree among them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from households.models import Region
from reports.annex2.columns import Figures, figures_by_class, total_of
from reports.annex2.identities import faults, sum_faults
from reports.annex2.sections import Section, sections_at
from reports.counts import Counts
from reports.figures import counts_at, moment_of
from yanliang.accounts.enums import RegionLevel

TOTAL = "合计"
#: What the rows under a region are called, and the head of their column, by the region's level.
ROWS_OF = {
    RegionLevel.PROVINCE: "各市",
    RegionLevel.CITY: "各区县",
    RegionLevel.DISTRICT: "各街办",
    RegionLevel.OFFICE: "各村",
}


@dataclass(frozen=True)
class Line:
    """One row of a section: the region it stands for, the name it bears, its figures."""

    region: Region
    name: str
    figures: Figures
    is_total: bool = False


@dataclass(frozen=True)
class Sheet:
    """The whole table: a row for each of `places` (the regions right below `region`) and one for the region itself.

    `day` is the day at whose end the figures stood; None: as they stand now. With `closed_week` (a Thursday)
    they stood at that week's cut-off, which fell on `day`.
    """

    region: Region
    places: Sequence[Region]
    sections: Sequence[Section]
    counts: Counts
    day: dt.date | None = None
    closed_week: dt.date | None = None

    @cached_property
    def figures(self) -> dict[tuple[str, str], Figures]:
        """Figures by region code and section key."""
        by_class = figures_by_class(self.counts.tally(place.code for place in self.places))
        figures = {}
        for section in self.sections:
            counted = {
                key: found
                for key, found in by_class.items()
                if section.class_ids is None or key[1] in section.class_ids
            }
            for place in self.places:
                parts = (found for key, found in counted.items() if key[0] == place.code)
                figures[place.code, section.key] = total_of(parts)
            # Not the sum of the rows above it: a household that stands in none of them must show.
            figures[self.region.code, section.key] = total_of(counted.values())
        return figures

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def lines(self, section: Section) -> Iterator[Line]:
        """The rows of `section`; the total stands last, and a village stands alone under its own name."""
        for place in self.places:
            yield Line(place, place.short_name, self.figures[place.code, section.key])
        name = TOTAL if self.places else self.region.short_name
        total = self.figures[self.region.code, section.key]
        yield Line(self.region, name, total, is_total=bool(self.places))

    def faults(self, section: Section) -> tuple[str, ...]:
        """One sentence for each identity that fails in `section`, in a row or between rows or sections."""
        return tuple(
            [
                f"{line.name}：{fault}"
                for line in self.lines(section)
                for fault in faults(line.figures, appraised=section.appraised)
            ]
            + list(self._sum_faults(section))
        )

    def _sum_faults(self, section: Section) -> Iterator[str]:
        total = self.figures[self.region.code, section.key]
        if self.places:
            parts = [self.figures[place.code, section.key] for place in self.places]
            yield from sum_faults(total, parts, ROWS_OF[self.region.level])
        members = [each for each in self.sections if each.parent == section.key]
        if members:
            for line in self.lines(section):
                parts = [self.figures[line.region.code, each.key] for each in members]
                for fault in sum_faults(line.figures, parts, "各类农户"):
                    yield f"{line.name}：{fault}"


def sheet_of(region: Region, day: dt.date | None = None) -> Sheet:
    """Annex 2 of `region` as it stood at the end of `day`; as it stands now without it.

    Three queries, four for a past day, however many rows.
    """
    counts = counts_at(region.code, moment_of(day))
    return Sheet(
        region=region,
        places=tuple(region.children.all()),
        sections=sections_at(day, counts.class_ids),
        counts=counts,
        day=day,
    )
