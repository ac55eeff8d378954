from .exports import ListExport
from .lists import FrozenList, Responsible, RowSignature, Signing
from .national import NationalExport, NationalLayout, ReferenceImport

__all__ = [
    "FrozenList",
    "ListExport",
    "NationalExport",
    "NationalLayout",
    "ReferenceImport",
    "Responsible",
    "RowSignature",
    "Signing",
]
