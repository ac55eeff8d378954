"""What becomes of one row of an uploaded ledger or feedback list."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self, TypeVar

from households.roster.cleaning import CellFault
from households.roster.judging import WARNING, sentence_of
from households.roster.judging import Problem as Fault
from rectification.problems.acting import Assignment
from rectification.problems.raising import Draft

T = TypeVar("T")
Outcome = Literal["new", "changed", "unchanged", "known", "error", "ignored"]


class Update(NamedTuple):
    """What a row changes of a problem in the ledger; `version` is the problem's as it was compared."""

    version: int
    assignment: Assignment | None
    measure: str
    progress: str


class NewProblem(NamedTuple):
    """A problem to enter, with who answers for it and what was done, where the row says so."""

    draft: Draft
    responsible: str = ""
    progress: str = ""


@dataclass
class LedgerRow:
    """One row as it was judged; `row` is Excel's row number, `note` the sentence on a row without faults.

    `new` or `update` hold what is to be written; they are not kept, since the file is judged again then.
    """

    sheet: str
    row: int
    outcome: Outcome = "error"
    problems: list[Fault] = field(default_factory=list)
    number: str = ""
    problem_id: int | None = None
    place: str = ""
    text: str = ""
    note: str = ""
    columns: dict[str, int] = field(default_factory=dict)
    new: NewProblem | None = None
    update: Update | None = None

    @property
    def sentence(self) -> str:
        """All faults as one text for the clerk, warnings marked as such."""
        return sentence_of(self.problems)

    @property
    def is_refused(self) -> bool:
        return any(not fault.is_warning for fault in self.problems)

    def refuse(self, key: str, fault: CellFault) -> None:
        self.problems.append(Fault(key, self.columns.get(key), *fault))

    def warn(self, key: str, code: str, sentence: str) -> None:
        """A word to the clerk that does not keep the row from being written."""
        self.problems.append(Fault(key, self.columns.get(key), WARNING + code, sentence))

    def taken(self, key: str, value: T | CellFault, instead: T) -> T:
        """`value`, or `instead` with its fault noted."""
        if isinstance(value, CellFault):
            self.refuse(key, value)
            return instead
        return value

    def to_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "row": self.row,
            "outcome": self.outcome,
            "problems": [list(fault) for fault in self.problems],
            "number": self.number,
            "problem_id": self.problem_id,
            "place": self.place,
            "text": self.text,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data | {"problems": [Fault(*fault) for fault in data["problems"]]})


def where(first: LedgerRow, row: LedgerRow) -> str:
    """Where `first` stands, as somebody in `row` looks for it."""
    here = first.sheet == row.sheet
    return f"第 {first.row} 行" if here else f"工作表“{first.sheet}”第 {first.row} 行"
