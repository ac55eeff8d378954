"""What usually comes next for a household, done by whom it falls to: so that late stages are reached too."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from households.enums import Stage
from households.models import Household
from inspections.enums import RulingOutcome, WarningSource
from rectification import renovating
from rectification.accepting import record_acceptance
from rectification.enums import ACTIVE, Moment
from rectification.filing import add_photos
from rectification.models import Renovation
from rectification.subsidy import pay_subsidy
from tests.flows.inspection_acts import InspectionActs
from tests.flows.register_acts import RegisterActs
from tests.flows.renovation_acts import COLOURS, RenovationActs
from tests.flows.world import numbers
from tests.rectification.cases import FUNDING, PLAN, findings, picture
from yanliang.periods import today

CLERK = "bureau_clerk"
RESULT = {
    "site": "a",
    "walls": "d",
    "roof": "",
    "dangerous_site": False,
    "grade": "",
    "override_reason": "",
    "disaster_measures": "none",
    "advice": "rebuild",
}


class UsualWay(RegisterActs, InspectionActs, RenovationActs):
    @rule(number=numbers, steps=st.integers(1, 10))
    def carry_on(self, number, steps):
        for _ in range(steps):
            self.step(number)

    def step(self, number: int) -> None:
        household = self.household(number)
        match household.stage:
            case Stage.UNCHECKED:
                self.visit("the_recorder", household, safe=False)
            case Stage.SUSPECTED:
                self.appraise(household)
            case Stage.PENDING_RULING:
                serial = 1 + household.rulings.count()
                self.meet("bureau_lead", serial, {household.pk: (RulingOutcome.IN, "")})
            case Stage.SAFE | Stage.APPRAISED_SAFE | Stage.SECURED:
                self.report(CLERK, household, WarningSource.DISASTER)
            case Stage.EXEMPT:
                self.bring_back(CLERK, household)
            case _:
                self.renovate(household)

    def appraise(self, household: Household) -> None:
        if appraisal := household.appraisals.open().first():
            self.record(CLERK, appraisal.pk, RESULT | {"report_number": f"SJ-{appraisal.pk}"})
        else:
            self.ask_for(CLERK, household)

    def renovate(self, household: Household) -> None:
        renovation = household.renovations.filter(state__in=ACTIVE).first()
        if household.stage == Stage.ACCEPTED:
            self.settle(household)
        elif renovation is None:
            act = partial(renovating.plan, values=PLAN, funding=FUNDING)
            self.try_on(CLERK, Household, household.pk, act)
        elif household.stage == Stage.TO_RENOVATE:
            self.go_on(renovation, partial(renovating.start, on=today()))
        elif household.stage == Stage.COMPLETED:
            self.go_on(renovation, partial(renovating.demolish, on=today()))
            found = findings(accepted_on=today())
            self.go_on(renovation, partial(record_acceptance, findings=found))
        else:
            for moment in (Moment.BEFORE, Moment.AFTER):
                files = [picture(COLOURS[moment])]
                self.go_on(renovation, partial(add_photos, moment=moment, files=files))
            self.go_on(renovation, partial(renovating.finish, on=today()))

    def settle(self, household: Household) -> None:
        """Pay what is due; a house that is paid for cracks."""
        renovation = household.renovations.first()
        if renovation.subsidy_paid_on:
            self.report(CLERK, household, WarningSource.QUALITY)
        else:
            self.go_on(renovation, partial(pay_subsidy, on=today(), amount=FUNDING["central"] / 2))

    def go_on(self, renovation: Renovation, act) -> None:
        self.try_on(CLERK, Renovation, renovation.pk, act)
