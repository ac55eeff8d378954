from .acceptances import Acceptance
from .housing import OtherHousing
from .monitoring import (
    DisasterCheck,
    DisasterEvent,
    MonitoringDuty,
    MonitoringReport,
    ReportPhoto,
)
from .payments import SubsidyPayment
from .problem_imports import ProblemImport
from .problems import (
    Evidence,
    Problem,
    ProblemEntry,
    ProblemKind,
)
from .renovations import Funding, Renovation, RenovationDocument, RenovationPhoto
from .rule_runs import RuleRun
from .supervision import SupervisionVisit, VisitHousehold

__all__ = [
    "Acceptance",
    "DisasterCheck",
    "DisasterEvent",
    "Evidence",
    "Funding",
    "MonitoringDuty",
    "MonitoringReport",
    "OtherHousing",
    "Problem",
    "ProblemEntry",
    "ProblemImport",
    "ProblemKind",
    "Renovation",
    "RenovationDocument",
    "RenovationPhoto",
    "ReportPhoto",
    "RuleRun",
    "SubsidyPayment",
    "SupervisionVisit",
    "VisitHousehold",
]
