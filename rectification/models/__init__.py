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
from .problems import (
    Evidence,
    Problem,
    ProblemEntry,
    ProblemImport,
    ProblemKind,
    RuleRun,
)
from .renovations import Funding, Renovation, RenovationDocument, RenovationPhoto
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
