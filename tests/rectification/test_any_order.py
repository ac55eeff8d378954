"""Whatever the bureau and its colleagues try, in whatever order: register, events and renovations agree."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from households.enums import Stage
from households.events import folded
from rectification import renovating
from rectification.accepting import record_acceptance, withdraw_acceptance
from rectification.correcting import DATES, correct, order_faults
from rectification.enums import ACTIVE, Moment, RenovationState
from rectification.filing import add_photos
from rectification.models import Acceptance, Renovation, SubsidyPayment
from rectification.securing import Proof, secure
from rectification.subsidy import pay_subsidy, void_payment
from tests.factories import StaffFactory, happen
from tests.rectification.cases import (
    ACCEPT,
    FUNDING,
    PLAN,
    failing,
    findings,
    picture,
    scan,
    to_renovate,
)
from yanliang.audit.trail import faults

pytestmark = pytest.mark.django_db
ROLES = ("bureau_clerk", "bureau_clerk", "bureau_clerk", "bureau_lead", "recorder", "supervisor")
ALLOWED = {"bureau_clerk", "bureau_lead"}
#: Where a household stands while its renovation is in a state.
STAGES = {
    RenovationState.STARTED: Stage.RENOVATING,
    RenovationState.FINISHED: Stage.COMPLETED,
    RenovationState.REWORK: Stage.REWORK,
}
DAY = dt.timedelta(days=1)


class Acts(RuleBasedStateMachine):
    """One household in its village, one neighbour that nobody touches, and people who try everything."""

    @initialize()
    def begin(self):
        self.household = to_renovate()
        self.neighbour = to_renovate(region_id="610114005200")
        self.day = dt.date(2020, 4, 2)

    @property
    def renovation(self) -> Renovation | None:
        return self.household.renovations.order_by("-pk").first()

    def own(self, model):
        """The household's rows of `model`; those of earlier runs are still there."""
        return model.objects.filter(renovation__household=self.household)

    def attempt(self, role: str, act) -> None:
        """Do `act`; a refusal leaves no trace, and those without the right are always refused."""
        by = StaffFactory(username=f"any_{role}", role=role, region_id="610114")
        before = self.household.events.count()
        self.day += DAY
        try:
            act(by=by)
        except PermissionDenied:
            assert role not in ALLOWED
        except ValidationError as refused:
            note("；".join(refused.messages))
        else:
            assert role in ALLOWED
            return
        assert self.household.events.count() == before

    @rule(role=st.sampled_from(ROLES), mode=st.sampled_from(["reinforce", "rebuild", "elsewhere"]))
    def plan(self, role, mode):
        self.plan_with(role, mode)

    def plan_with(self, role, mode):
        self.attempt(
            role,
            lambda by: renovating.plan(self.household.pk, PLAN | {"mode": mode}, FUNDING, by=by),
        )

    @rule(role=st.sampled_from(ROLES), act=st.sampled_from(["start", "finish", "demolish"]))
    def move(self, role, act):
        self.move_by(role, act)

    def move_by(self, role, act):
        if renovation := self.renovation:
            self.attempt(
                role, lambda by: getattr(renovating, act)(renovation.pk, by=by, on=self.day)
            )

    @rule(steps=st.integers(1, 5))
    def carry_on(self, steps):
        """What usually comes next, so that later states are reached too."""
        for _ in range(steps):
            renovation = self.renovation
            if renovation is None or not renovation.is_active:
                self.plan_with("bureau_clerk", "rebuild")
            elif renovation.state == RenovationState.PLANNED:
                self.move_by("bureau_clerk", "start")
            elif renovation.state == RenovationState.FINISHED:
                self.move_by("bureau_clerk", "demolish")
                self.accept_by("bureau_lead", True)
                self.pay_by("bureau_clerk")
            else:
                self.photograph_by("bureau_clerk")
                self.move_by("bureau_clerk", "finish")

    @rule(role=st.sampled_from(ROLES))
    def cancel(self, role):
        if renovation := self.renovation:
            self.attempt(role, lambda by: renovating.cancel(renovation.pk, by=by, reason="换人"))

    @rule(role=st.sampled_from(ROLES))
    def photograph(self, role):
        self.photograph_by(role)

    def photograph_by(self, role):
        if renovation := self.renovation:
            for moment, colour in ((Moment.BEFORE, "brown"), (Moment.AFTER, "white")):
                file = picture(colour)
                self.attempt(role, partial(add_photos, renovation.pk, moment, [file]))

    @rule(role=st.sampled_from(ROLES), passes=st.booleans())
    def accept(self, role, passes):
        self.accept_by(role, passes)

    def accept_by(self, role, passes):
        if renovation := self.renovation:
            found = findings if passes else failing
            self.attempt(
                role,
                lambda by: record_acceptance(renovation.pk, found(accepted_on=self.day), by=by),
            )

    @rule(role=st.sampled_from(ROLES), is_final=st.booleans())
    def pay(self, role, is_final):
        self.pay_by(role, is_final)

    @rule(role=st.sampled_from(ROLES))
    def take_payment_back(self, role):
        if payment := self.own(SubsidyPayment).standing().last():
            self.attempt(role, lambda by: void_payment(payment.pk, by=by, reason="录错"))

    @rule(days=st.integers(-3, 3), name=st.sampled_from(sorted(DATES)))
    def correct(self, days, name):
        renovation = self.renovation
        if renovation and (day := getattr(renovation, name)):
            self.attempt(
                "bureau_clerk",
                lambda by: correct(
                    renovation.pk,
                    {name: day + days * DAY},
                    by=by,
                    reason="录错",
                    seen=renovation.version,
                ),
            )

    @rule()
    def withdraw(self):
        """The lead takes the latest acceptance back, where nothing stands on it."""
        if acceptance := self.own(Acceptance).standing().first():
            self.attempt(
                "bureau_lead", lambda by: withdraw_acceptance(acceptance.pk, by=by, reason="录错")
            )

    def pay_by(self, role, is_final=True):
        if renovation := self.renovation:
            self.attempt(
                role,
                lambda by: pay_subsidy(
                    renovation.pk, by=by, on=self.day, amount=Decimal(100), is_final=is_final
                ),
            )

    @rule(role=st.sampled_from(ROLES))
    def settle_elsewhere(self, role):
        proof = Proof("kin", "西安市", "产权证", ACCEPT)
        self.attempt(role, lambda by: secure(self.household.pk, proof, scan(), by=by))

    @rule()
    def crack(self):
        """A later warning sends a safe house back, and it is appraised and ruled anew."""
        self.household.refresh_from_db()
        if self.household.stage in {Stage.ACCEPTED, Stage.SECURED}:
            happen(self.household, "warned", "appraised:d", "ruled_in")

    @invariant()
    def the_register_is_what_the_events_add_up_to(self):
        self.household.refresh_from_db()
        assert folded(self.household) == self.household.summary

    @invariant()
    def renovation_and_stage_agree(self):
        self.household.refresh_from_db()
        active = [each.state for each in self.household.renovations.all() if each.state in ACTIVE]
        assert len(active) <= 1
        expected = STAGES.get(active[0], Stage.TO_RENOVATE) if active else None
        if expected:
            assert self.household.stage == expected
        else:
            assert self.household.stage in {Stage.TO_RENOVATE, Stage.ACCEPTED, Stage.SECURED}
        for renovation in self.household.renovations.filter(state=RenovationState.ACCEPTED):
            assert renovation.acceptances.standing().passed().count() == 1
        for standing, superseded in ((True, False), (False, True)):
            accepted = self.own(Acceptance).filter(voided_at__isnull=standing).count()
            happened = self.household.events.filter(
                kind__startswith="acceptance", superseded=superseded
            )
            assert accepted == happened.count()

    @invariant()
    def dates_and_money_agree(self):
        for renovation in self.household.renovations.all():
            assert order_faults(renovation) == []
            payments = renovation.payments.standing()
            final = payments.filter(is_final=True).first()
            paid_on, amount = renovation.subsidy_paid_on, renovation.subsidy_amount
            assert (paid_on, amount) == (
                (final.paid_on, payments.yuan()) if final else (None, None)
            )
        for kind, name in (("started", "started_on"), ("finished", "finished_on")):
            happened = self.household.events.standing().filter(kind=f"renovation_{kind}").last()
            if happened and (day := getattr(self.renovation, name)):
                assert happened.happened_on == day

    @invariant()
    def the_neighbour_is_left_alone(self):
        version = self.neighbour.version
        self.neighbour.refresh_from_db()
        assert self.neighbour.version == version


def test_any_order(reference):
    limits = settings(
        max_examples=15,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
    )
    run_state_machine_as_test(Acts, settings=limits)
    assert list(faults()) == []
