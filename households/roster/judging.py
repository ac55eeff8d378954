"""Judging a roster row by row: what would be imported, what is refused and why, what is no household.

The register is not looked at here: a row called new may turn out changed or unchanged by its ID number.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from . import cleaning, fields
from .classes import ClassIndex
from .cleaning import CellFault, compact, is_blank
from .filling import filled_columns
from .headers import Mapping, SheetMapping
from .reader import CellValue, Roster, Sheet
from .reference import Reference

Outcome = Literal["new", "error", "ignored"]

WARNING = "warn:"

# What tells a household from a row that only numbers or names a place.
_HOUSEHOLD_FIELDS = (
    "head_name",
    "id_number",
    "household_class",
    "population",
    "phone",
    "structure",
    "storeys",
    "bays",
    "floor_area",
    "built_year",
)
_HEADS = frozenset(
    {"", "户主", "本人", "户主本人", "本人或户主", "户主或本人", "本人/户主", "户主/本人"}
)
_VILLAGE_WITH_GROUP = re.compile(
    r"(.+(?:村|社区|委会))(第?[0-9一二三四五六七八九十]{1,3}(?:村民)?(?:小组|组|队))"
)
_DUPLICATE_NOTE = re.compile(r"尾号 ([0-9X]{4})）与[^；]*重复")
TOTAL = re.compile(r".{0,12}(?:合计|小计|总计|共计|累计|总户数)(?:[:(].*|.{0,8})")
FOOTER = re.compile(
    r"(?:填报人|填表人|制表人?|审核人?|审批人?|复核人?|经办人|录入人|调查人|负责人|单位负责人|村负责人|分管领导|主要领导|"
    r"联系人|联系电话|填报日期|填表日期|填报时间|填报单位|制表单位|单位\(?盖章|盖章|\(盖章|年月日|"
    r"\d{4}年\d{1,2}月\d{1,2}日$|(?:注|说明|备注|填表说明|填报说明|注意)[:1一、])"
)


class Problem(NamedTuple):
    """One thing wrong with a row: the field, its column (from 0, None when the sheet has none), code, sentence.

    A code that starts with “warn:” does not keep the row from being imported.
    """

    field: str
    column: int | None
    code: str
    sentence: str

    @property
    def is_warning(self) -> bool:
        return self.code.startswith(WARNING)


def sentence_of(problems: Iterable[Problem]) -> str:
    """All problems as one text for the clerk, warnings marked as such."""
    return "；".join(
        f"提醒：{problem.sentence}" if problem.is_warning else problem.sentence
        for problem in problems
    )


@dataclass(slots=True)
class CleanRow:
    """The values of one household as the register takes them. "" and None: the roster does not say."""

    village_code: str
    group: str
    head_name: str
    id_number: str
    class_code: str
    identities: tuple[str, ...]
    """Class codes of all identities, the one that counts first."""
    population: int | None
    phone: str
    helper: str
    structure: str
    """Code of the structure type (domain rules §3)."""
    storeys: int | None
    bays: int | None
    floor_area: Decimal | None
    built_year: int | None
    certificate: str
    remark: str


@dataclass(slots=True)
class JudgedRow:
    """What becomes of one row; `row` is Excel's row number, `values` is set when the outcome is new."""

    sheet: str
    row: int
    outcome: Outcome
    codes: list[str]
    values: CleanRow | None
    problems: list[Problem]

    @property
    def codes_text(self) -> str:
        """The codes as the report writes them."""
        return ";".join(self.codes)

    @property
    def sentence(self) -> str:
        return sentence_of(self.problems)


def judge_rows(
    roster: Roster, mapping: Mapping, reference: Reference, today: date
) -> Iterator[JudgedRow]:
    """Judge every row below the header of every mapped sheet, in order.

    `ValueError` with a Chinese sentence when required columns are missing from the mapping.
    """
    if mapping.missing_message:
        raise ValueError(mapping.missing_message)
    first_seen: dict[str, tuple[str, int]] = {}
    classes = ClassIndex(reference.classes)
    for sheet_mapping in mapping.sheets:
        sheet = roster.sheet(sheet_mapping.sheet)
        yield from _SheetJudge(sheet, sheet_mapping, reference, classes, today, first_seen).rows()


