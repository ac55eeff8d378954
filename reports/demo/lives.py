"""The story of one household from its registration on, told until the chronicle says NotYet."""

import datetime as dt
from contextlib import suppress
from random import Random

from households.enums import (
    SAFE_STAGES,
    ChangeKind,
    ChangeState,
    EventKind,
    Grade,
    RenovationMode,
    Stage,
    Verdict,
)
from households.identities import main_class, names
from households.models import HouseholdChange
from inspections.enums import InspectionState, WarningSource
from inspections.models import Inspection
from rectification.enums import HousingWay
from reports.demo.cast import Cast
from reports.demo.chronicle import Chronicle, NotYet
from reports.demo.classes import Classes
from reports.demo.pace import DAY, Round, later, meeting_after
from reports.demo.visits import Scene, filled_in
from reports.demo.works import FAULT, WAYS, Works, other_housing
from yanliang.periods import SHANGHAI

#: Weights of grades A–D by the verdict of the visit.
GRADES = {Verdict.SUSPECTED: (6, 44, 31, 19), Verdict.SAFE: (34, 65, 0.8, 0.2)}
FIRMS = ("陕西中建鉴定检测有限公司", "西安市建筑工程质量安全检测中心", "西安航城房屋安全鉴定所")
REMOVALS = (
    (ChangeKind.DIED_OUT, "户主夫妇均已去世，家中已无其他成员。", "村委会证明、户籍注销证明"),
    (ChangeKind.MOVED_OUT, "全家已迁往市区定居，户籍迁出。", "户口迁移证明、村委会证明"),
)
RETURNS = (
    "西山墙照片看不清裂缝走向，请重拍并补写裂缝宽度。",
    "房屋结构与花名册不一致，请到户复核后更正。",
    "核查人签名与派出名单不符，请核实。",
)
#: Of all households, those that leave the check; of the safe ones, those where danger is found later.
REMOVED, WARNED = 0.009, 0.0025
#: Of the households that a meeting ruled 其他方式保障, those whose proof is there.
PROVED = 0.6
CORRECTION = "复核时发现原填写有误，按现场情况更正。"
WARNINGS = (
    (WarningSource.DISASTER, "连续降雨后后墙出现新裂缝。"),
    (WarningSource.COMPLAINT, "院内雨水倒灌，墙根长期浸泡后局部下沉。"),
)


