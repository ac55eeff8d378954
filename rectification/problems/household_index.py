"""Which household a row of a feedback list means: by its code, its ID number, or its name in a place."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from households.models import Household
from households.roster import cleaning
from households.roster.cleaning import CellFault, as_text, compact, is_blank, shown
from households.roster.reader import CellValue
from rectification.problems.rights import covers
from yanliang.periods import today

LOOKUP_CHUNK = 5_000
_CODE = re.compile(r"\d{15,18}")
_CODE_AND_NAME = re.compile(r"(\d{15,18})(?:\s+|[-—、,，/])?(\D.*)?", re.DOTALL)
_BRACKETED = re.compile(r"[（(\[【][^（）()\[\]【】]*[)）\]】]")
NOT_ONE = "应填一户的户主姓名或户编号：涉及几户的一户一行，涉及全村的留空"


class Named(NamedTuple):
    """How a row names its household; all are empty where it names none."""

    code: str
    id_number: str
    name: str

    def __bool__(self) -> bool:
        return any(self)


def named(household: CellValue, code: CellValue, id_number: CellValue) -> Named | CellFault:
    """What the cells 农户, 户编号 and 身份证号 say; 农户 may hold code and name, as the ledger prints them."""
    number = "" if is_blank(code) else compact(code)
    name = ""
    if not is_blank(household):
        text = _BRACKETED.sub("", as_text(household)).strip()
        if both := _CODE_AND_NAME.fullmatch(text):
            number, text = number or both[1], both[2] or ""
        if text:
            found = cleaning.head_name(text)
            if isinstance(found, CellFault):
                return CellFault("household_invalid", f"农户“{shown(household)}”不对，{NOT_ONE}")
            name = found
    if number and not _CODE.fullmatch(number):
        return CellFault("household_unknown", f"台账中没有户编号“{shown(number)}”，应核对")
    if is_blank(id_number):
        return Named(number, "", name)
    resident = cleaning.id_number(id_number, today())
    return resident if isinstance(resident, CellFault) else Named(number, resident, name)


class HouseholdIndex:
    """Finds the households that rows name, for a person of one region. Three queries for 5,000 rows."""

    def __init__(self, staff, rows: Iterable[Named]) -> None:
        rows = list(rows)
        self._staff = staff
        anywhere = Household.objects.all()
        self._by_code = _by("code", {row.code for row in rows}, anywhere)
        self._by_id = _by("id_number", {row.id_number for row in rows}, anywhere)
        alone = {row.name for row in rows if not row.code and not row.id_number}
        self._by_name = _by("head_name", alone, Household.objects.visible_to(staff))

    def find(self, wanted: Named, place: str) -> Household | None | CellFault:
        """The one household meant, in the region `place` ("" where the row names none); None for no name."""
        if not wanted:
            return None
        if not wanted.code and not wanted.id_number:
            return self._of_name(wanted.name, place)
        found = []
        for value, known, label in (
            (wanted.code, self._by_code, f"户编号“{wanted.code}”"),
            (wanted.id_number, self._by_id, "这个身份证号"),
        ):
            if value and value not in known:
                return CellFault("household_unknown", f"台账中没有{label}，应核对")
            found += known.get(value, [])
        household = found[0]
        if not covers(self._staff, household.region_id):
            return CellFault("village_forbidden", "该户不在您的辖区")
        if any(each.pk != household.pk for each in found):
            return CellFault("household_mismatch", "户编号与身份证号不是同一户，应核对")
        if wanted.name and wanted.name != household.head_name:
            whose = f"{household.code} 是{household.head_name}，不是{wanted.name}"
            return CellFault("household_mismatch", f"户编号与户主不符：{whose}，应核对是否错行")
        if not household.region_id.startswith(place):
            return CellFault(
                "household_mismatch", f"该户在{household.region}，与所写的街办、村不符"
            )
        return household

    def _of_name(self, name: str, place: str) -> Household | CellFault:
        found = [each for each in self._by_name.get(name, []) if each.region_id.startswith(place)]
        if len(found) == 1:
            return found[0]
        if not found:
            return CellFault("household_unknown", f"这里没有户主“{name}”，应核对姓名或填写户编号")
        return CellFault(
            "household_ambiguous", f"这里有 {len(found)} 户“{name}”，应填写户编号或身份证号"
        )


def _by(field: str, values: set[str], households) -> dict[str, list[Household]]:
    wanted = sorted(values - {""})
    found: dict[str, list[Household]] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        rows = households.filter(**{f"{field}__in": wanted[start : start + LOOKUP_CHUNK]})
        for each in rows.select_related("region").only(
            "code", "id_number", "head_name", "region__short_name"
        ):
            found.setdefault(getattr(each, field), []).append(each)
    return found
