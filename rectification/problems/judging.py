"""Judging a ledger or feedback list row by row: what would be entered, what would change, what is wrong.

A row with a number of the ledger's own is compared with its problem; every other row is a problem that was found.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from households.roster.cleaning import CellFault, compact, is_blank, shown
from households.roster.headers import Mapping
from households.roster.reader import Roster
from households.roster.refusals import RosterRefused
from rectification.enums import UNSETTLED, ProblemSource
from rectification.models import Problem, ProblemKind
from rectification.problems import reading
from rectification.problems.columns import LABELS, LEDGER
from rectification.problems.comparing import Comparison, known_problems
from rectification.problems.household_index import HouseholdIndex, Named, named
from rectification.problems.ledger_rows import LedgerRow, NewProblem, where
from rectification.problems.naming import KindIndex, PlaceIndex, source_named, words_of
from rectification.problems.raising import Draft, key_of, obstacles
from rectification.problems.reading import RowRead, read_rows
from rectification.problems.recurrence import UNNAMED, principal_leader, struck_off_lately

#: Rows that one file may enter or change: somebody waits while each is written.
MAX_WRITTEN = 1_000
#: What a number of the ledger begins with; other lists number their rows by other series.
OWN_NUMBER = "YL-"

#: A problem by place, kind and what is said of it.
Same = tuple[str, int | None, int, str]


class Given(NamedTuple):
    """What the person who uploads says of a list that does not say it itself."""

    source: ProblemSource | None
    kind: ProblemKind | None
    found_on: dt.date


class Standing(NamedTuple):
    """A problem of the ledger that a row may repeat."""

    number: str
    state: str
    found_on: dt.date
    pk: int


def require_columns(mapping: Mapping) -> None:
    """Raises RosterRefused where a sheet tells neither which problem its rows are about nor what they found."""
    for sheet in mapping.sheets:
        if not {"number", "description"} & sheet.fields.keys():
            raise RosterRefused(
                "column_missing",
                f"工作表“{sheet.sheet}”没有“{LEDGER.by_key['description'].label}”列，请补上后重新上传。",
            )


def judge_rows(roster: Roster, mapping: Mapping, given: Given, staff) -> list[LedgerRow]:
    """Judge every row below the header of every sheet, in order, for `staff`, who may write to a region.

    A fixed number of queries but for problems that recur. Raises RosterRefused where too much would be written.
    """
    pairs = []
    for sheet in mapping.sheets:
        for read in read_rows(roster.sheet(sheet.sheet), sheet):
            row = LedgerRow(sheet.sheet, read.number, columns=sheet.fields)
            if read.ignored:
                row.outcome = "ignored"
            pairs.append((row, read))
    Judge(staff, given).judge([pair for pair in pairs if pair[0].outcome != "ignored"])
    rows = [row for row, _ in pairs]
    written = sum(1 for row in rows if row.outcome in ("new", "changed"))
    if written > MAX_WRITTEN:
        raise RosterRefused(
            "too_many_rows",
            f"表中有 {written} 行要登记或更新，一次最多 {MAX_WRITTEN} 行。请拆成几个文件分别上传。",
        )
    return rows


def own_number(read: RowRead) -> str:
    """The row's number in the ledger; "" where it has none, or one of another series."""
    text = compact(read.value("number")).upper()
    return text if text.startswith(OWN_NUMBER) else ""


