"""The district's week as it would be sealed now, before anybody locks it."""

from collections.abc import Sequence
from copy import copy

from reports.models import DistrictWeek
from reports.thursday.aggregating import District
from reports.thursday.content import Content
from reports.thursday.district import report_content
from reports.thursday.paper import Paper
from reports.thursday.papers import paper_of, statement_table
from reports.weekly.narrative import Part


def previewed(
    week: DistrictWeek, district: District, parts: Sequence[Part], reason: str, by
) -> Content:
    """What the next report would say. Only where something was accepted: without, there is no sum."""
    to_come = copy(week)
    to_come.revision += 1
    return Content(report_content(to_come, district, parts, reason, by))


def draft_paper(content: Content) -> Paper:
    """The paper of what is not sealed yet: without code and hash, every face says that it is a draft."""
    return paper_of(content, statement=statement_table(content.data["offices"]))
