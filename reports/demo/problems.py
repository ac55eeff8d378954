"""The problem ledger of the demo: its problems are lived through by the program's own acts, in order of time."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from heapq import heapify, heappop, heappush
from random import Random
from typing import NamedTuple

from django.db.models import Q

from households.enums import SAFE_STAGES, Stage
from households.models import Household, Region
from households.naming import Typed
from inspections.enums import InspectionState
from inspections.models import Inspection, InspectionPhoto
from rectification.enums import EvidenceKind, Fact, ProblemSource, Verification
from rectification.leaders import name_leaders
from rectification.models import MonitoringDuty, Problem, ProblemKind, Renovation
from rectification.problems import acting
from rectification.problems.acting import Assignment, Fixed
from rectification.problems.origins import raise_from_item
from rectification.problems.proving import add_paper, add_photo
from rectification.problems.raising import Draft, raise_problem
from rectification.problems.rules import run_rules
from reports.demo.cast import Cast
from reports.demo.monitoring import close_gaps
from reports.demo.national import official
from reports.demo.pace import DAY, later, moment_on
from reports.demo.proofs import paper, photo
from yanliang.periods import campaign, end_of, now, today, told_at

#: One problem for so many households, but no fewer than show every way that a problem can go; a handful of
#: households has but a few.
HOUSEHOLDS_A_PROBLEM, FEWEST = 375, 25
SAFE = Q(stage__in=SAFE_STAGES)
REPAIRED = Q(stage=Stage.ACCEPTED, renovations__subsidy_paid_on__isnull=False)

#: What the rules are asked for: they would fill the ledger of a large demo with the others.
RULES = (Fact.MECHANISM_GAP, Fact.DOCUMENTS_MISSING)
#: When they are run, as days of the campaign.
FIRST_RUN, HANDED_OVER, GAPS_CLOSED, SECOND_RUN = 40, 43, 50, 55


class Find(NamedTuple):
    """What is found, at which households (`where` is empty for a village), and what comes of it."""

    code: str
    description: str
    result: str
    where: Q | None = SAFE


FINDS = (
    Find("file_irregular", "一户一档缺户主签字，核查表与身份证复印件不在一处。", "已补签并归档。"),
    Find("house_defect", "厨房檩条劈裂，屋面下沉约 5 厘米。", "已更换檩条、重铺屋面。"),
    Find("policy_not_known", "随机询问的 10 户中有 4 户说不清补助标准。", "已逐户宣讲。", None),
    Find("poor_quality", "加固后的后檐墙抹灰空鼓，局部脱落。", "施工方已铲除重抹。", REPAIRED),
    Find("system_data", "系统登记的建成年份与房屋实际不符。", "已核对房产资料并更正。"),
    Find("house_repair", "卧室屋面渗漏，顶棚有水渍。", "已翻修屋面，雨后复看不漏。"),
    Find(
        "unqualified",
        "户主在城区另有住房，享受改造补助的条件须复核。",
        "已复核并收回补助。",
        REPAIRED,
    ),
    Find(
        "old_house_standing", "新房已入住，旧房仍堆放农具。", "旧房已拆除，现场已清理。", REPAIRED
    ),
    Find("not_checked", "分户后的一处住房没有单独核查。", "已入户核查并补录。"),
    Find("warning_ignored", "监测报告墙体裂缝后半个月无人处置。", "已加固并落实专人巡查。"),
    Find(
        "subsidy_unpaid", "群众反映补助到账比验收晚一个多月。", "已核对账户，凭证归档。", REPAIRED
    ),
)
#: Found while its fact still holds: however long the work goes on, it cannot be struck off yet.
STANDING = Find("old_house_standing", "新房主体已完工，旧房未拆。", "旧房已拆除。")
PROGRESS = (
    "已入户与户主商定整改办法。",
    "施工队已进场，预计一周内完工。",
    "已联系派出所核对户籍资料。",
    "镇村干部已上门，户主表示配合。",
)
SOURCES = tuple(ProblemSource)
MANNERS = tuple(Verification)
#: Those who come from outside enter it through the bureau.
OWN = {ProblemSource.SELF, ProblemSource.HOUSEHOLD, ProblemSource.LETTER}

Tale = Iterator[dt.datetime]


def name_all_leaders(cast: Cast, seed: int) -> None:
    """街办主要领导 of every office."""
    rng = Random(f"{seed}/leaders")
    offices = Region.objects.offices().values_list("code", flat=True)
    name_leaders({code: Typed(official(rng), "") for code in offices}, by=cast.bureau_clerk)


@cache
def registered(where: Q) -> list[tuple[int, dt.datetime]]:
    """The households of the demo that are so, in the order of their codes, with when they came into the register."""
    found = Household.objects.filter(where).order_by("code").values_list("pk", "registered_at")
    return list(found.distinct())


def known(where: Q, at: dt.datetime) -> list[int]:
    """Those that are so and were in the register at `at`; where there is none, all that were."""
    keys = [pk for pk, since in registered(where) if since < at]
    return keys or [pk for pk, since in registered(Q()) if since < at]


class Case:
    """One problem as it is lived through; each act happens at the moment that the tale has reached."""

    def __init__(self, rng: Random, cast: Cast, number: int, begin: dt.datetime) -> None:
        self.rng, self.cast, self.number, self.at = rng, cast, number, begin
        self.find = FINDS[number % len(FINDS)]
        self.problem: Problem | None = None

    def wait(self, least: int, most: int) -> dt.datetime:
        self.at = later(self.rng, self.at, least, most)
        return self.at

    @property
    def recorder(self):
        return self.cast.recorder(self.problem.region_id)

    def draft(self, place: Household | Region, find: Find) -> Draft:
        household = place if isinstance(place, Household) else None
        return Draft(
            region_id=household.region_id if household else place.pk,
            source=SOURCES[self.number % len(SOURCES)],
            kind=ProblemKind.objects.get(code=find.code),
            description=find.description,
            found_on=today(),
            household=household,
        )

    def place(self, find: Find) -> Household | Region:
        """Where it was found: of all places that it can be found at, one by chance."""
        if find.where is None:
            lived_in = Household.objects.order_by("region").values_list("region", flat=True)
            return Region.objects.get(pk=self.rng.choice(list(lived_in.distinct())))
        return Household.objects.get(pk=self.rng.choice(known(find.where, self.at)))

    def enter(self, find: Find | None = None, place: Household | Region | None = None) -> None:
        self.find = find or self.find
        draft = self.draft(place or self.place(self.find), self.find)
        by = self.cast.recorder(draft.region_id)
        if draft.source not in OWN:
            is_ours = draft.source == ProblemSource.DISTRICT
            by = self.cast.supervisor if is_ours else self.cast.bureau_clerk
        self.problem = raise_problem(draft, by=by)

    def hand_over(self) -> None:
        by = self.recorder
        acting.assign(self.problem.pk, self.assignment(by), by=self.lead)

    def assignment(self, assignee) -> Assignment:
        """Every third is answered for by somebody without an account."""
        name = official(self.rng)
        return (
            Assignment(name) if self.number % 3 == 0 else Assignment(assignee.full_name, assignee)
        )

    @property
    def lead(self):
        return self.cast.office_lead(self.problem.region_id)

    def go_on(self) -> None:
        acting.log_progress(self.problem.pk, self.rng.choice(PROGRESS), by=self.recorder)

    def prove(self) -> None:
        pk, by = self.problem.pk, self.recorder
        if not self.problem.kind.is_house:
            add_paper(pk, paper(self.number), by=by)
            return
        before = self.problem.raised_at
        for kind, taken_at in (
            (EvidenceKind.BEFORE, before - dt.timedelta(hours=1)),
            (EvidenceKind.AFTER, self.at - dt.timedelta(hours=1)),
        ):
            if kind not in self.problem.evidence.standing().values_list("kind", flat=True):
                add_photo(pk, kind, photo(self.number, kind, taken_at), by=by)

    def submit(self) -> None:
        acting.submit(self.problem.pk, self.find.result, by=self.recorder)

    def verify(self) -> None:
        manner = MANNERS[self.number % len(MANNERS)]
        acting.verify(self.problem.pk, manner, by=self.cast.bureau_clerk)

    def reopen(self) -> None:
        due_on = today() + 20 * DAY
        acting.reopen(self.problem.pk, "回头看发现问题反弹。", due_on, by=self.cast.supervisor)


def found(case: Case) -> Tale:
    yield case.at
    case.enter()


def from_item(inspection: Inspection, case: Case) -> Tale:
    """A failed item of a visit, entered with one press."""
    yield case.at
    links = inspection.photo_links.exclude(item_code=InspectionPhoto.FRONT)
    code = links.order_by("item_code").values_list("item_code", flat=True).first()
    case.problem = raise_from_item(
        inspection.pk, code, by=case.cast.recorder(inspection.household.region_id)
    )
    case.find = case.find._replace(result="已按核查意见维修。")
    yield case.wait(1, 3)
    case.hand_over()


def at_work(case: Case, find: Find | None = None) -> Tale:
    yield case.at
    case.enter(find)
    yield case.wait(1, 3)
    case.hand_over()
    yield case.wait(2, 5)
    case.go_on()


def extended(case: Case) -> Tale:
    yield from at_work(case)
    yield case.wait(1, 3)
    due_on = case.problem.due_on + 30 * DAY
    acting.extend(case.problem.pk, due_on, "连阴雨，屋面无法施工。", by=case.cast.bureau_clerk)


def asked_for(case: Case) -> Tale:
    yield from at_work(case)
    yield case.wait(3, 6)
    case.prove()
    case.submit()


def struck_off(case: Case) -> Tale:
    yield from asked_for(case)
    yield case.wait(1, 4)
    case.verify()


def returned(case: Case) -> Tale:
    yield from asked_for(case)
    yield case.wait(1, 3)
    reason = "佐证看不出整改后的全貌，请补充。"
    acting.send_back(case.problem.pk, reason, by=case.cast.bureau_clerk)


def reopened(case: Case) -> Tale:
    yield from struck_off(case)
    yield case.wait(4, 8)
    case.reopen()


def reopened_and_at_work(case: Case) -> Tale:
    yield from reopened(case)
    yield case.wait(1, 2)
    case.hand_over()


def again(case: Case) -> Tale:
    """The same at the same place, weeks after it was struck off."""
    yield from struck_off(case)
    yield case.wait(5, 9)
    place = case.problem.household or case.problem.region
    case.enter(case.find._replace(description="整改后不久再次出现同样问题。"), place)
    yield case.wait(1, 2)
    case.hand_over()


def voided(case: Case) -> Tale:
    yield from found(case)
    yield case.wait(1, 3)
    acting.void(case.problem.pk, "与已登记的问题重复，误录。", by=case.cast.bureau_clerk)


def fixed_at_once(case: Case) -> Tale:
    """立行立改: put right on the day that it was found; the bureau still verifies."""
    yield case.at
    draft = case.draft(case.place(case.find), case.find)
    by = case.cast.recorder(draft.region_id)
    hour = dt.timedelta(hours=1)
    fixed = Fixed(
        case.assignment(by),
        "当场整改到位。",
        before=photo(case.number, EvidenceKind.BEFORE, case.at - 2 * hour),
        after=photo(case.number, EvidenceKind.AFTER, case.at - hour),
    )
    case.problem = acting.fix_at_once(draft, fixed, by=by)


def fixed_and_struck_off(case: Case) -> Tale:
    yield from fixed_at_once(case)
    yield case.wait(1, 3)
    case.verify()


def never_done(case: Case) -> Tale:
    """Work that waits for a fact: the old house stands."""
    works = Renovation.objects.old_house_standing().order_by("pk")
    places = list(works.values_list("household", flat=True))
    if places:
        yield from at_work(case, STANDING._replace(where=Q(pk__in=places)))


#: Each way with the days of the campaign between which it begins.
WAYS: tuple[tuple[Callable[[Case], Tale], int, int], ...] = (
    (struck_off, 4, 25),
    (at_work, 25, 45),
    (struck_off, 6, 30),
    (asked_for, 30, 42),
    (found, 50, 55),
    (reopened_and_at_work, 3, 8),
    (returned, 20, 36),
    (struck_off, 10, 28),
    (fixed_and_struck_off, 15, 40),
    (again, 3, 10),
    (extended, 15, 35),
    (struck_off, 8, 30),
    (at_work, 28, 46),
    (voided, 10, 40),
    (asked_for, 32, 42),
    (struck_off, 12, 34),
    (reopened, 5, 12),
    (never_done, 30, 44),
    (fixed_at_once, 48, 54),
    (found, 48, 55),
    (struck_off, 14, 34),
    (returned, 22, 38),
    (at_work, 30, 46),
    (struck_off, 16, 36),
)
#: What is found in the last weeks before the demo is loaded, so that not every date has passed: days ago.
LATELY = ((found, 2), (at_work, 12), (asked_for, 20), (at_work, 27), (found, 28), (extended, 15))
#: One failed item of a visit is entered for so many other problems.
OTHERS_AN_ITEM = 8


class Ledger:
    """Draws from chance of its own, so that the other stories stay what they are without it."""

    def __init__(self, cast: Cast, seed: int, until: dt.date, households: int) -> None:
        self.cast, self.seed, self.until = cast, seed, until
        self.size = max(
            min(len(WAYS), households // FEWEST), round(households / HOUSEHOLDS_A_PROBLEM)
        )

    def write(self) -> int:
        """Live through the campaign's problems, and those of the last weeks; how many there are."""
        registered.cache_clear()
        live([*self.campaign(), *self.items(), self.rules()], end_of(self.until))
        # The checklist is as of the day of loading: a gap that was closed must not be open again on it.
        closed = Problem.objects.to_verify().filter(kind__fact=Fact.MECHANISM_GAP).values("region")
        MonitoringDuty.objects.filter(region__in=closed).update(last_visit_on=today())
        live(self.lately(), now())
        return Problem.objects.count()

    def case(self, number: int, name: str, day: dt.date) -> Case:
        rng = Random(f"{self.seed}/problems/{name}/{number}")
        return Case(rng, self.cast, number, moment_on(rng, day))

    def campaign(self) -> Iterator[Tale]:
        for number in range(self.size):
            way, first, last = WAYS[number % len(WAYS)]
            rng = Random(f"{self.seed}/problems/days/{number}")
            day = campaign().start + rng.randint(first, last) * DAY
            yield way(self.case(number, "campaign", day))

    def items(self) -> Iterator[Tale]:
        inspections = (
            Inspection.objects.exclude(state=InspectionState.REPLACED)
            .filter(
                photo_links__in=InspectionPhoto.objects.exclude(item_code=InspectionPhoto.FRONT)
            )
            .distinct()
            .order_by("household__code", "pk")
        )
        for number, inspection in enumerate(inspections[: self.size // OTHERS_AN_ITEM]):
            day = inspection.submitted_at.date() + 2 * DAY
            yield from_item(inspection, self.case(number, "items", day))

    def rules(self) -> Tale:
        """Gaps and missing papers that the rules find; one village closes its gap, and the rules see it."""
        morning = moment_on(Random(f"{self.seed}/problems/rules"), campaign().start)
        yield morning + FIRST_RUN * DAY
        run_rules(facts=RULES)
        yield morning + HANDED_OVER * DAY
        gaps = Problem.objects.to_assign().filter(kind__fact=Fact.MECHANISM_GAP)
        handed = list(gaps.order_by("number")[:4])
        for problem in handed:
            lead = self.cast.office_lead(problem.region_id)
            acting.assign(problem.pk, Assignment(lead.full_name, lead), by=lead)
        yield morning + GAPS_CLOSED * DAY
        for problem in handed[:2]:
            close_gaps(problem.region_id, self.cast.recorder(problem.region_id), self.seed)
        yield morning + SECOND_RUN * DAY
        run_rules(facts=RULES)

    def lately(self) -> Iterator[Tale]:
        for number, (way, days) in enumerate(LATELY):
            yield way(self.case(number, "lately", today() - days * DAY))


def live(tales: Iterable[Tale], end: dt.datetime) -> None:
    """Let all tales go on side by side, in order of time, as far as `end`."""
    waiting = [
        (begin, number, tale)
        for number, tale in enumerate(tales)
        if (begin := next(tale, None)) is not None
    ]
    heapify(waiting)
    while waiting:
        at, number, tale = heappop(waiting)
        if at >= end:
            return
        with told_at(at):
            following = next(tale, None)
        if following is not None:
            heappush(waiting, (following, number, tale))
