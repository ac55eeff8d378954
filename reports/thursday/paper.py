"""What is printed of a week, ready for every face: Excel, PDF and Word draw this object and compute nothing."""

import datetime as dt
from dataclasses import dataclass

from django.utils.safestring import SafeString

from reports.weekly.narrative import Part
from yanliang.periods import day_of
from yanliang.tables.table import Table


@dataclass(frozen=True)
class Paper:
    """A submission, or a district report, as it goes on paper.

    Everything comes from the sealed content; a `code` and `sha256` of "" mark a preview of what is not sealed yet.
    `provenance` holds the sentences that must be printed beside the figures (who is missing, whose live figures
    stand in, which revision this is and why). `annex` are the sections of Annex 2, the one for everyone first;
    `villages` the same table opened to villages; `statement` says which office submitted what and when.
    `signers` are labels with names, "" to be signed by hand; `sealed_by` who submitted or locked it.
    """

    heading: str
    unit: str
    issue: str
    thursday: dt.date
    as_at: str
    sealed_at: dt.datetime
    parts: tuple[Part, ...]
    annex: tuple[Table, ...]
    villages: Table
    comparison: Table
    tables: tuple[Table, ...] = ()
    charts: tuple[SafeString, ...] = ()
    statement: Table | None = None
    provenance: tuple[str, ...] = ()
    receipt: str = ""
    signers: tuple[tuple[str, str], ...] = ()
    code: str = ""
    sha256: str = ""
    sealed_by: str = ""

    @property
    def is_sealed(self) -> bool:
        return bool(self.sha256)

    @property
    def filed_on(self) -> dt.date:
        """填报日期: the day in Shanghai when it was sealed."""
        return day_of(self.sealed_at)

    @property
    def signers_in_words(self) -> str:
        """“填报人：张三；审核人：李四”: those whose names are known."""
        return "；".join(f"{label}：{name}" for label, name in self.signers if name)
