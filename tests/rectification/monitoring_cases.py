"""Duties, reports and disasters of 关山, made by the acts themselves."""

import datetime as dt

from households.models import Household
from rectification.enums import Team
from rectification.models import MonitoringDuty
from rectification.monitoring.duties import save_duty
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.rectification.problem_cases import OFFICE, VILLAGE, office_clerk

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
