"""督导检查 of the demo: every week two to four offices, their samples, what was seen there, and what was found."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from households.models import Household, Region
from rectification.enums import Seen
from rectification.models import Problem, ProblemKind, SupervisionVisit
from rectification.problems import acting
from rectification.problems.acting import Assignment
from rectification.supervision import visiting
from rectification.supervision.recording import (
    Finding,
    Outcome,
    Typed,
    raise_finding,
    record_outcomes,
)
from rectification.supervision.sampling import candidates, draw
from reports.demo.cast import Cast
from reports.demo.pace import DAY
from yanliang.periods import SHANGHAI, campaign, is_working_day, thursdays, told_at

#: Of the households called at: what was seen there, and in parts of a hundred how often.
OUTCOMES = {Seen.SOUND: 78, Seen.PROBLEM: 8, Seen.ABSENT: 11, Seen.PENDING: 3}
NOTES = {
    Seen.ABSENT: (
        "外出务工，向邻居了解住房情况",
        "上锁，电话联系户主在西安子女家",
        "下地干活，未见到人",
    ),
    Seen.PENDING: ("雨后村道不通", "户主住院，改日走访"),
}
#: Found at households, by kind.
FINDINGS = (
    ("file_irregular", "核查表缺户主签字，一户一档目录与材料不一致。"),
    ("file_irregular", "核查表日期涂改未加盖印章，缺第二名核查人签名。"),
    ("system_data", "台账登记的房屋结构、层数与现场不符。"),
    ("system_data", "台账家庭人口与户口簿不一致，少登记一人。"),
    ("policy_not_known", "户主不了解危房改造补助标准和申请程序，明白卡未发放到户。"),
    ("house_repair", "厨房屋面局部漏雨，檐口瓦片松动。"),
    ("house_repair", "院墙外侧散水破损，雨水回流至墙根。"),
)
SUMMARIES = (
    "查看街办工作台账和村级档案，入户走访抽取的农户。总体进展正常，个别档案不规范，已当场反馈街办限期整改。",
    "对照抽样名单逐户走访，核对核查表与现场情况。住房安全政策基本落实，发现的问题已登记台账。",
    "重点查看四类重点对象住房和在建改造项目，施工有序。要求街办加快未排查农户入户进度。",
)
#: What the last visit has behind it when the demo ends, in households.
CALLED_AT = 6


#: After so many days the office has named who answers for a finding.
ASSIGNED_AFTER = 6
#: Of the seeds, so many are tried for a sample of which nobody was registered later.
TRIES = 20
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Supervision:
    """Draws from chance of its own, so that the other stories stay what they are without it."""

    cast: Cast
    until: dt.date
    seed: int

    def write(self) -> tuple[int, int]:
        """Let the visits happen, week by week; how many there are, and how many problems they found."""
        offices = list(Region.objects.offices())
        registered = dict(Household.objects.values_list("pk", "registered_at"))
        weeks = thursdays(campaign().start, self.until)
        for number, thursday in enumerate(weeks):
            rng = Random(f"{self.seed}/supervision/{thursday}")
            # The round goes on where the last week left it, so that no office is forgotten for long.
            turns = range(3 * number, 3 * number + rng.randint(2, 4))
            visited = [offices[turn % len(offices)] for turn in turns]
            for day, office in zip(self.days(thursday, len(visited), rng), visited, strict=True):
                is_last = number == len(weeks) - 1 and office is visited[-1]
                at = dt.datetime.combine(self.until if is_last else day, dt.time(8, 30), SHANGHAI)
                later = {key for key, since in registered.items() if since >= at}
                self.visit(office, at, later, rng, is_under_way=is_last)
        return SupervisionVisit.objects.count(), Problem.objects.filter(visit__isnull=False).count()

    def days(self, thursday: dt.date, number: int, rng: Random) -> list[dt.date]:
        """Working days of the week, in order, not after the demo's end, nor before the campaign."""
        days = [thursday - back * DAY for back in range(7)]
        days = [day for day in days if campaign().start <= day <= self.until]
        return sorted(rng.choices([day for day in days if is_working_day(day)] or days, k=number))

    def visit(
        self, office: Region, at: dt.datetime, later: set[int], rng: Random, *, is_under_way: bool
    ) -> None:
        """One visit from its draw to its write-up; the one that `is_under_way` has seen some households."""
        size, by = rng.choice((10, 12, 15)), self.cast.supervisor
        seed = self.usable_seed(office, size, later, rng)
        if seed is None:
            return
        visitors = f"{by.full_name}、{self.cast.bureau_clerk.full_name}"
        with told_at(at):
            visit = visiting.plan(office, at.date(), visitors, size, by=by, seed=seed)
        with told_at(at + 8 * HOUR):
            rows = list(visit.households.all())
            found = list(self.look(visit, rows[:CALLED_AT] if is_under_way else rows, rng))
            if not is_under_way:
                visiting.complete(visit.pk, rng.choice(SUMMARIES), by=by, seen=visit.version)
        if at.date() + ASSIGNED_AFTER * DAY <= self.until:
            with told_at(at + DAY):
                self.hand_over(found)

    def usable_seed(self, office: Region, size: int, later: set[int], rng: Random) -> int | None:
        """A seed that draws nobody who came into the register after the visit, if there is one."""
        known = candidates(office.pk)
        for _ in range(TRIES):
            seed = rng.randrange(visiting.SEEDS)
            drawn = {each.pk for each in draw(known, size=size, seed=seed)}
            if drawn and not drawn & later:
                return seed
        return None

    def look(self, visit: SupervisionVisit, rows: Iterable, rng: Random) -> Iterator[Problem]:
        """What is seen at `rows`, and the problems that are found there."""
        seen = {row: rng.choices(list(OUTCOMES), OUTCOMES.values())[0] for row in rows}
        typed = {
            row.pk: Typed(Outcome(each, rng.choice(NOTES.get(each, ("",)))), Outcome(Seen.PENDING))
            for row, each in seen.items()
        }
        record_outcomes(visit.pk, typed, by=self.cast.supervisor)
        for row, each in seen.items():
            if each == Seen.PROBLEM:
                code, words = rng.choice(FINDINGS)
                finding = Finding(ProblemKind.objects.get(code=code), words, row)
                yield raise_finding(visit.pk, finding, by=self.cast.supervisor)

    def hand_over(self, problems: Iterable[Problem]) -> None:
        """The office names its clerk, who works on it."""
        for problem in problems:
            clerk = self.cast.recorder(problem.region_id)
            lead = self.cast.office_lead(problem.region_id)
            acting.assign(problem.pk, Assignment(clerk.full_name, clerk), by=lead)
