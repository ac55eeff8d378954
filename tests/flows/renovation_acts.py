"""Acts of renovation, acceptance, subsidy and other safe housing."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.db.models import Model
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from households.enums import Stage
from households.models import Household
from rectification import renovating
from rectification.accepting import record_acceptance, withdraw_acceptance
from rectification.correcting import DATES, correct
from rectification.enums import ACTIVE, DocumentKind, Moment, RenovationState
from rectification.filing import add_document, add_photos
from rectification.models import (
    Acceptance,
    OtherHousing,
    Renovation,
    RenovationDocument,
    RenovationPhoto,
    SubsidyPayment,
)
from rectification.securing import prove, replace_proof, secure
from rectification.subsidy import pay_subsidy, void_payment
from rectification.voiding import void_document, void_photo
from tests.flows.history import History
from tests.flows.world import BUREAU, bureau, lead, numbers
from tests.rectification.cases import FUNDING, PLAN, failing, findings, picture, proof, scan
from yanliang.periods import today

modes = st.sampled_from(["reinforce", "rebuild", "elsewhere", "unified"])
days_off = st.integers(-3, 3).map(lambda days: dt.timedelta(days=days))
fundings = st.sampled_from([FUNDING, {"central": Decimal(15000)}, {}])
#: The states in which a renovation is meant to move on.
MEANT = {
    "start": [RenovationState.PLANNED],
    "finish": [RenovationState.STARTED, RenovationState.REWORK],
    "demolish": ACTIVE,
}
COLOURS = {Moment.BEFORE: "brown", Moment.DURING: "grey", Moment.AFTER: "white"}


class RenovationActs(History):
    def try_on(self, who: str, model: type[Model], pk: int, act: Callable, roles=BUREAU) -> bool:
        """Try `act(pk, by=…)` on a record that is looked up as a page does."""

        def looked_up(by):
            self.find(by, model, pk)
            act(pk, by=by)

        return self.attempt(who, roles, looked_up)

    def on_household(self, who, number, stages, act):
        self.try_on(who, Household, self.household(number, *stages).pk, act)

    def on_record(self, who, model, number, act, roles=BUREAU, **meant):
        if pk := self.pick(model, number, **meant):
            self.try_on(who, model, pk, act, roles)

    @rule(who=bureau, number=numbers, mode=modes)
    def plan(self, who, number, mode):
        self.on_household(
            who,
            number,
            [Stage.TO_RENOVATE],
            lambda pk, by: renovating.plan(pk, PLAN | {"mode": mode}, FUNDING, by=by),
        )

    @precondition(lambda self: self.exists(Renovation))
    @rule(who=bureau, number=numbers, mode=modes, funding=fundings)
    def edit_plan(self, who, number, mode, funding):
        def act(pk, by):
            seen = Renovation.objects.get(pk=pk).version
            renovating.edit_plan(pk, PLAN | {"mode": mode}, funding, by=by, seen=seen)

        self.on_record(who, Renovation, number, act, state__in=ACTIVE)

    @precondition(lambda self: self.exists(Renovation))
    @rule(who=bureau, number=numbers, name=st.sampled_from(["start", "finish", "demolish"]))
    def move(self, who, number, name):
        act = getattr(renovating, name)
        self.on_record(
            who,
            Renovation,
            number,
            lambda pk, by: act(pk, by=by, on=today()),
            state__in=MEANT[name],
        )

    @precondition(lambda self: self.exists(Renovation))
    @rule(who=bureau, number=numbers)
    def cancel_renovation(self, who, number):
        act = partial(renovating.cancel, reason="换人")
        self.on_record(who, Renovation, number, act, state=RenovationState.PLANNED)

    @precondition(lambda self: self.exists(Renovation))
    @rule(who=bureau, number=numbers, moment=st.sampled_from(Moment))
    def photograph(self, who, number, moment):
        def act(pk, by):
            add_photos(pk, moment, [picture(COLOURS[moment])], by=by)

        self.on_record(who, Renovation, number, act, state__in=ACTIVE)

    @precondition(lambda self: self.exists(Renovation))
    @rule(who=bureau, number=numbers)
    def file_paper(self, who, number):
        def act(pk, by):
            add_document(pk, DocumentKind.CONTRACT, scan(), by=by)

        self.on_record(who, Renovation, number, act, state__in=ACTIVE)

    @precondition(lambda self: self.exists(Renovation))
    @rule(who=bureau, number=numbers, passes=st.booleans())
    def accept(self, who, number, passes):
        found = findings if passes else failing

        def act(pk, by):
            record_acceptance(pk, found(accepted_on=today()), by=by)

        self.on_record(who, Renovation, number, act, state=RenovationState.FINISHED)

    @precondition(lambda self: self.exists(Acceptance))
    @rule(who=lead, number=numbers)
    def withdraw_acceptance(self, who, number):
        act = partial(withdraw_acceptance, reason="录错")
        self.on_record(who, Acceptance, number, act, {"bureau_lead"}, voided_at=None)

    @precondition(lambda self: self.exists(Renovation))
    @rule(
        who=bureau,
        number=numbers,
        amount=st.sampled_from([10000, 15000, 25000]).map(Decimal),
        is_final=st.booleans(),
        later=days_off,
    )
    def pay(self, who, number, amount, is_final, later):
        def act(pk, by):
            pay_subsidy(pk, by=by, on=today() + later, amount=amount, is_final=is_final)

        self.on_record(who, Renovation, number, act, subsidy_paid_on=None)

    @rule(
        who=bureau,
        number=numbers,
        what=st.sampled_from(
            [
                (SubsidyPayment, void_payment),
                (RenovationPhoto, void_photo),
                (RenovationDocument, void_document),
            ]
        ),
        reason=st.sampled_from(["录错", " "]),
    )
    def void(self, who, number, what, reason):
        model, act = what
        self.on_record(who, model, number, partial(act, reason=reason), voided_at=None)

    @precondition(lambda self: self.exists(Renovation))
    @rule(
        who=bureau,
        number=numbers,
        name=st.sampled_from(sorted(DATES)),
        later=days_off,
        funding=st.none() | fundings,
    )
    def correct_renovation(self, who, number, name, later, funding):
        def act(pk, by):
            renovation = Renovation.objects.get(pk=pk)
            day = getattr(renovation, name)
            dates = {name: day + later if day else None}
            correct(pk, dates, funding, by=by, reason="录错", seen=renovation.version)

        self.on_record(who, Renovation, number, act, **{f"{name}__isnull": False})

    @rule(who=bureau, number=numbers)
    def secure(self, who, number):
        self.on_household(
            who,
            number,
            [Stage.PENDING_RULING, Stage.TO_RENOVATE, Stage.RENOVATING],
            lambda pk, by: secure(pk, proof(secured_on=today()), scan(), by=by),
        )

    @rule(who=bureau, number=numbers)
    def prove(self, who, number):
        self.on_household(
            who, number, [Stage.SECURED], lambda pk, by: prove(pk, proof(), scan(), by=by)
        )

    @precondition(lambda self: self.exists(OtherHousing))
    @rule(who=bureau, number=numbers)
    def replace_proof(self, who, number):
        def act(pk, by):
            replace_proof(pk, proof(way="rented"), scan(), by=by, reason="传错了")

        self.on_record(who, OtherHousing, number, act, voided_at=None)
