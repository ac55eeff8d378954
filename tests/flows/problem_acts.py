"""Acts on the problem ledger, and the facts of the register that problems are about."""

import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal
from functools import cache, partial

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from households.enums import Stage
from households.models import Household, Region, SafetyEvent
from rectification import renovating
from rectification.correcting import correct
from rectification.enums import (
    Direction,
    EvidenceKind,
    Fact,
    ProblemSource,
    ProblemState,
    RenovationState,
    Verification,
)
from rectification.models import Evidence, Problem, ProblemKind, Renovation, SubsidyPayment
from rectification.problems import acting, bulk, editing, proving
from rectification.problems.acting import Assignment, Fixed
from rectification.problems.bulk import Bulk
from rectification.problems.facts import FINDERS as FACT_FINDERS
from rectification.problems.facts import holds
from rectification.problems.proving import Picture
from rectification.problems.raising import Draft, enter, open_on_subject, raise_problem
from rectification.problems.settling import settle_by_register
from rectification.subsidy import pay_subsidy, void_payment
from reports.national.entering import enter_references
from tests.factories import happen
from tests.flows.history import History
from tests.flows.ledger_truths import (
    AT_WORK,
    BUREAU,
    OFFICE,
    UNSETTLED,
    Ledger,
    ledger,
    miscounted,
    step_faults,
)
from tests.flows.truths import register_is_what_the_events_say, trail_is_whole
from tests.flows.watching import all_rows
from tests.flows.world import GUANSHAN, VILLAGES, World, bureau, mostly, numbers
from tests.rectification.cases import accepted, started
from tests.rectification.problem_cases import paper, scene
from yanliang.audit.models import Entry
from yanliang.periods import now, today

WORKERS = OFFICE | BUREAU
FINDERS = WORKERS | {"supervisor"}
REOPENERS = BUREAU | {"supervisor"}

workers = mostly("the_recorder", "the_lead", "bureau_clerk")
finders = mostly("the_recorder", "the_lead", "supervisor", "bureau_clerk")
verifiers = mostly("bureau_clerk", "bureau_lead", "the_lead", "the_recorder")
reopeners = mostly("supervisor", "bureau_lead", "bureau_clerk")
FACTS = (Fact.OLD_HOUSE_STANDING, Fact.SUBSIDY_UNPAID, Fact.NOT_IN_NATIONAL_SYSTEM)
#: Households, by their number: the old house of the first stands, and that of one in the other office; the second
#: is 建档立卡户, accepted, neither paid nor entered.
POOR, STRANGER = 1, 8
PLACES = (0, POOR, 2, STRANGER)
STARTED = RenovationState.STARTED

#: Kinds that a household has over and over, so that recurrences meet.
kinds = st.sampled_from(
    ["file_irregular", "file_irregular", "house_defect", "house_defect", "old_house_standing"]
    + ["subsidy_unpaid", "not_in_national_system", "policy_not_known"]
)
names = st.sampled_from([*["刘建设"] * 6, "王强", "王强、刘建设", " "])
reasons = st.sampled_from([*["情况有变"] * 8, " "])
manners = st.sampled_from(Verification)
proofs = st.sampled_from([EvidenceKind.BEFORE, EvidenceKind.AFTER, EvidenceKind.PAPER])
#: Pictures, by the seed of what is seen on them.
scenes = st.integers(1, 4)
#: Days between a photo and today; one is still to come.
ages = st.sampled_from([0, 0, 1, 3, 3, 9, -1])


@cache
def picture(seed: int) -> bytes:
    return scene(seed).read()


def photo(seed: int, age: int, saved: int = 0) -> Picture:
    """What is seen does not change however often a picture is saved again; the file does."""
    file = SimpleUploadedFile(f"现场{seed}.jpg", picture(seed) + b"\0" * saved)
    return Picture(file, now() - dt.timedelta(days=age))


