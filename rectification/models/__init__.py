from .acceptances import Acceptance
from .housing import OtherHousing
from .payments import SubsidyPayment
from .renovations import Funding, Renovation, RenovationDocument, RenovationPhoto

__all__ = [
    "Acceptance",
    "Funding",
    "OtherHousing",
    "Renovation",
    "RenovationDocument",
    "RenovationPhoto",
    "SubsidyPayment",
]
