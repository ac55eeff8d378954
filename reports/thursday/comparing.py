"""An office's week beside the one before, column by column and section by section, every figure a link."""

from collections.abc import Iterator

from reports.annex2.columns import COLUMN
from reports.annex2.drill_down import NO_LINKS, Addresses, RegisterAddresses
from reports.annex2.faces import columns_of
from reports.annex2.layouts import LayoutColumn
from reports.annex2.sections import Section
from reports.thursday.checks import ONLY_GROWING
from reports.thursday.gathering import Standing
from reports.thursday.papers import addresses_of
from reports.weekly.figures import Compared, difference
from reports.weekly.tables import CHANGE, LAST, THIS
from yanliang.tables.table import Cell, Column, Fact, Row, Table

#: The measures that fall only with a reason, by key.
GROWING = frozenset(COLUMN[number].key for number in ONLY_GROWING)


def comparison_table(standing: Standing, *, whole_only: bool = False) -> Table:
    """This week, last week and the difference, for everyone and for each section; `whole_only`: for everyone."""
    _, *groups = columns_of(standing.weekly.sheet)
    compared = compared_sections(standing)
    rows = [
        row
        for section, figures in (list(compared)[:1] if whole_only else compared)
        for row in rows_of(standing, section, figures)
    ]
    return Table(
        title="本周与上周对比",
        columns=(Column("section", "农户类别", width=16), Column("week", "期别", width=6), *groups),
        rows=rows,
        head_facts=(Fact("填报单位", standing.region.name), Fact("单位", "户")),
    )


def compared_sections(standing: Standing) -> Iterator[tuple[Section, Compared]]:
    figures = standing.weekly.figures
    compared = [
        figures.total,
        *(each for group in figures.groups for each in (group.total, *group.classes)),
    ]
    yield from zip(standing.weekly.sheet.sections, compared, strict=True)


def rows_of(standing: Standing, section: Section, compared: Compared) -> Iterator[Row]:
    layout, region = standing.weekly.sheet.layout, standing.region.code
    kind = "detail" if section.parent else "total"
    faces: tuple[tuple[str, Addresses], ...] = (
        (THIS, RegisterAddresses(None)),
        (LAST, addresses_before(standing, section)),
    )
    this, last = compared.this, compared.last
    for face, addresses in faces:
        figures = this if face == THIS else last
        cells = {
            str(column.number): Cell(
                None if figures is None else column.value(figures),
                href=""
                if figures is None or column.is_rate
                else addresses.figure(region, section.key, column.number),
            )
            for column in layout.columns
        }
        yield Row({"section": section.name, "week": face, **cells}, kind=kind)
    cells = {str(column.number): change_cell(column, compared) for column in layout.columns}
    yield Row({"section": section.name, "week": CHANGE, **cells}, kind=kind)


def change_cell(column: LayoutColumn, compared: Compared) -> Cell:
    """The difference; marked where a figure fell that should only grow (domain rules §7)."""
    last = None if compared.last is None else column.value(compared.last)
    change = difference(column.value(compared.this), last)
    falls = change is not None and change < 0 and column.measure in GROWING
    return Cell(change, flag="warning" if falls else "")


def addresses_before(standing: Standing, section: Section) -> Addresses:
    """Into last week's submission; without one, into the register at that cut-off."""
    if standing.last:
        known = {each.key for each in standing.last_content.sections}
        return addresses_of(standing.last) if section.key in known else NO_LINKS
    previous = standing.week.previous
    return RegisterAddresses(None, previous.thursday) if previous else NO_LINKS