class Judge:
    """Judges the rows of one workbook; knows what stood in the rows before."""

    def __init__(self, staff, given: Given) -> None:
        self._staff, self._given = staff, given
        self._kinds = KindIndex(ProblemKind.objects.all())
        self._places = PlaceIndex(staff)
        self._numbers: dict[str, LedgerRow] = {}
        self._seen: dict[Same, LedgerRow] = {}

    def judge(self, pairs: list[tuple[LedgerRow, RowRead]]) -> None:
        """Set the outcome of every row."""
        found = []
        for row, read in pairs:
            row.number, row.text = own_number(read), read.text("description")
            for key, value in read.cells.items():
                if reading.has_formula(value):
                    sentence = f"{LABELS.get(key, key)}是公式且没有保存结果，应在 Excel 中打开、保存一次后再上传"
                    row.refuse(key, CellFault("formula", sentence))
            if not row.is_refused:
                found.append((row, read))
        self._compare([pair for pair in found if pair[0].number])
        self._enter([pair for pair in found if not pair[0].number])

    def _compare(self, pairs: list[tuple[LedgerRow, RowRead]]) -> None:
        known = known_problems(row.number for row, _ in pairs)
        comparison = Comparison(self._staff, self._kinds, self._places)
        for row, read in pairs:
            first = self._numbers.setdefault(row.number, row)
            if first is not row:
                sentence = f"与{where(first, row)}是同一个问题，只能保留一行"
                row.refuse("number", CellFault("number_twice", sentence))
            else:
                comparison.judge(row, read, known.get(row.number))

    def _enter(self, pairs: list[tuple[LedgerRow, RowRead]]) -> None:
        naming = [
            (
                row,
                read,
                named(*(read.cells.get(key, "") for key in ("household", "code", "id_number"))),
            )
            for row, read in pairs
        ]
        index = HouseholdIndex(
            self._staff, [each for *_, each in naming if isinstance(each, Named)]
        )
        for row, read, whose in naming:
            self._draft(row, read, whose, index)
        fresh = [row for row, _ in pairs if row.new is not None]
        self._leave_known(fresh)
        self._tell_recurrent([row for row in fresh if row.outcome == "new"])

    def _draft(
        self, row: LedgerRow, read: RowRead, whose: Named | CellFault, index: HouseholdIndex
    ) -> None:
        """Read a problem that was found; it is new unless something is wrong."""
        description = read.text("description")
        if not description:
            row.refuse("description", CellFault("description_required", "问题描述为空，应填写"))
        source = self._source(row, read)
        kind = self._kind(row, read)
        household, region_id = self._place(row, read, whose, index)
        found_on = reading.day(read.value("found_on"), LABELS["found_on"])
        found_on = row.taken("found_on", found_on, None) or self._given.found_on
        due_on = reading.due_day(read.value("due_on"), LABELS["due_on"], found_on)
        if isinstance(due_on, CellFault):
            sentence = f"整改时限“{shown(read.value('due_on'))}”无法识别，按规定的时限登记"
            row.warn("due_on", "due_unread", sentence)
            due_on = None
        names = {
            key: row.taken(key, read_name(read.value(key), LABELS[key], 20), "")
            for key, read_name in (
                ("responsible", reading.one_person),
                ("leading_official", reading.short_text),
            )
        }
        texts = {"description": description, "measure": read.text("measure")}
        texts["progress"] = read.text("progress")
        for key, text in texts.items():
            if len(text) > 1000:
                sentence = f"{LABELS[key]}有 {len(text)} 个字，最多 1000 个，应缩短"
                row.refuse(key, CellFault("too_long", sentence))
        if reading.says_yes(read.value("closed")):
            sentence = "销号须有佐证并经区局核实：先登记，再在该问题页面申请销号"
            row.warn("closed", "closing", sentence)
        if row.is_refused:
            return
        draft = Draft(
            region_id=region_id,
            source=source,
            kind=kind,
            description=description,
            found_on=found_on,
            household=household,
            measure=texts["measure"],
            leading_official=names["leading_official"],
            due_on=due_on,
        )
        for sentence in obstacles(draft):
            key = next((key for key, label in LABELS.items() if label in sentence), "description")
            row.refuse(key, CellFault("refused", sentence.rstrip("。")))
        if not row.is_refused:
            row.outcome = "new"
            row.new = NewProblem(draft, names["responsible"], texts["progress"])

    def _source(self, row: LedgerRow, read: RowRead) -> ProblemSource | None:
        value = read.value("source")
        found = source_named(row.sheet if is_blank(value) else value)
        if found is None and is_blank(value):
            found = self._given.source
        if found is None:
            labels = "、".join(ProblemSource.labels)
            problem = f"没有“{shown(value)}”这个问题来源" if not is_blank(value) else "没有问题来源"
            row.refuse("source", CellFault("source_unknown", f"{problem}，应填以下之一：{labels}"))
        return found

    def _kind(self, row: LedgerRow, read: RowRead) -> ProblemKind | None:
        value = read.value("kind")
        if is_blank(value) and self._given.kind is not None:
            return self._given.kind
        return row.taken("kind", self._kinds.find(value), None)

    def _place(
        self, row: LedgerRow, read: RowRead, whose: Named | CellFault, index: HouseholdIndex
    ):
        """The household that the row is about, if any, and the region; faults are noted."""
        place = self._places.of_row(read)
        if isinstance(whose, CellFault):
            row.refuse("household", whose)
            whose = Named("", "", "")
        # A code or ID number says where the household is.
        is_placed = bool(whose.code or whose.id_number)
        if isinstance(place, CellFault):
            if place.code != "place_required" or not is_placed:
                row.refuse("village" if "village" in row.columns else "place", place)
                return None, ""
            place = ""
        household = row.taken("household", index.find(whose, place), None)
        region_id = household.region_id if household is not None else place
        row.place = self._places.name(region_id)
        if household is not None:
            row.place = f"{row.place} {household.head_name}"
        return household, region_id

    def _leave_known(self, rows: list[LedgerRow]) -> None:
        """What the ledger has already, or stands twice in the file, is not entered again."""
        standing = self._standing({row.new.draft.kind.pk for row in rows})
        for row in rows:
            same = sameness(row.new.draft)
            first = self._seen.setdefault(same, row)
            known = next(
                (
                    each
                    for each in standing.get(same, [])
                    if each.state in UNSETTLED or each.found_on == row.new.draft.found_on
                ),
                None,
            )
            if known is not None:
                row.outcome, row.problem_id = "known", known.pk
                row.number, row.note = known.number, f"台账中已有：{known.number}"
            elif first is not row:
                row.outcome, row.note = "known", f"与{where(first, row)}相同，只登记一次"
            if row.outcome == "known":
                # What would be written otherwise than it stands is of no interest any more.
                row.problems.clear()

    def _standing(self, kinds: set[int]) -> dict[Same, list[Standing]]:
        problems = Problem.objects.visible_to(self._staff).standing().filter(kind__in=kinds)
        found: dict[Same, list[Standing]] = {}
        rows = problems.values_list(
            "region_id",
            "household_id",
            "kind_id",
            "description",
            "number",
            "state",
            "found_on",
            "pk",
        )
        for region_id, household_id, kind_id, description, *rest in rows.iterator(chunk_size=2000):
            key = (region_id, household_id, kind_id, words_of(description))
            found.setdefault(key, []).append(Standing(*rest))
        return found

    def _tell_recurrent(self, rows: list[LedgerRow]) -> None:
        earlier = struck_off_lately(key_of(row.new.draft) for row in rows)
        for row in rows:
            draft = row.new.draft
            before = earlier.get(key_of(draft))
            if before is None:
                continue
            row.note = f"屡改屡犯：{before.number} 销号后再次发生"
            leader = principal_leader(draft.region_id)
            if row.new.responsible and not leader:
                row.warn(
                    "responsible", "leader_unnamed", f"先登记问题，暂不交办：{UNNAMED.rstrip('。')}"
                )
                row.new = row.new._replace(responsible="")
            elif draft.leading_official not in ("", leader):
                sentence = "屡改屡犯问题由街办主要领导牵头，所填的牵头领导没有采用"
                row.warn("leading_official", "leader_given", sentence)


def sameness(draft: Draft) -> Same:
    household_id = draft.household.pk if draft.household is not None else None
    return draft.region_id, household_id, draft.kind.pk, words_of(draft.description)


def counts(rows: Iterable[LedgerRow]) -> dict[str, int]:
    """The number of rows by outcome, and of those written with a warning."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.outcome] = found.get(row.outcome, 0) + 1
        if row.outcome != "error" and row.problems:
            found["warning"] = found.get("warning", 0) + 1
    return found