#: What somebody in a hurry brings as proof, and the problems that this may be tried on: what proved a first end,
#: all that is asked for, one picture twice.
TEMPTING = {
    "": {"state": ProblemState.CLOSED},
    "two scenes": {"state__in": [*AT_WORK, ProblemState.CLOSED]},
    "one scene": {"state__in": AT_WORK, "kind__is_house": True},
}
HASTE = {
    "numbers": st.lists(numbers, min_size=2, max_size=4),
    "is_alone": st.booleans(),
    "proof": st.sampled_from(sorted(TEMPTING)),
    "new_leader": st.sampled_from(["", "", "孙主任"]),
}


class ProblemActs(History):
    """The ledger of `world`; what each act made of it is told over by `ledger_truths`."""

    truths = {trail_is_whole: {Entry}, register_is_what_the_events_say: {Household, SafetyEvent}}

    def __init__(self, start: dt.datetime) -> None:
        super().__init__(start)
        self.ledger: Ledger = ledger()

    def attempt(
        self, who: str, may: Collection[str], act: Callable, region: str = VILLAGES[0]
    ) -> bool:
        doers = []

        def noted(by):
            act(by)
            doers.append(by)

        done = super().attempt(who, may, noted, region)
        if done:
            self.tell(doers[0])
        return done

    def automatically(self, act: Callable[[], object]) -> None:
        """Let the program itself act."""
        self.clock.shift(60)
        with transaction.atomic():
            act()
        self.rows = all_rows()
        self.tell(None)

    def tell(self, by) -> None:
        after = ledger()
        wrong = list(step_faults(self.ledger, after, by))
        assert not wrong, wrong
        self.ledger = after

    def on_problem(
        self, who: str, number: int, act: Callable, may: Collection[str] = WORKERS, **meant
    ) -> bool:
        """Try `act(pk, by=…)` on a problem that nobody asked whether it can be seen: the act itself refuses."""
        pk = self.pick(Problem, number, **meant)
        if not pk:
            return False
        region = Problem.objects.get(pk=pk).region_id
        return self.attempt(who, may, lambda by: act(pk, by=by), region)

    def draft(self, number: int, code: str, is_village: bool, subject: str = "") -> Draft:
        household = None if is_village else self.household(PLACES[number % len(PLACES)])
        return Draft(
            region_id=VILLAGES[number % 3] if is_village else household.region_id,
            source=ProblemSource.SELF,
            kind=ProblemKind.objects.get(code=code),
            description="签字不全",
            found_on=today(),
            household=household,
            subject=subject,
        )

    @rule(days=st.sampled_from([1, 1, 5, 5, 20, 40, 181]))
    def wait(self, days):
        self.clock.shift(days * 24 * 3600)

    @rule(who=finders, number=numbers, code=kinds, is_village=st.sampled_from([False, False, True]))
    def find(self, who, number, code, is_village):
        draft = self.draft(number, code, is_village)
        self.attempt(who, FINDERS, lambda by: raise_problem(draft, by=by), draft.region_id)

    @rule(
        who=workers,
        number=numbers,
        code=kinds,
        name=names,
        seeds=st.tuples(scenes, scenes),
        age=ages,
        has_paper=st.booleans(),
    )
    def fix_at_once(self, who, number, code, name, seeds, age, has_paper):
        draft = self.draft(number, code, is_village=False)

        def act(by):
            fixed = Fixed(
                Assignment(name, measure="当场更换"),
                "已更换",
                photo(seeds[0], 2),
                photo(seeds[1], age),
                (paper(mark=number),) if has_paper else (),
            )
            acting.fix_at_once(draft, fixed, by=by)

        self.attempt(who, WORKERS, act, draft.region_id)

    @rule(who=workers, number=numbers, name=names, assignee=st.none() | workers)
    def assign(self, who, number, name, assignee):
        def act(pk, by):
            account = self.world.cast.get(assignee) or by
            chosen = account if assignee else None
            acting.assign(pk, Assignment(name, chosen, "李副主任", "补齐"), by=by)

        self.on_problem(who, number, act, state__in=AT_WORK)

    @rule(who=workers, name=names)
    def assign_all(self, who, name):
        self.in_bulk(
            who, WORKERS, lambda found, by: bulk.assign_each(found, Assignment(name), by=by)
        )

    @rule(who=workers, number=numbers, text=st.sampled_from(["已联系施工队", " "]))
    def progress(self, who, number, text):
        self.on_problem(
            who, number, lambda pk, by: acting.log_progress(pk, text, by=by), state__in=AT_WORK
        )

    @rule(who=workers, number=numbers, kind=proofs, seed=scenes, age=ages)
    def prove(self, who, number, kind, seed, age):
        def act(pk, by):
            if kind == EvidenceKind.PAPER:
                proving.add_paper(pk, paper(mark=seed), by=by)
            else:
                proving.add_photo(pk, kind, photo(seed, age), by=by)

        self.on_problem(who, number, act, state__in=UNSETTLED)

    @precondition(lambda self: self.exists(Evidence))
    @rule(who=workers, number=numbers, reason=reasons)
    def void_evidence(self, who, number, reason):
        pk = self.pick(Evidence, number, voided_at=None)
        problem = Evidence.objects.get(pk=pk).problem
        self.attempt(
            who,
            WORKERS,
            lambda by: proving.void_evidence(pk, by=by, reason=reason),
            problem.region_id,
        )

    @rule(who=workers, number=numbers, result=st.sampled_from([*["已补齐"] * 8, " "]))
    def submit(self, who, number, result):
        self.on_problem(
            who,
            number,
            lambda pk, by: acting.submit(pk, result, by=by),
            state__in=["in_progress", "returned", "reopened"],
        )

    @rule(who=verifiers, number=numbers, manner=manners)
    def verify(self, who, number, manner):
        self.on_problem(
            who,
            number,
            lambda pk, by: acting.verify(pk, manner, by=by),
            BUREAU,
            state__in=[ProblemState.SUBMITTED, ProblemState.IN_PROGRESS],
        )

    @rule(who=bureau, manner=manners)
    def verify_all(self, who, manner):
        self.in_bulk(who, BUREAU, lambda found, by: bulk.verify_each(found, manner, "属实", by=by))

    def in_bulk(self, who: str, may: Collection[str], act: Callable[..., Bulk]) -> None:
        """Try `act` on every problem there is, settled and foreign ones among them."""

        def on_all(by):
            found = list(Problem.objects.order_by("pk"))
            bulk = act(found, by=by)
            assert len(bulk.done) + len(bulk.left) == len(found)
            assert all(each.sentences for each in bulk.left)
            if not bulk.done:
                raise ValidationError("一条也没有办成。")

        self.attempt(who, may, on_all)

    @rule(who=bureau, number=numbers, reason=reasons)
    def send_back(self, who, number, reason):
        self.on_problem(
            who,
            number,
            lambda pk, by: acting.send_back(pk, reason, by=by),
            BUREAU,
            state=ProblemState.SUBMITTED,
        )

    @rule(who=reopeners, number=numbers, reason=reasons, days=st.sampled_from([20, 20, 20, 20, -1]))
    def reopen(self, who, number, reason, days):
        due_on = today() + dt.timedelta(days=days)
        self.on_problem(
            who,
            number,
            lambda pk, by: acting.reopen(pk, reason, due_on, by=by),
            REOPENERS,
            state=ProblemState.CLOSED,
        )

    @rule(who=bureau, number=numbers, reason=reasons, days=st.sampled_from([9, 9, 9, 0, -9]))
    def extend(self, who, number, reason, days):
        def act(pk, by):
            due_on = Problem.objects.get(pk=pk).due_on + dt.timedelta(days=days)
            acting.extend(pk, due_on, reason, by=by)

        self.on_problem(who, number, act, BUREAU, state__in=UNSETTLED)

    @rule(who=bureau, number=numbers, reason=reasons)
    def void(self, who, number, reason):
        self.on_problem(
            who,
            number,
            lambda pk, by: acting.void(pk, reason, by=by),
            BUREAU,
            state__in=[ProblemState.OPEN, ProblemState.CLOSED],
        )

    @rule(
        who=workers,
        number=numbers,
        code=st.none() | kinds,
        direction=st.none() | st.sampled_from(Direction),
        days=st.none() | st.sampled_from([-5, 0, 5, 400]),
        late=st.sampled_from([0, 0, 0, 1]),
    )
    def edit(self, who, number, code, direction, days, late):
        values = {"measure": "逐项补齐"}
        if code:
            values["kind"] = ProblemKind.objects.get(code=code)
        if direction:
            values["direction"] = direction
        if days is not None:
            values["found_on"] = today() + dt.timedelta(days=days)

        def act(pk, by):
            editing.edit(pk, values, by=by, seen=Problem.objects.get(pk=pk).version - late)

        self.on_problem(who, number, act, state__in=AT_WORK)

    @rule(name=st.sampled_from(["赵主任", "钱主任", ""]))
    def name_leader(self, name):
        Region.objects.filter(pk=GUANSHAN).update(principal_leader=name)
        self.rows = all_rows()

    @rule(numbers=st.lists(numbers, min_size=1, max_size=4))
    def carry_on(self, numbers):
        """Whatever comes next for some problems, done by those whom it falls to."""
        for number in numbers:
            if pk := self.pick(Problem, number, state__in=UNSETTLED):
                self.step(Problem.objects.get(pk=pk))

    def step(self, problem: Problem) -> None:
        def let(who, act, may=WORKERS):
            self.attempt(who, may, lambda by: act(problem.pk, by=by), problem.region_id)

        match problem.state:
            case ProblemState.SUBMITTED:
                let("bureau_lead", partial(acting.verify, manner=Verification.PHONE), BUREAU)
            case ProblemState.IN_PROGRESS:
                self.put_right(problem)
                for act in self.proving(problem):
                    let("the_recorder", act)
                let("the_lead", partial(acting.submit, result="已补齐"))
            case ProblemState.OPEN | ProblemState.RETURNED | ProblemState.REOPENED:
                let("the_recorder", partial(acting.assign, assignment=Assignment("刘建设")))

    @initialize(**HASTE)
    def begin_in_a_hurry(self, numbers, is_alone, proof, new_leader):
        self.hurry(numbers, is_alone, proof, new_leader)

    @rule(**HASTE)
    def hurry(self, numbers, is_alone, proof, new_leader):
        """Straight to the end with nothing put right: by one person, without proof, past the leader."""
        for number in numbers:
            if pk := self.pick(Problem, number, **TEMPTING[proof]):
                self.go_straight(pk, is_alone, proof, new_leader)

    def go_straight(self, pk: int, is_alone: bool, proof: str, new_leader: str) -> None:
        problem = Problem.objects.get(pk=pk)
        due_on = today() + dt.timedelta(days=20)
        self.attempt("supervisor", REOPENERS, lambda by: acting.reopen(pk, "又裂了", due_on, by=by))
        acts = [partial(acting.assign, assignment=Assignment("王强", measure="补齐"))]
        acts += self.proving(problem, is_one_scene=proof == "one scene") if proof else []
        acts.append(partial(acting.submit, result="已补齐"))
        for act in acts:
            self.attempt("bureau_clerk", WORKERS, lambda by, act=act: act(pk, by=by))
        if new_leader:
            self.name_leader(new_leader)
        second = "bureau_clerk" if is_alone else "bureau_lead"
        self.attempt(second, BUREAU, lambda by: acting.verify(pk, Verification.PHONE, by=by))

    def proving(self, problem: Problem, *, is_one_scene: bool = False) -> list[Callable]:
        """All the proof that is asked for; the second photo may be the first one, saved again."""
        version = problem.version
        if not problem.kind.is_house:
            return [partial(proving.add_paper, file=paper(mark=version))]
        before, after = version, version if is_one_scene else version + 1
        return [
            partial(proving.add_photo, kind=kind, picture=photo(seed, age, saved))
            for kind, seed, age, saved in (
                (EvidenceKind.BEFORE, before, 3, 0),
                (EvidenceKind.AFTER, after, 0, 1),
            )
        ]

    def put_right(self, problem: Problem) -> None:
        match problem.kind.fact:
            case Fact.OLD_HOUSE_STANDING:
                self.demolish("bureau_clerk")
            case Fact.SUBSIDY_UNPAID:
                self.pay("bureau_clerk")
            case Fact.NOT_IN_NATIONAL_SYSTEM:
                self.enter_reference("the_recorder", "GJ-1")

    @rule(who=bureau)
    def demolish(self, who):
        self.on_works(who, lambda pk, by: renovating.demolish(pk, by=by, on=today()), state=STARTED)

    @rule(who=bureau)
    def put_up_again(self, who):
        """The date of the old house's demolition was wrong: it still stands."""

        def act(pk, by):
            seen = Renovation.objects.get(pk=pk).version
            correct(pk, {"old_house_demolished_on": None}, by=by, reason="录错", seen=seen)

        self.on_works(who, act, state=STARTED)

    @rule(who=bureau)
    def pay(self, who):
        def act(pk, by):
            pay_subsidy(pk, by=by, on=today(), amount=Decimal(25000), is_final=True)

        self.on_works(who, act, state=RenovationState.ACCEPTED)

    @rule(who=bureau)
    def take_payment_back(self, who):
        if pk := self.pick(SubsidyPayment, 0, voided_at=None):
            self.attempt(who, BUREAU, lambda by: void_payment(pk, by=by, reason="录错"))

    def on_works(self, who: str, act: Callable, **meant) -> None:
        for pk in Renovation.objects.filter(**meant).values_list("pk", flat=True):
            self.attempt(who, BUREAU, lambda by, pk=pk: act(pk, by=by))

    @rule(who=workers, reference=st.sampled_from(["GJ-1", ""]))
    def enter_reference(self, who, reference):
        household = self.household(POOR)
        self.attempt(
            who,
            WORKERS,
            lambda by: enter_references({household.pk: reference}, by=by, reason="录入"),
        )

    @rule(fact=st.sampled_from(FACTS))
    def look_into_the_register(self, fact):
        self.automatically(lambda: self.raise_and_settle(fact))

    @staticmethod
    def raise_and_settle(fact: Fact) -> None:
        """What the nightly rules do about one fact."""
        kind = ProblemKind.objects.get(fact=fact)
        drafts = [
            Draft(
                region_id=found.region_id,
                source=ProblemSource.SELF,
                kind=kind,
                description=found.description,
                found_on=today(),
                household=Household.objects.get(pk=found.household_id),
                subject=fact,
            )
            for found in FACT_FINDERS[fact](today(), None)
        ]
        enter([draft for draft in drafts if not open_on_subject(draft)], by=None)
        known = Problem.objects.at_work().filter(kind=kind)
        settle_by_register([problem.pk for problem in known if not holds(problem)])

    @invariant()
    def what_is_left_adds_up(self):
        wrong = list(miscounted(self.ledger))
        assert not wrong, wrong


class LedgerWorld(World):
    """Where the register knows of an old house that stands, a subsidy not paid, an entry not made."""

    def __init__(self) -> None:
        super().__init__()
        households = list(Household.objects.order_by("pk"))
        for number, arrive in ((0, started), (POOR, accepted), (STRANGER, started)):
            household = happen(households[number], "inspected:suspected", "appraised:d")
            if household.stage == Stage.PENDING_RULING:
                household = happen(household, "ruled_in")
            arrive(household)
