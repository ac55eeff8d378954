"""What a judgement looks up, handed in by whoever knows the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from .villages import VillageIndex, VillageRef

__all__ = ["ClassRef", "Reference", "VillageRef"]


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A household class: `aliases` are further names that rosters use; the lowest `precedence` counts."""

    code: str
    name: str
    precedence: int
    aliases: tuple[str, ...] = ()


class Reference:
    """Villages of the whole district, classes in force, and the region that the importing user may write to.

    Give all villages, not only the user's own: that is how “outside your region” is told from “unknown”.
    """

    def __init__(
        self, *, region_code: str, villages: Iterable[VillageRef], classes: Iterable[ClassRef]
    ) -> None:
        self.region_code = region_code
        self.villages = VillageIndex(villages, region_code)
        self.classes = tuple(classes)
