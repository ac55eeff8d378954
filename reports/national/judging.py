"""Judging the rows of a workbook that came back from the national system, against the register as it stands."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from households.enums import SAFETY_BASIS, Stage
from households.models import Household
from households.roster import cleaning
from households.roster.cleaning import CellFault, compact, is_blank, shown
from households.roster.fields import BY_KEY as ROSTER_FIELDS
from households.roster.fields import Field, Vocabulary
from households.roster.headers import Mapping, SheetMapping
from households.roster.judging import WARNING, Problem
from households.roster.reader import CellValue, Roster, Sheet
from reports.models import NationalLayout
from reports.national.layouts import columns_of
from yanliang.periods import today

LOOKUP_CHUNK = 5_000
OUTCOMES = {
    "new": "新登记",
    "changed": "更改编号",
    "unchanged": "无变化",
    "blank": "没有编号",
    "error": "有错误",
    "ignored": "不是农户",
}
#: Headings under which the three columns come back, besides those that a layout gave them.
ALIASES = {
    "id_number": ROSTER_FIELDS["id_number"].aliases,
    "code": ("户编号", "农户编号", "户号", "农户编码"),
    "external_reference": (
        "国家系统编号",
        "系统编号",
        "国家编号",
        "系统户编号",
        "住房安全系统编号",
        "信息系统编号",
        "全国系统编号",
        "系统返回编号",
        "返回编号",
        "录入编号",
    ),
}
STORED = (
    "pk",
    "code",
    "head_name",
    "id_number",
    "region_id",
    "stage",
    "external_reference",
    "household_class__name",
    "household_class__in_national_system",
)


def vocabulary() -> Vocabulary:
    """The columns that count: identity, household code, reference; also under every heading of a layout."""
    aliases = {key: list(names) for key, names in ALIASES.items()}
    for layout in NationalLayout.objects.all():
        for column in columns_of(layout):
            if column.field in aliases:
                aliases[column.field].append(compact(column.label))
    pattern = r"(?:国家|系统).{0,6}(?:编号|编码)"
    return Vocabulary(
        "国家系统编号",
        [
            Field("id_number", "身份证号", tuple(aliases["id_number"])),
            Field("code", "户编号", tuple(aliases["code"])),
            Field(
                "external_reference",
                "国家系统编号",
                tuple(aliases["external_reference"]),
                required=True,
                pattern=pattern,
            ),
            Field("message", "错误信息", ("错误信息",)),
        ],
        subjects=("id_number", "code", "external_reference"),
        fewest=2,
    )


def missing_columns(sheet: SheetMapping) -> str:
    """Which columns a sheet lacks to be judged, as a sentence; "" when it has what it takes."""
    given = sheet.fields
    lacking = []
    if not {"id_number", "code"} & given.keys():
        lacking.append("“身份证号”或“户编号”")
    if "external_reference" not in given:
        lacking.append("“国家系统编号”")
    if not lacking:
        return ""
    return f"工作表“{sheet.sheet}”没有找到{'和'.join(lacking)}列，请补上该列后重新上传。"


@dataclass(slots=True)
class ReturnedRow:
    """What becomes of one row; the household's key and the reference are there unless it is refused or empty."""

    sheet: str
    row: int
    outcome: str = "error"
    problems: list[Problem] = field(default_factory=list)
    household_id: int | None = None
    household: str = ""
    reference: str = ""
    before: str = ""

    @property
    def sentence(self) -> str:
        """All problems as one text for the clerk, warnings marked as such."""
        return "；".join(
            f"提醒：{problem.sentence}" if problem.is_warning else problem.sentence
            for problem in self.problems
        )


class Read(NamedTuple):
    """The three cells of a row, cleaned or faulty."""

    id_number: str | CellFault
    code: str
    reference: str | CellFault


class Known:
    """The households that the rows name, and those that hold the references, in three lookups a chunk."""

    def __init__(self, rows: Iterable[Read]) -> None:
        rows = list(rows)
        self.by_id_number = self.found(
            "id_number", {row.id_number for row in rows if isinstance(row.id_number, str)}
        )
        self.by_code = self.found("code", {row.code for row in rows})
        self.by_reference = self.found(
            "external_reference", {row.reference for row in rows if isinstance(row.reference, str)}
        )

    @staticmethod
    def found(name: str, values: set[str]) -> dict[str, dict[str, Any]]:
        wanted = sorted(values - {""})
        return {
            row[name]: row
            for start in range(0, len(wanted), LOOKUP_CHUNK)
            for row in Household.objects.filter(
                **{f"{name}__in": wanted[start : start + LOOKUP_CHUNK]}
            ).values(*STORED)
        }


def judge(roster: Roster, mapping: Mapping, region_code: str) -> list[ReturnedRow]:
    """Judge every row below the header of every mapped sheet, for somebody who may write to `region_code`."""
    read = [
        (row, cells)
        for sheet in mapping.sheets
        for row, cells in read_rows(roster.sheet(sheet.sheet), sheet)
    ]
    judge_row = Judge(Known(cells for _, cells in read if cells), region_code)
    for row, cells in read:
        if cells is None:
            row.outcome = "ignored"
        else:
            columns = mapping.sheet(row.sheet).fields
            judge_row(row, cells, columns.get)
    return [row for row, _ in read]