class _SheetJudge:
    """Judges the rows of one sheet; knows the IDs seen so far in the whole file."""

    def __init__(
        self,
        sheet: Sheet,
        mapping: SheetMapping,
        reference: Reference,
        classes: ClassIndex,
        today: date,
        first_seen: dict[str, tuple[str, int]],
    ) -> None:
        self.sheet = sheet
        self.mapping = mapping
        self.columns = mapping.fields
        self.villages = reference.villages
        # A sheet has many rows and few places.
        self._place = lru_cache(maxsize=4096, typed=True)(self._find_place)
        self.find_class = classes.find
        self.today = today
        self.first_seen = first_seen
        self.footer_seen = False
        # Columns that the sheet does not have are read from an empty cell put behind every row.
        self.missing = sheet.width
        index = self._index
        self.household_columns = [
            self.columns[key] for key in _HOUSEHOLD_FIELDS if key in self.columns
        ]
        self.name, self.id = index("head_name"), index("id_number")
        self.village, self.group, self.office = index("village"), index("group"), index("office")
        self.class_, self.relation = index("household_class"), index("relation")
        self.population, self.phone = index("population"), index("phone")
        self.structure, self.storeys, self.bays = (
            index("structure"),
            index("storeys"),
            index("bays"),
        )
        self.area, self.year = index("floor_area"), index("built_year")
        self.helper = index("helper")
        self.message = index("message")
        self.certificate, self.remark = index("certificate"), index("remark")

    def _index(self, key: str) -> int:
        return self.columns.get(key, self.missing)

    def rows(self) -> Iterator[JudgedRow]:
        filled = filled_columns(self.sheet, self.mapping)
        name = self.sheet.name
        for number in range(self.mapping.first_data_row, len(self.sheet.rows) + 1):
            row = self.sheet.rows[number - 1]
            cells = row + [""] * (self.missing + 1 - len(row))
            reason = self._ignored(cells)
            if reason:
                yield JudgedRow(name, number, "ignored", [reason], None, [])
                continue
            overlay = filled.get(number)
            if overlay:
                for column, value in overlay.items():
                    cells[column] = value
            yield self._judge(number, cells)

    def _ignored(self, cells: list[CellValue]) -> str:
        """Why a row is no household: blank, total, footer, header (repeated) or member; "" when it is one."""
        id_cell = cells[self.id]
        if self.relation != self.missing and compact(cells[self.relation]) not in _HEADS:
            return "header" if self._is_header(cells) else "member"
        if isinstance(id_cell, str) and len(id_cell) >= 15:
            return ""
        texts = [text for cell in cells if cell != "" and (text := compact(cell))]
        if not texts:
            return "blank"
        if not is_blank(id_cell):
            return "header" if self._is_header(cells) else ""
        if any(TOTAL.fullmatch(text) for text in texts[:3]):
            return "total"
        if FOOTER.match(texts[0]) or (
            self.footer_seen and isinstance(cleaning.head_name(cells[self.name]), CellFault)
        ):
            self.footer_seen = True
            return "footer"
        if all(is_blank(cells[column]) for column in self.household_columns):
            # A lone sentence is a note; anything else is a row numbered in advance.
            return "footer" if len(texts) == 1 and not texts[0].isdigit() else "blank"
        return ""

    def _is_header(self, cells: list[CellValue]) -> bool:
        """Whether the header is printed again in the middle of the sheet."""
        for key, column in (("head_name", self.name), ("id_number", self.id)):
            cell = cells[column]
            recognised = fields.recognise(cell) if isinstance(cell, str) else None
            if recognised is None or recognised[1] != key:
                return False
        return True

    def _judge(self, number: int, cells: list[CellValue]) -> JudgedRow:
        problems: list[Problem] = []

        name = cleaning.head_name(cells[self.name])
        if isinstance(name, CellFault):
            self._refuse(problems, "head_name", name)

        id_number = cleaning.id_number(cells[self.id], self.today)
        if isinstance(id_number, CellFault):
            self._refuse(problems, "id_number", id_number)
        elif id_number in self.first_seen:
            first = self.first_seen[id_number]
            self._refuse(problems, "id_number", self._duplicate(id_number, *first))
        elif self._still_duplicate(id_number, cells[self.message]):
            self._refuse(problems, "id_number", self._uncorrected(id_number))
        else:
            self.first_seen[id_number] = (self.sheet.name, number)

        household_class = self.find_class(cells[self.class_])
        if isinstance(household_class, CellFault):
            self._refuse(problems, "household_class", household_class)

        village_code, group, fault = self._place(
            cells[self.village], cells[self.group], cells[self.office]
        )
        if fault is not None:
            self._refuse(problems, "village", fault)

        population = None
        if self.population != self.missing:
            population = cleaning.population(cells[self.population])
            if isinstance(population, CellFault):
                self._refuse(problems, "population", population)
        area = cleaning.floor_area(cells[self.area])
        if isinstance(area, CellFault):
            self._refuse(problems, "floor_area", area)
        year = cleaning.built_year(cells[self.year], self.today.year)
        if isinstance(year, CellFault):
            self._refuse(problems, "built_year", year)
        refused = bool(problems)

        phone = cleaning.phone(cells[self.phone])
        if isinstance(phone, CellFault):
            phone = self._warn(problems, "phone", phone, "")
        helper = cleaning.helper_name(cells[self.helper])
        if isinstance(helper, CellFault):
            helper = self._warn(problems, "helper", helper, "")
        structure = cleaning.structure(cells[self.structure])
        if isinstance(structure, CellFault):
            structure = self._warn(problems, "structure", structure, cleaning.UNKNOWN_STRUCTURE)
        storeys = cleaning.storeys(cells[self.storeys])
        if isinstance(storeys, CellFault):
            storeys = self._warn(problems, "storeys", storeys, None)
        bays = cleaning.bays(cells[self.bays])
        if isinstance(bays, CellFault):
            bays = self._warn(problems, "bays", bays, None)
        remark = cleaning.free_text(cells[self.remark])

        codes = [problem.code for problem in problems]
        if isinstance(household_class, CellFault):
            return JudgedRow(self.sheet.name, number, "error", codes, None, problems)
        if household_class.note:
            codes.append(household_class.note)
        if refused:
            return JudgedRow(self.sheet.name, number, "error", codes, None, problems)
        values = CleanRow(
            village_code,
            group,
            name,
            id_number,
            household_class.code,
            household_class.identities,
            population,
            phone,
            helper,
            structure,
            storeys,
            bays,
            area,
            year,
            cleaning.free_text(cells[self.certificate], cleaning.CERTIFICATE_LENGTH),
            remark,
        )
        return JudgedRow(self.sheet.name, number, "new", codes, values, problems)

    def _find_place(
        self, village: CellValue, group_cell: CellValue, office_cell: CellValue
    ) -> tuple[str, str, CellFault | None]:
        """Village code, group, and what is wrong with the village."""
        group = cleaning.group(group_cell)
        text = self.mapping.default_village if self.village == self.missing else compact(village)
        office = compact(office_cell)
        answer = self.villages.find("" if is_blank(text) else text, office)
        if answer.fault is not None:
            parts = _VILLAGE_WITH_GROUP.fullmatch(text)
            if parts:
                answer = self.villages.find(parts[1], office)
                group = group or cleaning.group(parts[2])
        if answer.fault is not None:
            return "", group, CellFault(answer.fault.value, answer.sentence)
        return answer.code, group, None

    def _duplicate(self, id_number: str, sheet: str, row: int) -> CellFault:
        where = f"第 {row} 行" if sheet == self.sheet.name else f"工作表“{sheet}”第 {row} 行"
        return CellFault(
            "id_duplicate_in_file",
            f"身份证号（尾号 {id_number[-4:]}）与{where}重复，应核对是否同一户，只保留一行",
        )

    @staticmethod
    def _still_duplicate(id_number: str, message: CellValue) -> bool:
        """Whether a row refused as a duplicate comes back, without its first row, as it was.

        Taken as new, it would overwrite the household of the first row.
        """
        noted = _DUPLICATE_NOTE.search(message) if isinstance(message, str) else None
        return noted is not None and noted[1] == id_number[-4:]

    @staticmethod
    def _uncorrected(id_number: str) -> CellFault:
        return CellFault(
            "id_duplicate_in_file",
            f"身份证号（尾号 {id_number[-4:]}）与原文件中另一行重复，尚未改正；"
            "确认本行无误的，应清空本行的错误信息后再上传",
        )

    def _refuse(self, problems: list[Problem], field: str, fault: CellFault) -> None:
        problems.append(Problem(field, self.columns.get(field), fault.code, fault.sentence))

    def _warn(self, problems: list[Problem], field: str, fault: CellFault, instead: Any) -> Any:
        """Note the fault and go on with `instead`."""
        code = WARNING + fault.code
        problems.append(Problem(field, self.columns.get(field), code, fault.sentence))
        return instead
