"""The rules, nightly and on demand: what the register finds wrong is raised once, and what is gone goes to 申请销号."""

import datetime as dt
import logging
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Household
from rectification.enums import UNSETTLED, Fact, ProblemSource, ProblemState
from rectification.models import ProblemKind, RuleRun
from rectification.problems.facts import FINDERS, Finding
from rectification.problems.raising import Draft, enter
from rectification.problems.settling import SETTLING, settle_by_register
from yanliang.accounts.permissions import may_see_problem_rules
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import lock

logger = logging.getLogger(__name__)

#: So many problems are written in one transaction: nobody waits long for their office.
BATCH = 1000
#: A run that is not finished after so long was broken off, and another may begin.
LONGEST = dt.timedelta(minutes=30)
FAILURE = "核对时出错，其他各项照常；请系统管理员查看日志。"


class Busy(ValidationError):
    """Another run is not finished yet."""

    def __init__(self) -> None:
        super().__init__("自动核对正在进行，请等它完成。", code="busy")


class Outlook(NamedTuple):
    """What a rule finds: how many places, those of them to be raised, and the problems whose fact is gone."""

    found: int
    fresh: list[Finding]
    gone: list[int]


def kinds_with_rule() -> list[ProblemKind]:
    """The kinds that a rule raises, in the order of the ledger."""
    return list(ProblemKind.objects.filter(is_active=True, fact__in=FINDERS))


def outlook(kind: ProblemKind, day: dt.date) -> Outlook:
    """What the rule of `kind` would do on `day`; it writes nothing.

    A place where a problem of this kind is not settled yet is left alone, whoever raised that. So is what the
    bureau has declared void, for as long as the register says nothing else about that place.
    """
    found = {each.place: each for each in FINDERS[Fact(kind.fact)](day, None)}
    known, mistaken, gone = set(), set(), []
    rows = kind.problems.filter(state__in=UNSETTLED | {ProblemState.VOID}).values_list(
        "pk", "household_id", "region_id", "state", "subject", "responsible", "description"
    )
    for pk, household_id, region_id, state, subject, responsible, description in rows.iterator():
        place = region_id if household_id is None else household_id
        if state == ProblemState.VOID:
            mistaken.add((place, description))
            continue
        known.add(place)
        is_ours = subject == kind.fact and responsible and state in SETTLING
        if is_ours and place not in found:
            gone.append(pk)
    fresh = [
        each
        for place, each in found.items()
        if place not in known and (place, each.description) not in mistaken
    ]
    return Outlook(len(found), sorted(fresh, key=lambda each: each.region_id), gone)


def run_rules(
    *, by=None, day: dt.date | None = None, facts: Collection[Fact] | None = None
) -> RuleRun:
    """Run the rules now, all or those of `facts`; `by` is who asked, if anybody did.

    A rule that fails is told in the run's counts, and the others are run all the same. Raises PermissionDenied
    without the right, Busy while another run goes on.
    """
    return perform(begin(by=by, facts=facts), day)


def begin(*, by=None, facts: Collection[Fact] | None = None) -> RuleRun:
    """Announce a run, for `perform` to carry out. Raises as `run_rules` does."""
    if by is not None and not may_see_problem_rules(by):
        raise PermissionDenied("您没有运行自动核对的权限。")
    with transaction.atomic():
        # Who begins at the same moment waits here, and then finds the run of the other.
        list(ProblemKind.objects.select_for_update(no_key=True).exclude(fact="").order_by("pk"))
        if is_open(RuleRun.objects.first()):
            raise Busy
        chosen = [kind.fact for kind in kinds_with_rule() if facts is None or kind.fact in facts]
        return RuleRun.objects.create(started_at=now(), counts=dict.fromkeys(chosen), by=by)


def is_open(run: RuleRun | None) -> bool:
    """Whether it goes on or waits for its turn."""
    return run is not None and run.finished_at is None and now() - run.started_at < LONGEST


def is_waiting(run: RuleRun) -> bool:
    """Whether nobody has taken it up yet."""
    return is_open(run) and all(tally is None for tally in run.counts.values())


def perform(run: RuleRun, day: dt.date | None = None) -> RuleRun:
    """Carry out a run that was announced; one that has been taken up already is left alone."""
    with transaction.atomic():
        run = lock(run)
        if not is_waiting(run):
            return run
        run.started_at = now()
        run.counts = {fact: {} for fact in run.counts}
        run.save(update_fields=["started_at", "counts"])
    for kind in kinds_with_rule():
        if kind.fact in run.counts:
            carry_out(kind, day or today(), run.counts[kind.fact])
            run.save(update_fields=["counts"])
    with transaction.atomic():
        run.finished_at = now()
        run.save(update_fields=["finished_at"])
        record("problem_rules_run", run, by=run.by, after=in_words(run))
    return run


def carry_out(kind: ProblemKind, day: dt.date, tally: dict) -> None:
    """Run one rule and count in `tally` what it found, raised and saw settled."""
    tally |= {"found": 0, "raised": 0, "settled": 0}
    try:
        ahead = outlook(kind, day)
        tally["found"] = ahead.found
        for batch in batches(ahead.fresh):
            tally["raised"] += len(enter(drafts(kind, batch, day), by=None))
        for batch in batches(ahead.gone):
            tally["settled"] += len(settle_by_register(batch))
    # One rule's error must not keep the others from their work, whatever it is.
    except Exception:
        logger.exception("Rule %s failed", kind.fact)
        tally["failed"] = FAILURE


def batches(items: Sequence) -> Iterator[Sequence]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def drafts(kind: ProblemKind, findings: Sequence[Finding], day: dt.date) -> list[Draft]:
    """The findings as problems of `kind` that nobody but the program has found."""
    households = Household.objects.only("region_id").in_bulk(
        [each.household_id for each in findings if each.household_id is not None]
    )
    return [
        Draft(
            region_id=each.region_id,
            source=ProblemSource.SELF,
            kind=kind,
            description=each.description,
            found_on=day,
            household=households.get(each.household_id),
            subject=kind.fact,
        )
        for each in findings
    ]


def tallies(run: RuleRun) -> list[tuple[Fact, dict]]:
    """What each rule that was carried out came to, in the order of `Fact`: PostgreSQL keeps none of its own."""
    return [(fact, tally) for fact in Fact if (tally := run.counts.get(fact))]


def failures(run: RuleRun) -> list[Fact]:
    """The rules that could not be carried out."""
    return [fact for fact, tally in tallies(run) if "failed" in tally]


def in_words(run: RuleRun) -> dict[str, str]:
    """A run as the trail keeps it."""
    return {fact.label: tally_in_words(tally) for fact, tally in tallies(run)}


def tally_in_words(tally: dict) -> str:
    if "failed" in tally:
        return tally["failed"]
    return f"发现 {tally['found']}，新登记 {tally['raised']}，转申请销号 {tally['settled']}"
