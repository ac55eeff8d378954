from .changes import HouseholdChange
from .classes import ClassScheme, HouseholdClass
from .events import PastSummary, SafetyEvent
from .households import Household, Identity
from .imports import RosterImport
from .regions import Region

__all__ = [
    "ClassScheme",
    "Household",
    "HouseholdChange",
    "HouseholdClass",
    "Identity",
    "PastSummary",
    "Region",
    "RosterImport",
    "SafetyEvent",
]
