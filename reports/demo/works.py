"""The records behind the demo's renovations: plan, money, course, acceptances, subsidy, other housing."""

import datetime as dt
from decimal import Decimal
from random import Random

from households.enums import EventKind, Grade, OldHouse, RenovationMode
from households.models import Household, SafetyEvent
from rectification.enums import (
    AcceptanceItem,
    AcceptanceResult,
    FundingSource,
    HousingWay,
    Mark,
    Opinion,
    RenovationState,
)
from rectification.models import Acceptance, Funding, OtherHousing, Renovation, SubsidyPayment
from reports.demo.pace import DAY
from reports.demo.papers import PROOF
from yanliang.periods import SHANGHAI

CREWS = (
    "关中建筑队",
    "阎良兴农建筑公司",
    "石川河建筑队",
    "李建民（工匠）",
    "赵宏斌（工匠）",
    "航城建安公司",
)
ACCEPTORS = ("区住建局 王立新", "区住建局 何敏", "街办 张建军", "街办 刘海燕", "镇村规划员 杜强")
#: Yuan that the state gives by mode, and the range of what the household adds.
SUBSIDIES = {RenovationMode.REBUILD: 35_000, RenovationMode.REINFORCE: 12_000}
SHARES = {FundingSource.CENTRAL: 60, FundingSource.PROVINCE: 25, FundingSource.DISTRICT: 15}
WAYS = (
    (HousingWay.KIN, "随子女居住"),
    (HousingWay.COLLECTIVE, "入住集体公租房"),
    (HousingWay.RENTED, "租住安全住房"),
)
FAULT = "屋面防水、墙面抹灰须返工"


class Works:
    """One household's renovation as it goes on, in rows that are not saved yet.

    It draws from chance of its own, so that the story itself stays what it was without these records.
    """

    def __init__(self, household: Household, mode: RenovationMode, at: dt.datetime, by) -> None:
        self.rng = rng = Random(f"{household.code}/works/{at:%Y%m%d}")
        self.by = by
        area = Decimal(rng.randrange(50, 121, 5))
        self.renovation = Renovation(
            household=household,
            mode=mode,
            contractor=rng.choice(CREWS),
            certificate=f"陕村建〔2019〕{rng.randint(100, 999)} 号",
            contract_number=f"GZ2020-{household.code[-8:]}",
            contracted_on=at.date(),
            planned_area=area,
            planned_finish=at.date() + rng.randint(25, 50) * DAY,
            planned_by=by,
            planned_at=at,
        )
        self.subsidy = Decimal(SUBSIDIES[mode])
        self.funding = [
            Funding(renovation=self.renovation, source=source, amount=self.subsidy * share / 100)
            for source, share in SHARES.items()
        ]
        own = (
            rng.randint(4, 40) * 1000 if mode == RenovationMode.REBUILD else rng.randint(0, 6) * 500
        )
        if own:
            self.funding.append(
                Funding(renovation=self.renovation, source=FundingSource.OWN, amount=Decimal(own))
            )
        self.acceptances: list[Acceptance] = []
        self.payments: list[SubsidyPayment] = []
        self.events: list[SafetyEvent] = []

    def follow(self, event: SafetyEvent) -> None:
        """Let the renovation be what `event` says that it is."""
        renovation, day = self.renovation, event.happened_on
        self.events.append(event)
        match event.kind:
            case EventKind.RENOVATION_STARTED:
                renovation.state, renovation.started_on = RenovationState.STARTED, day
            case EventKind.RENOVATION_FINISHED:
                renovation.state, renovation.finished_on = RenovationState.FINISHED, day
                if self.rng.random() < 0.6:
                    self.demolish(day)
            case EventKind.ACCEPTANCE_FAILED:
                renovation.state = RenovationState.REWORK
                self.accept(event, AcceptanceResult.FAILED)
            case EventKind.ACCEPTANCE_PASSED:
                self.demolish(day)
                renovation.state = RenovationState.ACCEPTED
                self.accept(event, AcceptanceResult.PASSED)
        renovation.version += 1

    def demolish(self, day: dt.date) -> None:
        renovation = self.renovation
        if renovation.must_demolish and renovation.old_house_demolished_on is None:
            renovation.old_house_demolished_on = day
            renovation.household.old_house = OldHouse.DEMOLISHED

    def accept(self, event: SafetyEvent, result: AcceptanceResult) -> None:
        passed = result == AcceptanceResult.PASSED
        marks = {item.value: Mark.PASS.value for item in AcceptanceItem}
        if self.renovation.mode == RenovationMode.REINFORCE:
            marks[AcceptanceItem.TIES.value] = Mark.NONE.value
        if not passed:
            marks[AcceptanceItem.ROOF.value] = marks[AcceptanceItem.FINISH.value] = Mark.FAIL.value
        is_new = self.renovation.mode == RenovationMode.REBUILD
        self.acceptances.append(
            Acceptance(
                renovation=self.renovation,
                accepted_on=event.happened_on,
                acceptors=self.rng.sample(ACCEPTORS, 2),
                marks=marks,
                grade_after=Grade.A if is_new and passed else Grade.B,
                result=result,
                opinion=Opinion.AGREES,
                remark="" if passed else FAULT,
                event=event,
                recorded_by=self.by,
                recorded_at=event.recorded_at,
            )
        )

    def withdraw(self, at: dt.datetime, by, reason: str) -> SafetyEvent:
        """Take the latest acceptance back, entered for the wrong household; the event that it was."""
        wrong = self.acceptances[-1]
        wrong.voided_at, wrong.voided_by, wrong.void_reason = at, by, reason
        self.renovation.state = RenovationState.FINISHED
        self.renovation.version += 1
        return wrong.event

    def pay(self, last: dt.date) -> None:
        """The subsidy, some weeks after the acceptance, for new houses half of it before; not after the day `last`."""
        renovation, rest = self.renovation, self.subsidy
        paid_on = self.acceptances[-1].accepted_on + self.rng.randint(4, 28) * DAY
        half_on = renovation.started_on + self.rng.randint(6, 15) * DAY
        if renovation.must_demolish and half_on <= last:
            rest -= self.instalment(half_on, self.subsidy / 2)
        if paid_on <= last:
            self.instalment(paid_on, rest, is_final=True)
            renovation.subsidy_paid_on, renovation.subsidy_amount = paid_on, self.subsidy

    def instalment(self, paid_on: dt.date, amount: Decimal, *, is_final: bool = False) -> Decimal:
        """A payment entered at noon of its day; its yuan."""
        self.payments.append(
            SubsidyPayment(
                renovation=self.renovation,
                amount=amount,
                paid_on=paid_on,
                is_final=is_final,
                account_tail=f"{self.rng.randrange(10_000):04}",
                voucher=f"YKT{paid_on:%Y%m%d}-{self.rng.randint(1, 400):03}",
                recorded_by=self.by,
                recorded_at=dt.datetime.combine(paid_on, dt.time(12), SHANGHAI),
            )
        )
        return amount


def other_housing(household: Household, way: HousingWay, event: SafetyEvent) -> OtherHousing:
    return OtherHousing(
        household=household,
        way=way,
        address=f"阎良区{household.region.short_name}附近安全住房",
        evidence="村委会证明、住房产权证或租赁合同复印件",
        file=PROOF,
        secured_on=event.happened_on,
        event=event,
        recorded_by=event.recorded_by,
        recorded_at=event.recorded_at,
    )
