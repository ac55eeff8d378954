"""Duties, reports and disasters of 关山, made by the acts themselves."""

import datetime as dt

from households.models import Household
from rectification.enums import CheckState, DisasterKind, ReportState, Team
from rectification.models import DisasterCheck, DisasterEvent, MonitoringDuty, MonitoringReport
from rectification.monitoring import reporting
from rectification.monitoring.disasters import Disaster, record_disaster
from rectification.monitoring.duties import save_duty
from rectification.monitoring.rechecking import Look, record_look
from rectification.monitoring.reporting import Doubt
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.inspections.factories import photo_of
from tests.rectification.problem_cases import OFFICE, VILLAGE, kind, office_clerk

BEITUN, BEITUN_VILLAGE = "610114005", "610114005200"


def lead(office: str = OFFICE):
    """The one of the office who answers reports."""
    return StaffFactory(username=f"lead_{office}", role="office_lead", region_id=office)


def safe(**fields) -> Household:
    return happen(HouseholdFactory(**{"region_id": VILLAGE} | fields), "inspected:safe")


def duty(region_id: str = VILLAGE, team: str = Team.GROUP, **values) -> MonitoringDuty:
    """A duty that is new, or as `values` change it."""
    known = MonitoringDuty.objects.filter(region=region_id, team=team).first()
    return save_duty(
        region_id,
        Team(team),
        {
            "name": "周组长",
            "phone": "13891234567",
            "interval_days": 30,
            "last_visit_on": dt.date(2020, 4, 20),
            **values,
        },
        by=office_clerk(region_id[:9]),
        seen=known.version if known else 0,
    )


def villager(village: str = VILLAGE):
    """Somebody of the village."""
    return StaffFactory(username=f"village_{village}", role="village", region_id=village)


def doubt(**changes) -> Doubt:
    whole = {
        "team": Team.GROUP,
        "reporter": "周组长",
        "seen_on": dt.date(2020, 5, 8),
        "description": "后墙开裂，雨天渗水",
    }
    return Doubt(**whole | changes)


def report(household: Household | None = None, photos=(), **changes) -> MonitoringReport:
    """A report that waits, by somebody of the household's village; `photos` are colours."""
    household = household or safe()
    by = villager(household.region_id)
    taken = [photo_of(household, by, colour) for colour in photos]
    return reporting.file_report(household.pk, doubt(**changes), taken, by=by)


def answered(report: MonitoringReport, state: str) -> MonitoringReport:
    """The report as the office's lead answers it."""
    by = lead(report.household.region_id[:9])
    match state:
        case ReportState.WARNED:
            return reporting.answer_warned(report.pk, "", by=by)
        case ReportState.PROBLEM:
            return reporting.answer_problem(report.pk, kind("house_defect"), "", by=by)
    return reporting.answer_sound(report.pk, "查看过，没有险情", by=by)


def disaster(**changes) -> Disaster:
    whole = {
        "kind": DisasterKind.RAINSTORM,
        "name": "五月暴雨",
        "happened_on": dt.date(2020, 5, 8),
        "check_by": dt.date(2020, 5, 15),
        "areas": [OFFICE],
    }
    return Disaster(**whole | changes)


def called(**changes) -> DisasterEvent:
    """A disaster on record, by the office's clerk."""
    return record_disaster(disaster(**changes), by=office_clerk())


def recheck(*households: Household) -> DisasterCheck:
    """The first household's line on the list of a disaster that hit all villages of `households`."""
    areas = sorted({household.region_id for household in households})
    return called(areas=areas).checks.get(household=households[0])


def looked(check: DisasterCheck, state: str, **changes) -> DisasterCheck:
    whole = {
        "checked_on": dt.date(2020, 5, 9),
        "checker": "周组长",
        "note": "屋脊塌陷一尺",
        "team": Team.GROUP,
    }
    look = Look(CheckState(state), **whole | changes)
    return record_look(check.pk, look, by=villager(check.household.region_id))
