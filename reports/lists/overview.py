"""How far every list of a region is signed, place by place, as one table."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add

from households.models import Region
from reports.enums import ListKind
from reports.lists.membership import ClassGroup, levels_of_list
from reports.lists.progress import NOTHING, ListProgress, VillageProgress
from yanliang.tables.table import Cell, Column, Row, Table


def total_of(
    progress: Mapping[str, VillageProgress], code: str, group: str, kind: ListKind
) -> ListProgress:
    """The progress of one list of every village of the region `code`, added up."""
    own = (
        lists.get((group, kind.value), NOTHING)
        for village, lists in progress.items()
        if village.startswith(code)
    )
    return reduce(add, own, NOTHING)


def overview_table(
    region: Region,
    places: Sequence[Region],
    group: ClassGroup,
    progress: Mapping[str, VillageProgress],
    place_url: Callable[[Region], str],
    list_url: Callable[[Region, ListKind], str],
) -> Table:
    """A line for each of `places` and one for the whole `region`: rows, signatures by level, changed rows."""
    levels = {kind: levels_of_list(kind, group.classes) for kind in group.kinds}
    columns = tuple(
        Column(
            kind.value,
            kind.label,
            children=(
                Column(f"{kind}-rows", "行数", kind="int", hint="清单上的行数，点开看清单。"),
                *(
                    Column(
                        f"{kind}-{level}",
                        level.label,
                        kind="int",
                        width=8,
                        hint=f"{level.label}已签字、签字后没有变动的行数。",
                    )
                    for level in levels[kind]
                ),
                Column(
                    f"{kind}-changed",
                    "变动",
                    kind="int",
                    width=6,
                    hint="签字后内容有变动，须重新签字的行数。",
                ),
            ),
        )
        for kind in group.kinds
    )

    def line(place: Region, kind: str) -> Row:
        cells: dict = {"place": Cell(place.short_name, href=place_url(place))}
        for each in group.kinds:
            found = total_of(progress, place.code, group.name, each)
            cells[f"{each}-rows"] = Cell(found.rows, href=list_url(place, each))
            for level in levels[each]:
                cells[f"{each}-{level}"] = found.signed.get(level.value, 0)
            cells[f"{each}-changed"] = Cell(found.changed, flag="warning" if found.changed else "")
        return Row(cells, kind=kind, key=place.code)

    rows = [line(place, "detail") for place in places]
    if len(places) != 1 or places[0].code != region.code:
        rows.append(line(region, "total"))
    return Table(
        title=f"{region.short_name}四清清单签字进度（{group.name}）",
        columns=(Column("place", "街办、村", width=14), *columns),
        rows=rows,
    )
