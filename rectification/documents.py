"""Which papers each mode of renovation needs, and which are still missing."""

from collections.abc import Collection
from typing import NamedTuple

from households.enums import RenovationMode
from rectification.enums import DocumentKind

ALWAYS = (
    DocumentKind.APPLICATION,
    DocumentKind.IDENTITY,
    DocumentKind.PUBLICITY,
    DocumentKind.CONTRACT,
    DocumentKind.CERTIFICATE,
)
AT_THE_END = (DocumentKind.COMPLETION, DocumentKind.PAYMENT)
#: What comes between by mode.
OF_MODE: dict[RenovationMode, tuple[DocumentKind, ...]] = {
    RenovationMode.REINFORCE: (DocumentKind.REPAIR_PLAN,),
    RenovationMode.REBUILD: (DocumentKind.DRAWING, DocumentKind.DEMOLITION),
    RenovationMode.ELSEWHERE: (DocumentKind.DRAWING, DocumentKind.LAND, DocumentKind.DEMOLITION),
    RenovationMode.UNIFIED: (DocumentKind.DRAWING, DocumentKind.ALLOCATION),
}


class Line(NamedTuple):
    """A line of the checklist: the paper, and whether it is there."""

    kind: DocumentKind
    is_there: bool


def required(mode: RenovationMode | str) -> tuple[DocumentKind, ...]:
    """The papers that a renovation of this mode needs, in the order of the file (一户一档)."""
    return (*ALWAYS, *OF_MODE[RenovationMode(mode)], *AT_THE_END)


def checklist(mode: RenovationMode | str, present: Collection[str]) -> list[Line]:
    """Every required paper, with whether its kind is among `present`."""
    return [Line(kind, kind in present) for kind in required(mode)]


def missing(mode: RenovationMode | str, present: Collection[str]) -> list[DocumentKind]:
    return [line.kind for line in checklist(mode, present) if not line.is_there]
