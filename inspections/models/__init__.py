from .checklists import ChecklistItem, ChecklistVersion
from .inspections import Inspection, InspectionDraft, InspectionPhoto, Photo

__all__ = [
    "ChecklistItem",
    "ChecklistVersion",
    "Inspection",
    "InspectionDraft",
    "InspectionPhoto",
    "Photo",
]
