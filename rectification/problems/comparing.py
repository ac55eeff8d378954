"""What a row with a number means for the problem of that number: what changes, what is not for an import to change.

An import writes the measure, who answers, who leads, and what is new of the progress. The state never changes:
销号 needs proof and a second person.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from households.roster.cleaning import CellFault, as_text, compact, is_blank
from rectification.enums import ProblemState
from rectification.models import Problem, ProblemEntry
from rectification.problems import reading
from rectification.problems.acting import Assignment, may_work
from rectification.problems.columns import LABELS, TOLD, one_line, told
from rectification.problems.editing import edit_obstacles
from rectification.problems.exporting import dated
from rectification.problems.household_index import named
from rectification.problems.ledger_rows import LedgerRow, Update
from rectification.problems.naming import KindIndex, PlaceIndex, source_named, words_of
from rectification.problems.reading import RowRead
from rectification.problems.recurrence import UNNAMED, principal_leader
from yanliang.tables.excel import printable

LOOKUP_CHUNK = 5_000


class Known(NamedTuple):
    """A problem of the ledger, and every line that its 进展 has ever held: as printed, and as it was typed."""

    problem: Problem
    printed: list[str]
    typed: set[str]

    def add(self, kind: str, text: str, at: dt.datetime) -> None:
        """Note an entry of the log, as a workbook can hold it."""
        self.printed.append(dated(kind, text, at))
        self.typed.update(map(unmarked, (told(kind, text), *text.split("\n"))))


def known_problems(numbers: Iterable[str]) -> dict[str, Known]:
    """The problems of these numbers, wherever they lie, with the lines of their progress."""
    wanted = sorted(set(numbers))
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        problems = Problem.objects.filter(number__in=chunk)
        for each in problems.select_related("kind", "region", "household", "assignee__region"):
            found[each.number] = Known(each, [], set())
        entries = ProblemEntry.objects.filter(problem__number__in=chunk, kind__in=TOLD)
        rows = entries.values_list("problem__number", "kind", "text", "at")
        for number, kind, text, at in rows.iterator(chunk_size=2000):
            found[number].add(kind, printable(text), at)
    return found


def unmarked(line: str) -> str:
    """A line as lines are compared: without spaces, and without the signs that part it from others."""
    return compact(line).strip(";,。、")


def new_progress(cell: str, known: Known) -> str:
    """The lines of the cell 进展 that the ledger does not have yet."""
    printed = sorted(known.printed, key=len, reverse=True)
    found = []
    for line in map(one_line, cell.split("\n")):
        # What was written behind a printed line is new; the line itself is not.
        start = next((each for each in printed if line.startswith(each)), "")
        rest = line[len(start) :].lstrip(" ；;，,。、")
        if not is_blank(rest) and (words := unmarked(rest)) and words not in known.typed:
            found.append(rest)
    return "\n".join(found)


class Comparison:
    """Compares rows with the problems whose numbers they carry, for a person of one region."""

    def __init__(self, staff, kinds: KindIndex, places: PlaceIndex) -> None:
        self._staff, self._kinds, self._places = staff, kinds, places

    def judge(self, row: LedgerRow, read: RowRead, known: Known | None) -> None:
        """Set the outcome of `row`: changed with its update, unchanged, or error with the reasons."""
        if known is None or not may_work(self._staff, known.problem):
            row.refuse("number", not_to_be_found(row.number, known))
            return
        problem = known.problem
        row.problem_id = problem.pk
        row.text, row.place = problem.description, str(problem.region)
        self._check_place(row, read, problem)
        update = self._update(row, read, known)
        changes = labels(update, problem)
        if changes and (missing := edit_obstacles(problem)):
            row.refuse("number", CellFault("settled", missing[0].rstrip("。")))
        if row.is_refused:
            return
        self._warn(row, read, problem)
        row.outcome = "changed" if changes else "unchanged"
        if changes:
            row.update, row.note = update, f"更新{'、'.join(changes)}"

    def _check_place(self, row: LedgerRow, read: RowRead, problem: Problem) -> None:
        """A row whose place is another's was sorted or pasted wrongly: nothing of it can be trusted."""
        place = self._places.of_row(read)
        if isinstance(place, str) and place:
            inside = place.startswith(problem.region_id) or problem.region_id.startswith(place)
            if not inside:
                row.refuse("place", misplaced(problem, str(problem.region)))
        whose = named(*(read.cells.get(key, "") for key in ("household", "code", "id_number")))
        if isinstance(whose, CellFault) or not whose:
            return
        household = problem.household
        # A code says more than a name, which may have been corrected since the ledger was printed.
        name = "" if whose.code or whose.id_number else whose.name
        found = household and (
            whose.code in ("", household.code)
            and whose.id_number in ("", household.id_number)
            and name in ("", household.head_name)
        )
        if not found:
            own = f"{household.code} {household.head_name}" if household else "不涉及农户"
            row.refuse("household", misplaced(problem, own))

    def _update(self, row: LedgerRow, read: RowRead, known: Known) -> Update:
        problem = known.problem
        measure = read.text("measure")
        if compact(measure) == compact(printable(problem.measure)):
            measure = ""
        responsible = changed(read, "responsible", problem.responsible)
        name = row.taken(
            "responsible", reading.one_person(responsible, LABELS["responsible"], 20), ""
        )
        if name == problem.responsible:
            name = ""
        leader = self._leader(row, read, problem)
        progress = new_progress(read.text("progress"), known)
        for key, text in (("measure", measure), ("progress", progress)):
            if len(text) > 1000:
                sentence = f"{LABELS[key]}有 {len(text)} 个字，最多 1000 个，应缩短"
                row.refuse(key, CellFault("too_long", sentence))
        assigned = name or (leader and problem.responsible)
        if leader and not assigned and not row.is_refused:
            sentence = "还没有责任人，改牵头领导须同时填写责任人"
            row.refuse("leading_official", CellFault("responsible_required", sentence))
        if assigned and problem.is_recurrent and not principal_leader(problem.region_id):
            row.refuse("responsible", CellFault("leader_unnamed", UNNAMED.rstrip("。")))
        assignment = None
        if name or leader:
            assignee = None if name else problem.assignee
            assignment = Assignment(assigned, assignee, leader, measure)
        return Update(problem.version, assignment, measure, progress)

    def _leader(self, row: LedgerRow, read: RowRead, problem: Problem) -> str:
        """The leading official that the row changes to; a recurrent problem's is not for the row to choose."""
        given = changed(read, "leading_official", problem.leading_official)
        leader = row.taken(
            "leading_official", reading.short_text(given, LABELS["leading_official"], 20), ""
        )
        if leader and problem.is_recurrent and leader != principal_leader(problem.region_id):
            row.warn(
                "leading_official",
                "leader_given",
                "屡改屡犯问题由街办主要领导牵头，所填的牵头领导没有采用",
            )
            return ""
        return leader

    def _warn(self, row: LedgerRow, read: RowRead, problem: Problem) -> None:
        """Say what the row has otherwise than the ledger and what an import leaves alone."""
        value = read.cells.get
        source, kind = value("source", ""), value("kind", "")
        if not is_blank(source) and source_named(source) != problem.source:
            leave(row, "source", problem.get_source_display())
        if not is_blank(kind) and self._kinds.find(kind) != problem.kind:
            leave(row, "kind", str(problem.kind))
        if words_of(read.text("description")) not in ("", words_of(printable(problem.description))):
            leave(row, "description", "")
        for key in ("found_on", "due_on"):
            stored = getattr(problem, key)
            if reading.due_day(value(key, ""), LABELS[key], problem.found_on) not in (None, stored):
                leave(row, key, f"{stored}")
        is_closed = problem.state == ProblemState.CLOSED
        said = reading.says_yes(value("closed", ""))
        if said and not is_closed:
            sentence = "销号须有佐证并经区局核实，导入不销号，请在该问题页面申请"
            row.warn("closed", "closing", sentence)
        elif said is False and is_closed:
            row.warn("closed", "closed_already", "该问题已销号，导入不改")


