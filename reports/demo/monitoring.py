"""长效机制 of the demo: who watches where, what they report, and a storm after which houses are seen again."""

import datetime as dt
from random import Random

from households.enums import SAFE_STAGES, Structure
from households.models import Household
from rectification.enums import CheckState, DisasterKind, Team
from rectification.models import DisasterCheck, MonitoringDuty, ProblemKind
from rectification.monitoring.disasters import Disaster, record_disaster
from rectification.monitoring.duties import posts, save_duty
from rectification.monitoring.rechecking import Look, record_look, record_sound_each
from rectification.monitoring.reporting import Doubt, answer_problem, answer_sound, file_report
from reports.demo.cast import DISTRICT, Cast
from reports.demo.national import official
from reports.demo.pace import DAY
from yanliang.accounts.enums import Role
from yanliang.accounts.models import Staff
from yanliang.periods import SHANGHAI, campaign, end_of, today, told_at

#: Of the duties, those that nobody has taken on; of the others, those whose last visit is too long ago.
MISSING, LATE = 0.04, 0.03
INTERVAL = 30
STORM_DAY = dt.date(2020, 5, 8)
#: Of the households on the storm's list, those that were seen.
SEEN = 0.7
DOUBTS = (
    "东山墙根部受潮，墙皮脱落约 1 平方米。",
    "后檐墙有一道新裂缝，宽约 2 毫米。",
    "屋脊瓦片松动，雨后室内滴水。",
)
CRACK = "雨后后墙出现竖向裂缝，宽约 3 毫米，较上月变宽。"


def write_duties(seed: int) -> int:
    """Say who watches, at nearly every post; how many posts have somebody."""
    duties = []
    for post in posts(DISTRICT):
        rng = Random(f"{seed}/duty/{post.region.code}/{post.team}")
        if not post.is_needed or rng.random() < MISSING:
            continue
        # The checklist is as of the day on which the demo is loaded, or all of it would be late.
        days = INTERVAL + rng.randint(3, 20) if rng.random() < LATE else rng.randint(0, 20)
        duties.append(
            MonitoringDuty(
                region=post.region,
                team=post.team,
                last_visit_on=today() - days * DAY,
                **somebody(rng),
            )
        )
    return len(MonitoringDuty.objects.bulk_create(duties, batch_size=500))


def somebody(rng: Random) -> dict:
    """Who watches; numbers that begin with 100 belong to nobody."""
    return {
        "name": official(rng),
        "phone": f"100{rng.randrange(10**8):08}",
        "interval_days": INTERVAL,
    }


def close_gaps(region_code: str, by: Staff, seed: int) -> None:
    """Name somebody at every post of the place that lacks one, or who was there lately."""
    for post in posts(region_code):
        if post.region.code == region_code and post.gap(today()):
            rng = Random(f"{seed}/closed/{region_code}/{post.team}")
            values = somebody(rng) | {"last_visit_on": today()}
            seen = post.duty.version if post.duty else 0
            save_duty(region_code, post.team, values, by=by, seen=seen)


def report_doubts(cast: Cast, seed: int, until: dt.date) -> int:
    """What the villages with an account have reported: looked into, entered in the ledger, waiting; how many."""
    reported = 0
    heads = Staff.objects.filter(role=Role.VILLAGE).select_related("region").order_by("pk")
    for number, head in enumerate(heads):
        safe = Household.objects.filter(region=head.region, stage__in=SAFE_STAGES).order_by("code")
        for turn, household in enumerate(safe[: len(DOUBTS)]):
            at = dt.datetime.combine(campaign().start, dt.time(10, turn), SHANGHAI)
            at += (35 + 6 * turn + number) * DAY
            if at + 3 * DAY >= end_of(until):
                break
            rng = Random(f"{seed}/doubt/{household.code}")
            report = tell_doubt(household, Team.GROUP, official(rng), DOUBTS[turn], head, at)
            reported += 1
            lead = cast.office_lead(household.region_id)
            with told_at(at + 2 * DAY):
                if turn == 0:
                    answer_sound(report.pk, "村组与住建专干到场查看，仅抹灰脱落。", by=lead)
                elif turn == 1:
                    kind = ProblemKind.objects.get(code="house_defect")
                    answer_problem(report.pk, kind, "", by=lead)
    return reported


def tell_doubt(
    household: Household, team: Team, reporter: str, words: str, by: Staff, at: dt.datetime
):
    with told_at(at):
        doubt = Doubt(team, reporter, today(), words, household.longitude, household.latitude)
        return file_report(household.pk, doubt, by=by)


def look_after_storm(cast: Cast, until: dt.date) -> int:
    """A storm over the villages that have an account, in 关山 and 北屯; on how many households' lists."""
    if until <= STORM_DAY + 7 * DAY:
        return 0
    heads = Staff.objects.filter(role=Role.VILLAGE).order_by("pk")[:2]
    listed = 0
    for head in heads:
        disaster = Disaster(
            kind=DisasterKind.RAINSTORM,
            name="5月8日暴雨",
            happened_on=STORM_DAY,
            check_by=STORM_DAY + 10 * DAY,
            areas=[head.region_id],
            structures=[Structure.TM, Structure.ZTH],
            note="区防汛办通报，3 小时降雨 62 毫米。",
        )
        exposed = Household.objects.to_check().filter(
            region=head.region_id, structure__in=disaster.structures
        )
        if not exposed.exists():
            continue
        morning = dt.datetime.combine(STORM_DAY + DAY, dt.time(9), SHANGHAI)
        with told_at(morning):
            event = record_disaster(disaster, by=cast.recorder(head.region_id))
        checks = list(
            DisasterCheck.objects.filter(event=event).order_by("pk").values_list("pk", flat=True)
        )
        listed += len(checks)
        seen = checks[: round(len(checks) * SEEN)]
        with told_at(morning + 3 * DAY):
            record_sound_each(event.pk, seen[1:], today(), head.full_name, by=head)
            if seen:
                look = Look(CheckState.DOUBTFUL, today(), head.full_name, CRACK)
                record_look(seen[0], look, by=head)
    return listed