class Life:
    """One household's fate; `rng` is its own, so that nobody else's story moves it."""

    def __init__(
        self, chronicle: Chronicle, rng: Random, cast: Cast, classes: Classes, scene: Scene
    ) -> None:
        self.chronicle = chronicle
        self.household = chronicle.household
        self.rng = rng
        self.cast = cast
        self.classes = classes
        self.scene = scene

    def unfold(self, rounds: Round, position: float, risk: float) -> None:
        """Tell the whole story; `position` (0–1) is the household's place in its village's list."""
        rng, household = self.rng, self.household
        self.round = rounds
        visited_at = rounds.visit(rng, position, household.registered_at)
        is_missed = rng.random() < rounds.pace.missed
        removed = rng.random() < REMOVED
        with suppress(NotYet):
            if removed and rng.random() < 0.75:
                self.leave(later(rng, household.registered_at, 3, 65))
                return
            if is_missed:
                return
            at = self.visit(visited_at, risk)
            if rng.random() < 0.004:
                at = self.change_class(self.round.wait(rng, at, 3, 25))
            at = self.make_safe(at)
            if removed:
                self.leave(later(rng, at, 5, 30))
            elif household.stage in SAFE_STAGES and rng.random() < WARNED:
                self.make_safe(self.warn(later(rng, at, 6, 30)))

    def visit(self, at: dt.datetime, risk: float) -> dt.datetime:
        """The visit, its review, and now and then a correction; returns when the last of these was."""
        rng = self.rng
        self.chronicle.reach(at)
        villager = self.cast.villager(self.household.region_id)
        by = villager if villager and rng.random() < 0.3 else self.recorder
        inspection = filled_in(
            rng, self.scene, self.household.dwelling_facts, at.date(), rng.random() < risk
        )
        self.submit(inspection, at, by)
        return self.reviewed(inspection, at)

    def submit(
        self, inspection: Inspection, at: dt.datetime, by, replaces: Inspection | None = None
    ) -> None:
        inspection.household = self.household
        inspection.event = self.chronicle.record(
            EventKind.INSPECTED,
            at,
            by=by,
            on=inspection.inspected_on,
            outcome=inspection.verdict,
            replaces=replaces.event if replaces else None,
        )
        inspection.submitted_by, inspection.submitted_at = by, at
        self.chronicle.inspections.append(inspection)

    def reviewed(self, inspection: Inspection, at: dt.datetime) -> dt.datetime:
        """The office lead's word; a few wait long for it, a few are returned and most of those corrected."""
        rng = self.rng
        seen_at = self.round.wait(rng, at, 1, 4)
        waits, is_returned = rng.random() < 0.012, rng.random() < 0.004
        if waits:
            return at
        self.chronicle.reach(seen_at)
        inspection.reviewed_by = self.cast.office_lead(self.household.region_id)
        inspection.reviewed_at = seen_at
        if not is_returned:
            inspection.state = InspectionState.REVIEWED
            return seen_at
        inspection.state = InspectionState.RETURNED
        inspection.return_reason = rng.choice(RETURNS)
        if rng.random() < 0.4:
            return seen_at
        mended_at = later(rng, seen_at, 1, 12)
        self.correct(inspection, mended_at)
        return mended_at

    def correct(self, old: Inspection, at: dt.datetime) -> None:
        """A second visit that takes the place of the first; it finds the same state of safety, not the same defects."""
        self.chronicle.reach(at)
        new = filled_in(
            self.rng, self.scene, old.facts, at.date(), old.verdict == Verdict.SUSPECTED
        )
        new.revision, new.replaces, new.correction_reason = old.revision + 1, old, CORRECTION
        old.state = InspectionState.REPLACED
        self.submit(new, at, self.recorder, replaces=old)

    def make_safe(self, at: dt.datetime) -> dt.datetime:
        """Appraisal, ruling, renovation and acceptance, as far as the household needs them; when the last was."""
        rng, household = self.rng, self.household
        while household.stage == Stage.SUSPECTED or self.is_to_be_appraised:
            suspected = household.stage == Stage.SUSPECTED
            if not suspected and rng.random() < 0.06:
                return at
            longest = 40 if not suspected or rng.random() < 0.25 else 16
            at = self.appraise(self.round.wait(rng, at, 4, longest))
            if household.stage == Stage.PENDING_RULING:
                meeting = meeting_after(at)
                if meeting is None:
                    return at
                at = self.rule(meeting)
        if household.stage == Stage.TO_RENOVATE:
            at = self.renovate(at)
        return at

    @property
    def is_to_be_appraised(self) -> bool:
        household = self.household
        return household.stage == Stage.SAFE and household.household_class.appraise_all

    def appraise(self, at: dt.datetime, grade: Grade | None = None) -> dt.datetime:
        """An appraisal with this grade, or with one that chance gives."""
        rng = self.rng
        drawn = rng.choices((Grade.A, Grade.B, Grade.C, Grade.D), GRADES[self.household.verdict])[0]
        self.chronicle.record(
            EventKind.APPRAISED,
            at,
            by=self.cast.bureau_clerk,
            on=at.date() - rng.randint(0, 3) * DAY,
            outcome=grade or drawn,
            detail={
                "鉴定机构": rng.choice(FIRMS),
                "报告编号": f"JD2020-{self.household.code[-10:]}",
            },
        )
        return at

    def correct_grade(self, at: dt.datetime, grade: Grade) -> dt.datetime:
        """The grade entered last was not the report's."""
        wrong = self.chronicle.standing[-1]
        self.chronicle.record(
            EventKind.APPRAISED,
            at,
            by=wrong.recorded_by,
            on=wrong.happened_on,
            outcome=grade,
            detail=dict(wrong.detail),
            replaces=wrong,
        )
        return at

    def rule(self, at: dt.datetime, kind: EventKind | None = None) -> dt.datetime:
        """The meeting's ruling, of this kind or of one that chance gives."""
        kinds = (EventKind.RULED_IN, EventKind.RULED_SECURED, EventKind.RULED_BACK)
        kind = kind or self.rng.choices(kinds, (88, 8, 4))[0]
        event = self.chronicle.record(
            kind,
            at,
            by=self.cast.bureau_lead,
            detail={"文号": f"阎脱贫组发〔2020〕{at.timetuple().tm_yday // 10} 号"},
        )
        # A chance of its own: some proofs are still to come.
        if kind == EventKind.RULED_SECURED and Random(self.household.code).random() < PROVED:
            housing = other_housing(self.household, HousingWay.KIN, event)
            housing.recorded_by = self.cast.bureau_clerk
            self.chronicle.housing.append(housing)
        return at

    def correct_ruling(self, at: dt.datetime, kind: EventKind) -> dt.datetime:
        """The ruling entered last was not the meeting's."""
        wrong = self.chronicle.standing[-1]
        self.chronicle.record(
            kind,
            at,
            by=wrong.recorded_by,
            on=wrong.happened_on,
            detail=dict(wrong.detail),
            replaces=wrong,
        )
        return at

    def renovate(self, at: dt.datetime) -> dt.datetime:
        rng = self.rng
        if rng.random() < 0.06:
            at = self.round.wait(rng, at, 3, 20)
            way, words = rng.choice(WAYS)
            event = self.chronicle.record(
                EventKind.SECURED, at, by=self.cast.bureau_clerk, detail={"保障方式": words}
            )
            self.chronicle.housing.append(other_housing(self.household, way, event))
            return at
        works, at = self.plan(at + DAY), self.round.wait(rng, at, 2, 14)
        self.work(works, EventKind.RENOVATION_STARTED, at)
        is_rebuilt = works.renovation.mode == RenovationMode.REBUILD
        at = self.round.wait(rng, at, *((24, 42) if is_rebuilt else (9, 24)))
        self.work(works, EventKind.RENOVATION_FINISHED, at)
        at = self.round.wait(rng, at, 2, 9)
        while rng.random() < 0.08:
            self.work(works, EventKind.ACCEPTANCE_FAILED, at)
            at = self.round.wait(rng, at, 4, 12)
            self.work(works, EventKind.RENOVATION_FINISHED, at)
            at = self.round.wait(rng, at, 1, 6)
        self.work(works, EventKind.ACCEPTANCE_PASSED, at)
        self.pay(works)
        return at

    def plan(self, at: dt.datetime) -> Works:
        """A renovation as the grade asks for, planned at that moment."""
        is_rebuilt = self.household.grade == Grade.D
        mode = RenovationMode.REBUILD if is_rebuilt else RenovationMode.REINFORCE
        self.chronicle.reach(at)
        works = Works(self.household, mode, at, self.cast.bureau_clerk)
        self.chronicle.works.append(works)
        return works

    def work(self, works: Works, kind: EventKind, at: dt.datetime) -> None:
        """The next step of a renovation, or a word of its acceptors."""
        detail = {
            EventKind.RENOVATION_STARTED: {"改造方式": RenovationMode(works.renovation.mode).label},
            EventKind.ACCEPTANCE_FAILED: {"不合格项": FAULT},
        }.get(kind)
        by = self.cast.bureau_clerk
        works.follow(self.chronicle.record(kind, at, by=by, detail=detail))

    def pay(self, works: Works) -> None:
        works.pay(self.chronicle.end.astimezone(SHANGHAI).date() - DAY)

    def warn(
        self, at: dt.datetime, warning: tuple[WarningSource, str] | None = None
    ) -> dt.datetime:
        """Danger is found, this or what chance gives: where the word came from, and what was seen."""
        source, words = warning or self.rng.choice(WARNINGS)
        self.chronicle.record(
            EventKind.WARNED,
            at,
            by=self.cast.office_lead(self.household.region_id),
            detail={"来源": source.label, "险情": words},
        )
        return at

    def leave(self, at: dt.datetime) -> None:
        """The office asks to take the household out of the check; the bureau confirms or refuses days later."""
        rng = self.rng
        self.chronicle.reach(at)
        kind, reason, evidence = rng.choices(REMOVALS, (55, 45))[0]
        change = HouseholdChange(
            household=self.household,
            kind=kind,
            happened_on=at.date() - rng.randint(0, 20) * DAY,
            reason=reason,
            evidence=evidence,
            state=ChangeState.PENDING,
            recorded_by=self.recorder,
            recorded_at=at,
        )
        self.chronicle.changes.append(change)
        decided_at = later(rng, at, 2, 15)
        is_refused = rng.random() < 0.06
        self.chronicle.reach(decided_at)
        change.decided_by, change.decided_at = self.cast.bureau_clerk, decided_at
        if is_refused:
            change.state, change.decision_note = ChangeState.REFUSED, "证明材料不全，请补充后再报。"
            return
        change.state = ChangeState.DONE
        event = self.chronicle.record(
            EventKind.EXEMPTED,
            decided_at,
            by=change.decided_by,
            on=change.happened_on,
            detail={"变更": kind.label, "理由": reason},
        )
        self.chronicle.caused.append((change, event))

    def change_class(self, at: dt.datetime) -> dt.datetime:
        """帮扶对象动态调整: one identity more or less."""
        self.chronicle.reach(at)
        household, identities = self.household, self.chronicle.identities
        adjusted = self.classes.adjust(self.rng, identities, at.date())
        held = [each.household_class for each in identities if each.valid_to is None]
        before = {"类别": household.household_class.name, "身份": names(adjusted.before)}
        self.chronicle.change_class(main_class(held), at)
        self.chronicle.changes.append(
            HouseholdChange(
                household=household,
                kind=ChangeKind.CLASS_CHANGED,
                happened_on=at.date(),
                reason=adjusted.reason,
                detail={
                    "before": before,
                    "after": {"类别": household.household_class.name, "身份": names(held)},
                },
                recorded_by=self.recorder,
                recorded_at=at,
            )
        )
        return at

    @property
    def recorder(self):
        return self.cast.recorder(self.household.region_id)
