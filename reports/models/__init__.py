from .exports import ListExport
from .lists import FrozenList, Responsible, RowSignature, Signing

__all__ = ["FrozenList", "ListExport", "Responsible", "RowSignature", "Signing"]
