"""Judging a workbook of results row by row: what would be recorded, what is wrong, what is left alone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from households.enums import EventKind, Grade, Stage, Verdict
from households.models import Household
from households.roster.cleaning import as_text, compact, is_blank, shown
from households.roster.headers import Mapping, SheetMapping
from households.roster.judging import Problem, sentence_of
from households.roster.reader import CellValue, Roster
from households.roster.refusals import RosterRefused
from households.summary import Event, Summary, apply
from inspections.models import Appraisal

from . import entry
from .columns import ENTERED, HOUSEHOLD, KEY, ORGANISATION, RESULTS, key_of

Outcome = Literal["new", "recorded", "unchanged", "error", "ignored"]

#: Filled rows that one file may have: somebody waits while each is recorded on its own, some 30 ms a row.
MAX_RESULTS = 500
_KEY = re.compile(r"(?:JD)?0*([1-9]\d{0,17})")


@dataclass
class ResultRow:
    """What becomes of one row; `row` is Excel's row number, `cells` what was typed, by field.

    `version` is the assignment's as judged: one changed later is not recorded. `note` is the sentence on a row
    without problems.
    """

    sheet: str
    row: int
    outcome: Outcome
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    appraisal_id: int | None = None
    version: int = 0
    head_name: str = ""
    place: str = ""
    grade: str = ""
    computed: str = ""
    note: str = ""

    @property
    def sentence(self) -> str:
        """All problems as one text for the clerk."""
        return sentence_of(self.problems)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"problems": [list(problem) for problem in self.problems]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        problems = [Problem(*problem) for problem in data["problems"]]
        return cls(**data | {"problems": problems})


def require_columns(mapping: Mapping) -> None:
    """Raises RosterRefused where a sheet of results lacks a column that every result needs."""
    for sheet in mapping.sheets:
        missing = [key for key in RESULTS.required if key not in sheet.fields]
        if missing:
            labels = "、".join(f"“{RESULTS.by_key[key].label}”" for key in missing)
            raise RosterRefused(
                "column_missing",
                f"工作表“{sheet.sheet}”没有{labels}列。请照导出的待录入表补上，再重新上传。",
            )


def cells_of(row: list[CellValue], mapping: SheetMapping) -> dict[str, str]:
    """What was typed into a row, by field; two columns of one field come joined."""
    columns = mapping.fields

    def text(key: str) -> str:
        column = columns.get(key)
        return as_text(row[column]) if column is not None and column < len(row) else ""

    typed = {key: text(key).strip() for key in (KEY, HOUSEHOLD, ORGANISATION)}
    for column in ENTERED:
        texts = [text(key) for key, _, _ in column.keys]
        typed[column.name] = "、".join(each for each in texts if not is_blank(each))
    return typed


def judge_rows(roster: Roster, mapping: Mapping, appraisals) -> Iterator[ResultRow]:
    """Judge every row below the header of every sheet of results, in order.

    `appraisals` are those that the person who uploads may see. Raises RosterRefused where too much is filled in.
    """
    rows = [
        ResultRow(sheet.sheet, number, "error", cells_of(cells, sheet))
        for sheet in mapping.sheets
        for number, cells in enumerate(roster.sheet(sheet.sheet).rows, start=1)
        if number >= sheet.first_data_row
    ]
    filled = sum(1 for row in rows if not entry.is_untouched(typed(row)))
    if filled > MAX_RESULTS:
        raise RosterRefused(
            "too_many_rows",
            f"表中填写了 {filled} 户，一次最多录入 {MAX_RESULTS} 户。请拆成几个文件分别上传。",
        )
    found = (
        appraisals.filter(pk__in={key for row in rows if (key := key_in(row)) is not None})
        .select_related("household__region", "household__household_class", "organisation")
        .in_bulk()
    )
    judge = _Judge(mapping, found)
    for row in rows:
        yield judge.judged(row)


def typed(row: ResultRow) -> dict[str, str]:
    """The cells of the result alone, without those that say whose it is."""
    return {column.name: row.cells.get(column.name, "") for column in ENTERED}


def key_in(row: ResultRow) -> int | None:
    """The primary key that the row's 鉴定编号 names, if it can be one."""
    key = _KEY.fullmatch(compact(row.cells[KEY]).upper())
    return int(key[1]) if key else None