def read_rows(sheet: Sheet, mapping: SheetMapping) -> Iterator[tuple[ReturnedRow, Read | None]]:
    """Each row with its cells; None for one that names no household and no reference, or repeats the header."""
    columns = mapping.fields
    heading = {key: column.heading for column in mapping.columns if (key := column.field)}
    for number in range(mapping.first_data_row, len(sheet.rows) + 1):
        cells = sheet.rows[number - 1]

        def value(key: str, cells: list[CellValue] = cells) -> CellValue:
            index = columns.get(key)
            return cells[index] if index is not None and index < len(cells) else ""

        row = ReturnedRow(sheet.name, number)
        given = [key for key in ALIASES if not is_blank(value(key))]
        is_heading = given and all(compact(value(key)) == compact(heading[key]) for key in given)
        # “合计” or a signature line, where the first column is that of the codes.
        is_note = given == ["code"] and not any(map(str.isdigit, compact(value("code"))))
        if not given or is_heading or is_note:
            yield row, None
            continue
        id_number = (
            "" if is_blank(value("id_number")) else cleaning.id_number(value("id_number"), today())
        )
        code = "" if is_blank(value("code")) else compact(value("code"))
        yield row, Read(id_number, code, cleaning.reference(value("external_reference")))


class Judge:
    """Judges one row after the other; remembers the households and references met so far in the file."""

    def __init__(self, known: Known, region_code: str) -> None:
        self.known = known
        self.region_code = region_code
        self.households: dict[int, ReturnedRow] = {}
        self.references: dict[str, ReturnedRow] = {}

    def __call__(self, row: ReturnedRow, read: Read, column: Callable[[str], int | None]) -> None:
        def refuse(key: str, code: str, sentence: str) -> None:
            row.problems.append(Problem(key, column(key), code, sentence))

        household = self.named(read, refuse)
        if household is not None:
            row.household = f"{household['code']} {household['head_name']}"
        if isinstance(read.reference, CellFault):
            refuse("external_reference", *read.reference)
        if household is None or row.problems:
            return
        if not read.reference:
            row.outcome = "blank"
            return
        self.check_household(row, household, refuse)
        self.check_reference(row, household["pk"], read.reference, refuse)
        if row.problems:
            return
        row.household_id, row.reference = household["pk"], read.reference
        row.before = household["external_reference"]
        self.households[household["pk"]] = self.references[read.reference] = row
        if row.before == read.reference:
            row.outcome = "unchanged"
            return
        row.outcome = "changed" if row.before else "new"
        if household["stage"] not in SAFETY_BASIS:
            refuse(
                "external_reference",
                f"{WARNING}not_safe",
                "该户在本台账中还没有安全依据，请核对国家系统里填的是什么",
            )

    def named(self, read: Read, refuse: Callable) -> dict[str, Any] | None:
        """The household that the row names; None, with what is wrong, where that is none or not one's own."""
        if isinstance(read.id_number, CellFault):
            refuse("id_number", *read.id_number)
            return None
        if not read.id_number and not read.code:
            refuse("id_number", "household_required", "身份证号和户编号都为空，应至少填写一项")
            return None
        by_id = self.known.by_id_number.get(read.id_number)
        by_code = self.known.by_code.get(read.code)
        if read.id_number and by_id is None:
            refuse("id_number", "household_unknown", "台账中没有这个身份证号，应核对")
        if read.code and by_code is None:
            sentence = f"台账中没有户编号“{shown(read.code)}”，应核对"
            refuse("code", "household_unknown", sentence)
        if by_id and by_code and by_id["pk"] != by_code["pk"]:
            refuse("code", "household_mismatch", "身份证号与户编号不是同一户，应核对")
            return None
        household = by_id or by_code
        if household and not household["region_id"].startswith(self.region_code):
            refuse(
                "id_number" if by_id else "code", "household_elsewhere", "该户不在您的管辖范围内"
            )
            return None
        return household

    def check_household(
        self, row: ReturnedRow, household: dict[str, Any], refuse: Callable
    ) -> None:
        key = "id_number"
        if not household["household_class__in_national_system"]:
            name = household["household_class__name"]
            refuse(key, "class_not_entered", f"该户现为{name}，不录入国家系统")
        elif household["stage"] == Stage.EXEMPT:
            refuse(key, "household_exempt", "该户已认定无需排查，不录入国家系统")
        if first := self.households.get(household["pk"]):
            refuse(key, "household_twice", f"与{where(first, row)}是同一户，只保留一行")

    def check_reference(
        self, row: ReturnedRow, household_id: int, reference: str, refuse: Callable
    ) -> None:
        key = "external_reference"
        holder = self.known.by_reference.get(reference)
        if holder and holder["pk"] != household_id:
            is_own = holder["region_id"].startswith(self.region_code)
            place = f"{holder['code']} {holder['head_name']}" if is_own else "其他街办的一户"
            refuse(key, "reference_taken", f"这个编号已登记在{place}，应核对")
        if first := self.references.get(reference):
            refuse(key, "reference_twice", f"编号与{where(first, row)}重复，应核对")


def where(first: ReturnedRow, row: ReturnedRow) -> str:
    return (
        f"第 {first.row} 行"
        if first.sheet == row.sheet
        else f"工作表“{first.sheet}”第 {first.row} 行"
    )
