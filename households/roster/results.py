"""What a clerk takes home of an import: sentences on the page, marked workbooks to download."""

from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from households.models import RosterImport
from yanliang.periods import day_of

from .comparing import compare, reference_for
from .importing import stored_roster, unpack
from .judging import judge_rows
from .marking import write_marked, write_refused


class RowOutcome(NamedTuple):
    sheet: str
    row: int
    outcome: str
    codes: str
    sentence: str


def outcomes(roster_import: RosterImport) -> list[RowOutcome]:
    """The outcome of every row, in the order of the file."""
    if roster_import.outcomes is None:
        return []
    return [RowOutcome(*row) for row in unpack(roster_import.outcomes)]


def faults(roster_import: RosterImport, limit: int) -> list[RowOutcome]:
    """The first refused rows, then the first that were taken with a warning."""
    rows = [row for row in outcomes(roster_import) if row.sentence]
    return sorted(rows, key=lambda row: row.outcome != "error")[:limit]


def report_lines(roster_import: RosterImport) -> Iterator[tuple[str, int, str, str]]:
    """sheet, row, outcome, codes: the columns of the command's report."""
    for row in outcomes(roster_import):
        yield row.sheet, row.row, row.outcome, row.codes


def workbook(roster_import: RosterImport, *, only_refused: bool) -> bytes:
    """The uploaded workbook with its faults marked, or its refused rows alone.

    Rows are judged anew: what the register refuses (registered elsewhere) is marked like everything else.
    """
    with stored_roster(roster_import) as (roster, mapping):
        reference = reference_for(roster_import.region)
        judged = judge_rows(roster, mapping, reference, day_of(roster_import.uploaded_at))
        rows = [row.judged for row in compare(judged, roster_import.region)]
        target = BytesIO()
        write = write_refused if only_refused else write_marked
        write(roster, mapping, rows, target)
    return target.getvalue()
