"""What must hold of the problem ledger, told over in plain Python from its rows, its log and its proof."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from households.models import Household, Region
from rectification.models import Acceptance, Evidence, Problem, ProblemEntry, Renovation
from yanliang.accounts.models import Staff
from yanliang.periods import SHANGHAI, now, today

#: Primary key → column → value.
Ledger = dict[int, dict[str, Any]]

AT_WORK = {"open", "in_progress", "returned", "reopened"}
UNSETTLED = AT_WORK | {"submitted"}
#: What a line of the log makes of the states that it may follow; the other kinds leave the state alone.
MOVES = {
    "assigned": (AT_WORK, "in_progress"),
    "submitted": (AT_WORK - {"open"}, "submitted"),
    "verified": ({"submitted"}, "closed"),
    "returned": ({"submitted"}, "returned"),
    "reopened": ({"closed"}, "reopened"),
    "voided": (UNSETTLED, "void"),
}
#: The lines that leave the state alone, and where they may stand.
REMARKS = {
    "progress": AT_WORK,
    "edited": AT_WORK,
    "evidence": UNSETTLED,
    "extended": UNSETTLED,
}
#: Who may write each kind of line.
OFFICE, BUREAU = {"recorder", "office_lead"}, {"bureau_clerk", "bureau_lead"}
WRITERS = {
    "raised": OFFICE | BUREAU | {"supervisor"},
    "reopened": BUREAU | {"supervisor"},
    **dict.fromkeys(("verified", "returned", "extended", "voided"), BUREAU),
    **dict.fromkeys(("assigned", "progress", "edited", "evidence", "submitted"), OFFICE | BUREAU),
}
#: What the program writes by itself.
AUTOMATIC = {"raised", "submitted"}
RECURRENCE = dt.timedelta(days=180)
ALIKE_BITS = 6


def ledger() -> Ledger:
    rows = Problem.objects.order_by("pk").values(
        *(field.attname for field in Problem._meta.concrete_fields),
        "kind__is_house",
        "kind__fact",
    )
    return {row["id"]: row for row in rows}


def told() -> dict[int, list[ProblemEntry]]:
    """The log of each problem, in the order in which it was written."""
    logs = defaultdict(list)
    for entry in ProblemEntry.objects.select_related("by").order_by("pk"):
        logs[entry.problem_id].append(entry)
    return logs


def step_faults(before: Ledger, after: Ledger, by: Staff | None) -> Iterator[str]:
    """What is wrong with one step of `by`, empty for the program, that led from `before` to `after`."""
    logs = told()
    yield from lost(before, after)
    for pk, problem in after.items():
        if problem == before.get(pk):
            continue
        number = problem["number"]
        for fault in changed(before.get(pk), problem, before, logs[pk]):
            yield f"{number}: {fault}"
        if problem["state"] == "closed":
            for fault in closed(problem, logs[pk], by):
                yield f"{number} was struck off: {fault}"
    for pk, log in logs.items():
        yield from misread(after[pk], log)


def lost(before: Ledger, after: Ledger) -> Iterator[str]:
    numbers = [problem["number"] for problem in after.values()]
    if len(set(numbers)) < len(numbers):
        yield "two problems have one number"
    for pk, problem in before.items():
        if pk not in after or after[pk]["number"] != problem["number"]:
            yield f"{problem['number']} is gone"


def changed(
    was: dict | None, problem: dict, before: Ledger, log: list[ProblemEntry]
) -> Iterator[str]:
    """What is wrong with a problem that is new (`was` is empty) or another than before."""
    fixed = ("region_id", "household_id", "subject", "raised_by_id", "raised_at", "visit_id")
    if was and any(was[name] != problem[name] for name in fixed):
        yield "another place, subject or finder"
    if was and was["state"] in {"closed", "void"} and problem["state"] == was["state"]:
        yield "changed although it was settled"
    if was and problem["version"] <= was["version"]:
        yield "changed without a new version"
    if was and problem["due_on"] > was["due_on"] and log[-1].kind not in {"extended", "reopened"}:
        yield "a later date, and nobody has extended it"
    names = problem["responsible"].replace("、", "，").split("，")
    is_worked_on = problem["state"] in {"in_progress", "submitted", "closed"}
    if len(names) != 1 or (is_worked_on and not names[0].strip()):
        yield f"{problem['responsible']!r} answers for it"
    if problem["is_recurrent"] != recurs(was, problem, before, log):
        yield f"屡改屡犯 is {problem['is_recurrent']}"


def recurs(was: dict | None, problem: dict, before: Ledger, log: list[ProblemEntry]) -> bool:
    """Whether it is 屡改屡犯: reopened at any time, or of a kind that was struck off there within 180 days."""
    if any(entry.kind == "reopened" for entry in log):
        return True
    if was and was["kind_id"] == problem["kind_id"]:
        return was["is_recurrent"]
    return any(
        other["closed_at"]
        and problem["raised_at"] - other["closed_at"] <= RECURRENCE
        and other["closed_at"] <= problem["raised_at"]
        for other in before.values()
        if place(other) == place(problem)
        and other["state"] != "void"
        and other["id"] != problem["id"]
    )


def place(problem: dict) -> tuple:
    return problem["kind_id"], problem["household_id"] or problem["region_id"]


def closed(problem: dict, log: list[ProblemEntry], by: Staff | None) -> Iterator[str]:
    asked = [entry for entry in log if entry.kind == "submitted"][-1]
    verified = log[-1]
    standing = list(Evidence.objects.filter(problem=problem["id"], voided_at__isnull=True))
    if verified.kind != "verified" or verified.at != problem["closed_at"]:
        yield "nobody has verified it"
    if by is None or verified.by != by or problem["closed_by_id"] != by.pk:
        yield "not by whom it says"
    elif asked.by_id == by.pk or problem["submitted_by_id"] == by.pk:
        yield "by the one who asked for it"
    elif asked.by_id is None and not problem["subject"]:
        yield "the program asked for what a person found"
    elif asked.by_id is None and any(each.added_by_id == by.pk for each in standing):
        yield "by the one who brought the proof"
    if not problem["measure"].strip():
        yield "without a measure"
    if problem["is_recurrent"]:
        leader = Region.objects.get(pk=problem["region_id"][:9]).principal_leader
        if not leader or problem["leading_official"] != leader:
            yield "屡改屡犯, and the principal leader does not lead"
    if fact_stands(problem):
        yield "the register knows better"
    if problem["kind__is_house"]:
        yield from photo_faults(standing)
    elif not standing:
        yield "without proof"
    again = [entry.at for entry in log if entry.kind == "reopened"]
    if again and not any(each.added_at > again[-1] for each in standing):
        yield "the proof is from before it was reopened"


def photo_faults(standing: list[Evidence]) -> Iterator[str]:
    """Some photo from before differs from some later one from after."""
    pairs = [
        (one, other)
        for one in standing
        for other in standing
        if (one.kind, other.kind) == ("before", "after") and one.taken_at < other.taken_at
    ]
    if not any(is_another_view(one, other) for one, other in pairs):
        yield f"its photos prove nothing: {standing}"


def is_another_view(one: Evidence, other: Evidence) -> bool:
    prints = {one.fingerprint, other.fingerprint}
    if one.sha256 == other.sha256:
        return False
    if prints & {"", "plain"}:
        return True
    bits = int(one.fingerprint, 16) ^ int(other.fingerprint, 16)
    return bin(bits).count("1") > ALIKE_BITS


def fact_stands(problem: dict) -> bool:
    works = Renovation.objects.filter(household=problem["household_id"])
    match problem["kind__fact"]:
        case "old_house_standing":
            return any(
                work.mode in {"rebuild", "elsewhere"}
                and work.state in {"started", "finished", "rework"}
                and work.old_house_demolished_on is None
                for work in works
            )
        case "subsidy_unpaid":
            accepted = Acceptance.objects.filter(result="passed", voided_at=None)
            days = {each.renovation_id: each.accepted_on for each in accepted}
            return any(
                work.subsidy_paid_on is None
                and work.state == "accepted"
                and (today() - days[work.pk]).days > 30
                for work in works
            )
        case "not_in_national_system":
            household = Household.objects.get(pk=problem["household_id"])
            days = (today() - household.summary_since.astimezone(SHANGHAI).date()).days
            return (
                household.household_class.in_national_system
                and not household.external_reference
                and household.stage in {"appraised_safe", "accepted", "secured"}
                and days > 15
            )
    return False


def read(log: list[ProblemEntry]) -> str:
    """The state that a problem has by the kinds of its lines alone; empty where one follows none it may follow."""
    first, *rest = log
    state = "open" if first.kind == "raised" else ""
    for entry in rest:
        sources, target = MOVES.get(entry.kind) or (REMARKS.get(entry.kind, set()), state)
        state = target if state in sources else ""
    return state


def misread(problem: dict, log: list[ProblemEntry]) -> Iterator[str]:
    state = read(log)
    if not state == log[-1].state == problem["state"]:
        kinds = [entry.kind for entry in log]
        yield f"{problem['number']} is {problem['state']}, {log[-1].state} by its log, of {kinds}"
    for entry in log:
        if entry.by is None and entry.kind not in AUTOMATIC:
            yield f"{problem['number']}: nobody has {entry.kind}"
        elif entry.by is not None and entry.by.role not in WRITERS[entry.kind]:
            yield f"{problem['number']}: {entry.by.role} has {entry.kind}"
        elif entry.by is not None and not problem["region_id"].startswith(entry.by.scope_code):
            yield f"{problem['number']}: {entry.by.username} has {entry.kind}"
    times = [entry.at for entry in log]
    if times != sorted(times) or times[-1] > now():
        yield f"{problem['number']}: its log goes back in time"


def miscounted(rows: Ledger) -> Iterator[str]:
    """What is left by direction and by light: what the lists hold, and what the log says."""
    states = {pk: read(log) for pk, log in told().items()}
    left = {pk: rows[pk] for pk, state in states.items() if state in UNSETTLED}
    meant = Counter(problem["direction"] for problem in left.values())
    found = Counter(Problem.objects.unsettled().values_list("direction", flat=True))
    if found != meant:
        yield f"{found} left, by the log {meant}"
    day = today()
    soon = day + dt.timedelta(days=7)
    lists = {
        "red": {pk for pk, problem in left.items() if problem["due_on"] < day},
        "yellow": {pk for pk, problem in left.items() if day <= problem["due_on"] <= soon},
        "green": {pk for pk, problem in left.items() if soon < problem["due_on"]},
        "grey": rows.keys() - left.keys(),
    }
    for light, expected in lists.items():
        listed = set(Problem.objects.with_light(light, day).values_list("pk", flat=True))
        if listed != expected:
            yield f"{light}: {listed} in the list, {expected} by the log"
