"""The mechanism checklist: who watches where, how often, when last, and what is missing (domain rules §5)."""

import datetime as dt
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.models import Household, HouseholdClass, Region
from rectification.enums import Team
from rectification.models import MonitoringDuty
from rectification.problems.rights import covers
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_keep_duties
from yanliang.audit.trail import record
from yanliang.periods import today
from yanliang.ui.masking import mask_phone
from yanliang.workflow import check_version

#: The teams that watch at each level, in the order of the checklist.
TEAMS = {
    RegionLevel.OFFICE: (Team.OFFICE,),
    RegionLevel.VILLAGE: (Team.GROUP, Team.HELPER, Team.SECRETARY),
}
DUTY_FIELDS = ("name", "phone", "interval_days", "last_visit_on")


class Post(NamedTuple):
    """One line of the checklist: a place, a team, and who of it watches there; nobody may."""

    region: Region
    team: Team
    duty: MonitoringDuty | None
    is_needed: bool

    def gap(self, day: dt.date) -> str:
        """What is missing here on `day`, as a sentence; empty where nothing is."""
        if self.duty is None:
            return f"没有登记{self.team.label}的监测责任人。" if self.is_needed else ""
        if not self.duty.is_late(day):
            return ""
        who = f"{self.team.label}{self.duty.name}"
        if self.duty.last_visit_on is None:
            return f"{who}还没有巡查记录。"
        return (
            f"{who}最近一次巡查是 {self.duty.last_visit_on}，"
            f"已超过 {self.duty.interval_days} 天的巡查间隔。"
        )


def posts(region_code: str) -> list[Post]:
    """The checklist of every office and village in `region_code` where households live. Four queries.

    Each office and village needs 街办 and 村组, a village with helped households 帮扶干部, and one to which a
    first secretary was sent 第一书记 (reading: villages without one leave the name blank, domain rules §4).
    """
    helped = set(HouseholdClass.objects.filter(is_helped=True).values_list("pk", flat=True))
    lived_in: dict[str, set[int]] = {}
    living = Household.objects.within(region_code).to_check().order_by()
    for place, class_id in living.values_list("region_id", "household_class_id").distinct():
        lived_in.setdefault(place, set()).add(class_id)
    offices = {place[: RegionLevel.OFFICE] for place in lived_in}
    duties = {
        (duty.region_id, duty.team): duty
        for duty in MonitoringDuty.objects.within(region_code).order_by()
    }
    found = []
    for region in Region.objects.within(region_code).filter(level__in=TEAMS):
        classes = lived_in.get(region.code, set())
        needed = {
            Team.OFFICE: region.code in offices,
            Team.GROUP: bool(classes),
            Team.HELPER: bool(classes & helped),
            Team.SECRETARY: bool(classes and region.first_secretary),
        }
        found += [
            Post(region, team, duties.get((region.code, team)), needed[team])
            for team in TEAMS[RegionLevel(region.level)]
        ]
    return found


def gaps(region_code: str, day: dt.date) -> dict[str, list[str]]:
    """What the mechanism lacks on `day`, as sentences by region code; a region without gaps has no entry."""
    found: dict[str, list[str]] = {}
    for post in posts(region_code):
        if sentence := post.gap(day):
            found.setdefault(post.region.code, []).append(sentence)
    return found


def require_right(by, region_id: str) -> None:
    if not (may_keep_duties(by) and covers(by, region_id)):
        raise PermissionDenied("监测责任由所在街办登记。")


def locked_post(region_id: str, team: Team) -> tuple[Region, MonitoringDuty | None]:
    """The region, held until the transaction ends, with who of `team` watches there."""
    region = Region.objects.select_for_update(no_key=True).get(pk=region_id)
    if team not in TEAMS.get(RegionLevel(region.level), ()):
        raise ValidationError(f"{region}不设{team.label}的监测责任。")
    return region, MonitoringDuty.objects.filter(region=region, team=team).first()


def visit_obstacles(on: dt.date) -> list[str]:
    return ["巡查日期不能晚于今天。"] if on > today() else []


def in_words(duty: MonitoringDuty | None) -> dict[str, str]:
    """A duty as the trail keeps it."""
    if duty is None:
        return {}
    return {
        "监测人员": f"{duty.get_team_display()}{duty.name}",
        "联系电话": mask_phone(duty.phone),
        "巡查间隔": f"{duty.interval_days} 天",
        "最近巡查": f"{duty.last_visit_on or '（空）'}",
    }


def save_duty(region_id: str, team: Team, values: dict, *, by, seen: int) -> MonitoringDuty:
    """Say who of `team` watches over `region_id`; `values` by the names in `DUTY_FIELDS`, `seen` 0 for a new one.

    Nothing is written when nothing changes. Raises PermissionDenied, or ValidationError, also (code "stale")
    when somebody else has saved since.
    """
    require_right(by, region_id)
    with transaction.atomic():
        region, duty = locked_post(region_id, team)
        before = in_words(duty)
        if duty is None:
            duty = MonitoringDuty(region=region, team=team, version=0)
        unchanged = duty.version and all(
            getattr(duty, name) == values[name] for name in DUTY_FIELDS
        )
        if unchanged:
            return duty
        check_version(duty, seen)
        for name in DUTY_FIELDS:
            setattr(duty, name, values[name])
        duty.full_clean()
        if duty.last_visit_on and (missing := visit_obstacles(duty.last_visit_on)):
            raise ValidationError({"last_visit_on": missing})
        duty.version += 1
        duty.save()
        record("duty_saved", duty, by=by, before=before, after=in_words(duty))
    return duty


def visited(region_id: str, team: Team, on: dt.date, *, by) -> MonitoringDuty:
    """Somebody of `team` was there on `on`; the same day again changes nothing. Raises as `save_duty` does."""
    require_right(by, region_id)
    with transaction.atomic():
        _, duty = locked_post(region_id, team)
        missing = visit_obstacles(on)
        if duty is None:
            missing.append("请先登记监测责任人，再登记巡查。")
        elif duty.last_visit_on and on < duty.last_visit_on:
            missing.append(f"已登记 {duty.last_visit_on} 的巡查，巡查日期不能更早；填错的请修改。")
        if missing:
            raise ValidationError(missing)
        if duty.last_visit_on == on:
            return duty
        before = {"最近巡查": f"{duty.last_visit_on or '（空）'}"}
        duty.last_visit_on = on
        duty.version += 1
        duty.save()
        record("duty_saved", duty, by=by, before=before, after={"最近巡查": f"{on}"})
    return duty


def remove_duty(region_id: str, team: Team, reason: str, *, by, seen: int) -> None:
    """Nobody of `team` watches there any more, for a reason that the trail keeps. Raises as `save_duty` does."""
    require_right(by, region_id)
    reason = reason.strip()
    with transaction.atomic():
        region, duty = locked_post(region_id, team)
        if duty is None:
            raise ValidationError("这一监测责任已经取消。")
        check_version(duty, seen)
        if not reason:
            raise ValidationError("请填写取消的理由。")
        record("duty_removed", duty, by=by, before=in_words(duty), reason=reason)
        duty.delete()