def stage_after(household: Household, grade: Grade) -> Stage:
    """Where an appraisal of this grade would take the household."""
    summary = Summary(Verdict(household.verdict), Stage(household.stage), Grade(household.grade))
    return apply(summary, Event(EventKind.APPRAISED, grade, household.household_class.rules)).stage


def set_faults(row: ResultRow, faults: entry.Faults, mapping: SheetMapping) -> None:
    """Make the row an error; each sentence stands at the column where it can be mended."""
    columns = mapping.fields
    row.outcome, row.note = "error", ""
    row.problems = [
        Problem(name, columns.get(name, columns.get(f"{name}.0")), name, sentence)
        for name, found in faults.items()
        for sentence in found
    ]


class _Judge:
    """Judges the rows of one workbook; knows what stood in the rows before."""

    def __init__(self, mapping: Mapping, appraisals: dict[int, Appraisal]) -> None:
        self.mapping = mapping
        self.appraisals = appraisals
        self.seen: dict[int, ResultRow] = {}
        self.reports: dict[tuple[int, str], ResultRow] = {}

    def judged(self, row: ResultRow) -> ResultRow:
        appraisal = self.appraisals.get(key_in(row))
        if appraisal is not None:
            row.appraisal_id, row.version = appraisal.pk, appraisal.version
            row.head_name = appraisal.household.head_name
            row.place = f"{appraisal.household.region} {appraisal.household.group}".strip()
        if entry.is_untouched(typed(row)):
            row.outcome = "ignored"
            row.note = "没有填写，不录入" if row.cells[KEY] else "空行"
            return row
        if faults := self.misplaced(row, appraisal):
            set_faults(row, faults, self.mapping.sheet(row.sheet))
            return row
        judgement = entry.judge(appraisal, typed(row))
        faults = judgement.faults | self.report_twice(row, appraisal, judgement)
        if faults:
            set_faults(row, faults, self.mapping.sheet(row.sheet))
            return row
        row.outcome = judgement.outcome
        row.grade, row.computed = judgement.grade.label, judgement.computed.label
        if row.outcome == "unchanged":
            row.note = "已录入，内容相同"
        else:
            before = Stage(appraisal.household.stage)
            after = stage_after(appraisal.household, judgement.grade)
            row.note = f"该户由“{before.label}”变为“{after.label}”" if before != after else ""
        return row

    def misplaced(self, row: ResultRow, appraisal: Appraisal | None) -> entry.Faults:
        """Why it cannot be told whose result the row is."""
        key, code = row.cells[KEY], compact(row.cells[HOUSEHOLD])
        if is_blank(key):
            return {KEY: ["鉴定编号为空，应照导出的待录入表填写"]}
        if appraisal is None:
            return {KEY: [f"没有“{shown(key)}”这个鉴定编号，应照导出的待录入表填写"]}
        household, organisation = appraisal.household, row.cells[ORGANISATION]
        if code and code != household.code:
            whose = f"{key_of(appraisal)} 是 {household.code} {household.head_name}"
            return {HOUSEHOLD: [f"户编号与鉴定编号不符：{whose}，应核对是否错行"]}
        if organisation and compact(organisation) != compact(appraisal.organisation.name):
            sentence = (
                f"该户委托的是{appraisal.organisation}，不是“{shown(organisation, 40)}”，应核对"
            )
            return {ORGANISATION: [sentence]}
        first = self.seen.setdefault(appraisal.pk, row)
        if first is not row:
            return {KEY: [f"与{where(first, row)}是同一户的鉴定，只能保留一行"]}
        return {}

    def report_twice(
        self, row: ResultRow, appraisal: Appraisal, judgement: entry.Judgement
    ) -> entry.Faults:
        number = judgement.values["report_number"]
        if not number:
            return {}
        first = self.reports.setdefault((appraisal.organisation_id, number), row)
        if first is row:
            return {}
        return {
            "report_number": [f"报告编号与{where(first, row)}（{first.head_name}）重复，应核对"]
        }


def where(first: ResultRow, row: ResultRow) -> str:
    """Where `first` stands, as somebody in `row` looks for it."""
    here = first.sheet == row.sheet
    return f"第 {first.row} 行" if here else f"工作表“{first.sheet}”第 {first.row} 行"


def counts(rows: Iterable[ResultRow]) -> dict[str, int]:
    """The number of rows by outcome."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.outcome] = found.get(row.outcome, 0) + 1
    return found
