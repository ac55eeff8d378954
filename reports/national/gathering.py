"""The rows still to enter with the records behind them, in a fixed number of queries."""

from django.db.models import QuerySet

from households.enums import SafetyBasis
from households.models import Household
from inspections.models import Appraisal, Inspection
from rectification.enums import RenovationState
from rectification.models import Acceptance, OtherHousing, Renovation
from reports.national.fields import Appraised, Entry, Renovated


def rows_to_enter(households: QuerySet[Household]) -> list[Entry]:
    """Those of `households` that can be entered and are not, in the order of their codes."""
    waiting = households.to_enter()
    found = list(waiting.select_related("region__parent", "household_class").order_by("code"))
    asked = waiting.order_by().values("pk")
    visits = dict(
        Inspection.objects.standing()
        .filter(household__in=asked)
        .order_by("event__position")
        .values_list("household_id", "inspected_on")
    )
    # The later one stands: dict keeps the last of the rows that share a key.
    appraisals = {
        household_id: Appraised(*values)
        for household_id, *values in Appraisal.objects.recorded()
        .filter(household__in=asked)
        .order_by("event__position")
        .values_list("household_id", "organisation__name", "appraised_on", "report_number")
    }
    accepted_on = dict(
        Acceptance.objects.standing()
        .passed()
        .filter(renovation__household__in=asked)
        .values_list("renovation_id", "accepted_on")
    )
    renovations = {
        household_id: Renovated(*values, accepted_on.get(renovation_id))
        for renovation_id, household_id, *values in Renovation.objects.filter(
            household__in=asked, state=RenovationState.ACCEPTED
        )
        .order_by("pk")
        .values_list("pk", "household_id", "mode", "started_on", "finished_on")
    }
    ways = dict(
        OtherHousing.objects.standing()
        .filter(household__in=asked)
        .order_by("pk")
        .values_list("household_id", "way")
    )
    return [
        Entry(
            serial,
            household,
            visits.get(household.pk),
            appraisals.get(household.pk),
            renovations.get(household.pk)
            if household.safety_basis == SafetyBasis.RENOVATED
            else None,
            ways.get(household.pk, "") if household.safety_basis == SafetyBasis.SECURED else "",
        )
        for serial, household in enumerate(found, start=1)
    ]
