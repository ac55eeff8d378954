"""The households behind a figure of a sealed document: those that were counted then, whatever became of them."""

from collections.abc import Mapping

from households.summary import Summary
from reports.annex2.drill_down import Counting
from reports.annex2.sections import Section
from reports.thursday.content import Content
from reports.thursday.groups import Group


def counted_in(
    content: Content, region: str, section: Section, column: Counting
) -> Mapping[int, Group]:
    """The households (primary keys) that the figure of the place `region` (a code) counts, each with its group.

    By village, then by key; as many as the figure says.
    """
    summaries = frozenset(column.summaries)
    return {
        household: group
        for group, households in content.groups.items()
        if group.region.startswith(region)
        and (section.class_ids is None or group.class_id in section.class_ids)
        and Summary(*group[2:]) in summaries
        for household in households
    }
