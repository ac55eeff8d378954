from .annex import AnnexLayout, CityWorkbook
from .exports import ListExport
from .lists import FrozenList, Responsible, RowSignature, Signing
from .national import NationalExport, NationalLayout, ReferenceImport
from .weeks import (
    DistrictReport,
    DistrictWeek,
    Forwarding,
    IssuedFile,
    OfficeWeek,
    Submission,
    SubmissionReview,
)

__all__ = [
    "AnnexLayout",
    "CityWorkbook",
    "DistrictReport",
    "DistrictWeek",
    "Forwarding",
    "FrozenList",
    "IssuedFile",
    "ListExport",
    "NationalExport",
    "NationalLayout",
    "OfficeWeek",
    "ReferenceImport",
    "Responsible",
    "RowSignature",
    "Signing",
    "Submission",
    "SubmissionReview",
]
