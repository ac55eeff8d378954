"""Annex 2 of one region at one moment: its rows, sections, figures, and what does not agree among them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from households.models import Region
from reports.annex2.columns import Figures, figures_by_class, total_of
from reports.annex2.identities import faults, sum_faults
from reports.annex2.layouts import Layout, layout_on
from reports.annex2.sections import Section, sections_at
from reports.counts import Counts
from reports.figures import counts_at, moment_of
from yanliang.accounts.enums import RegionLevel

TOTAL, NOT_REPORTED, STAND_IN = "合计", "未报", "台账数"
#: What the rows under a region are called, and the head of their column, by the region's level.
ROWS_OF = {
    RegionLevel.PROVINCE: "各市",
    RegionLevel.CITY: "各区县",
    RegionLevel.DISTRICT: "各街办",
    RegionLevel.OFFICE: "各村",
}


@dataclass(frozen=True)
class Line:
    """One row of a section: the region it stands for, the name it bears, its figures (None: 未报)."""

    region: Region
    name: str
    figures: Figures | None
    is_total: bool = False


@dataclass(frozen=True)
class Sheet:
    """The whole table: a row for each of `places` (the regions right below `region`) and one for the region itself.

    `day` is the day at whose end the figures stood; None: as they stand now. With `closed_week` (a Thursday)
    they stood at that week's cut-off, which fell on `day`.
    Of `missing` (region codes of places that did not report) nothing is counted; of `stand_ins` the register's own
    figures stand in for what was not reported.
    """

    region: Region
    places: Sequence[Region]
    sections: Sequence[Section]
    counts: Counts
    layout: Layout
    day: dt.date | None = None
    closed_week: dt.date | None = None
    missing: frozenset[str] = frozenset()
    stand_ins: frozenset[str] = frozenset()

    @cached_property
    def figures(self) -> dict[tuple[str, str], Figures]:
        """Figures by region code and section key."""
        by_class = {
            (place, class_id): found
            for (place, class_id), found in figures_by_class(
                self.counts.tally(place.code for place in self.places)
            ).items()
            if place not in self.missing
        }
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
            figures = self.figures[place.code, section.key]
            reported = None if place.code in self.missing else figures
            yield Line(place, self.name_of(place), reported)
        name = self.total_name if self.places else self.region.short_name
        total = self.figures[self.region.code, section.key]
        yield Line(self.region, name, total, is_total=bool(self.places))

    def name_of(self, place: Region) -> str:
        """“关山街道”, “关山街道（台账数）” where the register stands in."""
        mark = f"（{STAND_IN}）" if place.code in self.stand_ins else ""
        return f"{place.short_name}{mark}"

    @property
    def total_name(self) -> str:
        """“合计”, “合计（不含关山街道）” where places are missing."""
        left_out = "、".join(
            place.short_name for place in self.places if place.code in self.missing
        )
        return f"{TOTAL}（不含{left_out}）" if left_out else TOTAL

    def faults(self, section: Section) -> tuple[str, ...]:
        """One sentence for each identity that fails in `section`, in a row or between rows or sections."""
        return tuple(
            [
                f"{line.name}：{fault}"
                for line in self._reported(section)
                for fault in faults(line.figures, self.layout, appraised=section.appraised)
            ]
            + list(self._sum_faults(section))
        )

    def _reported(self, section: Section) -> Iterator[Line]:
        return (line for line in self.lines(section) if line.figures is not None)

    def _sum_faults(self, section: Section) -> Iterator[str]:
        total = self.figures[self.region.code, section.key]
        if self.places:
            parts = [self.figures[place.code, section.key] for place in self.places]
            yield from sum_faults(total, parts, ROWS_OF[self.region.level], self.layout)
        members = [each for each in self.sections if each.parent == section.key]
        if members:
            for line in self._reported(section):
                parts = [self.figures[line.region.code, each.key] for each in members]
                for fault in sum_faults(line.figures, parts, "各类农户", self.layout):
                    yield f"{line.name}：{fault}"


def sheet_of(region: Region, day: dt.date | None = None) -> Sheet:
    """Annex 2 of `region` as it stood at the end of `day`; as it stands now without it.

    Four queries, five for a past day, however many rows.
    """
    counts = counts_at(region.code, moment_of(day))
    return Sheet(
        region=region,
        places=tuple(region.children.all()),
        sections=sections_at(day, counts.class_ids),
        counts=counts,
        layout=layout_on(day),
        day=day,
    )
