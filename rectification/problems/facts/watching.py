"""Facts of the long-term mechanism: places that nobody watches, or nobody has visited in time."""

import datetime as dt
from collections.abc import Iterator
from os.path import commonprefix

from rectification.monitoring.duties import gaps
from rectification.problems.facts.finding import Finding, Places


def mechanism_gap(day: dt.date, among: Places = None) -> Iterator[Finding]:
    """Each office and village whose checklist has gaps, with all of them."""
    # A region's code is the beginning of those below it, and nothing at all the beginning of every one.
    above = "" if among is None else commonprefix([str(place) for place in among])
    for region_id, sentences in gaps(above, day).items():
        if among is None or region_id in among:
            yield Finding(region_id, None, "".join(sentences))