def labels(update: Update, problem: Problem) -> list[str]:
    """What would change, in the words of the ledger."""
    assignment = update.assignment
    told = (
        ("measure", update.measure),
        ("responsible", assignment and assignment.responsible != problem.responsible),
        ("leading_official", assignment and assignment.leading_official),
        ("progress", update.progress),
    )
    return [LABELS[key] for key, is_changed in told if is_changed]


def changed(read: RowRead, key: str, stored: str):
    """The cell where it says something else than the ledger; "" where it does not."""
    value = read.cells.get(key, "")
    return "" if compact(as_text(value)) == compact(printable(stored)) else value


def leave(row: LedgerRow, key: str, stored: str) -> None:
    shown = f"（{stored}）" if stored else ""
    row.warn(key, "not_changed", f"{LABELS[key]}与台账{shown}不同，导入不改，请在该问题页面修改")


def misplaced(problem: Problem, own: str) -> CellFault:
    return CellFault("misplaced", f"与编号不符：{problem.number} 是{own}，应核对是否错行")


def not_to_be_found(number: str, known: Known | None) -> CellFault:
    if known is None:
        return CellFault("number_unknown", f"台账中没有编号“{number}”，新问题的编号应留空")
    return CellFault("village_forbidden", f"“{number}”不是您辖区的问题")
