"""The many ways to write one village, and which village is meant (domain rules §1)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from .cleaning import compact

_VILLAGE_ENDINGS = ("村委会", "村民委员会", "村村委会", "村村民委员会", "村民委", "村")
_COMMUNITY_ENDINGS = (
    "社区居委会",
    "社区居民委员会",
    "社区居民委",
    "社区",
    "居委会",
    "居民委员会",
    "社区村委会",
)
_OFFICE_ENDING = re.compile(r"(?:街道办事处|街办事处|街道办|办事处|街道|街办|镇政府|乡政府|镇|乡)$")
_DISTRICT_PREFIX = re.compile(r"^(?:陕西省)?(?:西安市)?(?:阎良区)?")


@dataclass(frozen=True, slots=True)
class VillageRef:
    """A village or community as the register knows it, with the name of its street office."""

    code: str
    name: str
    office_name: str


class VillageFault(Enum):
    """Why a village cell was refused; the value is the code of domain rules §8."""

    UNKNOWN = "village_unknown"
    FORBIDDEN = "village_forbidden"


class VillageAnswer(NamedTuple):
    """The village's code, or what is wrong with it as a sentence."""

    code: str
    fault: VillageFault | None
    sentence: str


def short_names(village_name: str) -> set[str]:
    """Every usual long or short name of a village or community, the official one included.

    房村村委会 is 房 + 村委会 to some and 房村 + 村委会 to others, so 房村 and 房村村 both name it.
    """
    name = compact(village_name)
    for ending in ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区"):
        if name.endswith(ending):
            base = name.removesuffix(ending)
            return {name, base} | {base + other for other in _COMMUNITY_ENDINGS}
    for ending in ("村民委员会", "村委会", "村"):
        if name.endswith(ending):
            base = name.removesuffix(ending)
            names = {name, base} | {base + other for other in _VILLAGE_ENDINGS}
            if base.endswith("村"):
                names |= {base[:-1] + other for other in _VILLAGE_ENDINGS}
            return names
    return {name}


def office_short_name(office_name: str) -> str:
    """关山街道, 关山街办, 关山街道办事处, 阎良区关山镇 → 关山."""
    name = _DISTRICT_PREFIX.sub("", compact(office_name))
    return _OFFICE_ENDING.sub("", name) or name


class VillageIndex:
    """Finds the village that a roster means, for a user of one region."""

    def __init__(self, villages: Iterable[VillageRef], region_code: str) -> None:
        self.region_code = region_code
        self._by_name: dict[str, list[VillageRef]] = {}
        self._by_code: dict[str, VillageRef] = {}
        self._offices: dict[str, str] = {}
        for village in villages:
            self._by_code[village.code] = village
            self._offices[office_short_name(village.office_name)] = village.code[:9]
            for name in short_names(village.name):
                self._by_name.setdefault(name, []).append(village)

    def named(self, text: str) -> bool:
        """Whether the text, as a whole, is the name of a village."""
        return bool(self._candidates(compact(text))[0])

    def named_in(self, text: str) -> str:
        """The longest full village name (…村, …社区 and longer) inside a sheet name or title; "" if none."""
        text = compact(text)
        found = [
            name
            for name in self._by_name
            if name in text and name.endswith(("村", "社区", "会")) and len(name) > 2
        ]
        return max(found, key=len, default="")

    def _candidates(self, name: str) -> tuple[list[VillageRef], str]:
        """Villages of that name, and the office when the name carries it (关山街道关山村)."""
        if name in self._by_code:
            return [self._by_code[name]], ""
        name = _DISTRICT_PREFIX.sub("", name)
        if name in self._by_name:
            return self._by_name[name], ""
        for office, office_code in self._offices.items():
            if name.startswith(office):
                rest = name[len(office) :]
                for ending in ("街道办事处", "街道办", "街办", "街道", "镇", "乡"):
                    village = rest.removeprefix(ending)
                    if village != rest and village in self._by_name:
                        return self._by_name[village], office_code
        return [], ""

    def find(self, village_text: str, office_text: str) -> VillageAnswer:
        """Which village a cleaned village cell means, with the cleaned 街办 cell of its row (may be "")."""
        if not village_text:
            return _unknown("村名为空，应填写所在村（社区）")
        candidates, office = self._candidates(village_text)
        if not candidates:
            return _unknown(f"没有“{village_text}”这个村（社区），应核对村名")
        office = self._offices.get(office_short_name(office_text), "") or office
        own = [v for v in candidates if v.code.startswith(self.region_code)]
        of_office = [v for v in candidates if v.code.startswith(office)]
        both = [v for v in own if v in of_office]
        if len(both) == 1:
            return VillageAnswer(both[0].code, None, "")
        if not both and (not own or of_office):
            other = (of_office or candidates)[0]
            return VillageAnswer(
                "",
                VillageFault.FORBIDDEN,
                f"“{village_text}”属于{other.office_name}，不在您的辖区，应由{other.office_name}导入",
            )
        if not both:
            return _unknown(f"“{village_text}”不属于街办列所写的“{office_text}”，应核对街办和村名")
        offices = "、".join(sorted({village.office_name for village in both}))
        return _unknown(f"“{village_text}”不止一个（{offices}），应在街办列写明属于哪个街道")


def _unknown(sentence: str) -> VillageAnswer:
    return VillageAnswer("", VillageFault.UNKNOWN, sentence)
